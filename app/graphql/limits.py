"""What one document may cost, measured before anything else looks at it.

Each fragment is measured once, so a document of spreads that double at every level costs no more to refuse than to
read. (Rules that walk fragments again at each spread need 2^n steps; validation is only reached by what passed here.)
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    is_object_type,
)

from app.graphql.errors import QueryTooCostly

INTROSPECTION_DEPTH = 20
"""Enough for the standard introspection query, whose depth is the schema's and not the data's."""

LIST_NODES = 10
"""What a list without pages is taken to hold."""

_ENVELOPE = ("edges", "nodes")


@dataclass(frozen=True, slots=True)
class Limits:
    tokens: int = 1000
    depth: int = 12
    aliases: int = 30
    fields: int = 2000
    nodes: int = 10_000
    page_size: int = 50
    page_size_max: int = 200


class Cost(NamedTuple):
    """Of a selection: levels, aliases and fields with every spread counted out, and objects asked for at most."""

    depth: int = 0
    aliases: int = 0
    fields: int = 0
    nodes: int = 0


@dataclass(frozen=True, slots=True)
class Shape:
    """Which fields of a schema hold pages (they take `first`) and which hold lists, by name."""

    pages: frozenset[str]
    lists: frozenset[str]

    @classmethod
    def of(cls, schema: GraphQLSchema) -> "Shape":
        objects = [each for each in schema.type_map.values() if isinstance(each, GraphQLObjectType)]
        fields = [pair for each in objects if not each.name.startswith("__") for pair in each.fields.items()]
        pages = frozenset(name for name, field in fields if "first" in field.args)
        lists = frozenset(name for name, field in fields if _holds_objects(field.type) and name not in _ENVELOPE)
        return cls(pages, lists - pages)


def _holds_objects(type_: Any) -> bool:
    bare = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
    return isinstance(bare, GraphQLList) and is_object_type(get_named_type(bare))


class Measure:
    """Measures one document. `varies` tells afterwards whether the variables made a difference."""

    def __init__(self, document: DocumentNode, shape: Shape, limits: Limits, variables: Mapping[str, Any]) -> None:
        self._shape = shape
        self._limits = limits
        self._variables = variables
        self._defaults: dict[str, Any] = {}
        self._definitions = document.definitions
        self._fragments = {
            each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)
        }
        self._measured: dict[str, Cost | None] = {}
        self.varies = False

    def total(self) -> Cost:
        """The whole document's cost. Raises `QueryTooCostly` at the first quantity that is over its limit."""
        whole = Cost()
        for definition in self._definitions:
            if isinstance(definition, OperationDefinitionNode):
                self._defaults = _defaults(definition)
                whole = _beside(whole, self._selection(definition.selection_set, 1, introspecting=False))
        for name in self._fragments:
            self._check(self._fragment(name, 1, introspecting=False))
        self._check(whole)
        return whole

    def _check(self, cost: Cost) -> None:
        for what in ("depth", "aliases", "fields", "nodes"):
            measured, allowed = getattr(cost, what), getattr(self._limits, what)
            if measured > allowed and what != "depth":
                raise QueryTooCostly(what, min(measured, 2**31), allowed)

    def _selection(self, selected: SelectionSetNode, depth: int, *, introspecting: bool) -> Cost:
        allowed = INTROSPECTION_DEPTH if introspecting else self._limits.depth
        if depth > allowed:
            raise QueryTooCostly("depth", depth, allowed)
        total = Cost()
        for each in selected.selections:
            if isinstance(each, FieldNode):
                part = self._field(each, depth, introspecting=introspecting)
            elif isinstance(each, FragmentSpreadNode):
                part = self._fragment(each.name.value, depth, introspecting=introspecting)
            elif isinstance(each, InlineFragmentNode):
                part = self._selection(each.selection_set, depth, introspecting=introspecting)
            total = _beside(total, part)
        return total

    def _field(self, node: FieldNode, depth: int, *, introspecting: bool) -> Cost:
        name = node.name.value
        aliased = int(node.alias is not None)
        if node.selection_set is None:
            return Cost(1, aliased, 1, 0)
        below = self._selection(
            node.selection_set, depth + 1, introspecting=introspecting or name in ("__schema", "__type")
        )
        each = 1 + below.nodes
        if name in self._shape.pages:
            nodes = self._page_size(node) * each
        elif name in self._shape.lists:
            nodes = LIST_NODES * each
        else:
            nodes = below.nodes
        return Cost(below.depth + 1, below.aliases + aliased, below.fields + 1, nodes)

    def _fragment(self, name: str, depth: int, *, introspecting: bool) -> Cost:
        fragment = self._fragments.get(name)
        if fragment is None:
            return Cost()
        introspecting = introspecting or fragment.type_condition.name.value.startswith("__")
        if name in self._measured:
            known = self._measured[name]
            if known is None:
                raise QueryTooCostly("depth", None, self._limits.depth)
            allowed = INTROSPECTION_DEPTH if introspecting else self._limits.depth
            if depth + known.depth - 1 > allowed:
                raise QueryTooCostly("depth", depth + known.depth - 1, allowed)
            return known
        self._measured[name] = None
        cost = self._selection(fragment.selection_set, depth, introspecting=introspecting)
        self._measured[name] = cost
        return cost

    def _page_size(self, node: FieldNode) -> int:
        """What `first` says, within its own limits: a size beyond them is refused by the field, with its own code."""
        first: Any = None
        for argument in node.arguments or ():
            if argument.name.value == "first":
                value = argument.value
                if isinstance(value, VariableNode):
                    self.varies = True
                    name = value.name.value
                    first = self._variables.get(name, self._defaults.get(name))
                elif isinstance(value, IntValueNode):
                    first = _whole(value.value)
        if not isinstance(first, int):
            return self._limits.page_size
        return min(max(first, 0), self._limits.page_size_max)


def _defaults(operation: OperationDefinitionNode) -> dict[str, int]:
    return {
        each.variable.name.value: _whole(each.default_value.value)
        for each in operation.variable_definitions or ()
        if isinstance(each.default_value, IntValueNode)
    }


def _whole(digits: str) -> int:
    """An Int literal; longer ones than GraphQL's 32 bits only need to stay large."""
    return int(digits[:12])


def _beside(one: Cost, other: Cost) -> Cost:
    return Cost(
        max(one.depth, other.depth),
        one.aliases + other.aliases,
        one.fields + other.fields,
        one.nodes + other.nodes,
    )
