"""Looks that somebody rests on are taken again by nobody's request, and never stand longer than one that is not."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from time import monotonic, sleep
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest

from app import telemetry
from app.domain.events.coverage import Feed
from app.graphql.compiled import renewal
from app.graphql.compiled.batch import Batch, Batches, Part, Scope
from app.graphql.compiled.exchange import Wire
from app.graphql.compiled.leading import Leading, SupposedTenants
from app.graphql.compiled.looks import UNUSED_MAX
from app.graphql.compiled.supposed import Memory
from app.graphql.pool import open_read_pool
from app.projections.reading import Question
from tests.database import Database
from tests.graphql.conftest import SETTINGS, Client, asking
from tests.graphql.test_looks import USER, bert, move
from tests.graphql.world import BERT, CONTOSO, CONTOSO_DIRECTORY, FABRIKAM, NOON, World, built

LOOK = 0.3
FAILED = "graphql.renewal_failed"


@pytest.fixture
def own_world(database: Database) -> Iterator[World]:
    with built(database.writer_dsn) as made:
        yield made


@pytest.fixture
async def client(database: Database, own_world: World) -> AsyncIterator[Client]:
    pool = await open_read_pool(database.reader_dsn, 4)
    async with asking(pool, replace(SETTINGS, look_seconds=LOOK, answers_bytes=0), world=own_world) as client:
        yield client
    await pool.close()


@dataclass
class Messages:
    """How many questions each held, and when it was sent."""

    asked: list[tuple[float, int]] = field(default_factory=list)

    def since(self, began: float) -> list[int]:
        return [questions for sent, questions in self.asked if sent >= began]


@pytest.fixture
def messages(monkeypatch: pytest.MonkeyPatch) -> Messages:
    real, noted = Batches.answers, Messages()

    async def answers(self: Batches, wire: Wire, batch: Batch) -> Any:
        noted.asked.append((monotonic(), len(batch.places)))
        return await real(self, wire, batch)

    monkeypatch.setattr(Batches, "answers", answers)
    return noted


async def asked_on(seconds: float, ask: Callable[[], Any]) -> list[tuple[float, Any]]:
    """What is told again and again, and when it was asked."""
    until, told = monotonic() + seconds, list[tuple[float, Any]]()
    while monotonic() < until:
        asked_at = monotonic()
        told.append((asked_at, await ask()))
        await asyncio.sleep(0.01)
    return told


def settled(told: Sequence[tuple[float, Any]], since: float) -> list[Any]:
    """What was told of questions that came when the looks from before `since` were over, once each."""
    found = list[Any]()
    for asked_at, each in told:
        if asked_at > since + LOOK and each not in found:
            found.append(each)
    assert found
    return found


@contextmanager
def owner(database: Database) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database.owner_dsn, autocommit=True) as connection:
        yield connection


@pytest.fixture
def renewals(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Of how many directories and of how many tenants looks were renewed, message by message."""
    real, counted = Part.of, list[int]()

    def noted(scope: Scope, *asked: Any) -> Part:
        counted.append(len(scope.directories) + len(scope.tenants))
        return real(scope, *asked)

    monkeypatch.setattr(renewal, "Part", SimpleNamespace(of=noted))
    return counted


@pytest.mark.parametrize("pause", [0.0, 0.03])
async def test_while_they_are_used_no_request_has_to_look(
    client: Client, messages: Messages, renewals: list[int], monkeypatch: pytest.MonkeyPatch, pause: float
) -> None:
    """Also where rights were looked at some time before the standing: they are renewed together from then on."""
    real = Memory.hear

    def hear(self: Memory, supposed: Leading, *rest: Any) -> bool:
        sleep(pause * isinstance(supposed, SupposedTenants))
        return real(self, supposed, *rest)

    monkeypatch.setattr(Memory, "hear", hear)
    await asked_on(2 * LOOK, lambda: bert(client))
    renewals.clear()
    began = monotonic()
    told = await asked_on(5 * LOOK, lambda: bert(client))
    sent = messages.since(began)

    assert 4 <= len(renewals) <= 16
    assert renewals.count(2) >= len(renewals) - 1
    assert sum(questions > 1 for questions in sent) - len(renewals) <= 1
    assert len(sent) - len(renewals) - len(told) <= 1


async def test_when_nobody_asks_any_more_nobody_looks_any_more(client: Client, messages: Messages) -> None:
    await asked_on(LOOK, lambda: bert(client))
    await asyncio.sleep((UNUSED_MAX + 2) * LOOK)
    began = monotonic()
    await asyncio.sleep(2 * LOOK)
    silent = messages.since(began)
    await bert(client)

    assert silent == []
    assert 3 in messages.since(began)


async def test_for_who_asks_once_nothing_is_renewed(client: Client, messages: Messages, renewals: list[int]) -> None:
    await bert(client)
    asked = len(messages.asked)
    await asyncio.sleep(2 * LOOK)

    assert renewals == []
    assert len(messages.asked) == asked


async def test_who_lost_a_tenant_is_refused_after_a_look_however_much_they_ask(
    database: Database, client: Client
) -> None:
    async def code() -> str | None:
        content = await client.ask(USER, "viewer", id=str(CONTOSO), user=str(BERT))
        return content["errors"][0]["extensions"]["code"] if content.get("errors") else None

    before = await asked_on(2 * LOOK, code)
    with owner(database) as connection:
        connection.execute("UPDATE tenants SET state = 'OFFBOARDED' WHERE tenant_id = %s", (CONTOSO,))
    lost = monotonic()
    after = await asked_on(3 * LOOK, code)

    assert {each for _, each in before} == {None}
    assert settled(after, lost) == ["FORBIDDEN"]


async def test_who_was_given_a_tenant_sees_it_after_a_look(database: Database, client: Client) -> None:
    document = "query ($id: ID!) { tenant(id: $id) { at { users(first: 1) { nodes { name } } } } }"

    async def fabrikams() -> Any:
        await bert(client)
        return (await client.ask(document, "viewer", id=str(FABRIKAM)))["data"]["tenant"]

    before = await asked_on(2 * LOOK, fabrikams)
    with owner(database) as connection:
        connection.execute("UPDATE tenants SET directory_id = %s", (CONTOSO_DIRECTORY,))
    given = monotonic()
    (after,) = settled(await asked_on(3 * LOOK, fabrikams), given)

    assert {each for _, each in before} == {None}
    assert after["at"]["users"]["nodes"]


async def test_what_moved_is_told_after_a_look(client: Client, own_world: World) -> None:
    before = await asked_on(2 * LOOK, lambda: bert(client))
    moving = asyncio.create_task(asyncio.to_thread(move, own_world))
    meanwhile = await asked_on(LOOK, lambda: bert(client))
    await moving
    moved_at = monotonic()
    (after,) = settled(await asked_on(3 * LOOK, lambda: bert(client)), moved_at)

    assert {each["user"]["department"] for _, each in before} != {"Elsewhere"}
    assert after["user"]["department"] == "Elsewhere"
    positions = [int(each["position"]) for _, each in [*before, *meanwhile]]
    assert positions == sorted(positions)
    assert int(after["position"]) > positions[0]


async def test_how_far_the_log_is_ahead_is_told_after_a_look(client: Client, own_world: World) -> None:
    async def ahead() -> int:
        content = await client.ask(USER, "viewer", id=str(CONTOSO), user=str(BERT))
        (lag,) = content["extensions"]["lag"].values()
        return int(lag["facts"])

    before = await asked_on(2 * LOOK, ahead)
    own_world.read(CONTOSO, Feed.LICENCES, NOON)  # a fact the tables do not know yet
    written = monotonic()
    after = await asked_on(3 * LOOK, ahead)

    assert {each for _, each in before} == {0}
    assert settled(after, written) == [1]


async def test_where_a_renewal_fails_requests_look_themselves_and_it_is_told(
    client: Client, messages: Messages, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed = list[object]()

    def broken(standings: object) -> Question:
        failed.append(standings)
        return Question("SELECT 1 / (pg_backend_pid() - pg_backend_pid())", {})

    first, counted = await bert(client), telemetry.counted().get(FAILED, 0)
    monkeypatch.setattr(renewal, "moved", broken)
    began = monotonic()
    told = await asked_on(5 * LOOK, lambda: bert(client))

    assert 1 <= len(failed) <= 2  # and then a pause
    assert telemetry.counted()[FAILED] == counted + len(failed)
    assert [each for _, each in told] == [first] * len(told)
    assert sum(questions > 1 for questions in messages.since(began)) >= len(failed) + 2
