"""Personal values, encrypted each under its person's key and bound to its place in the log.

AES-256-GCM with a random nonce; the associated data is `tenant|stream|version`, so a ciphertext moved to another fact
does not open. Stored as `{"subject": key's name, "sealed": base64 of nonce and ciphertext}`; "sealed" is empty where
the person was erased before.
"""

import re
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Callable, Iterable, Mapping
from os import urandom

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.domain.errors import FactUnreadable
from app.domain.ids import TenantId
from app.domain.personal import Personal

_NONCE_BYTES = 12
_SUBJECT = re.compile(rb'"subject":"([^"\\]*)","sealed":"([^"])?')


def subjects_in(states: Iterable[bytes]) -> tuple[set[str], set[str]]:
    """Whose keys it takes to read these, and of whom nothing is sealed there, since they were erased before.

    Inside a string of the JSON the quotes would be escaped: no false match.
    """
    sealed: set[str] = set()
    emptied: set[str] = set()
    for state in states:
        for subject, first in _SUBJECT.findall(state):
            (sealed if first else emptied).add(subject.decode())
    return sealed, emptied


def subject_text(subject: str) -> str:
    """What stands in every fact with a value of this subject."""
    return f'"subject":"{subject}","sealed":"'


class Subjects:
    """A sealer that seals nothing and notes whose values it was given: their keys are needed first."""

    def __init__(self, pseudonym: Callable[[str], str]) -> None:
        self.met: set[str] = set()
        self._pseudonym = pseudonym

    def seal(self, personal: Personal) -> dict[str, str]:
        if personal.value is not None:
            self.met.add(personal.subject or self._pseudonym(personal.value))
        return {}


class Seals:
    """Seals the values of one fact after the other (`app.domain.personal.Sealer`)."""

    def __init__(self, tenant: TenantId, keys: Mapping[str, AESGCM], pseudonym: Callable[[str], str]) -> None:
        self._tenant = tenant
        self._keys = keys
        self._pseudonym = pseudonym
        self._stream = ""
        self._version = 0

    def turn_to(self, stream: str, version: int) -> None:
        self._stream = stream
        self._version = version

    def seal(self, personal: Personal) -> dict[str, str]:
        value = personal.value
        if value is None:
            return {"subject": personal.subject, "sealed": ""}
        subject = personal.subject or self._pseudonym(value)
        if subject not in self._keys:  # erased: what is still told of them stays outside
            return {"subject": subject, "sealed": ""}
        nonce = urandom(_NONCE_BYTES)
        place = _place(self._tenant, self._stream, self._version)
        # A name may hold half a surrogate pair, which JSON can say and UTF-8 cannot.
        sealed = self._keys[subject].encrypt(nonce, value.encode("utf-8", "surrogatepass"), place)
        return {"subject": subject, "sealed": b64encode(nonce + sealed).decode("ascii")}


class Opens:
    """Opens the values of one fact after the other (`app.domain.personal.Opener`).

    `erased`: subjects without a key for that reason, with what stays of their values.
    """

    def __init__(self, tenant: TenantId, keys: Mapping[str, AESGCM], erased: Mapping[str, str | None]) -> None:
        self._tenant = tenant
        self._keys = keys
        self._erased = erased
        self._stream = ""
        self._version = 0

    def turn_to(self, stream: str, version: int) -> None:
        self._stream = stream
        self._version = version

    def open(self, stored: dict[str, str]) -> Personal:
        """Raises `FactUnreadable` for anything but an intact value or an erased person."""
        try:
            subject, sealed = stored["subject"], b64decode(stored["sealed"], validate=True)
            if subject in self._erased:
                return Personal.gone(subject, self._erased[subject])
            key = self._keys.get(subject)
            if key is None or not sealed:
                return Personal(subject, None)
            place = _place(self._tenant, self._stream, self._version)
            value = key.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], place)
            return Personal(subject, value.decode("utf-8", "surrogatepass"))
        except (InvalidTag, NotBase64, KeyError, TypeError, ValueError) as error:
            raise FactUnreadable(
                f"A personal value in {self._stream} version {self._version} of tenant {self._tenant} is damaged "
                "or stands in the wrong place."
            ) from error


def _place(tenant: TenantId, stream: str, version: int) -> bytes:
    return f"{tenant}|{stream}|{version}".encode()
