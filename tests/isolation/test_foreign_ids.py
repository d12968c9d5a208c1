"""Ids inside arguments: a neighbour's thing and a thing that never was are answered alike, byte for byte.

Every argument and input field of type ID is found by walking the schema, so what is added to it is tried by itself.
"""

from collections.abc import AsyncIterator, Iterator
from copy import deepcopy
from dataclasses import replace
from typing import Any
from uuid import UUID

import httpx
import pytest
from graphql import (
    ArgumentNode,
    FieldNode,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLObjectType,
    ListValueNode,
    NameNode,
    ObjectFieldNode,
    ObjectValueNode,
    OperationDefinitionNode,
    StringValueNode,
    ValueNode,
    get_named_type,
    is_leaf_type,
    parse,
    print_ast,
)

from app.clock import SteppedClock
from app.commands.desk import Desk
from app.graphql.ids import thing_id, version_id
from app.graphql.pool import ReadPool
from app.graphql.schema import schema
from app.projections.reading import Moment
from tests.graphql.conftest import SETTINGS, asgi
from tests.graphql.world import NOON, World
from tests.isolation.conftest import Door
from tests.isolation.samples import SAMPLES
from tests.isolation.viewers import KNOCKERS
from tests.isolation.world import ABSENT, CONTOSO, FABRIKAM

Path = tuple[str, ...]
NOBODY = UUID("00000000-0000-4000-8000-00000000dead")
NOW = Moment(NOON, NOON.date(), 1, "UTC", NOON.date(), before_first_fact=False)
ADMIN = next(each for each in KNOCKERS if each.open == each.changes == (CONTOSO,))
ASKED = [str(each) for each in (FABRIKAM.user, FABRIKAM.tool, FABRIKAM.tenant, NOBODY, ABSENT)]


def places() -> Iterator[tuple[str, Path]]:
    """Every place of the schema that takes an id: the field, and the way to it through its arguments."""
    for each in schema._schema.type_map.values():
        if isinstance(each, GraphQLObjectType) and not each.name.startswith("__"):
            for name, field in each.fields.items():
                for argument, taken in field.args.items():
                    yield from ((f"{each.name}.{name}", way) for way in _ways(taken.type, (argument,)))


def _ways(type_: Any, way: Path) -> Iterator[Path]:
    named = get_named_type(type_)
    if named.name == "ID":
        yield way
    elif isinstance(named, GraphQLInputObjectType):
        for name, field in named.fields.items():
            yield from _ways(field.type, (*way, name))


PLACES = list(places())


def document(place: str, way: Path, value: str) -> str:
    """A request that says `value` at this place, and what makes sense everywhere else."""
    owner, _, name = place.partition(".")
    definition = parse(f"{{ {name}({SAMPLES[place][0](CONTOSO)}) }}").definitions[0]
    assert isinstance(definition, OperationDefinitionNode)
    node = definition.selection_set.selections[0]
    assert isinstance(node, FieldNode)
    parent = schema._schema.type_map[owner]
    assert isinstance(parent, GraphQLObjectType)
    field = parent.fields[name]
    given = {each.name.value: each.value for each in node.arguments or ()}
    given[way[0]] = _with(given.get(way[0]), field.args[way[0]].type, way[1:], value)
    arguments = ", ".join(print_ast(ArgumentNode(name=NameNode(value=key), value=said)) for key, said in given.items())
    asked = f"{name}({arguments}) {_below(field)}"
    within = {"Tenant": f"tenant(id: $id) {{ {asked} }}", "TenantView": f"tenant(id: $id) {{ at {{ {asked} }} }}"}
    kind = "query" if owner in ("Query", *within) else owner.lower()
    whole = within.get(owner, asked)
    return f"{kind}{'($id: ID!)' * ('$id' in whole)} {{ {whole} }}"


def _with(before: ValueNode | None, type_: Any, way: Path, value: str) -> ValueNode:
    """The value with the id at the end of the way, made where it was not given before."""
    bare = type_.of_type if str(type_).endswith("!") else type_
    if str(bare).startswith("["):
        return ListValueNode(values=(_with(None, bare.of_type, way, value),))
    if not way:
        return StringValueNode(value=value)
    named = get_named_type(bare)
    fields = {each.name.value: each.value for each in before.fields} if isinstance(before, ObjectValueNode) else {}
    if not fields:
        fields = {key: _some(each.type) for key, each in named.fields.items() if str(each.type).endswith("!")}
    fields[way[0]] = _with(deepcopy(fields.get(way[0])), named.fields[way[0]].type, way[1:], value)
    return ObjectValueNode(
        fields=tuple(ObjectFieldNode(name=NameNode(value=key), value=each) for key, each in fields.items())
    )


def _some(type_: Any) -> ValueNode:
    text = {"Int": "30", "ID": f'"{NOBODY}"'}[get_named_type(type_).name]
    definition: Any = parse(f"{{ a(b: {text}) }}").definitions[0]
    found: ValueNode = definition.selection_set.selections[0].arguments[0].value
    return found


def _below(field: GraphQLField) -> str:
    named = get_named_type(field.type)
    if is_leaf_type(named):
        return ""
    if isinstance(named, GraphQLObjectType) and "nodes" in named.fields:
        return "{ nodes { __typename } }"
    return "{ __typename }"


def twins(place: str, way: Path) -> Iterator[tuple[str, str]]:
    """A neighbour's id and one of nothing, spelt alike."""
    if way[-1] == "tenant" or place == "Query.tenant":
        yield str(FABRIKAM.tenant), str(ABSENT)
        yield thing_id("Tenant", FABRIKAM.tenant), thing_id("Tenant", ABSENT)
        yield version_id("TenantView", FABRIKAM.tenant, NOW), version_id("TenantView", ABSENT, NOW)
        return
    for kind, theirs in (("User", FABRIKAM.user), ("Sku", FABRIKAM.tool)):
        yield str(theirs), str(NOBODY)
        yield thing_id(kind, FABRIKAM.tenant, theirs), thing_id(kind, ABSENT, NOBODY)
        yield thing_id(kind, CONTOSO.tenant, theirs), thing_id(kind, CONTOSO.tenant, NOBODY)
        yield version_id(kind, FABRIKAM.tenant, NOW, theirs), version_id(kind, ABSENT, NOW, NOBODY)


@pytest.fixture
async def changing(read_pool: ReadPool, world: World) -> AsyncIterator[Door]:
    """A door that takes changes; nothing tabulates them, so that every question finds what the one before found."""
    clock = SteppedClock(NOON)
    desk = Desk(world.store, clock, lambda *_: None)
    app = asgi(read_pool, clock, replace(SETTINGS, requests_per_minute=10**6), desk=desk)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://sua.test") as http:
        yield Door(http)


@pytest.mark.parametrize(("place", "way"), PLACES, ids=[f"{place}-{'.'.join(way)}" for place, way in PLACES])
async def test_a_neighbours_id_is_answered_as_one_of_nothing(changing: Door, place: str, way: Path) -> None:
    accept = "text/event-stream" if place.startswith("Subscription.") else "application/json"
    faults = []
    for theirs, nothing in twins(place, way):
        asked = [document(place, way, value) for value in (theirs, nothing)]
        told = [
            await changing.ask(ADMIN, text, accept=accept, **({"id": str(CONTOSO.tenant)} if "$id" in text else {}))
            for text in asked
        ]
        said = [_plain(each.status, each.content, value) for each, value in zip(told, (theirs, nothing), strict=True)]
        if said[0] != said[1] or any(canary in said[0][1] for canary in FABRIKAM.canaries):
            faults.append((theirs, nothing, *said))

    assert faults == []


def _plain(status: int, content: dict[str, Any], value: str) -> tuple[int, str]:
    """An answer without the id it was asked with, and without the position a change was written at."""
    text = repr({**content, "extensions": None})
    for each in (value, value[:40], *ASKED):
        text = text.replace(each, "ID")
    return status, text


def test_every_place_that_takes_an_id_has_a_sample_to_be_asked_with() -> None:
    assert {place for place, _ in PLACES} - SAMPLES.keys() == set()
    assert len(PLACES) >= 25
