"""A served webhook over a real database, with one customer subscribed."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import psycopg
import pytest
from psycopg_pool import AsyncConnectionPool
from starlette.applications import Starlette

from app.domain.ids import TenantId
from app.ingest import schedule
from app.ingest.notifications import hashed
from app.ingest.schedule import Job
from app.ingest.webhooks import GraphDoors, Limits
from tests.database import Database

CONTOSO = UUID("00000000-0000-4000-8000-00000000c001")
CONTOSO_DIRECTORY = UUID("00000000-0000-4000-8000-0000000000d1")
SUBSCRIPTION = "7b1b1c4e-0000-4000-8000-000000000001"
SECRET = "s" * 43
CALL = UUID("e523d2ed-2966-4b6b-925b-754a88034cc5")


@dataclass
class Webhook:
    """The doors, a client in front of them, the database behind, and who was rung for."""

    doors: GraphDoors
    client: httpx.AsyncClient
    database: Database
    rung: list[TenantId] = field(default_factory=list)

    async def post(self, *items: dict[str, Any], path: str = "/webhooks/graph/notifications") -> httpx.Response:
        return await self.client.post(path, json={"value": list(items)})

    def subscribe(self, tenant: UUID, directory: UUID, subscription: str | None, secret: str) -> None:
        with psycopg.connect(self.database.writer_dsn) as db:
            db.execute(
                "INSERT INTO graph_subscriptions (client_state_hash, tenant_id, directory_id, resource,"
                " subscription_id, created_at) VALUES (%s, %s, %s, '/communications/callRecords', %s, now())",
                (hashed(secret), tenant, directory, subscription),
            )

    def schedule(self, tenant: UUID, jobs: Sequence[Job] = schedule.COLLECTING) -> None:
        """Jobs that are due in an hour."""
        with psycopg.connect(self.database.writer_dsn) as db:
            for job in jobs:
                schedule.enlist(db, TenantId(tenant), job, datetime.now(UTC) + timedelta(hours=1))

    def due(self, tenant: UUID) -> list[Job]:
        """Jobs that are due now."""
        with psycopg.connect(self.database.writer_dsn) as db:
            found = schedule.listed(db, TenantId(tenant))
        return sorted(each.job for each in found if each.due_at <= datetime.now(UTC))

    def stored(self) -> list[tuple[UUID, UUID]]:
        with psycopg.connect(self.database.writer_dsn) as db:
            return db.execute("SELECT tenant_id, call_id FROM inbox ORDER BY tenant_id, call_id").fetchall()


def item(call: UUID | str = CALL, **changed: Any) -> dict[str, Any]:
    """One item as Graph sends it; a value of None leaves the field out."""
    whole = {
        "subscriptionId": SUBSCRIPTION,
        "clientState": SECRET,
        "changeType": "updated",
        "resource": f"communications/callRecords/{call}",
        "subscriptionExpirationDateTime": "2026-02-28T00:00:00.000+00:00",
        "resourceData": {
            "@odata.type": "#Microsoft.Graph.callrecord",
            "@odata.id": f"communications/callRecords/{call}",
            "id": str(call),
        },
        "tenantId": str(CONTOSO_DIRECTORY),
    }
    return {name: value for name, value in (whole | changed).items() if value is not None}


@pytest.fixture
async def webhook(module_database: Database) -> AsyncIterator[Webhook]:
    database = module_database
    with psycopg.connect(database.owner_dsn) as owner:
        owner.execute("TRUNCATE inbox, graph_subscriptions, schedule")
    rung: list[TenantId] = []
    async with AsyncConnectionPool(
        database.writer_dsn, min_size=1, max_size=2, kwargs={"autocommit": True}, open=False
    ) as pool:
        doors = GraphDoors(pool, rung.append, Limits(body_timeout_s=0.2, pool_wait_s=0.4, store_s=0.6))
        transport = httpx.ASGITransport(Starlette(routes=doors.routes()))
        async with httpx.AsyncClient(transport=transport, base_url="http://sua.test") as client:
            served = Webhook(doors, client, database, rung)
            served.subscribe(CONTOSO, CONTOSO_DIRECTORY, SUBSCRIPTION, SECRET)
            yield served
        await doors.aclose()
