"""Pages of lists, shown column by column."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from graphql import GraphQLObjectType
from graphql.execution.collect_fields import FieldDetails

from app.graphql.compiled.fields import At, Column, RowField, Selected, by_column, object_type, row_of, written
from app.graphql.compiled.selection import Compiler, NotCompiled
from app.graphql.paging import Page
from app.projections.reading import Moment


@dataclass(frozen=True, slots=True)
class Items:
    """What a list holds: fields of its rows, the objects that follow from the same row, and the expressions a cursor's
    key is made of, by which the rows are in order.
    """

    fields: Mapping[str, RowField]
    objects: Mapping[str, Mapping[str, RowField]]
    key: tuple[str, ...]
    key_of: Callable[..., object]


@dataclass(frozen=True, slots=True)
class _Listed:
    """One page: its rows as columns, and its place in the list."""

    items: Items
    at: At
    page: Page[Moment, Any]
    columns: Mapping[str, Column]
    more: bool

    def cursor(self, place: int) -> str:
        key = self.items.key_of(*[self.columns[each][place] for each in self.items.key])
        return self.page.cursors.seal(self.page.where, self.page.pinned, key)

    @property
    def places(self) -> range:
        return range(len(next(iter(self.columns.values()))))


_Part: TypeAlias = Callable[[_Listed], Any]
"""What one field of a connection shows of its page."""


class Connected:
    """A connection as a document selects it. `columns`: the expressions to ask for, in that order.

    Raises NotCompiled where something selected follows from more than the rows.
    """

    def __init__(
        self, compiler: Compiler, type_: GraphQLObjectType, selected: Sequence[FieldDetails], items: Items
    ) -> None:
        self._compiler, self._items = compiler, items
        needed: list[str] = []
        self._parts: dict[str, _Part] = {}
        for name, details in compiler.below(type_, selected).items():
            columns, self._parts[name] = self._part(type_, details)
            needed += columns
        self.columns = list(dict.fromkeys(needed or items.key))

    def shown(self, at: At, page: Page[Moment, Any], rows: Sequence[tuple[Any, ...]]) -> dict[str, Any]:
        """`rows`: of these columns, one more than the page holds where there is a next one."""
        columns = by_column(self.columns, rows[: page.size])
        listed = _Listed(self._items, at, page, columns, len(rows) > page.size)
        return {name: part(listed) for name, part in self._parts.items()}

    def _part(self, type_: GraphQLObjectType, details: Sequence[FieldDetails]) -> tuple[list[str], _Part]:
        match details[0].node.name.value:
            case "nodes":
                columns, nodes = self._nodes(object_type(type_, "nodes"), details)
                return columns, lambda listed: written(nodes(listed))
            case "edges":
                return self._edges(object_type(type_, "edges"), details)
            case "pageInfo":
                below = self._compiler.below(object_type(type_, "pageInfo"), details)
                named = {name: each[0].node.name.value for name, each in below.items()}
                parts = {name: _PAGE_INFO[each] for name, each in named.items()}
                key = self._items.key if _CURSORS & set(named.values()) else ()
                return [*key], lambda listed: {name: part(listed) for name, part in parts.items()}
        return [], lambda _: type_.name

    def _nodes(self, type_: GraphQLObjectType, selected: Sequence[FieldDetails]) -> tuple[list[str], _Part]:
        nodes = Selected.of(self._compiler, type_, selected, self._items.fields, self._items.objects)
        return nodes.columns(), lambda listed: nodes.shown(listed.at, listed.columns)

    def _edges(self, type_: GraphQLObjectType, selected: Sequence[FieldDetails]) -> tuple[list[str], _Part]:
        needed: list[str] = []
        parts: dict[str, _Part] = {}
        for name, details in self._compiler.below(type_, selected).items():
            match details[0].node.name.value:
                case "cursor":
                    needed += self._items.key
                    parts[name] = lambda listed: [listed.cursor(place) for place in listed.places]
                case "node":
                    columns, parts[name] = self._nodes(object_type(type_, "node"), details)
                    needed += columns
                case "__typename":
                    parts[name] = lambda listed: [type_.name] * len(listed.places)
                case _:
                    raise NotCompiled

        row = row_of(list(parts))
        return needed, lambda listed: written(list(map(row, *[part(listed) for part in parts.values()])))


_CURSORS: Final = {"startCursor", "endCursor"}
_PAGE_INFO: Final[Mapping[str, _Part]] = {
    "hasNextPage": lambda listed: listed.more,
    "hasPreviousPage": lambda listed: listed.page.after is not None,
    "startCursor": lambda listed: listed.cursor(0) if listed.places else None,
    "endCursor": lambda listed: listed.cursor(-1) if listed.places else None,
    "__typename": lambda _: "PageInfo",
}
