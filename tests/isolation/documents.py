"""A document for every field of the schema, found by walking it: what is added to the schema is asked by itself.

Objects are asked whole, down to their leaves; an object already above is not asked again. `Tenant` and `TenantView`
are asked one field at a time, for all of a customer at once would be more than a request may ask for.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from graphql import GraphQLField, GraphQLObjectType, get_named_type, is_abstract_type, is_leaf_type, is_object_type

from app.graphql.schema import schema
from tests.isolation.samples import SAMPLES
from tests.isolation.world import Customer

ONE_FIELD_AT_A_TIME = ("Tenant", "TenantView")


class LacksSample(AssertionError):
    pass


@dataclass(frozen=True, slots=True)
class Document:
    """`text` takes `$id` where `of_tenant`. `fields`: what it asks, each as Type.field."""

    name: str
    text: str
    of_tenant: bool
    fields: frozenset[str] = field(repr=False)


def all_fields() -> set[str]:
    """Every field of every object of the schema, but those of introspection."""
    return {f"{of.name}.{name}" for of in objects() for name in of.fields}


def objects() -> list[GraphQLObjectType]:
    found = schema._schema.type_map.values()
    return [each for each in found if isinstance(each, GraphQLObjectType) and not each.name.startswith("__")]


def questions(of: Customer) -> list[Document]:
    """Documents that together ask every field that can be asked, with every sample."""
    return list(_questions(_object("Query"), "Query", of, [], frozenset()))


def changes(of: Customer) -> list[Document]:
    """One document for every mutation and sample."""
    return list(_of_root("Mutation", of))


def listenings(of: Customer) -> list[Document]:
    """One document for every subscription and sample."""
    return list(_of_root("Subscription", of))


def _of_root(name: str, of: Customer) -> Iterator[Document]:
    root = _object(name)
    for field_name, each in root.fields.items():
        for text in _arguments(root, field_name, each, of):
            asked: set[str] = {f"{name}.{field_name}"}
            body = f"{field_name}{text}{_whole(each, of, (name,), asked)}"
            variables = " ($id: ID!)" if "$id" in body else ""
            document = f"{name.lower()}{variables} {{ {body} }}"
            yield Document(f"{name}.{field_name}{text}", document, "$id" in body, frozenset(asked))


def one_each(documents: list[Document]) -> list[Document]:
    """The first sample of every field: enough where nothing is told, whatever the arguments say."""
    return list({_plain(each.name): each for each in reversed(documents)}.values())


def _plain(name: str) -> str:
    """A document's name without what its last field is given."""
    return name.partition("(")[0]


def _object(name: str) -> GraphQLObjectType:
    found = schema._schema.type_map[name]
    assert isinstance(found, GraphQLObjectType)
    return found


def _questions(
    at: GraphQLObjectType, name: str, of: Customer, spine: list[str], above: frozenset[str]
) -> Iterator[Document]:
    leaves = [each for each, kind in at.fields.items() if is_leaf_type(get_named_type(kind.type))]
    if leaves and not any(at.fields[each].args for each in leaves):
        yield _document(f"{name}.*", [*spine, " ".join(leaves)], above | {f"{at.name}.{each}" for each in leaves})
    for each, kind in at.fields.items():
        below = get_named_type(kind.type)
        for text in _arguments(at, each, kind, of):
            path, asked = [*spine, f"{each}{text}"], {*above, f"{at.name}.{each}"}
            if is_object_type(below) and below.name in ONE_FIELD_AT_A_TIME:
                yield from _questions(_object(below.name), f"{name}.{each}", of, path, frozenset(asked))
            elif is_object_type(below):
                path[-1] += _whole(kind, of, (at.name,), asked)
                yield _document(f"{name}.{each}{text}", path, asked)
            elif is_abstract_type(below):
                for one in schema._schema.get_possible_types(below):
                    inside = {*asked}
                    whole = f" {{ __typename ... on {one.name}{_within(one, of, (at.name,), inside)} }}"
                    yield _document(f"{name}.{each}{text} {one.name}", [*path[:-1], path[-1] + whole], inside)
            elif kind.args:
                yield _document(f"{name}.{each}{text}", path, asked)


def _document(name: str, path: list[str], asked: set[str] | frozenset[str]) -> Document:
    of_tenant = any("$id" in part for part in path)
    text = " { ".join(path) + " }" * (len(path) - 1)
    return Document(name, f"query {'($id: ID!) ' if of_tenant else ''}{{ {text} }}", of_tenant, frozenset(asked))


def _whole(kind: GraphQLField, of: Customer, above: tuple[str, ...], asked: set[str]) -> str:
    """The selection of everything below a field; nothing for a leaf."""
    below = get_named_type(kind.type)
    return _within(below, of, above, asked) if isinstance(below, GraphQLObjectType) else ""


def _within(below: GraphQLObjectType, of: Customer, above: tuple[str, ...], asked: set[str]) -> str:
    parts = ["__typename"]
    for name, each in below.fields.items():
        inner = get_named_type(each.type)
        if inner.name in above or (inner.name in ONE_FIELD_AT_A_TIME and below.name in ONE_FIELD_AT_A_TIME):
            continue
        if below.name in ONE_FIELD_AT_A_TIME and not is_leaf_type(inner):
            continue
        asked.add(f"{below.name}.{name}")
        text = next(iter(_arguments(below, name, each, of)))
        parts.append(f"{name}{text}{_whole(each, of, (*above, below.name), asked)}")
    return f" {{ {' '.join(parts)} }}"


def _arguments(at: GraphQLObjectType, name: str, kind: GraphQLField, of: Customer) -> list[str]:
    if not kind.args:
        return [""]
    place = f"{at.name}.{name}"
    if place not in SAMPLES:
        raise LacksSample(f"{place} takes arguments: say in tests/isolation/samples.py what to give them")
    return [f"({sample(of)})" for sample in SAMPLES[place]]
