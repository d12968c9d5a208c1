"""Every row of the log hashes to the leaf beside it. Written from the description in the documents; imports no SUA."""

import struct
from datetime import UTC, datetime
from hashlib import sha256

import psycopg

from tests.soak.oracle import Findings

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_ASKED = """
SELECT tenant_id, position, recorded_at, stream, version, name, schema, happened_at, cause, state, leaf FROM events
"""


def check_leaves(db: psycopg.Connection, found: Findings) -> None:
    with db.transaction(), db.cursor(name="leaves") as rows:
        rows.execute(_ASKED)
        for tenant, position, recorded_at, stream, version, name, schema, happened_at, cause, state, leaf in rows:
            body = struct.pack(">I", len(stream.encode())) + stream.encode() + struct.pack(">q", version)
            body += struct.pack(">I", len(name)) + name.encode() + struct.pack(">hq", schema, _us(happened_at))
            inner = sha256(body + cause.bytes + state).digest()
            place = b"\x00" + tenant.bytes + struct.pack(">qq", position, _us(recorded_at))
            if sha256(place + inner).digest() != leaf:
                found.wrong.append(f"{tenant}: the leaf at position {position} is not that of its row")
            found.checked["leaves"] += 1


def _us(instant: datetime) -> int:
    since = instant - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
