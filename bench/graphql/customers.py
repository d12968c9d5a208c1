"""Fifty customers of 2,000 users with half a year of history, told through the log up to yesterday."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import psycopg

from app.domain.ids import DirectoryId, TenantId, UserId
from app.eventstore.keys import KeyRing
from app.eventstore.pools import writer_pool
from app.eventstore.store import EventStore
from app.projections.engine import advance
from bench.company_log import company, tell
from bench.database import Database

DAYS = 180
AGE_DAYS = 90
"""How far back the past is asked for."""


@dataclass(frozen=True, slots=True)
class Customer:
    """`people`: some of its users, known on every day asked about."""

    tenant: TenantId
    directory: DirectoryId
    people: Sequence[UserId]


def settled(database: Database, master_key: bytes, customers: int, users: int, today: date) -> list[Customer]:
    """Write the customers' logs and tabulate them. Their last day is the one before `today` (UTC)."""
    began = datetime.combine(today - timedelta(days=DAYS), time(8), UTC)
    made = [(TenantId(_uuid(0xC0, nth)), DirectoryId(_uuid(0xD1, nth))) for nth in range(customers)]
    with writer_pool(database.writer_dsn) as pool:
        store = EventStore(pool, KeyRing(pool, master_key))
        for nth, (tenant, directory) in enumerate(made):
            facts = company(
                users, DAYS, active=0.6, signing_in=0.005, changing=0.002, seed=nth, began=began, home=directory
            )
            tell(store, tenant, facts)
            while advance(pool, store, tenant).more:
                pass
    with psycopg.connect(database.owner_dsn, autocommit=True) as owner:
        owner.execute("VACUUM ANALYZE")
        return [Customer(tenant, directory, _people(owner, tenant)) for tenant, directory in made]


def _people(owner: psycopg.Connection, tenant: TenantId) -> list[UserId]:
    found = owner.execute("SELECT DISTINCT user_id FROM users WHERE tenant_id = %s ORDER BY user_id", (tenant,))
    return [UserId(user) for (user,) in found.fetchall()]


def _uuid(kind: int, nth: int) -> UUID:
    return UUID(f"00000000-0000-4000-8000-0000{kind:02x}{nth:06x}")
