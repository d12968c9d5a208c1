"""Notification items the webhook accepts per second, against a bare Starlette handler that does one INSERT of them.

One server process (uvicorn) serves both, on one pool, into one table; a client process posts to them in turns. The
bare handler parses the JSON and stores what it says: no limit, no check, no subscription. Items come in POSTs of 20,
as Graph batches them when a tenant is busy, and one by one, as it sends them otherwise.
"""

import asyncio
import json
import multiprocessing
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from multiprocessing.connection import Connection
from statistics import median
from time import perf_counter
from uuid import UUID, uuid4

import aiohttp
import psycopg
import uvicorn
from psycopg_pool import AsyncConnectionPool
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.ingest.notifications import hashed
from app.ingest.webhooks import NOTIFICATIONS_PATH, GraphDoors
from bench.database import Database
from bench.figure import Figure

_BARE_PATH = "/bare"
_ROUNDS = 7
_POSTS = 400
_AT_ONCE = 16
_POOL = 8
_TENANT = UUID("00000000-0000-4000-8000-00000000c001")
_DIRECTORY = UUID("00000000-0000-4000-8000-0000000000d1")
_SUBSCRIPTION = "7b1b1c4e-0000-4000-8000-000000000001"
_SECRET = "s" * 43
_INSERT = (
    "INSERT INTO inbox (tenant_id, call_id, delivery)"
    " SELECT tenant_id, call_id, %s FROM unnest(%s::uuid[], %s::uuid[]) AS item (tenant_id, call_id)"
)


def run(database: Database) -> list[Figure]:
    with psycopg.connect(database.owner_dsn) as owner:
        owner.execute(
            "INSERT INTO graph_subscriptions (client_state_hash, tenant_id, directory_id, resource, subscription_id,"
            " created_at) VALUES (%s, %s, %s, '/communications/callRecords', %s, now())",
            (hashed(_SECRET), _TENANT, _DIRECTORY, _SUBSCRIPTION),
        )
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    server = context.Process(target=_serve, args=(database.writer_dsn, theirs), daemon=True)
    server.start()
    try:
        return asyncio.run(_measured(f"http://127.0.0.1:{ours.recv()}"))
    finally:
        server.terminate()
        server.join()


async def _measured(base: str) -> list[Figure]:
    batched = await _rates(base, items=20)
    single = await _rates(base, items=1)
    return [
        Figure.at_least("webhook_vs_insert", _ratio(batched), "ratio", 0.6),
        Figure.at_least("webhook_vs_insert_single_items", _ratio(single), "ratio", 0.6),
        Figure.at_least("webhook_rate", median(ours for ours, _ in batched), "items/s", 0),
        Figure.at_least("webhook_rate_single_items", median(ours for ours, _ in single), "items/s", 0),
    ]


def _ratio(rates: list[tuple[float, float]]) -> float:
    return median(ours / bare for ours, bare in rates)


async def _rates(base: str, items: int) -> list[tuple[float, float]]:
    """Items per second of the webhook and of the bare handler, round by round; the first finds cold caches."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=_AT_ONCE)) as client:
        rates = []
        for _ in range(1 + _ROUNDS):
            bodies = [_body(items) for _ in range(_POSTS)]
            webhook = await _rate(client, base + NOTIFICATIONS_PATH, bodies, items)
            rates.append((webhook, await _rate(client, base + _BARE_PATH, bodies, items)))
        return rates[1:]


async def _rate(client: aiohttp.ClientSession, url: str, bodies: list[bytes], items: int) -> float:
    waiting = list(bodies)

    async def post() -> None:
        while waiting:
            headers = {"Content-Type": "application/json"}
            async with client.post(url, data=waiting.pop(), headers=headers) as answer:
                if answer.status != 202:
                    raise RuntimeError(f"{url} answered {answer.status}")

    began = perf_counter()
    await asyncio.gather(*(post() for _ in range(_AT_ONCE)))
    return len(bodies) * items / (perf_counter() - began)


def _body(items: int) -> bytes:
    return json.dumps({"value": [_item(uuid4()) for _ in range(items)]}).encode()


def _item(call: UUID) -> dict[str, object]:
    resource = f"communications/callRecords/{call}"
    return {
        "subscriptionId": _SUBSCRIPTION,
        "clientState": _SECRET,
        "changeType": "updated",
        "resource": resource,
        "subscriptionExpirationDateTime": "2026-11-25T00:00:00.000+00:00",
        "resourceData": {"@odata.type": "#Microsoft.Graph.callrecord", "@odata.id": resource, "id": str(call)},
        "tenantId": str(_DIRECTORY),
    }


def _serve(dsn: str, ready: Connection) -> None:
    pool: AsyncConnectionPool[psycopg.AsyncConnection] = AsyncConnectionPool(
        dsn, min_size=_POOL, max_size=_POOL, kwargs={"autocommit": True}, open=False
    )
    doors = GraphDoors(pool, lambda _: None)

    async def bare(request: Request) -> Response:
        calls = [item["resourceData"]["id"] for item in (await request.json())["value"]]
        async with pool.connection() as db:
            await db.execute(_INSERT, (uuid4(), [_TENANT] * len(calls), calls))
        return Response(status_code=202)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with pool:
            yield

    app = Starlette(routes=[*doors.routes(), Route(_BARE_PATH, bare, methods=["POST"])], lifespan=lifespan)
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", access_log=False)
    socket = config.bind_socket()
    ready.send(socket.getsockname()[1])
    uvicorn.Server(config).run([socket])
