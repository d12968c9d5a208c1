"""Who took part in a call, sealed under the key of the call's month: what is left without it names nobody.

A fact about a call is stored with stand-ins in place of its users' ids and of its sealed values, and with one member
more, `veil`: the month and, under its key, what the stand-ins stand for. With the key the fact is put together again.
Once the key is destroyed the stored bytes stay as they are, hashes and proofs with them, and are read as they stand.
"""

import re
from binascii import Error as NotBase64
from binascii import a2b_base64, b2a_base64
from dataclasses import dataclass, field
from hmac import digest
from os import urandom
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.domain.errors import FactUnreadable
from app.domain.retention import CALL_DETAIL
from app.domain.stand_ins import stand_in

VALUES = "v/"
"""How the stand-in of a value's subject begins."""

NAMES = frozenset(fact.name for fact in CALL_DETAIL)

_KEY_BYTES = 32
_NONCE_BYTES = 12
_DIGITS = 32
_MONTH = len("2026-03")
# In canonical JSON, where quotes inside of strings are escaped: no false match.
_USER = re.compile(rb'"user":"([0-9a-f-]{36})"')
_VALUE = re.compile(rb'"subject":"([^"\\]*)","sealed":"[^"]*"')
_STANDING = re.compile(rb'"subject":"v/[0-9a-f]{32}","sealed":""')
_VEIL = b',"veil":{"month":"'
_SEALED = b'","sealed":"'
_ENDS = b'"}}'
_REMEMBERED = 20_000


@dataclass(frozen=True, slots=True)
class MonthKey:
    """What seals a month's call details, and makes the stand-ins of the people in it. `before`: of facts recorded
    before they were sealed by month."""

    month: str
    cipher: AESGCM
    mac: bytes
    before: bool = False
    _users: dict[bytes, bytes] = field(default_factory=dict, repr=False, compare=False)
    """The stand-ins made last: most calls of a month are those of the same people."""

    @classmethod
    def of(cls, month: str, key: bytes, *, before: bool = False) -> "MonthKey":
        cipher, mac = (
            HKDF(SHA256(), _KEY_BYTES, salt=None, info=b"sua calls " + purpose).derive(key)
            for purpose in (b"seal", b"stand-in")
        )
        return cls(month, AESGCM(cipher), mac, before)

    def of_user(self, user: str) -> str:
        """The stand-in of a user's id."""
        return str(stand_in(self.month, digest(self.mac, b"user " + user.encode(), "sha256"), before=self.before))

    def member(self, user: bytes) -> bytes:
        """The member of a fact that names a user, with the stand-in in their place."""
        made = self._users.get(user)
        if made is None:
            if len(self._users) >= _REMEMBERED:
                self._users.clear()
            made = self._users[user] = b'"user":"' + self.of_user(user.decode()).encode() + b'"'
        return made

    def of_subject(self, subject: str) -> str:
        """The stand-in of the subject of a sealed value."""
        said = digest(self.mac, b"subject " + subject.encode("utf-8", "surrogatepass"), "sha256").hex()
        return f"{VALUES}{said[:_DIGITS]}"


def month_of_veil(state: bytes) -> str | None:
    """The month a stored fact is sealed by; None: it was recorded before that."""
    begins = state.rfind(_VEIL)
    return None if begins < 0 else state[begins + len(_VEIL) : begins + len(_VEIL) + _MONTH].decode()


def veiled(state: bytes, key: MonthKey, place: bytes) -> bytes:
    """The bytes to store for the JSON of a fact."""
    kept, users, values = _stood_in(state, key)
    nonce = urandom(_NONCE_BYTES)
    said = b"\n".join([b" ".join(users), *values])
    sealed = b2a_base64(nonce + key.cipher.encrypt(nonce, said, place), newline=False)
    return kept[:-1] + _VEIL + key.month.encode() + _SEALED + sealed + _ENDS


def unveiled(state: bytes, key: MonthKey, place: bytes) -> bytes:
    """The JSON of a fact as it was before `veiled`. Raises `FactUnreadable` for anything but intact bytes."""
    begins = state.rfind(_VEIL)
    try:
        sealed = a2b_base64(state[begins + len(_VEIL) + _MONTH + len(_SEALED) : -len(_ENDS)], strict_mode=True)
        said = key.cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], place)
    except (InvalidTag, NotBase64, ValueError) as error:
        raise FactUnreadable("who took part is damaged or stands in the wrong place") from error
    users, *values = said.split(b"\n")
    kept = state[:begins] + b"}"
    for user in users.split():
        kept = kept.replace(key.member(user), b'"user":"' + user + b'"')
    if values:
        rest = iter(values)
        kept = _STANDING.sub(lambda _: next(rest), kept)
    return kept


def laid_bare(state: bytes) -> bytes:
    """What a stored fact says without its month's key: the same fact with stand-ins."""
    return state[: state.rfind(_VEIL)] + b"}"


def stood_in(state: bytes, key: MonthKey) -> bytes:
    """The same of a fact recorded before facts were sealed by month."""
    return _stood_in(state, key)[0]


def _stood_in(state: bytes, key: MonthKey) -> tuple[bytes, list[bytes], list[bytes]]:
    """The JSON with stand-ins; the users' ids; the sealed values, in order."""
    values: list[bytes] = []

    def of_value(found: re.Match[bytes]) -> bytes:
        values.append(found[0])
        return b'"subject":"' + key.of_subject(found[1].decode()).encode() + b'","sealed":""'

    kept = _VALUE.sub(of_value, state)
    users = list(dict.fromkeys(_USER.findall(kept)))
    for user in users:
        kept = kept.replace(b'"user":"' + user + b'"', key.member(user))
    return kept, users, values


def as_id(text: str) -> str | None:
    """A user's id as facts write it; None: the text is none."""
    try:
        return str(UUID(text))
    except ValueError:
        return None
