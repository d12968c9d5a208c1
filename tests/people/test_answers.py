"""What the door says of an erased person, to everybody and at every moment: no word of who it was, and every figure."""

import json
import logging
import random
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from graphql import (
    REMOVE,
    FieldNode,
    OperationDefinitionNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_named_type,
    parse,
    print_ast,
    visit,
)

from app.clock import SteppedClock
from app.commands.erase_person import ErasePerson, erase_person
from app.domain.events.persons import ErasureGround
from app.graphql.ids import thing_id
from app.graphql.pool import open_read_pool
from app.graphql.schema import schema
from app.graphql.unmasking import PERSONAL
from app.projections.retelling import PERSONAL as COLUMNS
from tests.database import Database
from tests.graphql.conftest import SETTINGS, asgi
from tests.graphql.world import JUNE, NOON
from tests.isolation.conftest import Door
from tests.isolation.documents import questions
from tests.isolation.viewers import KNOCKERS, Knocker
from tests.isolation.world import CONTOSO
from tests.people.canary import COLLEAGUE, NUMBER, TENANT, WORDS, ZENOBIA, Canary, planted

ASKED_AT = 'knownAt: "2026-11-23T11:00:00Z"'
"""The moment the walk over the schema asks at."""

AT = "Query.tenant.at"

LOOKERS = [each for each in KNOCKERS if CONTOSO in each.open]
SEES = next(each for each in KNOCKERS if each.name == "Sua.Customer.Admin who sees persons")

FIGURES = ("callUsage", "costs", "findingTotals", "idleLicences", "licenceSummary", "pstnCosts", "users")
"""Fields of a moment that tell counts, money and who is idle; asked with their last samples."""


@pytest.fixture
def canary(database: Database) -> Iterator[Canary]:
    with planted(database.writer_dsn, database.owner_dsn) as made:
        yield made


@asynccontextmanager
async def door_of(database: Database) -> AsyncIterator[Door]:
    pool = await open_read_pool(database.reader_dsn, 4)
    app = asgi(pool, SteppedClock(NOON), replace(SETTINGS, requests_per_minute=10**6))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://sua.test") as http:
        yield Door(http)
    await pool.close()


@pytest.fixture
async def door(database: Database, canary: Canary) -> AsyncIterator[Door]:
    async with door_of(database) as opened:
        yield opened


def erase(canary: Canary) -> None:
    erase_person(ErasePerson(TENANT, ZENOBIA, ErasureGround.OBJECTED, by=None, cause=uuid4()), canary.desk)
    canary.tabulate()


class _Nameless(Visitor):
    def __init__(self, types: TypeInfo) -> None:
        super().__init__()
        self._types = types

    def enter_field(self, node: FieldNode, *_: object) -> Any:
        parent = self._types.get_parent_type()
        of = None if parent is None else get_named_type(parent).name
        if f"{of}.{node.name.value}" in PERSONAL or node.name.value in ("cursor", "erasedAt", "pageInfo"):
            return REMOVE
        return None


def nameless(text: str) -> str:
    """The document without the fields people could be known by."""
    types = TypeInfo(schema._schema)
    whole = text.replace("first: 5", "first: 10")  # which come first follows from their names
    return print_ast(visit(parse(whole), TypeInfoVisitor(types, _Nameless(types))))


def together(texts: list[str]) -> str:
    """One document that asks what these ask of one moment."""
    fields = []
    for text in texts:
        (operation,) = parse(text).definitions
        assert isinstance(operation, OperationDefinitionNode)
        (tenant,) = operation.selection_set.selections
        assert isinstance(tenant, FieldNode)
        assert tenant.selection_set is not None
        (at,) = tenant.selection_set.selections
        assert isinstance(at, FieldNode)
        assert at.selection_set is not None
        fields += [print_ast(each) for each in at.selection_set.selections]
    return f"query ($id: ID!) {{ tenant(id: $id) {{ at({ASKED_AT}) {{ {' '.join(fields)} }} }} }}"


def unordered(value: Any) -> Any:
    """Lists by content: some are in order of names."""
    if isinstance(value, list):
        return sorted((unordered(each) for each in value), key=lambda each: json.dumps(each, sort_keys=True))
    if isinstance(value, dict):
        return {key: unordered(each) for key, each in value.items()}
    return value


async def told(door: Door, who: Knocker, text: str) -> Any:
    """What is answered, or why not, as for a month that had not begun at the moment asked about."""
    answer = await door.ask(who, text, id=str(TENANT))
    assert answer.codes in ([], ["AS_OF_OUT_OF_RANGE"]), (text, answer.text)
    return [answer.content["data"], answer.codes]


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_nobody_is_told_a_word_of_the_person_by_any_field_at_any_moment(
    canary: Canary, door: Door, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    documents = [each for each in questions(CONTOSO) if each.of_tenant]
    moments = [ASKED_AT, 'asOf: "2026-08-01"', 'asOf: "2026-11-20", knownAt: "2026-11-23T08:00:00Z"']
    texts = [each.text.replace(ASKED_AT, moment) for each in documents for moment in moments]
    before = [await door.ask(SEES, text, id=str(TENANT)) for text in texts]
    assert any(word in each.text for each in before for word in WORDS)
    caplog.clear()

    erase(canary)

    for who in LOOKERS:
        for text in texts if who is SEES else texts[::7]:
            answer = await door.ask(who, text, id=str(TENANT))
            assert [word for word in WORDS if word in answer.text] == [], (who.name, text)
    said = caplog.text + "".join(capfd.readouterr())
    assert [word for word in WORDS if word in said] == []


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_everything_but_names_is_told_as_before(canary: Canary, door: Door) -> None:
    at = [each for each in questions(CONTOSO) if each.name.startswith(AT)]
    texts = [nameless(each.text) for each in at if ASKED_AT in each.text]
    before = [unordered(await told(door, SEES, text)) for text in texts]

    erase(canary)

    for text, was in zip(texts, before, strict=True):
        assert unordered(await told(door, SEES, text)) == was, text


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_counts_and_money_stay_to_the_cent_on_both_axes(canary: Canary, door: Door) -> None:
    chance = random.Random(22)
    spans = (NOON - timedelta(seconds=1) - JUNE).total_seconds()
    moments = []
    for _ in range(50):
        known = JUNE + timedelta(seconds=chance.uniform(86_400, spans))
        on = (JUNE + timedelta(seconds=chance.uniform(0, (known - JUNE).total_seconds()))).date()
        moments.append(f'asOf: "{on}", knownAt: "{known.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"')
    moments += ['knownAt: "2026-11-23T11:59:59Z"']
    asked = {name: each for each in questions(CONTOSO) for name in FIGURES if each.name.startswith(f"{AT}.{name}(")}
    assert asked.keys() == set(FIGURES)
    plain = together([nameless(each.text) for each in asked.values()])
    texts = [plain.replace(ASKED_AT, moment) for moment in moments]
    before = [unordered(await told(door, SEES, text)) for text in texts]
    assert thing_id("User", TENANT, ZENOBIA) in json.dumps(before)

    erase(canary)

    assert [unordered(await told(door, SEES, text)) for text in texts] == before


async def test_that_somebody_was_erased_is_told_by_a_field_of_its_own(canary: Canary, door: Door) -> None:
    text = (
        'query ($id: ID!) { tenant(id: $id) { at(asOf: "2026-08-01") { user(id: "%s") { name enabled erasedAt } } } }'
    )

    erase(canary)

    erased = (await told(door, SEES, text % ZENOBIA))[0]["tenant"]["at"]["user"]
    other = (await told(door, SEES, text % COLLEAGUE))[0]["tenant"]["at"]["user"]
    assert (erased["name"], erased["enabled"]) == (None, True)
    assert datetime.fromisoformat(erased["erasedAt"]) == NOON
    assert (other["name"], other["erasedAt"]) == (CONTOSO.people[COLLEAGUE], None)


def test_the_columns_that_hold_people_are_those_where_values_are_found(canary: Canary) -> None:
    found: dict[str, set[str]] = {}
    people = [*WORDS, *CONTOSO.persons, NUMBER]
    with canary.world.pool.connection() as db:
        tables = [name for (name,) in db.execute("SELECT DISTINCT projection FROM checkpoints")]
        for table in tables:
            for (row,) in db.execute(f"SELECT to_jsonb(one) FROM {table} AS one WHERE tenant_id = %s", (TENANT,)):
                for column, value in row.items():
                    if any(word in str(value) for word in people):
                        found.setdefault(table, set()).add(column)

    assert found == {table: set(columns) for table, columns in COLUMNS.items()}
