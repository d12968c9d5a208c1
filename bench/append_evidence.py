"""What evidence costs: appends while checkpoints are taken against appends alone, and how long a checkpoint takes.

The leaf is made in the statement that appends, so `append with leaves / without` compares it with the same statement
that stores an empty hash, and without the digest of the fact's body that goes into it. The two take turns append by
append, each going first every other time, and the medians of many are compared: an append waits for the disk, and
what else the machine does between two blocks of them is more than a hash costs. A checkpoint of a million facts is the
first of a large log; that of ten thousand more is the hourly one.
"""

from contextlib import nullcontext
from datetime import UTC, datetime
from statistics import median
from time import perf_counter
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import psycopg

from app.clock import SteppedClock
from app.domain.events.coverage import Feed, SnapshotFailed
from app.domain.ids import RunId, TenantId
from app.eventstore import appending
from app.eventstore.keys import KeyRing
from app.eventstore.leaf import LEAF_SQL
from app.eventstore.pools import writer_pool
from app.eventstore.store import EventStore, StreamChange
from app.evidence.notary import Notary, take_checkpoint
from app.evidence.notes import Signer
from bench.database import Database
from bench.figure import Figure

_SINGLE = 2_000
_BATCHES = 60
_BATCH = 1_000
_WARM = 10
"""Appends of each way that do not count: plans are made and caches filled."""
_LARGE = 1_000_000
_MORE = 10_000
_NOW = datetime(2026, 7, 1, 6, tzinfo=UTC)
_WITHOUT: dict[str, Any] = {
    "_APPEND": appending._APPEND.replace(LEAF_SQL, "''::bytea"),
    "body_digest": lambda *_: b"",
}


def run(database: Database) -> list[Figure]:
    with writer_pool(database.writer_dsn) as pool, psycopg.connect(database.owner_dsn, autocommit=True) as owner:
        store = EventStore(pool, KeyRing(pool, bytes(32)))
        signer = Signer("bench.example", bytes(32))
        notary = Notary(pool, SteppedClock(_NOW), signer, (signer.public,))
        single = _ratio(store, _SINGLE, 1)
        batched = _ratio(store, _BATCHES, _BATCH)
        tenant = TenantId(uuid4())
        store.append(tenant, "coverage/licences", _facts(1), expected=0, cause=uuid4(), at=_NOW)
        _multiply(owner, tenant, _LARGE)
        first = _timed(notary, tenant)
        _multiply(owner, tenant, _LARGE + _MORE)
        further = _timed(notary, tenant)
    return [
        Figure.at_least("append_with_leaves_vs_without", single, "ratio", 0.9),
        Figure.at_least("append_of_1000_with_leaves_vs_without", batched, "ratio", 0.9),
        Figure.at_most("checkpoint_of_1000000_facts", first, "s", 30),
        Figure.at_most("checkpoint_after_10000_more", further * 1000, "ms", 1000),
    ]


def _ratio(store: EventStore, appends: int, facts: int) -> float:
    """Speed with leaves over speed without."""
    tenants = {with_leaves: TenantId(uuid4()) for with_leaves in (True, False)}
    taken: dict[bool, list[float]] = {True: [], False: []}
    for nth in range(_WARM + appends):
        for with_leaves in (True, False) if nth % 2 else (False, True):
            change = StreamChange(f"coverage/{nth}", 0, _facts(facts))
            with nullcontext() if with_leaves else patch.multiple(appending, **_WITHOUT):
                started = perf_counter()
                store.append_many(tenants[with_leaves], [change], cause=uuid4(), at=_NOW)
                taken[with_leaves].append(perf_counter() - started)
    return median(taken[False][_WARM:]) / median(taken[True][_WARM:])


def _facts(count: int) -> list[SnapshotFailed]:
    run = RunId(uuid4())
    return [
        SnapshotFailed(happened_at=_NOW, feed=Feed.LICENCES, run=run, reason=f"the licence feed failed, {nth}" * 5)
        for nth in range(count)
    ]


def _multiply(owner: psycopg.Connection, tenant: TenantId, until: int) -> None:
    """Copies of the first fact with leaves of their own, made by PostgreSQL: appending a million would take minutes."""
    owner.execute(
        """
        WITH head AS (
            UPDATE tenant_heads AS moved SET position = %(until)s FROM tenant_heads AS was
            WHERE moved.tenant_id = %(tenant)s AND was.tenant_id = %(tenant)s
            RETURNING was.position AS after, moved.recorded_at
        )
        INSERT INTO events
        SELECT tenant_id, nth, stream, nth, name, schema, happened_at, head.recorded_at, cause, state,
            sha256('\\x00'::bytea || uuid_send(tenant_id) || int8send(nth) || timestamptz_send(head.recorded_at)
                || sha256(int4send(octet_length(stream)) || convert_to(stream, 'UTF8') || int8send(nth)
                    || int4send(octet_length(name)) || convert_to(name, 'UTF8') || int2send(schema)
                    || timestamptz_send(happened_at) || uuid_send(cause) || state))
        FROM events, head, generate_series(head.after + 1, %(until)s) AS nth
        WHERE tenant_id = %(tenant)s AND position = 1
        """,
        {"tenant": tenant, "until": until},
    )


def _timed(notary: Notary, tenant: TenantId) -> float:
    started = perf_counter()
    if take_checkpoint(notary, tenant) is None:
        raise RuntimeError("nothing was signed")
    return perf_counter() - started
