"""A fact as a line of an export: JSON that holds every byte its leaf was made of, and can be read by anybody.

`state` is the fact as stored, a JSON text of its own with personal values sealed; where bytes are not UTF-8, which no
fact of SUA's is, `state_base64` stands instead. Times are UTC with six decimals.
"""

import base64
import binascii
import json
import struct
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import TupleRow

from app.domain.ids import TenantId
from app.eventstore.leaf import microseconds
from app.evidence.rows import BATCH, Entry

_TIME = """to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""
LINES = f"""
    SELECT position, {_TIME.format("recorded_at")}, stream, version, name, schema, {_TIME.format("happened_at")}, cause,
        state, leaf
    FROM events WHERE tenant_id = %(tenant)s AND position > %(after)s AND position <= %(until)s ORDER BY position
"""  # noqa: S608 - built of constants
_COLUMNS = ("position", "recorded_at", "stream", "version", "name", "schema", "happened_at", "cause")
_LENGTH = struct.Struct(">I")
_NUMBERS = struct.Struct(">hq")
_INSTANT = struct.Struct(">q")


class LineUnreadable(Exception):
    """A line is not one of an export. The text says what of it."""


def lines(db: Connection[TupleRow], tenant: TenantId, after: int, until: int) -> Iterator[dict[str, Any]]:
    """Positions after + 1 to `until`, without holding them all in memory."""
    with db.cursor(name="sua_fact_lines", binary=True) as cursor:
        cursor.itersize = BATCH
        cursor.execute(LINES, {"tenant": tenant, "after": after, "until": until})
        yield from map(line_of, cursor)


def line_of(row: Sequence[Any]) -> dict[str, Any]:
    """A row that `LINES` gave."""
    *values, state, leaf = row
    line = dict(zip(_COLUMNS, values, strict=True)) | {"cause": str(values[-1])}
    try:
        line["state"] = bytes(state).decode("utf-8")
    except UnicodeDecodeError:
        line["state_base64"] = base64.b64encode(state).decode("ascii")
    return line | {"leaf": bytes(leaf).hex()}


def entry_of(text: str | bytes) -> tuple[Entry, str, int]:
    """A line as its hash sees it, its stream and version. Raises LineUnreadable."""
    try:
        line = json.loads(text)
        body = _body(line)
        entry = Entry(
            int(line["position"]), _INSTANT.pack(_instant(line["recorded_at"])), body, bytes.fromhex(line["leaf"])
        )
        return entry, str(line["stream"]), int(line["version"])
    except KeyError as error:
        raise LineUnreadable(f"it has no {error}") from error
    except (TypeError, ValueError, AttributeError, struct.error, binascii.Error) as error:
        raise LineUnreadable("it is no line of an export") from error


def _body(line: Mapping[str, Any]) -> bytes:
    stream, name = line["stream"].encode(), line["name"].encode()
    state = line["state"].encode() if "state" in line else base64.b64decode(line["state_base64"], validate=True)
    return b"".join(
        (
            _LENGTH.pack(len(stream)),
            stream,
            _INSTANT.pack(line["version"]),
            _LENGTH.pack(len(name)),
            name,
            _NUMBERS.pack(line["schema"], _instant(line["happened_at"])),
            UUID(line["cause"]).bytes,
            state,
        )
    )


def _instant(text: str) -> int:
    return microseconds(datetime.fromisoformat(text))
