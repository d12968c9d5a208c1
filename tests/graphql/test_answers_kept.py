"""Answers are kept by what they follow from. A row changed behind the engine's back shows which ones were."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest

from app.domain.events.coverage import Feed
from app.domain.policy import DEFAULT_POLICY
from app.graphql.http import RESPONSE
from app.graphql.pool import open_read_pool
from tests.database import Database
from tests.graphql.conftest import SETTINGS, Client, asking, bearer
from tests.graphql.world import CONTOSO, FABRIKAM, NOON, World, built

NAME = "query ($id: ID!) { tenant(id: $id) { organisation } }"
NOW, LATER = "Contoso GmbH", "Renamed"


@dataclass(slots=True)
class Stage:
    client: Client
    world: World
    owner_dsn: str

    def rename(self, name: str = LATER) -> None:
        """As no projection would: at no position."""
        with psycopg.connect(self.owner_dsn, autocommit=True) as owner:
            owner.execute("UPDATE tenants SET organisation = %s WHERE tenant_id = %s", (name, CONTOSO))

    async def named(self, query: str = NAME, who: str = "viewer", **variables: Any) -> str:
        data = await self.client.data(query, who, id=str(CONTOSO), **variables)
        return str(data["tenant"]["organisation"])

    def pass_by(self, time: timedelta) -> None:
        self.client.clock.step_to(self.client.clock.now() + time)

    def advance(self) -> None:
        self.world.read(CONTOSO, Feed.LICENCES, NOON)
        self.world.tabulate(CONTOSO)


@pytest.fixture
def own_world(database: Database) -> Iterator[World]:
    with built(database.writer_dsn) as made:
        yield made


@pytest.fixture
async def stage(database: Database, own_world: World) -> AsyncIterator[Stage]:
    pool = await open_read_pool(database.reader_dsn, 4)
    async with asking(pool) as client:
        yield Stage(client, own_world, database.owner_dsn)
    await pool.close()


async def test_an_answer_is_given_again_until_a_table_moves(stage: Stage) -> None:
    first = await stage.named()
    stage.rename()
    again = await stage.named()
    stage.advance()
    after = await stage.named()

    assert (first, again, after) == (NOW, NOW, LATER)


async def test_an_answer_is_given_again_for_a_minute_at_most(stage: Stage) -> None:
    await stage.named()
    stage.rename()
    stage.pass_by(timedelta(seconds=59))
    then = await stage.named()
    stage.pass_by(timedelta(seconds=1))

    assert (then, await stage.named()) == (NOW, LATER)


async def test_a_rebuilt_or_stopped_table_is_another_state_at_the_same_position(stage: Stage) -> None:
    for change in ("version = version + 1", "stopped_at = 5, reason = 'a test'"):
        stage.rename(NOW)
        stage.advance()
        await stage.named()
        stage.rename()
        with psycopg.connect(stage.owner_dsn, autocommit=True) as owner:
            owner.execute(f"UPDATE checkpoints SET {change} WHERE tenant_id = %s AND projection = 'prices'", (CONTOSO,))

        assert await stage.named() == LATER, change


@pytest.mark.parametrize("other", ["admin", "auditor", "hr", "owner", "operator"])
async def test_viewers_with_other_rights_never_share_an_answer(stage: Stage, other: str) -> None:
    await stage.named(who="viewer")
    stage.rename()

    assert await stage.named(who=other) == LATER
    assert await stage.named(who="viewer") == NOW


async def test_names_kept_for_one_who_may_see_persons_are_pseudonyms_for_another(stage: Stage) -> None:
    query = """query ($id: ID!) { tenant(id: $id) { at(asOf: "2026-11-22") {
      users(first: 1, filter: {department: "Ops"}) { nodes { name } } } } }"""
    seen = {}
    for who in ("hr", "viewer", "hr", "viewer"):
        data = await stage.client.data(query, who, id=str(CONTOSO))
        (user,) = data["tenant"]["at"]["users"]["nodes"]
        seen[who] = user["name"]

    assert seen["hr"] == "Cleo See"
    assert seen["viewer"].startswith("Person ")


async def test_what_is_kept_of_a_tenant_is_not_there_for_its_neighbour(stage: Stage) -> None:
    await stage.named(who="hr")

    assert await stage.client.code(NAME, "neighbour", id=str(CONTOSO)) == "NOT_FOUND"


async def test_who_lost_every_role_is_refused_though_the_answer_is_kept(stage: Stage) -> None:
    await stage.named(who="viewer")

    assert await stage.client.code(NAME, "nobody", id=str(CONTOSO)) == "FORBIDDEN"


async def test_other_documents_operations_and_variables_have_answers_of_their_own(stage: Stage) -> None:
    two = "query A($id: ID!) { tenant(id: $id) { organisation } } query B($id: ID!) { tenant(id: $id) { name } }"
    first, second = [
        (
            await stage.client.http.post(
                "/graphql",
                json={"query": two, "operationName": name, "variables": {"id": str(CONTOSO)}},
                headers=bearer("owner"),
            )
        ).json()["data"]
        for name in ("A", "B")
    ]
    contoso = await stage.client.data(NAME, "owner", id=str(CONTOSO))
    fabrikam = await stage.client.data(NAME, "owner", id=str(FABRIKAM))

    assert (first, second) == ({"tenant": {"organisation": NOW}}, {"tenant": {"name": "Contoso"}})
    assert (contoso["tenant"]["organisation"], fabrikam["tenant"]["organisation"]) == (NOW, "Fabrikam GmbH")


OF_THE_INSTANT = [
    "freshness { complete }",
    "subscription { state } coverage { hour }",
    "coverage { hour }",
    "at { knownAt }",
    "at { freshness { complete } }",
    'at(asOf: "2026-11-20") { freshness { complete } }',
    "at { callReport { freshness { complete } } }",
]


@pytest.mark.parametrize("selection", OF_THE_INSTANT)
async def test_what_is_said_of_the_instant_of_asking_is_never_kept(stage: Stage, selection: str) -> None:
    query = f"query ($id: ID!) {{ tenant(id: $id) {{ organisation {selection} }} }}"
    await stage.named(query)
    stage.rename()

    assert await stage.named(query) == LATER


OF_A_MOMENT = [
    "at { asOf position users { nodes { department } } }",
    'at(asOf: "2026-11-20") { position }',
    'at(knownAt: "2026-11-22T00:00:00Z") { knownAt freshness { complete } }',
    'coverage(since: "2026-11-20T00:00:00Z", until: "2026-11-21T00:00:00Z") { hour }',
    "consent { state } policy { idleDays }",
]


@pytest.mark.parametrize("selection", OF_A_MOMENT)
async def test_what_is_said_of_a_moment_is_kept(stage: Stage, selection: str) -> None:
    query = f"query ($id: ID!) {{ tenant(id: $id) {{ organisation {selection} }} }}"
    await stage.named(query)
    stage.rename()

    assert await stage.named(query) == NOW


async def test_today_is_another_day_at_midnight_where_the_tenant_is(stage: Stage) -> None:
    query = "query ($id: ID!) { tenant(id: $id) { organisation at { asOf } } }"
    midnight = datetime(2026, 11, 24, tzinfo=ZoneInfo(DEFAULT_POLICY.time_zone)).astimezone(UTC)
    stage.client.clock.step_to(midnight - timedelta(seconds=2))
    answers = []
    for _ in range(3):
        answers.append((await stage.client.data(query, id=str(CONTOSO)))["tenant"])
        stage.rename()
        stage.pass_by(timedelta(seconds=1))

    assert answers == [
        {"organisation": NOW, "at": {"asOf": "2026-11-23"}},
        {"organisation": NOW, "at": {"asOf": "2026-11-23"}},
        {"organisation": LATER, "at": {"asOf": "2026-11-24"}},
    ]


async def test_lists_of_tenants_the_viewer_and_answers_with_errors_are_not_kept(stage: Stage) -> None:
    listed = "{ tenants { nodes { organisation } } }"
    await stage.client.data(listed, "viewer")
    flawed = 'query ($id: ID!) { a: tenant(id: $id) { organisation } b: tenant(id: "no") { name } }'
    await stage.client.ask(flawed, "viewer", id=str(CONTOSO))
    stage.rename()

    again = await stage.client.data(listed, "viewer")
    flawed_again = await stage.client.ask(flawed, "viewer", id=str(CONTOSO))

    assert again["tenants"]["nodes"] == [{"organisation": LATER}]
    assert flawed_again["data"]["a"] == {"organisation": LATER}


async def test_the_lag_beside_a_kept_answer_is_of_now(stage: Stage) -> None:
    variables = {"id": str(CONTOSO)}
    first = (await stage.client.ask(NAME, **variables))["extensions"]
    stage.world.read(CONTOSO, Feed.LICENCES, NOON)
    stage.pass_by(timedelta(seconds=30))
    again = (await stage.client.ask(NAME, **variables))["extensions"]

    (before,), (after,) = first["lag"].values(), again["lag"].values()
    assert (after["facts"], after["seconds"]) == (before["facts"] + 1, before["seconds"] + 30)
    assert (first["position"], first["cost"]) == (again["position"], again["cost"])


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_who_has_the_answer_already_is_told_so(stage: Stage, method: str) -> None:
    address = {"query": f'{{ tenant(id: "{CONTOSO}") {{ organisation }} }}'}
    given: dict[str, Any] = {"params": address} if method == "GET" else {"json": address}

    async def asked(tag: str = "", who: str = "viewer") -> Any:
        headers = {**bearer(who), "accept": RESPONSE, "if-none-match": tag}
        return await stage.client.http.request(method, "/graphql", headers=headers, **given)

    first = await asked()
    tag = first.headers["etag"]
    again = await asked(f'"other", {tag}')
    stage.rename()
    stage.advance()
    after = await asked(tag)

    assert (first.status_code, again.status_code, again.content, again.headers["etag"]) == (200, 304, b"", tag)
    assert (after.status_code, after.json()["data"]) == (200, {"tenant": {"organisation": LATER}})
    keep = "private, no-cache" if method == "GET" else "private, no-store"
    assert (first.headers["cache-control"], first.headers["vary"]) == (keep, "Accept, Authorization")
    assert (await asked(who="hr")).headers["cache-control"] == "private, no-store"


async def test_with_no_memory_for_them_no_answer_is_kept(database: Database, own_world: World) -> None:
    pool = await open_read_pool(database.reader_dsn, 4)
    async with asking(pool, replace(SETTINGS, answers_bytes=0)) as client:
        stage = Stage(client, own_world, database.owner_dsn)
        await stage.named()
        stage.rename()
        again = await stage.named()
    await pool.close()

    assert again == LATER
