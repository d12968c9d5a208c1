"""Looks that somebody rests on are taken again by nobody's request, and never stand longer than one that is not."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import Any

import psycopg
import pytest

from app.domain.events.coverage import Feed
from app.domain.ids import DirectoryId, TenantId
from app.graphql.compiled import renewal
from app.graphql.compiled.batch import Batch, Batches, Part, Scope
from app.graphql.compiled.exchange import Wire
from app.graphql.compiled.leading import SupposedRows
from app.graphql.compiled.looks import UNUSED_MAX, Looks, stand
from app.graphql.pool import ReadPool, changed, open_read_pool
from app.projections.heads import Head, heads_of, moved
from app.projections.reading import Question, scope
from tests.database import Database
from tests.graphql.conftest import SETTINGS, Client, asking
from tests.graphql.test_looks import USER, bert, move
from tests.graphql.world import BERT, CONTOSO, CONTOSO_DIRECTORY, FABRIKAM, FABRIKAM_DIRECTORY, NOON, World, built

LOOK = 0.3
QUESTION = SupposedRows(("standing",), Question("", {}), None)


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


async def test_while_they_are_used_no_request_has_to_look(client: Client, messages: Messages) -> None:
    await asked_on(LOOK, lambda: bert(client))
    began = monotonic()
    told = await asked_on(5 * LOOK, lambda: bert(client))

    of_requests, renewals = (messages.since(began).count(questions) for questions in (1, 2))
    assert set(messages.since(began)) == {1, 2}  # a request's own question; rights and standing, renewed together
    assert of_requests == len(told)
    assert 4 <= renewals <= 20


async def test_when_nobody_asks_any_more_nobody_looks_any_more(client: Client, messages: Messages) -> None:
    await asked_on(LOOK, lambda: bert(client))
    await asyncio.sleep((UNUSED_MAX + 2) * LOOK)
    began = monotonic()
    await asyncio.sleep(2 * LOOK)
    silent = messages.since(began)
    await bert(client)

    assert silent == []
    assert 3 in messages.since(began)


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


async def test_where_a_renewal_fails_requests_look_themselves(
    client: Client, messages: Messages, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed = list[object]()

    def broken(standings: object) -> Question:
        failed.append(standings)
        return Question("SELECT 1 / (pg_backend_pid() - pg_backend_pid())", {})

    first = await bert(client)
    monkeypatch.setattr(renewal, "moved", broken)
    began = monotonic()
    told = await asked_on(4 * LOOK, lambda: bert(client))

    assert failed
    assert [each for _, each in told] == [first] * len(told)
    assert sum(questions > 1 for questions in messages.since(began)) > len(failed)


async def told_otherwise(pool: ReadPool, scope: Scope, question: Question) -> set[Any]:
    """Of which of those asked about it is said that it is otherwise."""
    register, questions = ([question], []) if scope.directories else ([], [question])
    (rows,) = await Batches(SETTINGS.statement_timeout).alone(pool, Part.of(scope, register, questions))
    return {subject for (subject,) in rows}


async def test_of_several_directories_those_are_told_that_have_other_tenants_now(read_pool: ReadPool) -> None:
    nobody = DirectoryId(FABRIKAM)
    as_it_is = {CONTOSO_DIRECTORY: [CONTOSO], FABRIKAM_DIRECTORY: [FABRIKAM], nobody: []}
    several = Scope(tuple(as_it_is), ())

    assert await told_otherwise(read_pool, several, changed(as_it_is)) == set()
    for directory, tenants in as_it_is.items():
        for others in ([], [CONTOSO], [FABRIKAM], [FABRIKAM, CONTOSO]):
            expected = set() if others == tenants else {directory}
            assert await told_otherwise(read_pool, several, changed({**as_it_is, directory: others})) == expected
    hidden = Scope((CONTOSO_DIRECTORY,), ())
    assert await told_otherwise(read_pool, hidden, changed(as_it_is)) == {FABRIKAM_DIRECTORY}


async def test_of_several_tenants_those_are_told_that_stand_otherwise_now(read_pool: ReadPool) -> None:
    several = (CONTOSO, FABRIKAM)
    async with read_pool.connection() as db, scope(db, several):
        as_it_is = dict(await heads_of(db, several))

    async def otherwise(heads: dict[TenantId, Head], tenants: tuple[TenantId, ...] = several) -> set[Any]:
        return await told_otherwise(read_pool, Scope((), tenants), moved(heads))

    assert await otherwise(as_it_is) == set()
    for tenant, head in as_it_is.items():
        for other in (replace(head, tables="0"), replace(head, ahead=head.ahead + 1)):
            assert await otherwise({**as_it_is, tenant: other}) == {tenant}
    assert await otherwise(as_it_is, (CONTOSO,)) == {FABRIKAM}


def taken(looks: Looks, answer: object = 1) -> Any:
    looks.take(QUESTION, answer, monotonic())
    return looks.found(QUESTION.key)


@pytest.mark.parametrize(
    "ended", [Looks.forget, lambda looks: looks.end(looks.found(QUESTION.key)), lambda looks: taken(looks, 2)]
)
def test_what_ended_while_it_was_renewed_stands_no_longer(ended: Callable[[Looks], object]) -> None:
    looks = Looks(60.0)
    look = taken(looks)
    ended(looks)
    looks.renew(look, monotonic())

    assert not stand([look])
    found = looks.found(QUESTION.key)
    assert found is None or found.answer == 2


def test_what_is_seen_again_stands_on_and_so_does_what_rests_on_it() -> None:
    looks = Looks(0.2)
    look, until = taken(looks), monotonic() + 1.0
    while monotonic() < until:
        assert taken(looks) is look
        assert stand([look])


def test_a_look_is_due_in_the_second_half_of_its_time_while_it_is_used_of_late() -> None:
    looks, now = Looks(60.0), monotonic()
    look = taken(looks)
    early = looks.due()
    renewed = list[bool]()
    for nth in range(UNUSED_MAX + 1):
        look.until = now + 20 + nth
        renewed.append(look in looks.due())
        looks.renew(look, now - 35 + nth)
    look.until = now - 1

    assert early == []
    assert renewed == [True] * UNUSED_MAX + [False]
    assert looks.due() == []
    assert len(looks) == 0


def test_a_look_that_only_its_first_asker_needed_is_not_renewed() -> None:
    looks, now = Looks(60.0), monotonic()
    looks.take(QUESTION, 1, now - 40)
    before = looks.due()
    looks.found(QUESTION.key)

    assert before == []
    assert len(looks.due()) == 1
