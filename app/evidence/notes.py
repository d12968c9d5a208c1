"""Checkpoints as C2SP signed notes: `tlog-checkpoint` with an Ed25519 signature of `signed-note`.

    sua.example/5a0c3a52-6a33-4a0e-9d2b-000000000001      origin: the key's name, a slash, the tenant
    1042                                                  size: positions 1 to 1042
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=          root of the tree over their leaves

    — sua.example/5a0c3a52-... <key id and signature>

One key signs for every tenant. The specification wants a log's key named as its origin, so the name in a signature
line, and the key id that hashes it, are the tenant's; operators and auditors hold the key under its own name.
"""

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import ClassVar
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from app.domain.errors import Refused
from app.domain.ids import TenantId
from app.evidence.merkle import HASH_BYTES

NAME = re.compile(r"[!-*,-~]+")
"""Of a key: printable ASCII, no space and no plus."""

_ED25519 = b"\x01"
_ID_BYTES = 4
_LARGEST = 64 * 1024
_SIGNATURE = re.compile(r"— (\S+) ([A-Za-z0-9+/]+={0,2})")


class KeyUnreadable(Refused):
    """A public key is not of the form `name+id+key` that `sua audit key` prints."""

    code: ClassVar[str] = "KEY_UNREADABLE"


class NoteRefused(Exception):
    """A note is no checkpoint of this tenant by a key that is known. The text says why."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """What signatures are checked by. `name`: the installation's, without a tenant."""

    name: str
    public: bytes

    @classmethod
    def read(cls, text: str) -> "PublicKey":
        """The verifier key of C2SP's signed notes. Raises KeyUnreadable."""
        name, _, rest = text.strip().partition("+")
        identity, _, encoded = rest.partition("+")
        try:
            key = base64.b64decode(encoded, validate=True)
        except binascii.Error:
            key = b""
        if not NAME.fullmatch(name) or key[:1] != _ED25519 or len(key) != 33 or identity != _id(name, key[1:]).hex():
            raise KeyUnreadable(f"{text[:80]!r} is no public key: it has the form name+id+key.")
        return cls(name, key[1:])

    def __str__(self) -> str:
        return f"{self.name}+{_id(self.name, self.public).hex()}+{_b64(_ED25519 + self.public)}"

    def of_log(self, tenant: TenantId) -> "PublicKey":
        """This key under the name it signs one tenant's log by."""
        return PublicKey(f"{self.name}/{tenant}", self.public)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a note says of a log whose first `size` leaves have this root. `key`: who signed it."""

    tenant: TenantId
    size: int
    root: bytes
    note: str
    key: PublicKey


class Signer:
    """Signs checkpoints of any tenant."""

    def __init__(self, name: str, seed: bytes) -> None:
        """`seed`: 32 bytes, the private key of RFC 8032."""
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public = PublicKey(name, self._key.public_key().public_bytes_raw())

    def sign(self, tenant: TenantId, size: int, root: bytes) -> Checkpoint:
        named = self.public.of_log(tenant)
        text = f"{named.name}\n{size}\n{_b64(root)}\n"
        signature = _id(named.name, named.public) + self._key.sign(text.encode())
        return Checkpoint(tenant, size, root, f"{text}\n— {named.name} {_b64(signature)}\n", self.public)


def opened(note: str, tenant: TenantId, keys: Iterable[PublicKey]) -> Checkpoint:
    """A note read and its signature checked: of this tenant's log, by one of these keys. Raises NoteRefused.

    Lines by others (witnesses) are passed over. Where a known key's line does not verify, the note is refused whole.
    """
    if len(note) > _LARGEST:
        raise NoteRefused("it is too large")
    text, gap, lines = note.rpartition("\n\n")
    body = text.split("\n")
    signed = f"{text}\n".encode()
    if not gap or len(body) != 3 or not re.fullmatch(r"0|[1-9][0-9]{0,18}", body[1]):
        raise NoteRefused("it is no checkpoint")
    root = _hash(body[2])
    by_name = {(key.of_log(tenant).name, _id(key.of_log(tenant).name, key.public)): key for key in keys}
    signers = []
    for line in lines.removesuffix("\n").split("\n"):
        name, identity, signature = _signature(line)
        key = by_name.get((name, identity))
        if key is None:
            continue
        try:
            Ed25519PublicKey.from_public_bytes(key.public).verify(signature, signed)
        except (InvalidSignature, ValueError) as error:
            raise NoteRefused(f"the signature of {name} is false") from error
        if body[0] == name:
            signers.append(key)
    if not signers:
        raise NoteRefused(f"no known key signed it for {body[0]}")
    return Checkpoint(tenant, int(body[1]), root, note, signers[0])


def tenant_of(note: str) -> TenantId | None:
    """Whose log a note says it is of; None: of none. Nothing about it has been checked."""
    try:
        return TenantId(UUID(note.partition("\n")[0].rpartition("/")[2]))
    except ValueError:
        return None


def _signature(line: str) -> tuple[str, bytes, bytes]:
    match = _SIGNATURE.fullmatch(line)
    try:
        decoded = base64.b64decode(match[2], validate=True) if match else b""
    except binascii.Error:
        decoded = b""
    if match is None or len(decoded) <= _ID_BYTES:
        raise NoteRefused("a line of signatures cannot be read")
    return match[1], decoded[:_ID_BYTES], decoded[_ID_BYTES:]


def _hash(text: str) -> bytes:
    try:
        decoded = base64.b64decode(text, validate=True)
    except binascii.Error:
        decoded = b""
    if len(decoded) != HASH_BYTES:
        raise NoteRefused("its root is no hash")
    return decoded


def _id(name: str, public: bytes) -> bytes:
    return sha256(name.encode() + b"\n" + _ED25519 + public).digest()[:_ID_BYTES]


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
