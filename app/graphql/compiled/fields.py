"""Fields of rows, shown column by column: from rows as the database gives them, as structs that are written at once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from itertools import repeat
from typing import Any, Final, TypeAlias, TypeVar
from uuid import UUID

import msgspec
import orjson
from graphql import GraphQLObjectType, get_named_type
from graphql.execution.collect_fields import FieldDetails
from msgspec import Struct, defstruct

from app.auth.pseudonyms import Pseudonyms
from app.domain.events.licensing import UserKind
from app.domain.ids import TenantId, UserId
from app.domain.licensing import usual_ground
from app.graphql.compiled.selection import Compiler, NotCompiled
from app.graphql.context import Asked
from app.graphql.ids import thing_id, thing_ids, version_ids
from app.projections.reading import Moment

PSEUDONYMS_MAX = 50_000
"""Pseudonyms kept for the next page: some 15 MB."""

Column: TypeAlias = Sequence[Any]
T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False)
class RowField:
    """A field: the expressions over a row it follows from, and its values by these columns. Each is one of its own.

    `one`: its value by one row's, where that is less work than columns of one.
    """

    columns: tuple[str, ...]
    values: Callable[..., Column]
    one: Callable[..., Any] | None = None


class At(msgspec.Struct, frozen=True):
    """One page of rows: whose, at which moment, and for whom."""

    asked: Asked
    tenant: TenantId
    moment: Moment
    _known: dict[RowField, Column] = msgspec.field(default_factory=dict)

    def values(self, of: RowField, columns: Mapping[str, Column]) -> Column:
        """A field's values; made once, for objects within the rows often have some in common with these."""
        if of.values is _same:
            return columns[of.columns[0]]
        known = self._known.get(of)
        if known is None:
            known = self._known[of] = of.values(self, *[columns[each] for each in of.columns])
        return known


class Selected:
    """Fields of the rows, by their names in the answer. A `str` is the value of all: the type's own name.

    Rows become structs, made and written five times as fast as dictionaries are.
    """

    def __init__(self, fields: Sequence[tuple[str, RowField | str]]) -> None:
        self._fields = tuple(each for _, each in fields)
        self._row = row_of([name for name, _ in fields])

    @classmethod
    def of(
        cls,
        compiler: Compiler,
        type_: GraphQLObjectType,
        selected: Sequence[FieldDetails],
        known: Mapping[str, RowField],
        objects: Mapping[str, Mapping[str, RowField]] | None = None,
    ) -> "Selected":
        """`objects`: fields that are objects which follow from the same row, by their own fields.

        Raises NotCompiled where a field follows from more than its row.
        """
        fields: list[tuple[str, RowField | str]] = []
        for name, details in compiler.below(type_, selected).items():
            asked = details[0].node.name.value
            inner = (objects or {}).get(asked)
            if inner is not None:
                found: RowField | str | None = cls.of(compiler, object_type(type_, asked), details, inner).as_field()
            else:
                found = type_.name if asked == "__typename" else known.get(asked)
            if found is None:
                raise NotCompiled
            fields.append((name, found))
        return cls(fields)

    def columns(self) -> list[str]:
        return [column for each in self._fields if isinstance(each, RowField) for column in each.columns]

    def as_field(self) -> RowField:
        """All of it as one field whose values are objects."""
        columns = tuple(dict.fromkeys(self.columns())) or (USER_ID,)
        return RowField(columns, lambda at, *values: self.shown(at, dict(zip(columns, values, strict=True))))

    def shown(self, at: At, columns: Mapping[str, Column]) -> list[Struct]:
        """The rows as they are written, by `written`. At least one column says how many there are."""
        many = len(next(iter(columns.values())))
        values = [repeat(each, many) if isinstance(each, str) else at.values(each, columns) for each in self._fields]
        return list(map(self._row, *values))

    def of_one(self, wanted: Sequence[str]) -> Callable[[At, tuple[Any, ...]], Struct]:
        """What shows a row by itself, as the database gives it. `wanted`: its columns."""
        places = {column: nth for nth, column in enumerate(wanted)}
        stand, made = [], []
        for nth, each in enumerate(self._fields):
            stand.append(0 if isinstance(each, str) else places[each.columns[0]])
            part = _part_of_one(each, places)
            if part is not None:
                made.append((nth, part))

        def shown(at: At, row: tuple[Any, ...]) -> Struct:
            values = [row[place] for place in stand]
            for nth, part in made:
                values[nth] = part(at, row)
            return self._row(*values)

        return shown


def _part_of_one(of: RowField | str, places: Mapping[str, int]) -> Callable[[At, tuple[Any, ...]], Any] | None:
    """What makes a field's value of one row; None: it stands there."""
    if isinstance(of, str):
        return lambda _, __: of
    if of.values is _same:
        return None
    needed = [places[each] for each in of.columns]
    if of.one is None:
        values = of.values
        return lambda at, row: values(at, *[(row[each],) for each in needed])[0]
    one, first = of.one, needed[0]
    if len(needed) == 1:
        return lambda at, row: one(at, row[first])
    return lambda at, row: one(at, *[row[each] for each in needed])


def row_of(names: Sequence[str]) -> Callable[..., Struct]:
    """What makes an object with these fields, in this order. Its own names are others: an alias may be any word."""
    own = {f"field_{nth}": name for nth, name in enumerate(names)}
    return defstruct("Row", list(own), rename=own, gc=False)


def written(rows: Struct | Sequence[Struct]) -> orjson.Fragment:
    """Rows as they stand in the answer."""
    return orjson.Fragment(msgspec.json.encode(rows))


def by_column(wanted: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> dict[str, Column]:
    return dict(zip(wanted, zip(*rows, strict=True) if rows else ((),) * len(wanted), strict=True))


def object_type(type_: GraphQLObjectType, field: str) -> GraphQLObjectType:
    found = get_named_type(type_.fields[field].type)
    if not isinstance(found, GraphQLObjectType):
        raise NotCompiled
    return found


def as_it_stands(expression: str) -> RowField:
    return RowField((expression,), _same)


def _same(_: At, values: Column) -> Column:
    return values


def instants(expression: str) -> RowField:
    """An expression over the row that is a time."""
    return RowField((in_utc(expression),), lambda _, values: _instants(values), lambda _, value: instant(value))


def in_utc(expression: str) -> str:
    """A time as text, for `instant` and `datetime_of`: read in a fifth of the time that one to reckon with takes."""
    return f"({expression} AT TIME ZONE 'UTC')::text"


def _instants(texts: Column) -> Column:
    """`instant` of each; where all are whole seconds, as nearly always, all at once."""
    if None in texts:
        told = iter(_instants([each for each in texts if each is not None]))
        return [None if each is None else next(told) for each in texts]
    if set(map(len, texts)) != {_SECONDS_CHARACTERS}:
        return list(map(instant, texts))
    return f"{'+00:00|'.join(texts)}+00:00".replace(" ", "T").split("|")


def instant(text: str | None) -> str | None:
    """A time of the database's as the schema writes it."""
    if text is None:
        return None
    if len(text) == _SECONDS_CHARACTERS:
        return f"{text[:10]}T{text[11:]}+00:00"
    return datetime_of(text).isoformat()


def datetime_of(text: str) -> datetime:
    """Raises ValueError for what is no time of a calendar."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


_SECONDS_CHARACTERS: Final = len("2026-01-31 08:00:00")


def named(user: str, name: str) -> RowField:
    """A user's name as the viewer may see it. `user`: the expression of their id as text."""
    return RowField((user, name), _names, _name)


def user_ids(user: str) -> RowField:
    return RowField(
        (user,),
        lambda at, ids: thing_ids("User", at.tenant, ids),
        lambda at, id_: thing_id("User", at.tenant, id_),
    )


def _name(at: At, id_: str, name: str | None) -> str | None:
    return name if at.asked.viewer.sees_persons(at.tenant) else _pseudonym(at.asked.pseudonyms, at.tenant, id_)


def _names(at: At, ids: Column, names: Column) -> Column:
    if at.asked.viewer.sees_persons(at.tenant):
        return names
    return [_pseudonym(at.asked.pseudonyms, at.tenant, each) for each in ids]


@lru_cache(PSEUDONYMS_MAX)
def _pseudonym(pseudonyms: Pseudonyms, tenant: TenantId, user: str) -> str:
    """A pseudonym never changes, and making one costs more than all else of a row."""
    return pseudonyms.of_user(tenant, UserId(UUID(user)))


def _sources(_: At, kinds: Column, sources: Column) -> Column:
    return [each or _USUAL[kind].source for kind, each in zip(kinds, sources, strict=True)]


def _confidences(_: At, kinds: Column, confidences: Column) -> Column:
    return [each or _USUAL[kind].confidence for kind, each in zip(kinds, confidences, strict=True)]


_USUAL: Final = {kind.value: usual_ground(kind) for kind in UserKind}

USER_ID, USER_NAME = "u.user_id::text", "u.display_name"

USER: Final[Mapping[str, RowField]] = {
    "id": RowField((USER_ID,), lambda at, ids: version_ids("User", at.tenant, at.moment, ids)),
    "userId": user_ids(USER_ID),
    "name": named(USER_ID, USER_NAME),
    "userPrincipalName": named(USER_ID, "u.user_principal_name"),
    "kind": as_it_stands("u.kind"),
    "kindSource": RowField(("u.kind", "u.kind_source"), _sources),
    "kindConfidence": RowField(("u.kind", "u.kind_confidence"), _confidences),
    "enabled": as_it_stands("u.enabled"),
    "deleted": as_it_stands("u.deleted"),
    "department": as_it_stands("u.department"),
    "company": as_it_stands("u.company"),
    "costCentre": as_it_stands("u.cost_centre"),
    "country": as_it_stands("u.country"),
    "usageLocation": as_it_stands("u.usage_location"),
    "createdAt": instants("u.created_at"),
}
"""Fields of a user that follow from their own row. Enums are stored by the names they have in the schema."""
