"""No acknowledged notification is lost, whenever the web process is killed."""

import asyncio
import multiprocessing
import os
import random
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from multiprocessing.process import BaseProcess
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest
import uvicorn
from psycopg_pool import AsyncConnectionPool
from starlette.applications import Starlette

from app.ingest.webhooks import NOTIFICATIONS_PATH, GraphDoors
from tests.ingest.webhooks.conftest import CONTOSO, Webhook, item

KILLS = 12


def serve(dsn: str, port: int) -> None:
    pool: AsyncConnectionPool[psycopg.AsyncConnection] = AsyncConnectionPool(
        dsn, min_size=1, max_size=4, kwargs={"autocommit": True}, open=False
    )

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with pool:
            yield

    app = Starlette(routes=GraphDoors(pool, lambda tenant: None).routes(), lifespan=lifespan)
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="critical", access_log=False)


def start(dsn: str, port: int) -> BaseProcess:
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(dsn, port), daemon=True)
    process.start()
    return process


async def deliver(client: httpx.AsyncClient, url: str, call: UUID, news: asyncio.Queue[UUID]) -> None:
    """As Graph does: again until 2xx."""
    while True:
        try:
            answer = await client.post(url, json={"value": [item(call)]})
        except httpx.TransportError:
            await asyncio.sleep(0.02)
            continue
        if answer.status_code == 202:
            news.put_nowait(call)
            return


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_a_web_process_killed_at_any_moment_loses_nothing_it_acknowledged(
    webhook: Webhook, unused_tcp_port: int
) -> None:
    url = f"http://127.0.0.1:{unused_tcp_port}{NOTIFICATIONS_PATH}"
    acknowledged: set[UUID] = set()
    news: asyncio.Queue[UUID] = asyncio.Queue()
    chance = random.Random(1)
    process = start(webhook.database.writer_dsn, unused_tcp_port)
    async with httpx.AsyncClient(timeout=5) as client:
        stopped = asyncio.Event()

        async def keep_sending() -> None:
            while not stopped.is_set():
                call = uuid4()
                await deliver(client, url, call, news)
                acknowledged.add(call)

        senders = [asyncio.create_task(keep_sending()) for _ in range(8)]
        for _ in range(KILLS):
            for _ in range(50):
                await news.get()
            await asyncio.sleep(chance.random() * 0.05)
            os.kill(process.pid or 0, signal.SIGKILL)
            process.join()
            process = start(webhook.database.writer_dsn, unused_tcp_port)
        stopped.set()
        await asyncio.gather(*senders)
    process.kill()
    process.join()

    stored = {call for tenant, call in webhook.stored() if tenant == CONTOSO}
    assert acknowledged - stored == set()
    assert len(acknowledged) >= KILLS * 50
