"""Bulk append through the store against COPY of the same rows into the same table.

The append is the whole way: facts made JSON, personal values sealed, hashed, numbered, written, committed. COPY gets
the very rows an append wrote (for another tenant), ready in memory in COPY's own binary format, so that it measures
PostgreSQL alone. Same table, same indexes, same durability; the two take turns.
"""

import gc
from datetime import UTC, datetime
from statistics import median
from time import perf_counter
from uuid import UUID, uuid4

import psycopg

from app.domain.events.licensing import LicenceAssigned, Profile, ProfileChanged, UserKind
from app.domain.ids import GroupId, PlanId, SkuId, TenantId, UserId
from app.domain.personal import Personal
from app.eventstore.keys import KeyRing
from app.eventstore.pools import writer_pool
from app.eventstore.store import EventStore, StreamChange
from bench.database import Database
from bench.figure import Figure

_FACTS = 10_000
_ROUNDS = 9
_SKUS = [SkuId(uuid4()) for _ in range(20)]
_COLUMNS = "position, stream, version, name, schema, happened_at, recorded_at, cause, state, leaf"
_NOW = datetime(2026, 7, 1, 6, tzinfo=UTC)


def run(database: Database) -> list[Figure]:
    pool = writer_pool(database.writer_dsn)
    try:
        store = EventStore(pool, KeyRing(pool, bytes(32)))
        appended: list[float] = []
        copied: list[float] = []
        with psycopg.connect(database.owner_dsn) as owner:
            for _ in range(1 + _ROUNDS):
                tenant = TenantId(uuid4())
                changes = [_change(nth) for nth in range(_FACTS)]
                appended.append(_timed_append(store, tenant, changes))
                copied.append(_timed_copy(owner, tenant))
    finally:
        pool.close()
    del appended[0], copied[0]  # the first round finds cold caches
    ratio = median(copy / append for copy, append in zip(copied, appended, strict=True))
    return [
        Figure.at_least("append_bulk_vs_copy", ratio, "ratio", 0.5),
        Figure.at_least("append_bulk_rate", _FACTS / median(appended), "facts/s", 0),
        Figure.at_least("copy_rate", _FACTS / median(copied), "rows/s", 0),
    ]


def _change(nth: int) -> StreamChange:
    """One person in ten facts is new, so that a thousand keys are made as well; a daily read is mostly licences."""
    user = UserId(uuid4())
    stream = f"bench/{user}"
    if nth % 10:
        fact = LicenceAssigned(
            happened_at=_NOW,
            user=user,
            sku=_SKUS[nth % len(_SKUS)],
            via=GroupId(uuid4()) if nth % 2 else None,
            disabled_plans=(PlanId(uuid4()),),
        )
        return StreamChange(stream, 0, [fact])
    profile = Profile(
        display_name=Personal.of_user(user, f"Person {nth}"),
        user_principal_name=Personal.of_user(user, f"person{nth}@contoso.example"),
        kind=UserKind.PERSON,
        department="Sales",
        company="Contoso",
        cost_centre="4711",
        country="DE",
        usage_location="DE",
    )
    return StreamChange(stream, 0, [ProfileChanged(happened_at=_NOW, user=user, profile=profile)])


def _timed_append(store: EventStore, tenant: TenantId, changes: list[StreamChange]) -> float:
    gc.collect()
    gc.disable()  # as timeit does: its turn would fall on one side by chance
    started = perf_counter()
    store.append_many(tenant, changes, cause=uuid4(), at=_NOW)
    taken = perf_counter() - started
    gc.enable()
    return taken


def _timed_copy(owner: psycopg.Connection, appended: TenantId) -> float:
    buffers = _rows_of(owner, appended, uuid4())
    started = perf_counter()
    with owner.cursor().copy(f"COPY events (tenant_id, {_COLUMNS}) FROM STDIN (FORMAT binary)") as copy:
        for buffer in buffers:
            copy.write(buffer)
    owner.commit()
    return perf_counter() - started


def _rows_of(owner: psycopg.Connection, appended: TenantId, instead: UUID) -> list[bytes]:
    rows = f"SELECT '{instead}'::uuid, {_COLUMNS} FROM events WHERE tenant_id = '{appended}'"
    with owner.cursor().copy(f"COPY ({rows}) TO STDOUT (FORMAT binary)") as copy:
        buffers = [bytes(buffer) for buffer in copy]
    owner.commit()
    return buffers
