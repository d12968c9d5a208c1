"""Calls per second from the notification to the fact, against a loop that only GETs the same records.

The simulator, SUA's webhook and SUA's worker are processes of their own, as in a deployment. Notifications are posted
in batches of 20 while the worker fetches; then the same calls once more from a filled inbox, where the webhook takes
no share of the machine. The bare loop asks the same simulator with the same number of requests at once and throws the
answers away. Graph's limits are counted as always, but flow fast enough never to hold anybody up; what counting costs
is measured by itself.
"""

import asyncio
import multiprocessing
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from statistics import median
from time import perf_counter
from uuid import UUID, uuid4

import aiohttp
import psycopg
import uvicorn
from psycopg_pool import AsyncConnectionPool, ConnectionPool
from starlette.applications import Starlette

from app.clock import SystemClock
from app.commands.desk import Desk
from app.domain.ids import DirectoryId, TenantId
from app.eventstore.keys import KeyRing
from app.eventstore.pools import writer_pool
from app.eventstore.store import EventStore
from app.ingest.fetch import fetch_due
from app.ingest.graph_client import GraphAccess
from app.ingest.limiter import Limiter
from app.ingest.limits import CALLS, LOG, Limit, Scope, scopes_of
from app.ingest.notifications import hashed
from app.ingest.translate.calls import CALL_EXPAND
from app.ingest.webhooks import NOTIFICATIONS_PATH, GraphDoors
from app.ingest.workshop import Workshop
from app.simulator import Options, make_world, running
from bench.database import Database
from bench.figure import Figure

_CALLS = 300
_ROUNDS = 3
_AT_ONCE = 8
_BATCH = 20
_ADMISSIONS = 2_000
_PACE = 10_000.0
_TODAY = datetime(2026, 11, 25, 2, tzinfo=UTC)
_OPTIONS = Options(today=_TODAY, users=200, calls_per_day=400, days_history=3)


def run(database: Database) -> list[Figure]:
    context = multiprocessing.get_context("spawn")
    processes = []

    def started(what: object, *given: object) -> Connection:
        ours, theirs = context.Pipe()
        processes.append(context.Process(target=what, args=(*given, theirs), daemon=True))  # type: ignore[arg-type]
        processes[-1].start()
        return ours

    try:
        simulator, directory, calls = started(_simulate).recv()
        door = started(_serve, database.writer_dsn).recv()
        worker = started(_work, database.writer_dsn, simulator)
        rounds = [_round(database, simulator, directory, calls, door, worker) for _ in range(1 + _ROUNDS)][1:]
    finally:
        for process in processes:
            process.terminate()
            process.join()
    wide, narrow = asyncio.run(_counting(database.writer_dsn, DirectoryId(UUID(directory))))
    return [
        Figure.at_least("fetch_vs_bare_get", median(fetch / bare for bare, fetch, _ in rounds), "ratio", 0.35),
        Figure.at_least(
            "notified_to_fact_vs_bare_get", median(whole / bare for bare, _, whole in rounds), "ratio", 0.3
        ),
        Figure.at_least("fetch_rate", median(fetch for _, fetch, _ in rounds), "calls/s", 0),
        Figure.at_least("notified_to_fact_rate", median(whole for *_, whole in rounds), "calls/s", 0),
        Figure.at_least("bare_get_rate", median(bare for bare, *_ in rounds), "calls/s", 0),
        Figure.at_most("limit_wide", wide, "ms/request", 0.5),
        Figure.at_most("limit_narrow", narrow, "ms/request", 20),
    ]


def _round(
    database: Database, simulator: str, directory: str, calls: Sequence[str], door: str, worker: Connection
) -> tuple[float, float, float]:
    """Calls per second: GET alone, from a filled inbox, from the notification on."""
    bare = len(calls) / asyncio.run(_got(simulator, directory, calls))
    filled, notified = (TenantId(uuid4()) for _ in range(2))
    with psycopg.connect(database.owner_dsn) as owner:
        _bind(owner, filled, directory)
        owner.execute(
            "INSERT INTO inbox (tenant_id, call_id, delivery) SELECT %s, call, gen_random_uuid()"
            " FROM unnest(%s::uuid[]) AS call",
            (filled, list(calls)),
        )
    began = perf_counter()
    worker.send((filled, len(calls)))
    worker.recv()
    fetch = len(calls) / (perf_counter() - began)
    with psycopg.connect(database.owner_dsn) as owner:
        _bind(owner, notified, directory)
    began = perf_counter()
    worker.send((notified, len(calls)))
    asyncio.run(_posted(door + NOTIFICATIONS_PATH, notified, directory, calls))
    worker.recv()
    return bare, fetch, len(calls) / (perf_counter() - began)


def _bind(owner: psycopg.Connection, tenant: TenantId, directory: str) -> None:
    """The directory is this customer's from now on: each round has a log of its own."""
    owner.execute("DELETE FROM tenant_directory")
    owner.execute("DELETE FROM graph_subscriptions")
    owner.execute(
        "INSERT INTO tenant_directory (directory_id, tenant_id, bound_at) VALUES (%s, %s, now())", (directory, tenant)
    )
    owner.execute(
        "INSERT INTO graph_subscriptions (client_state_hash, tenant_id, directory_id, resource, subscription_id,"
        " created_at) VALUES (%s, %s, %s, '/communications/callRecords', %s, now())",
        (hashed(str(tenant)), tenant, directory, f"of {tenant}"),
    )


async def _got(simulator: str, directory: str, calls: Sequence[str]) -> float:
    """Seconds to GET every record and throw it away."""
    waiting = list(calls)
    connector = aiohttp.TCPConnector(limit=_AT_ONCE)
    async with aiohttp.ClientSession(connector=connector) as client:
        form = {"grant_type": "client_credentials", "scope": "https://graph.microsoft.com/.default"}
        secrets = {"client_id": _OPTIONS.client_id, "client_secret": _OPTIONS.client_secret}
        async with client.post(f"{simulator}/{directory}/oauth2/v2.0/token", data=form | secrets) as answer:
            headers = {"Authorization": f"Bearer {(await answer.json())['access_token']}"}

        async def get() -> None:
            while waiting:
                url = f"{simulator}/v1.0/communications/callRecords/{waiting.pop()}"
                async with client.get(url, params={"$expand": CALL_EXPAND}, headers=headers) as answer:
                    answer.raise_for_status()
                    await answer.read()

        began = perf_counter()
        await asyncio.gather(*(get() for _ in range(_AT_ONCE)))
        return perf_counter() - began


async def _posted(url: str, tenant: TenantId, directory: str, calls: Sequence[str]) -> None:
    async with aiohttp.ClientSession() as client:
        for start in range(0, len(calls), _BATCH):
            items = [_item(tenant, directory, call) for call in calls[start : start + _BATCH]]
            async with client.post(url, json={"value": items}) as answer:
                if answer.status != 202:
                    raise RuntimeError(f"{url} answered {answer.status}")


def _item(tenant: TenantId, directory: str, call: str) -> dict[str, object]:
    resource = f"communications/callRecords/{call}"
    return {
        "subscriptionId": f"of {tenant}",
        "clientState": str(tenant),
        "changeType": "updated",
        "resource": resource,
        "subscriptionExpirationDateTime": "2026-11-25T00:00:00.000+00:00",
        "resourceData": {"@odata.type": "#Microsoft.Graph.callrecord", "@odata.id": resource, "id": call},
        "tenantId": directory,
    }


async def _counting(dsn: str, directory: DirectoryId) -> tuple[float, float]:
    """Milliseconds that one admission takes: to call records, whose slots come in batches; and one by one."""
    with ConnectionPool(dsn, min_size=1, max_size=4, open=True) as pool:
        limiter = Limiter(pool, _PACE)
        calls = scopes_of(directory, f"/v1.0/communications/callRecords/{uuid4()}", "")
        narrow = [Scope("narrow", Limit(LOG.requests, 1 / CALLS.requests, LOG.burst))]
        return await _per_admission(limiter, calls, _ADMISSIONS), await _per_admission(limiter, narrow, 200)


async def _per_admission(limiter: Limiter, scopes: Sequence[Scope], times: int) -> float:
    began = perf_counter()
    for _ in range(times):
        await limiter.admit(scopes, 10)
    return (perf_counter() - began) / times * 1000


def _simulate(ready: Connection) -> None:
    world = make_world(_OPTIONS)
    ((directory, company),) = world.companies.items()
    world.consents[directory] = ("CallRecords.Read.All",)
    calls = [call.id for call in company.calls if call.version_at(world.now) is not None][:_CALLS]
    if len(calls) < _CALLS:
        raise RuntimeError(f"the company has {len(calls)} calls to show")
    with running(world) as url:
        ready.send((url, directory, calls))
        while True:
            time.sleep(60)


def _serve(dsn: str, ready: Connection) -> None:
    pool: AsyncConnectionPool[psycopg.AsyncConnection] = AsyncConnectionPool(
        dsn, min_size=2, max_size=4, kwargs={"autocommit": True}, open=False
    )
    doors = GraphDoors(pool, lambda _: None)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with pool:
            yield

    app = Starlette(routes=doors.routes(), lifespan=lifespan)
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", access_log=False)
    socket = config.bind_socket()
    ready.send(f"http://127.0.0.1:{socket.getsockname()[1]}")
    uvicorn.Server(config).run([socket])


def _work(dsn: str, simulator: str, wanted: Connection) -> None:
    """Fetch for the tenants named, each until so many calls are in its log."""
    pool = writer_pool(dsn)
    desk = Desk(EventStore(pool, KeyRing(pool, bytes(32))), SystemClock(), lambda _tenant, _position: None)
    access = GraphAccess(
        simulator,
        simulator,
        _OPTIONS.client_id,
        _OPTIONS.client_secret,
        concurrency=_AT_ONCE,
        limiter=Limiter(pool, _PACE),
    )
    shop = Workshop(desk, pool, access, "http://127.0.0.1")
    while True:
        tenant, calls = wanted.recv()
        while desk.store.head(tenant) < calls:
            if not asyncio.run(fetch_due(shop, tenant)):
                time.sleep(0.005)
        wanted.send(None)
