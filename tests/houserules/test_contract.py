"""The GraphQL contract: nothing a client relies on is taken away, and every part of it says what it means.

A release copies app/graphql/schema.graphql over docs/schema-released.graphql, in the commit it is tagged at. What must
go is deprecated in one release and taken away by a later one, which copies the text in the commit that takes it away.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
    is_non_null_type,
    is_specified_scalar_type,
    print_schema,
)
from graphql.utilities import find_breaking_changes

from app.graphql.wording_arguments import ARGUMENTS, OF_FIELDS, SPAN
from app.graphql.wording_errors import CHANGE, FAULT, LATER, LISTENING, QUESTION, REQUEST
from app.graphql.wording_fields import FIELDS, NULLS
from app.graphql.wording_values import VALUES

ROOT = Path(__file__).parents[2]
RELEASED = ROOT / "docs" / "schema-released.graphql"
SCHEMA = build_schema((ROOT / "app" / "graphql" / "schema.graphql").read_text())

NULL = re.compile(r"\bnull\b|by default", re.IGNORECASE)
UNIT = re.compile(
    r"seat|unit|user|people|call|day|second|minute|share|row|fact|1 is all|part(y|ies)|code|hour|tenant|group|revision",
    re.IGNORECASE,
)

NEVER_TO_A_CLIENT = {
    "REFUSED", "UNAVAILABLE",  # the branches themselves
    "ALREADY_INVITED", "CONSENT_MISSING", "DIRECTORY_TAKEN", "PERMISSIONS_MISSING",  # onboarding
    "RATE_REFUSED", "REBUILD_FAILED",  # commands of the operator
    "DATABASE_UNSAFE", "KEY_UNREADABLE", "TRUSTED_DOCUMENTS_UNUSABLE", "UNSAFE_ROLE",  # a process that refuses to start
    "MONTH_NOT_DUE",  # the day's work
    "APPEND_TOO_LARGE",  # a change is one fact
}  # fmt: skip
"""Codes of errors in reach of the door that no request can meet."""


SMALL = """type Query {
  tenant(id: ID): TenantView
}

type TenantView {
  name: String!
  state: State
}

enum State {
  OLD
  NEW
}
"""


def broken(before: str, after: GraphQLSchema) -> list[str]:
    return sorted(change.description for change in find_breaking_changes(build_schema(before), after))


def types() -> Iterator[GraphQLNamedType]:
    for kind in SCHEMA.type_map.values():
        if not kind.name.startswith("__") and not is_specified_scalar_type(kind):
            yield kind


def fields() -> Iterator[tuple[str, GraphQLField]]:
    for kind in types():
        if isinstance(kind, (GraphQLObjectType, GraphQLInterfaceType)):
            for name, field in kind.fields.items():
                yield f"{kind.name}.{name}", field


def described() -> Iterator[tuple[str, str | None]]:
    """Every part of the contract, with what it says."""
    for kind in types():
        yield kind.name, kind.description
        if isinstance(kind, GraphQLEnumType):
            yield from ((f"{kind.name}.{name}", value.description) for name, value in kind.values.items())
        if isinstance(kind, GraphQLInputObjectType):
            yield from ((f"{kind.name}.{name}", each.description) for name, each in kind.fields.items())
    for place, field in fields():
        yield place, field.description
        yield from ((f"{place}.{name}", argument.description) for name, argument in field.args.items())


def test_nothing_released_is_taken_away_or_narrowed() -> None:
    assert broken(RELEASED.read_text(), SCHEMA) == []


@pytest.mark.parametrize(
    ("was", "becomes", "found"),
    [
        ("  name: String!\n", "", ["Field TenantView.name was removed."]),
        ("  name: String!\n", "  name: String\n", ["Field TenantView.name changed type from String! to String."]),
        ("  name: String!\n", "  name: String!\n  more: Int\n", []),
        ("(id: ID)", "(id: ID!)", ["Argument Query.tenant(id:) has changed type from ID to ID!."]),
        ("(id: ID)", "(id: ID, day: String)", []),
        ("  NEW\n", "", ["Enum value State.NEW was removed."]),
        ("  NEW\n", "  NEW\n  OTHER\n", []),
    ],
)
def test_removals_and_narrowings_are_told_and_additions_pass(was: str, becomes: str, found: list[str]) -> None:
    assert broken(SMALL, build_schema(SMALL.replace(was, becomes))) == found


def test_every_part_of_the_contract_says_what_it_means() -> None:
    assert [place for place, said in described() if not said] == []


def test_whatever_can_be_null_says_what_null_means() -> None:
    """`Capabilities` says it of all its fields at once, and so does every field below it, in its own words."""
    silent = [
        place
        for place, field in fields()
        if not is_non_null_type(field.type) and not NULL.search(field.description or "")
    ]

    assert silent == []


def test_every_number_says_what_it_counts() -> None:
    numbers = [each for each in fields() if str(each[1].type).strip("!") in ("Int", "Float")]

    assert len(numbers) > 50
    assert [place for place, field in numbers if not UNIT.search(field.description or "")] == []


def test_no_words_are_left_of_what_is_gone() -> None:
    places = {place for place, _ in described()}
    arguments = {name for _, field in fields() for name in field.args}
    values = {f"{kind}.{name}" for kind, words in VALUES.items() for name in words}

    assert {*FIELDS, *NULLS, *OF_FIELDS, *values} - places == set()
    assert {*ARGUMENTS, *SPAN} - arguments == set()


def test_a_field_says_its_own_words_once() -> None:
    doubled = [place for place, said in described() if said and said.count("Null") > 1 and place in NULLS]

    assert doubled == []


def test_every_code_a_client_can_meet_is_named_by_a_root() -> None:
    program = (
        "import app.graphql.app\nfrom app.domain.errors import SuaError\n"
        "def under(kind):\n"
        "    for each in kind.__subclasses__():\n        yield each\n        yield from under(each)\n"
        "print(*{each.code for each in under(SuaError) if hasattr(each, 'code')})"
    )
    loaded = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    own = {"GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED", "INTERNAL"}
    of_invitations = {"INGEST_DATABASE_DOWN", "MAIL_ADDRESS_REFUSED"}  # raised by what the application wires behind it
    named = {*REQUEST, *QUESTION, *LATER, *FAULT, *CHANGE, *LISTENING}

    assert set(loaded.stdout.split()) | own | of_invitations == named | NEVER_TO_A_CLIENT
    assert named & NEVER_TO_A_CLIENT == set()
    told = print_schema(SCHEMA)
    assert [code for code in named if code not in told] == []
