"""Nothing of a person is ever in a metric, a span or a log line, however it comes along."""

import json
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from prometheus_client import generate_latest
from starlette.applications import Starlette

from app.clock import SteppedClock
from app.graphql.pool import open_read_pool
from app.ingest.webhooks import GraphDoors
from app.observe.process import whole
from app.observe.requests import CountedAnswers
from app.settings import Settings
from app.telemetry import JsonLines
from tests.database import Database
from tests.graphql.conftest import Client, asking, bearer
from tests.graphql.world import ANNA, CONTOSO, NOON, NUMBER, World, built
from tests.ingest.webhooks.conftest import item
from tests.observe.conftest import catching

CANARY = "Canary4711"
JSON = {"content-type": "application/json"}
CANARIES = (CANARY, CANARY.lower(), "Anna Berg", "anna@example.test", "Frida", NUMBER, str(ANNA))


@dataclass(slots=True)
class Said:
    """Everything that left this process for operators."""

    lines: list[str]
    spans: list[str]
    metrics: str

    def whole(self) -> str:
        return "\n".join([*self.lines, *self.spans, self.metrics])


class Lines(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(JsonLines())
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if not record.name.startswith("httpx"):  # the test's own client
            self.said.append(self.format(record))


@pytest.fixture
def lines() -> Iterator[list[str]]:
    handler, root = Lines(), logging.getLogger()
    root.addHandler(handler)
    level = root.level
    root.setLevel(logging.INFO)
    yield handler.said
    root.setLevel(level)
    root.removeHandler(handler)


@dataclass(slots=True)
class Door:
    client: Client
    world: World


@pytest.fixture
async def door(module_database: Database) -> AsyncIterator[Door]:
    async with AsyncExitStack() as closing:
        world = closing.enter_context(built(module_database.writer_dsn))
        pool = await open_read_pool(module_database.reader_dsn, 2)
        closing.push_async_callback(pool.close)
        client = await closing.enter_async_context(asking(pool, world=world))
        yield Door(client, world)


async def asked_for_persons(door: Door) -> None:
    """Questions that name persons, ask for persons, are wrong about persons, and change something about one."""
    ask, http = door.client.ask, door.client.http
    users = await ask(
        "query Canary4711 { tenants(first: 1) { nodes { at { users(first: 50) { nodes { id name } } } } } }"
    )
    nodes = users["data"]["tenants"]["nodes"][0]["at"]["users"]["nodes"]
    assert "Anna Berg" in {each["name"] for each in nodes}
    for document, variables in (
        ("query Q($id: ID!) { node(id: $id) { id } }", {"id": nodes[0]["id"]}),
        ("query Q($id: ID!) { node(id: $id) { id } }", {"id": CANARY}),
        (f'{{ tenant(id: "{CANARY}") {{ id }} }}', {}),
        (f"{{ {CANARY} }}", {}),
        ("subscription Canary4711 { rebuildProgress { __typename } }", {}),
    ):
        await ask(document, **variables)
    for headers in ({}, {"authorization": f"Bearer {CANARY}"}, bearer("hr") | {"traceparent": CANARY}):
        await http.post("/graphql", content=b'{"query": "{ ' + CANARY.encode() + b'"', headers=headers | JSON)
        await http.get(f"/graphql?query={CANARY}", headers=headers)


async def notified_of_persons(pool: Any) -> None:
    """Notifications of strangers, with what a person may have written wherever Graph would write."""
    doors = GraphDoors(pool, lambda _: None)
    transport = httpx.ASGITransport(CountedAnswers(Starlette(routes=doors.routes())))
    async with httpx.AsyncClient(transport=transport, base_url="http://sua.test") as graph:
        for path in ("/webhooks/graph/notifications", f"/webhooks/graph/{CANARY}", f"/{CANARY}"):
            for body in ({"value": [item(subscriptionId=CANARY, clientState=CANARY, resource=CANARY)]}, CANARY):
                await graph.post(path, json=body)
    await doors.aclose()


async def test_no_canary_gets_out(door: Door, module_database: Database, lines: list[str]) -> None:
    from psycopg_pool import AsyncConnectionPool

    with catching() as caught:
        await asked_for_persons(door)
        async with AsyncConnectionPool(module_database.writer_dsn, min_size=1, kwargs={"autocommit": True}) as pool:
            await notified_of_persons(pool)
        door.world.tabulate(CONTOSO)
        spans = [each.to_json() for each in caught.get_finished_spans()]
    settings = Settings.load(data_dir=Path("/nowhere"))
    metrics = generate_latest(whole(settings, door.world.pool, SteppedClock(NOON))).decode()
    said = Said(lines, spans, metrics)

    assert {json.loads(each)["name"] for each in spans} >= {"graphql query", "webhook"}
    assert 'sua_graphql_requests_total{answer="run",operation="query",outcome="ok"}' in metrics
    assert 'sua_webhook_items_total{outcome="unknown_subscription"}' in metrics
    assert f'sua_log_facts{{tenant="{CONTOSO}"}}' in metrics
    assert {canary for canary in CANARIES if canary in said.whole()} == set()


def test_the_canaries_would_be_found(lines: list[str]) -> None:
    logging.getLogger("sua").error("hello %s", CANARY)

    assert CANARY in Said(lines, [], "").whole()
    assert UUID(str(ANNA)) == ANNA
