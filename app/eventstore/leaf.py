"""The hash of a fact's row, which a tenant's Merkle tree is built of.

Canonical bytes, integers big-endian and signed, times as microseconds since 2000-01-01 UTC:

    body = len(stream) u32, stream UTF-8 | version i64 | len(name) u32, name UTF-8 | schema i16
         | happened_at i64 | cause 16 bytes | state
    leaf = SHA-256(0x00 | tenant 16 bytes | position i64 | recorded_at i64 | SHA-256(body))

In two steps because only the row lock on the tenant's head tells position and recorded_at: a small append leaves the
second step to the one statement that takes the lock and writes the rows (`LEAF_SQL`), a large one does it here.
Only ciphertext of personal values is hashed, so erasing a person leaves every leaf as it is.
"""

import struct
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256

from app.domain.ids import TenantId

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_PLACE = struct.Struct(">c16sqq")

OPENING_SQL = r"'\x00'::bytea || uuid_send(tenant_id)"
LEAF_SQL = """sha256(head.opening || int8send(head.position - %(count)s + fact.nth)
    || timestamptz_send(head.recorded_at) || fact.hash)"""
"""`leaf` of the append statement's `head` and `fact` rows, where `fact.hash` is the digest of the body.

`head.opening` is `OPENING_SQL`, made once a statement.
"""


def microseconds(instant: datetime) -> int:
    """Since 2000-01-01 UTC: PostgreSQL's own count, so the bytes are those of `timestamptz_send`."""
    since = instant - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def body_digest(
    stream: bytes, version: int, name: bytes, schema: int, happened_at_us: int, cause: bytes, state: bytes
) -> bytes:
    stream_length, name_length = len(stream), len(name)
    packed = _packer(stream_length, name_length)(
        stream_length, stream, version, name_length, name, schema, happened_at_us, cause
    )
    return sha256(packed + state).digest()


@lru_cache(1_024)
def _packer(stream_length: int, name_length: int) -> Callable[..., bytes]:
    """Of everything before the state; names of streams have few lengths."""
    return struct.Struct(f">I{stream_length}sqI{name_length}shq16s").pack


def leaf(tenant: TenantId, position: int, recorded_at: datetime, body: bytes) -> bytes:
    """`body` is `body_digest` of the same row."""
    return sha256(_PLACE.pack(b"\x00", tenant.bytes, position, microseconds(recorded_at)) + body).digest()
