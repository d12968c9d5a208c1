"""Lists shown column by column: from rows as the database gives them, without an object for each.

What a user's fields follow from is named here; which users, and in which order, is `app.projections.users.listing`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import repeat
from typing import Any, Final, TypeAlias
from uuid import UUID

from graphql import GraphQLObjectType, get_named_type
from graphql.execution.collect_fields import FieldDetails

from app.auth.pseudonyms import Pseudonyms
from app.domain.events.licensing import UserKind
from app.domain.ids import TenantId, UserId
from app.domain.licensing import usual_ground
from app.graphql.compiled.selection import Compiler, NotCompiled, Run, ShowLater
from app.graphql.context import Asked
from app.graphql.ids import thing_ids, version_ids
from app.graphql.paging import Page
from app.graphql.users import UserQuestions
from app.projections import users
from app.projections.reading import Moment, rows

PSEUDONYMS_MAX = 50_000
"""Pseudonyms kept for the next page: some 15 MB."""

Column: TypeAlias = Sequence[Any]


@dataclass(frozen=True, slots=True)
class _At:
    """Whose rows, at which moment, and for whom."""

    asked: Asked
    tenant: TenantId
    moment: Moment


@dataclass(frozen=True, slots=True)
class _Field:
    """A field: the expressions over a row it follows from, and its values by these columns."""

    columns: tuple[str, ...]
    values: Callable[..., Column]


_USER, _NAME = "u.user_id::text", "u.display_name"


def _as_it_stands(column: str) -> _Field:
    return _Field((f"u.{column}",), lambda _, values: values)


def _name(column: str) -> _Field:
    return _Field((_USER, f"u.{column}"), _names)


def _names(at: _At, ids: Column, names: Column) -> Column:
    if at.asked.viewer.sees_persons(at.tenant):
        return names
    return [_pseudonym(at.asked.pseudonyms, at.tenant, each) for each in ids]


@lru_cache(PSEUDONYMS_MAX)
def _pseudonym(pseudonyms: Pseudonyms, tenant: TenantId, user: str) -> str:
    """A pseudonym never changes, and making one costs more than all else of a row."""
    return pseudonyms.of_user(tenant, UserId(UUID(user)))


def _sources(_: _At, kinds: Column, sources: Column) -> Column:
    return [each or _USUAL[kind].source for kind, each in zip(kinds, sources, strict=True)]


def _confidences(_: _At, kinds: Column, confidences: Column) -> Column:
    return [each or _USUAL[kind].confidence for kind, each in zip(kinds, confidences, strict=True)]


_USUAL: Final = {kind.value: usual_ground(kind) for kind in UserKind}

USER: Final[Mapping[str, _Field]] = {
    "id": _Field((_USER,), lambda at, ids: version_ids("User", at.tenant, at.moment, ids)),
    "userId": _Field((_USER,), lambda at, ids: thing_ids("User", at.tenant, ids)),
    "name": _name("display_name"),
    "userPrincipalName": _name("user_principal_name"),
    "kind": _as_it_stands("kind"),
    "kindSource": _Field(("u.kind", "u.kind_source"), _sources),
    "kindConfidence": _Field(("u.kind", "u.kind_confidence"), _confidences),
    "enabled": _as_it_stands("enabled"),
    "deleted": _as_it_stands("deleted"),
    "department": _as_it_stands("department"),
    "company": _as_it_stands("company"),
    "costCentre": _as_it_stands("cost_centre"),
    "country": _as_it_stands("country"),
    "usageLocation": _as_it_stands("usage_location"),
    "createdAt": _as_it_stands("created_at"),
}
"""Fields of a user that follow from their own row. Enums are stored by the names they have in the schema."""


@dataclass(frozen=True, slots=True)
class _Selected:
    """Fields of the rows, by their names in the answer. A `str` is the value of all: the type's own name."""

    fields: tuple[tuple[str, _Field | str], ...]

    @classmethod
    def of(cls, compiler: Compiler, type_: GraphQLObjectType, selected: Sequence[FieldDetails]) -> "_Selected":
        """Raises NotCompiled where a field follows from more than its row."""
        fields: list[tuple[str, _Field | str]] = []
        for name, details in compiler.below(type_, selected).items():
            asked = details[0].node.name.value
            field = type_.name if asked == "__typename" else USER.get(asked)
            if field is None:
                raise NotCompiled
            fields.append((name, field))
        return cls(tuple(fields))

    def columns(self) -> list[str]:
        return [column for _, field in self.fields if isinstance(field, _Field) for column in field.columns]

    def shown(self, at: _At, columns: Mapping[str, Column]) -> list[dict[str, Any]]:
        names = [name for name, _ in self.fields]
        values = [
            repeat(field) if isinstance(field, str) else field.values(at, *[columns[each] for each in field.columns])
            for _, field in self.fields
        ]
        many = range(len(columns[_USER]))
        return [dict(zip(names, each, strict=True)) for _, *each in zip(many, *values, strict=False)]


@dataclass(frozen=True, slots=True)
class _Listed:
    """One page: its rows as columns, and its place in the list."""

    at: _At
    page: Page[Moment, Any]
    columns: Mapping[str, Column]
    more: bool

    def cursor(self, place: int) -> str:
        key = (self.columns[_NAME][place] or "", self.columns[_USER][place])
        return self.page.cursors.seal(self.page.where, self.page.pinned, key)

    @property
    def places(self) -> range:
        return range(len(self.columns[_USER]))


_Part: TypeAlias = Callable[[_Listed], Any]
"""What one field of a connection shows of its page."""


def _nodes(compiler: Compiler, type_: GraphQLObjectType, selected: Sequence[FieldDetails]) -> tuple[list[str], _Part]:
    nodes = _Selected.of(compiler, type_, selected)
    return nodes.columns(), lambda listed: nodes.shown(listed.at, listed.columns)


def _edges(compiler: Compiler, type_: GraphQLObjectType, selected: Sequence[FieldDetails]) -> tuple[list[str], _Part]:
    needed: list[str] = []
    parts: dict[str, _Part] = {}
    for name, details in compiler.below(type_, selected).items():
        match details[0].node.name.value:
            case "cursor":
                needed.append(_NAME)
                parts[name] = lambda listed: [listed.cursor(place) for place in listed.places]
            case "node":
                columns, parts[name] = _nodes(compiler, _object(type_, "node"), details)
                needed += columns
            case "__typename":
                parts[name] = lambda listed: [type_.name] * len(listed.places)
            case _:
                raise NotCompiled

    def shown(listed: _Listed) -> list[dict[str, Any]]:
        values = [part(listed) for part in parts.values()]
        return [dict(zip(parts, each, strict=True)) for each in zip(*values, strict=True)]

    return needed, shown


def _page_info(
    compiler: Compiler, type_: GraphQLObjectType, selected: Sequence[FieldDetails]
) -> tuple[list[str], _Part]:
    parts: dict[str, _Part] = {
        name: _PAGE_INFO[details[0].node.name.value] for name, details in compiler.below(type_, selected).items()
    }
    return [_NAME], lambda listed: {name: part(listed) for name, part in parts.items()}


_PAGE_INFO: Final[Mapping[str, _Part]] = {
    "hasNextPage": lambda listed: listed.more,
    "hasPreviousPage": lambda listed: listed.page.after is not None,
    "startCursor": lambda listed: listed.cursor(0) if listed.places else None,
    "endCursor": lambda listed: listed.cursor(-1) if listed.places else None,
    "__typename": lambda _: "PageInfo",
}


def _object(type_: GraphQLObjectType, field: str) -> GraphQLObjectType:
    found = get_named_type(type_.fields[field].type)
    if not isinstance(found, GraphQLObjectType):
        raise NotCompiled
    return found


def users_listed(compiler: Compiler, parent: GraphQLObjectType, selected: Sequence[FieldDetails]) -> ShowLater | None:
    """How `users` is shown; None: something selected follows from more than the users' own rows."""
    try:
        columns, parts = _connection(compiler, _object(parent, "users"), selected)
    except NotCompiled:
        return None
    wanted = list(dict.fromkeys([_USER, *columns]))
    question = ", ".join(wanted)
    called = compiler.called(parent, selected)

    async def shown(run: Run, view: UserQuestions) -> dict[str, Any]:
        info, arguments = called(run)
        page, chosen = view.listing(info, **arguments)
        at = _At(run.asked, view.tenant, page.pinned)
        asked = users.listing(view.tenant, page.pinned, question, **chosen, limit=page.size + 1)
        found = await rows(run.asked.db, *asked)
        by_column = zip(*found[: page.size], strict=True) if found else ((),) * len(wanted)
        listed = _Listed(at, page, dict(zip(wanted, by_column, strict=True)), len(found) > page.size)
        return {name: part(listed) for name, part in parts.items()}

    return shown


def _connection(
    compiler: Compiler, type_: GraphQLObjectType, selected: Sequence[FieldDetails]
) -> tuple[list[str], Mapping[str, _Part]]:
    needed: list[str] = []
    parts: dict[str, _Part] = {}
    for name, details in compiler.below(type_, selected).items():
        match details[0].node.name.value:
            case "nodes":
                columns, parts[name] = _nodes(compiler, _object(type_, "nodes"), details)
            case "edges":
                columns, parts[name] = _edges(compiler, _object(type_, "edges"), details)
            case "pageInfo":
                columns, parts[name] = _page_info(compiler, _object(type_, "pageInfo"), details)
            case _:
                columns, parts[name] = [], lambda _: type_.name
        needed += columns
    return needed, parts


COLUMNS: Final = {"TenantView.users": users_listed}
