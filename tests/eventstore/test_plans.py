"""The log stays quick for a tenant PostgreSQL has no statistics of."""

from uuid import UUID, uuid4

import psycopg
import pytest

from app.domain.ids import TenantId
from app.eventstore.appending import _APPEND, _TAKE
from app.eventstore.arrays import Bigints, Byteas, Instants, Smallints, Texts, Uuids
from app.eventstore.store import EventStore, StreamChange
from tests.database import Database
from tests.eventstore.facts import MONDAY, lapsed


@pytest.mark.both_databases
def test_appends_to_a_tenant_newer_than_the_last_analyze_do_not_read_its_whole_log(
    store: EventStore, tenant: TenantId, cause: UUID, module_database: Database
) -> None:
    def append_many_streams(to: TenantId, count: int) -> None:
        changes = [StreamChange(f"sku/{nth}", 0, [lapsed()]) for nth in range(count)]
        store.append_many(to, changes, cause=cause, at=MONDAY)

    for _ in range(5):
        append_many_streams(TenantId(uuid4()), 1_000)
    with psycopg.connect(module_database.owner_dsn, autocommit=True) as owner:
        owner.execute("ANALYZE events")
        append_many_streams(tenant, 5_000)

        plans = [_plan(owner, statement, tenant) for statement in (_APPEND, _TAKE)]

    for plan in plans:
        assert "events_stream_version_key" in plan
        assert "events_pkey" not in plan


def _plan(owner: psycopg.Connection, statement: str, tenant: TenantId) -> str:
    given = {
        "tenant": tenant,
        "count": 1,
        "at": MONDAY,
        "base_streams": Texts([b"sku/7"]),
        "base_versions": Bigints([1]),
        "streams": Texts([b"sku/7"]),
        "versions": Bigints([2]),
        "names": Texts([b"SkuLapsed"]),
        "schemas": Smallints([1]),
        "happened": Instants([0]),
        "causes": Uuids([bytes(16)]),
        "states": Byteas([b"{}"]),
        "hashes": Byteas([bytes(32)]),
    }
    return "\n".join(line for (line,) in owner.execute(f"EXPLAIN {statement}".encode(), given))
