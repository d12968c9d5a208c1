"""Compiled reads tell what the general way tells, byte for byte, in one round trip."""

import asyncio
import base64
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import psycopg
import pytest
from graphql.execution.values import VariableValues
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette

from app import telemetry
from app.auth.tokens import Claims
from app.clock import SteppedClock
from app.domain.events.licensing import Confidence, KindSource, UserKind
from app.domain.events.tenancy import TenantOffboarded
from app.eventstore.streams import TENANT
from app.graphql.app import GraphQLDoor
from app.graphql.compiled import batch
from app.graphql.compiled.direct import Direct
from app.graphql.compiled.direct_reads import DirectReads
from app.graphql.compiled.exchange import Wire, exchanged
from app.graphql.compiled.fields import Selected
from app.graphql.compiled.plans import Plan
from app.graphql.compiled.showing import Rows
from app.graphql.pool import open_read_pool
from tests.database import Database
from tests.graphql.compiled_documents import Document, documents
from tests.graphql.conftest import SETTINGS, asgi, bearer
from tests.graphql.world import CONTOSO, FABRIKAM, NOON, World, built, discovered, user_id

POOL = 2
ODD = 'Zoë "Q" O\'Neil \\ \u2028 <b>'
UNKEPT = replace(SETTINGS, requests_per_minute=10**6, answers_bytes=0)
MOMENTS = ("", '(asOf: "2026-11-21")', '(asOf: "2026-11-22", knownAt: "2026-11-22T09:00:00Z")')
PAGE = "query($t: ID!) { tenant(id: $t) { name at { users(first: 9) { nodes { id name department } } } } }"
SKUS = "query($t: ID!) { tenant(id: $t) { at { skus { partNumber } } } }"
USERS = "query($t: ID!) { tenant(id: $t) { at { users(first: 2, filter: { enabled: true }) { nodes { name } } } } }"
ASKED = {"query": PAGE, "variables": {"t": str(CONTOSO)}}
NESTED = """query($t: ID!) { tenant(id: $t) { at { users(first: 9) {
    nodes { name holdings { heldSince sku { id name } } activity { state sources { source at } } } } } } }"""


@dataclass(slots=True)
class Doors:
    """The same questions both ways: compiled, and in the general way. `found`: what compiled reads came to, `direct` of
    them without resolvers.
    """

    compiled: httpx.AsyncClient
    general: httpx.AsyncClient
    runner: asyncio.Runner
    found: Counter[str] = field(default_factory=Counter)
    direct: int = 0

    async def told(self, asked: Document) -> tuple[httpx.Response, httpx.Response]:
        body = {"query": asked.text, "variables": asked.variables}
        headers = bearer(asked.who)
        one = await self.compiled.post("/graphql", json=body, headers=headers)
        other = await self.general.post("/graphql", json=body, headers=headers)
        return one, other


@pytest.fixture(scope="module")
def world(module_database: Database) -> Iterator[World]:
    with built(module_database.writer_dsn) as made:
        odd = discovered(user_id(90), ODD, 'R&D "x"', datetime(2026, 6, 2, 8, 0, 0, 120_000, tzinfo=UTC))
        made.seats(CONTOSO, [odd], at=odd.happened_at)
        made.tabulate(CONTOSO)
        yield made


@pytest.fixture(scope="module")
def doors(module_database: Database, world: World) -> Iterator[Doors]:
    with asyncio.Runner() as runner, pytest.MonkeyPatch.context() as patch:
        pool = runner.run(open_read_pool(module_database.reader_dsn, POOL))
        apps = [asgi(pool, SteppedClock(NOON), replace(UNKEPT, compiled=compiled)) for compiled in (True, False)]
        compiled, general = (_client(app) for app in apps)
        made = Doors(compiled, general, runner)
        _count(made, patch)
        yield made
        for client in (compiled, general):
            runner.run(client.aclose())
        runner.run(pool.close())


def _client(app: Starlette) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://sua.test")


def _count(doors: Doors, patch: pytest.MonkeyPatch) -> None:
    read, direct = GraphQLDoor._read, DirectReads.found

    async def counted(self: GraphQLDoor, claims: Claims, plan: Plan | None, key: bytes) -> Any:
        found = await read(self, claims, plan, key)
        if plan is not None:
            doors.found["left" if found is None else "told"] += 1
        return found

    async def direct_counted(self: DirectReads, claims: Claims, plan: Direct, variables: VariableValues) -> Any:
        found = await direct(self, claims, plan, variables)
        doors.direct += found is not None
        return found

    patch.setattr(GraphQLDoor, "_read", counted)
    patch.setattr(DirectReads, "found", direct_counted)


def _cursors(doors: Doors) -> list[str]:
    """Of lists of each kind, at several moments, told by both ways; and one of nowhere."""
    told = []
    for moment in MOMENTS:
        lists = ("users", "idleLicences", 'calls(since: "2026-11-01")')
        parts = [f"l{n}: {each} {{ edges {{ cursor }} }}" for n, each in enumerate(lists)]
        text = f"query($t: ID!) {{ tenant(id: $t) {{ at{moment} {{ {' '.join(parts)} }} }} }}"
        for answer in doors.runner.run(doors.told(Document(text, {"t": str(CONTOSO)}, "hr"))):
            at = answer.json()["data"]["tenant"]["at"]
            told += [edge["cursor"] for each in at.values() for edge in each["edges"][:2]]
    return [*dict.fromkeys(told), base64.urlsafe_b64encode(bytes(40)).decode()]


def test_any_document_is_answered_alike_both_ways_and_all_that_have_no_errors_compiled(doors: Doors) -> None:
    cursors = _cursors(doors)
    without_errors = Counter[bool]()
    broken = _broken()
    doors.found.clear()

    @settings(suppress_health_check=list(HealthCheck))
    @given(asked=documents(cursors), again=st.booleans())
    def both_ways(asked: Document, again: bool) -> None:
        for _ in range(2 if again else 1):
            one, other = doors.runner.run(doors.told(asked))
            assert (one.status_code, one.content) == (other.status_code, other.content)
            assert dict(one.headers) == dict(other.headers)
            without_errors["errors" not in one.json()] += 1

    both_ways()

    assert doors.found["told"] == without_errors[True] >= without_errors.total() / 4
    assert _broken() == broken


PERSON = "id userId name kind kindSource kindConfidence enabled deleted department company country createdAt"
DIRECT = {
    "page": f"users(first: 3, filter: {{ department: $d }}) {{ nodes {{ {PERSON} }} pageInfo {{ endCursor }} }}",
    "edges": f"users(first: 2) {{ edges {{ cursor node {{ {PERSON} }} }} pageInfo {{ hasNextPage startCursor }} }}",
    "seats": f"""idleLicences(first: 3, department: $d) {{ edges {{ cursor }} pageInfo {{ hasNextPage endCursor }}
        nodes {{ userId userName department verdict heldSince quietSince suspected user {{ {PERSON} }} }} }}""",
    "kinds of seats": "idleLicences(first: 2) { nodes { __typename user { __typename } } }",
    "days": "callUsage(since: $s, until: $u, groupBy: DAY) { key name calls participantSeconds users smallGroups }",
    "hours": "callUsage(since: $s, until: $u, groupBy: WEEKDAY_HOUR) { key calls participantSeconds failedCalls }",
    "kinds": "a: callUsage(groupBy: KIND) { key calls users } b: callUsage(groupBy: MODALITY) { name calls }",
    "several": f"a: user(id: $p) {{ {PERSON} }} id asOf position b: user(id: $p) {{ name }} beforeFirstFact __typename",
}


@pytest.mark.parametrize("who", ["hr", "viewer", "operator", "reseller"])
@pytest.mark.parametrize(
    "moment", ["", '(asOf: "2026-11-21")', '(asOf: "2026-11-22", knownAt: "2026-11-22T09:00:00Z")']
)
@pytest.mark.parametrize("what", DIRECT)
def test_a_document_of_rows_is_answered_without_resolvers(doors: Doors, what: str, moment: str, who: str) -> None:
    types = {"t": "ID!", "d": "String", "p": "ID!", "s": "Date", "u": "Date"}
    asked = f"tenant(id: $t) {{ name consent {{ state }} at{moment} {{ {DIRECT[what]} }} }}"
    said = ", ".join(f"${name}: {type_}" for name, type_ in types.items() if f"${name}" in asked)
    text = f"query({said}) {{ {asked} }}"
    given = {"t": str(CONTOSO), "p": str(user_id(1)), "s": "2026-11-01", "u": "2026-11-23", "d": None}
    refused = who == "reseller"  # who was given no tenant

    for variables in (given, given, {**given, "d": "Sales"}, {**given, "p": str(user_id(2))}):
        before = doors.direct
        one, other = doors.runner.run(doors.told(Document(text, variables, who)))
        assert (one.status_code, one.content) == (other.status_code, other.content)
        assert ("errors" in one.json()) is refused
        assert doors.direct == before + (not refused)


def _broken() -> int:
    return telemetry.counted().get("graphql.compiled_left", 0)


def test_what_breaks_in_a_compiled_read_is_answered_in_the_general_way_and_counted(
    doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = Document(PAGE, {"t": str(CONTOSO)}, "viewer")
    broken = _broken()
    monkeypatch.delattr(Selected, "shown")

    one, other = doors.runner.run(doors.told(asked))

    assert one.content == other.content
    assert "errors" not in one.json()
    assert _broken() == broken + 1


async def _executed(doors: Doors, monkeypatch: pytest.MonkeyPatch, text: str) -> tuple[list[bytes], list[bytes]]:
    """The messages to the database for the same question asked again, both ways."""
    sent: list[bytes] = []
    real = psycopg.AsyncCursor.execute

    async def noted(self: Any, query: Any, *rest: Any, **named: Any) -> Any:
        sent.append(query if isinstance(query, bytes) else str(query).encode())
        return await real(self, query, *rest, **named)

    async def noted_message(wire: Wire, message: bytes) -> list[Rows]:
        sent.append(message)
        return await exchanged(wire, message)

    told = []
    asked = {"query": text, "variables": {"t": str(CONTOSO)}}
    for client in (doors.compiled, doors.general):
        for _ in range(POOL):  # every connection there is has prepared what is asked
            await client.post("/graphql", json=asked, headers=bearer("viewer"))
        with monkeypatch.context() as patch:
            patch.setattr(psycopg.AsyncCursor, "execute", noted)
            patch.setattr(batch, "exchanged", noted_message)
            sent.clear()
            answer = await client.post("/graphql", json=asked, headers=bearer("viewer"))
        assert "errors" not in answer.json()
        told.append(list(sent))
    return told[0], told[1]


@pytest.mark.parametrize("text", [PAGE, NESTED])
def test_a_question_asked_before_is_one_message_to_the_database(
    doors: Doors, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    compiled, general = doors.runner.run(_executed(doors, monkeypatch, text))

    assert len(compiled) == 1
    assert len(general) >= 8
    opening, _, rest = compiled[0].partition(b"EXECUTE")
    assert b"SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY" in opening
    assert b"SET LOCAL statement_timeout = 5000" in opening
    assert f"SET LOCAL sua.tenants = '{CONTOSO}'".encode() in rest
    assert b"SET " not in compiled[0].replace(b"SET LOCAL", b"").replace(b"SET TRANSACTION", b"")


def test_what_was_recorded_since_is_told_at_once(doors: Doors, world: World) -> None:
    before, _ = doors.runner.run(doors.told(Document(PAGE, {"t": str(CONTOSO)}, "hr")))
    doors.runner.run(doors.told(Document(PAGE, {"t": str(CONTOSO)}, "hr")))

    world.seats(CONTOSO, [discovered(user_id(91), "Aaron Neu", "Sales", NOON)], at=NOON)
    world.tabulate(CONTOSO)
    one, other = doors.runner.run(doors.told(Document(PAGE, {"t": str(CONTOSO)}, "hr")))

    assert one.content == other.content != before.content
    assert one.json()["data"]["tenant"]["at"]["users"]["nodes"][0]["name"] == "Aaron Neu"


def test_what_the_log_is_ahead_is_told_though_the_tables_did_not_move(doors: Doors, world: World) -> None:
    asked = Document(PAGE, {"t": str(CONTOSO)}, "hr")
    doors.runner.run(doors.told(asked))

    world.seats(CONTOSO, [discovered(user_id(92), "Berta Neu", "Sales", NOON)], at=NOON)
    one, other = doors.runner.run(doors.told(asked))
    world.tabulate(CONTOSO)

    assert one.content == other.content
    (lag,) = one.json()["extensions"]["lag"].values()
    assert lag["facts"] > 0


LISTED = """query($t: ID!, $n: Int = 2, $k: UserKind, $f: UserFilter, $a: String, $d: String) { tenant(id: $t) { at {
    one: users(first: $n, after: $a) { nodes { name } }
    two: users(filter: { department: $d, kind: $k }, first: 3) { nodes { name } }
    three: users(filter: $f) { nodes { name } } } } }"""


@pytest.mark.parametrize(
    "variables",
    [
        {"n": None},
        {},
        {"n": 3, "k": "PERSON", "d": "Sales"},
        {"n": "3"},
        {"n": 1, "f": {"enabled": True}, "k": None, "d": None},
        {"k": "NOBODY"},
        {"f": {"department": 1}},
        {"n": 0},
        {"a": "nowhere"},
        {"t": None},
        {"t": 7},
    ],
    ids=str,
)
def test_variables_mean_the_same_both_ways_whichever_came_first(doors: Doors, variables: dict[str, Any]) -> None:
    for these in (variables, {"n": 1}, variables):
        one, other = doors.runner.run(doors.told(Document(LISTED, {"t": str(CONTOSO), **these}, "hr")))

        assert (one.status_code, one.content) == (other.status_code, other.content)


def test_pseudonyms_do_not_stand_in_the_order_of_names(doors: Doors, world: World) -> None:
    world.seats(CONTOSO, [discovered(user_id(99), "Aaron Alt", "Sales", NOON)], at=NOON)
    world.tabulate(CONTOSO)

    by_name, by_id = _all_users(doors, "hr"), _all_users(doors, "viewer")

    assert sorted(by_name) == by_id != by_name


def _all_users(doors: Doors, who: str) -> list[str]:
    """Their ids in the order of the list, page by page, told alike both ways."""
    text = """query($t: ID!, $a: String) { tenant(id: $t) { at { users(first: 2, after: $a) {
        nodes { userId } pageInfo { endCursor hasNextPage } } } } }"""
    found: list[str] = []
    after = None
    while True:
        one, other = doors.runner.run(doors.told(Document(text, {"t": str(CONTOSO), "a": after}, who)))
        assert one.content == other.content
        users = one.json()["data"]["tenant"]["at"]["users"]
        found += [base64.urlsafe_b64decode(each["userId"] + "==").decode() for each in users["nodes"]]
        after = users["pageInfo"]["endCursor"]
        if not users["pageInfo"]["hasNextPage"]:
            return found


def test_a_tenant_that_left_is_closed_at_once_to_its_own_people(doors: Doors, world: World) -> None:
    asked = Document(PAGE, {"t": str(FABRIKAM)}, "neighbour")
    doors.found.clear()
    for _ in range(2):
        doors.runner.run(doors.told(asked))
    assert doors.found == {"told": 2}

    _, version = world.store.load(FABRIKAM, TENANT)
    world.append(FABRIKAM, TENANT, TenantOffboarded(happened_at=NOON), at=NOON, after=version)
    world.tabulate(FABRIKAM)
    one, other = doors.runner.run(doors.told(asked))

    assert (one.status_code, one.content) == (other.status_code, other.content)
    assert one.json()["errors"][0]["extensions"]["code"] == "FORBIDDEN"


def test_a_connection_shows_nothing_to_who_borrows_it_next(doors: Doors, module_database: Database) -> None:
    async def after_a_compiled_read() -> list[tuple[Any, ...]]:
        pool = await open_read_pool(module_database.reader_dsn, 1)
        async with _client(asgi(pool, SteppedClock(NOON), UNKEPT)) as client:
            await client.post("/graphql", json=ASKED, headers=bearer("hr"))
        async with pool.connection() as db:
            found = await db.execute(
                "SELECT (SELECT count(*) FROM users), (SELECT count(*) FROM tenants),"
                " current_setting('sua.tenants', true), current_setting('transaction_read_only')"
            )
            seen = await found.fetchall()
        await pool.close()
        return seen

    doors.found.clear()
    assert doors.runner.run(after_a_compiled_read()) == [(0, 0, "", "off")]
    assert doors.found == {"told": 1}


def test_statements_forgotten_with_a_transaction_that_was_rolled_back_are_prepared_again(
    doors: Doors, module_database: Database
) -> None:
    async def before_and_after() -> list[bytes]:
        pool = await open_read_pool(module_database.reader_dsn, 1)
        async with _client(asgi(pool, SteppedClock(NOON), UNKEPT)) as client:

            async def told(document: str) -> bytes:
                asked = {"query": document, "variables": {"t": str(CONTOSO)}}
                return (await client.post("/graphql", json=asked, headers=bearer("hr"))).content

            answers = [await told(PAGE), await told(SKUS)]
            async with pool.connection() as db:
                await db.execute("DEALLOCATE ALL")
            answers += [await told(USERS), await told(PAGE), await told(SKUS), await told(USERS)]
        await pool.close()
        return answers

    doors.found.clear()
    broken = _broken()
    page, skus, users, *again = doors.runner.run(before_and_after())

    assert again == [page, skus, users]
    assert doors.found == {"told": 6}
    assert _broken() == broken


def test_a_question_that_takes_too_long_is_told_as_in_the_general_way(doors: Doors, module_database: Database) -> None:
    async def asked(compiled: bool) -> Any:
        pool = await open_read_pool(module_database.reader_dsn, 2)
        hasty = replace(UNKEPT, compiled=compiled, statement_timeout=timedelta(milliseconds=100))
        with psycopg.connect(module_database.owner_dsn) as owner:
            owner.execute("LOCK TABLE users IN ACCESS EXCLUSIVE MODE")
            async with _client(asgi(pool, SteppedClock(NOON), hasty)) as client:
                told = await client.post("/graphql", json=ASKED, headers=bearer("hr"))
        await pool.close()
        return told.json()["errors"]

    doors.found.clear()
    broken = _broken()
    one, other = (doors.runner.run(asked(compiled)) for compiled in (True, False))

    assert one == other
    assert one[0]["extensions"]["code"] == "QUERY_TIMED_OUT"
    assert one[0]["path"] == ["tenant", "at", "users"]
    assert doors.found == {"left": 1}
    assert _broken() == broken + 1


def test_enums_stand_in_rows_by_the_names_they_have_in_the_schema() -> None:
    assert {each for enum in (UserKind, KindSource, Confidence) for each in enum if each.name != each.value} == set()
