"""What cannot be stored is not acknowledged."""

import time
from collections.abc import AsyncIterator

import httpx
import psycopg
import pytest
from psycopg_pool import AsyncConnectionPool
from starlette.applications import Starlette

from app.domain.errors import Unavailable
from app.domain.ids import TenantId
from app.ingest.webhooks import GraphDoors, Limits
from tests.ingest.webhooks.conftest import CALL, CONTOSO, Webhook, item


def refused(answer: httpx.Response) -> None:
    assert answer.status_code == 503
    assert answer.json()["error"]["code"] == "INBOX_UNAVAILABLE"
    assert answer.headers["retry-after"] == "10"


async def test_an_exhausted_pool_is_503_in_time_and_heals(webhook: Webhook) -> None:
    pool = webhook.doors._pool
    async with pool.connection(), pool.connection():
        asked_at = time.monotonic()
        answer = await webhook.post(item())
        took = time.monotonic() - asked_at

    refused(answer)
    assert took < 1.0
    assert (await webhook.post(item())).status_code == 202
    assert webhook.stored() == [(CONTOSO, CALL)]


async def test_a_database_that_hangs_is_503_in_time(webhook: Webhook) -> None:
    with psycopg.connect(webhook.database.writer_dsn) as db, psycopg.connect(webhook.database.owner_dsn) as owner:
        owner.execute("LOCK TABLE inbox IN ACCESS EXCLUSIVE MODE")
        asked_at = time.monotonic()
        answer = await webhook.post(item())
        took = time.monotonic() - asked_at
        assert db.execute("SELECT 1").fetchone() == (1,)

    refused(answer)
    assert took < 1.0


async def test_a_full_or_read_only_database_is_503(webhook: Webhook) -> None:
    await webhook.post()
    with psycopg.connect(webhook.database.owner_dsn) as owner:
        owner.execute("REVOKE INSERT ON inbox FROM sua_writer")

    answer = await webhook.post(item())

    refused(answer)
    with psycopg.connect(webhook.database.owner_dsn) as owner:
        owner.execute("GRANT INSERT ON inbox TO sua_writer")


@pytest.fixture
async def nowhere() -> AsyncIterator[httpx.AsyncClient]:
    """Doors whose database does not exist."""
    pool: AsyncConnectionPool[psycopg.AsyncConnection] = AsyncConnectionPool(
        "host=127.0.0.1 port=1 dbname=none user=none", min_size=0, max_size=2, reconnect_timeout=0, open=False
    )
    await pool.open()
    doors = GraphDoors(pool, lambda tenant: None, Limits(pool_wait_s=0.3, store_s=0.5))
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(Starlette(routes=doors.routes())), base_url="http://sua.test"
    ) as client:
        yield client
    await doors.aclose()
    await pool.close()


async def test_a_database_that_is_down_is_503_and_the_handshake_still_works(nowhere: httpx.AsyncClient) -> None:
    path = "/webhooks/graph/notifications"

    stored = await nowhere.post(path, json={"value": [item()]})
    handshake = await nowhere.post(path, params={"validationToken": "abc"})

    refused(stored)
    assert handshake.text == "abc"


async def test_a_broker_that_is_down_changes_no_answer(webhook: Webhook) -> None:
    def broken(tenant: TenantId) -> None:
        raise Unavailable("the broker is down")

    doors = GraphDoors(webhook.doors._pool, broken)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(Starlette(routes=doors.routes())), base_url="http://sua.test"
    ) as client:
        answer = await client.post("/webhooks/graph/notifications", json={"value": [item()]})
    await doors.aclose()

    assert answer.status_code == 202
    assert webhook.stored() == [(CONTOSO, CALL)]
