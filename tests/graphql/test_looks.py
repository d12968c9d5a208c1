"""What was seen a moment ago of rights and positions is not asked again; what it leads to is of one position all the
same.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest
from strawberry.types.arguments import convert_argument

from app.domain.events.coverage import Feed
from app.domain.policy import DEFAULT_POLICY
from app.graphql.compiled import calling
from app.graphql.compiled.batch import Batch, Batches
from app.graphql.compiled.exchange import Wire
from app.graphql.compiled.leading import SupposedRows
from app.graphql.compiled.looks import Looks
from app.graphql.pool import open_read_pool
from app.projections.reading import Question
from tests.database import Database
from tests.graphql.changes import POLICY
from tests.graphql.conftest import SETTINGS, Client, asking
from tests.graphql.world import BERT, CONTOSO, NOON, World, built, discovered

LONG = 60.0
USER = """query ($id: ID!, $user: ID!, $knownAt: DateTime) { tenant(id: $id) { at(knownAt: $knownAt) {
  position user(id: $user) { name department } } } }"""
SETTLED = "query ($id: ID!, $position: Position!) { tenant(id: $id) { at(atLeast: $position) { position } } }"


@pytest.fixture
def own_world(database: Database) -> Iterator[World]:
    with built(database.writer_dsn) as made:
        yield made


@asynccontextmanager
async def looking(database: Database, world: World, seconds: float) -> AsyncIterator[Client]:
    pool = await open_read_pool(database.reader_dsn, 4)
    settings = replace(SETTINGS, look_seconds=seconds, answers_bytes=0)
    async with asking(pool, settings, world=world) as client:
        yield client
    await pool.close()


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many questions each message held."""
    real, counted = Batches.answers, []

    async def noted(self: Batches, wire: Wire, batch: Batch) -> Any:
        counted.append(len(batch.places))
        return await real(self, wire, batch)

    monkeypatch.setattr(Batches, "answers", noted)
    return counted


async def bert(client: Client, **variables: Any) -> dict[str, Any]:
    data = await client.data(USER, "viewer", id=str(CONTOSO), user=str(BERT), **variables)
    found: dict[str, Any] = data["tenant"]["at"]
    return found


def move(world: World) -> None:
    """Bert comes into another department."""
    world.seats(CONTOSO, [discovered(BERT, "Bert Tal", "Elsewhere")], at=NOON)
    world.read(CONTOSO, Feed.LICENCES, NOON)
    world.tabulate(CONTOSO)


async def test_within_a_look_only_what_is_asked_for_is_asked(
    database: Database, own_world: World, asked: list[int]
) -> None:
    async with looking(database, own_world, LONG) as client:
        first = await bert(client)
        asked.clear()
        again = await bert(client)

    assert asked == [1]
    assert again == first


async def test_without_looks_rights_and_standing_are_asked_with_every_question(
    database: Database, own_world: World, asked: list[int]
) -> None:
    async with looking(database, own_world, 0) as client:
        await bert(client)
        asked.clear()
        await bert(client)

    assert asked == [3]


async def test_while_a_look_stands_every_row_is_of_the_position_that_was_seen(
    database: Database, own_world: World
) -> None:
    async with looking(database, own_world, 0.3) as client:
        before = await bert(client)
        move(own_world)
        meanwhile = await bert(client)
        await asyncio.sleep(0.35)
        after = await bert(client)

    assert meanwhile == before
    assert int(after["position"]) > int(before["position"])
    assert after["user"]["department"] == "Elsewhere" != before["user"]["department"]


async def test_a_change_made_here_ends_every_look(database: Database, own_world: World) -> None:
    async with looking(database, own_world, LONG) as client:
        before = await bert(client)
        told = await client.data(POLICY, "admin", id=str(CONTOSO), policy={"idleDays": 60})
        after = await bert(client)

    assert int(after["position"]) == int(told["changePolicy"]["position"]) > int(before["position"])


@pytest.mark.parametrize("answers_bytes", [0, 2**20])
@pytest.mark.parametrize("compiled", [True, False])
async def test_who_was_shown_a_position_is_told_of_nothing_older_afterwards(
    database: Database, own_world: World, answers_bytes: int, compiled: bool
) -> None:
    """As the portal does after a change: it waits for the position, then asks anew for what is on screen."""
    pool = await open_read_pool(database.reader_dsn, 4)
    settings = replace(SETTINGS, look_seconds=LONG, answers_bytes=answers_bytes, compiled=compiled)
    async with asking(pool, settings, world=own_world) as client:
        before = [await bert(client) for _ in range(2)][-1]
        move(own_world)
        wanted = str(int(before["position"]) + 1)
        await client.data(SETTLED, "viewer", id=str(CONTOSO), position=wanted)
        after = await bert(client)
    await pool.close()

    assert int(after["position"]) >= int(wanted)
    assert after["user"]["department"] == "Elsewhere"


@pytest.mark.parametrize("as_of", [None, "2026-11-23"])
async def test_a_tenant_at_a_moment_is_remembered_until_the_day_ends_and_never_before_it_was_asked(
    database: Database, own_world: World, as_of: str | None
) -> None:
    document = """query ($id: ID!, $user: ID!, $asOf: Date) { tenant(id: $id) { at(asOf: $asOf) {
      id asOf user(id: $user) { id name } } } }"""
    midnight = datetime(2026, 11, 24, tzinfo=ZoneInfo(DEFAULT_POLICY.time_zone)).astimezone(UTC)
    told = dict[bool, list[Any]]()
    for compiled in (True, False):
        pool = await open_read_pool(database.reader_dsn, 2)
        settings = replace(SETTINGS, look_seconds=LONG, answers_bytes=0, compiled=compiled)
        async with asking(pool, settings, world=own_world) as client:
            told[compiled] = []
            for seconds in (-2, -1, 0, 1, -1):
                client.clock.step_to(midnight + timedelta(seconds=seconds))
                answer = await client.data(document, "viewer", id=str(CONTOSO), user=str(BERT), asOf=as_of)
                told[compiled].append(answer["tenant"]["at"])
        await pool.close()

    assert told[True] == told[False]
    days = [each["asOf"] for each in told[True]]
    assert days == [as_of or f"2026-11-{day}" for day in (23, 23, 24, 24, 23)]


def test_what_was_asked_earlier_and_heard_later_does_not_take_the_place_of_what_is_newer() -> None:
    looks, now, question = Looks(LONG), monotonic(), SupposedRows(("standing",), Question("", {}), None)

    looks.take(question, ((2,),), now)
    looks.take(question, ((1,),), now - 1)

    standing = looks.found(question.key, now)
    assert standing is not None
    assert standing.answer == ((2,),)


async def test_a_tenant_that_is_gone_is_told_no_longer_than_a_look_stands(database: Database, own_world: World) -> None:
    async with looking(database, own_world, 0.3) as client:
        await bert(client)
        with psycopg.connect(database.owner_dsn, autocommit=True) as owner:
            owner.execute("UPDATE tenants SET state = 'OFFBOARDED' WHERE tenant_id = %s", (CONTOSO,))
        await bert(client)
        await asyncio.sleep(0.35)
        code = await client.code(USER, "viewer", id=str(CONTOSO), user=str(BERT))

    assert code == "FORBIDDEN"


async def test_who_waits_longer_than_a_look_stands_is_looked_at_again(database: Database, own_world: World) -> None:
    pool = await open_read_pool(database.reader_dsn, 1)
    settings = replace(SETTINGS, look_seconds=0.3, answers_bytes=0)
    async with asking(pool, settings, world=own_world) as client:
        await bert(client)
        async with pool.connection():
            waiting = asyncio.create_task(client.code(USER, "viewer", id=str(CONTOSO), user=str(BERT)))
            await asyncio.sleep(0)
            with psycopg.connect(database.owner_dsn, autocommit=True) as owner:
                owner.execute("UPDATE tenants SET state = 'OFFBOARDED' WHERE tenant_id = %s", (CONTOSO,))
            await asyncio.sleep(0.35)
        code = await waiting
    await pool.close()

    assert code == "FORBIDDEN"


async def test_how_far_the_log_is_ahead_is_of_the_last_look(database: Database, own_world: World) -> None:
    async def ahead(client: Client) -> int:
        content = await client.ask(USER, "viewer", id=str(CONTOSO), user=str(BERT))
        (lag,) = content["extensions"]["lag"].values()
        return int(lag["facts"])

    async with looking(database, own_world, 0.3) as client:
        await ahead(client)
        own_world.read(CONTOSO, Feed.LICENCES, NOON)  # a fact the tables do not know yet
        await asyncio.sleep(0.35)
        seen = await ahead(client)
        again = await ahead(client)

    assert seen == again == 1


async def test_a_moment_known_earlier_has_a_look_of_its_own(database: Database, own_world: World) -> None:
    earlier = (NOON - timedelta(days=2)).isoformat()
    async with looking(database, own_world, LONG) as client:
        now = await bert(client)
        then = [await bert(client, knownAt=earlier) for _ in range(2)]

    assert then[0] == then[1]
    assert int(then[0]["position"]) < int(now["position"])


async def test_what_was_made_of_variables_serves_every_page_and_is_gone_after_a_minute(
    database: Database, own_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = """query ($id: ID!, $department: String, $after: String) { tenant(id: $id) { at {
      users(first: 1, after: $after, filter: { department: $department }) { pageInfo { endCursor } } } } }"""
    made = list[Any]()

    def noted(value: Any, *rest: Any) -> Any:
        made.append(value)
        return convert_argument(value, *rest)

    monkeypatch.setattr(calling, "convert_argument", noted)
    monkeypatch.setattr(calling, "MADE_SECONDS", 3.0)
    async with looking(database, own_world, LONG) as client:
        after = None
        for _ in range(3):
            answer = await client.data(document, "viewer", id=str(CONTOSO), department=None, after=after)
            after = answer["tenant"]["at"]["users"]["pageInfo"]["endCursor"]
        by_then = len(made)
        await asyncio.sleep(3.1)
        await client.data(document, "viewer", id=str(CONTOSO), department=None)

    assert (by_then, len(made)) == (1, 2)
