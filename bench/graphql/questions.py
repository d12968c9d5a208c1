"""The same questions as documents for either system, their variables, and their answers in one form."""

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from random import Random
from typing import Any

from bench.graphql.customers import DAYS, Customer

_PERSON = "userId name kind enabled department company country createdAt"
_SEAT = "userId userName department verdict heldSince quietSince suspected"
_USAGE = "key calls participantSeconds users failedCalls"
_DEPARTMENTS = ("Sales", "Operations", "Finance", "Research", "Support", None)
_IDLE_DAYS = range(14, 31)
_TIMES = frozenset({"createdAt", "heldSince", "quietSince"})
USAGE_DAYS = 20


@dataclass(frozen=True, slots=True)
class Question:
    """`ours`, `theirs`: its document for SUA and for PostGraphile, which take the same variables.

    `rows`: how many every answer has.
    """

    name: str
    ours: str
    theirs: str
    rows: int


PAGE = Question(
    "page_100x8",
    "query Page($tenant: ID!, $asOf: Date, $department: String) { tenant(id: $tenant) { at(asOf: $asOf) {"
    f" users(first: 100, filter: {{ department: $department }}) {{ nodes {{ {_PERSON} }} }} }} }} }}",
    "query Page($tenant: UUID!, $asOf: Date, $department: String) {"
    f" people(tenant: $tenant, onDay: $asOf, inDepartment: $department, first: 100) {{ nodes {{ {_PERSON} }} }} }}",
    100,
)
NESTED = Question(
    "nested_1000x8",
    "query Nested($tenant: ID!, $asOf: Date, $idleDays: Int) { tenant(id: $tenant) { at(asOf: $asOf) {"
    f" idleLicences(first: 1000, idleDays: $idleDays) {{ nodes {{ {_SEAT} user {{ {_PERSON} }} }} }} }} }} }}",
    "query Nested($tenant: UUID!, $asOf: Date, $idleDays: Int) {"
    " idleSeats(tenant: $tenant, onDay: $asOf, idleDays: $idleDays, first: 1000) {"
    f" nodes {{ {_SEAT} user: holder {{ {_PERSON} }} }} }} }}",
    1000,
)
GROUPS = Question(
    "groups_20",
    "query Groups($tenant: ID!, $asOf: Date, $since: Date, $until: Date) { tenant(id: $tenant) { at(asOf: $asOf) {"
    f" callUsage(since: $since, until: $until, groupBy: DAY) {{ {_USAGE} }} }} }} }}",
    "query Groups($tenant: UUID!, $asOf: Date, $since: Date!, $until: Date!) {"
    f" callUsageList(tenant: $tenant, since: $since, until: $until, onDay: $asOf) {{ {_USAGE} }} }}",
    USAGE_DAYS,
)
POINT = Question(
    "point",
    "query Point($tenant: ID!, $asOf: Date, $user: ID!) { tenant(id: $tenant) { at(asOf: $asOf) {"
    f" user(id: $user) {{ {_PERSON} }} }} }} }}",
    "query Point($tenant: UUID!, $asOf: Date, $user: UUID!) {"
    f" onePersonList(tenant: $tenant, wanted: $user, onDay: $asOf) {{ {_PERSON} }} }}",
    1,
)
QUESTIONS = (PAGE, NESTED, GROUPS, POINT)


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: whose bearer goes with it, and its variables."""

    customer: Customer
    variables: dict[str, Any]


def asked(
    question: Question, customers: Sequence[Customer], as_of: date | None, today: date, count: int
) -> list[Asked]:
    """So many requests, all of other variables as far as there are, in an order without pattern."""
    chance = Random(question.name)
    return list(islice(_variables(question, customers, as_of, today, chance), count))


def _variables(
    question: Question, customers: Sequence[Customer], as_of: date | None, today: date, chance: Random
) -> Iterator[Asked]:
    until = as_of or today
    while True:
        for customer in chance.sample(customers, len(customers)):
            said: dict[str, Any] = {"tenant": str(customer.tenant), "asOf": None if as_of is None else str(as_of)}
            if question is PAGE:
                said["department"] = chance.choice(_DEPARTMENTS)
            elif question is NESTED:
                said["idleDays"] = chance.choice(_IDLE_DAYS)
            elif question is GROUPS:
                ends = until - timedelta(days=chance.randrange(DAYS // 4))
                said |= {"since": str(ends - timedelta(days=USAGE_DAYS)), "until": str(ends)}
            else:
                said["user"] = str(chance.choice(customer.people))
            yield Asked(customer, said)


def answered_by_us(question: Question, content: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows of SUA's answer: ids as the UUIDs they hold, times as instants."""
    told = content["data"]["tenant"]["at"]
    (found,) = told.values()
    return [_plain(row) for row in _rows(question, found)]


def answered_by_them(question: Question, content: dict[str, Any]) -> list[dict[str, Any]]:
    (found,) = content["data"].values()
    return [_plain(row) for row in _rows(question, found)]


def _rows(question: Question, found: Any) -> list[dict[str, Any]]:
    if question in (PAGE, NESTED):
        nodes: list[dict[str, Any]] = found["nodes"]
        return nodes
    return found if isinstance(found, list) else [found]


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: _value(name, value) for name, value in row.items()}


def _value(name: str, value: Any) -> Any:
    if isinstance(value, dict):
        return _plain(value)
    if name in _TIMES and value is not None:
        return datetime.fromisoformat(value)
    if name == "userId" and len(value) > 36:
        return base64.urlsafe_b64decode(value + "=" * (-len(value) % 4)).decode().rpartition(":")[2]
    return value
