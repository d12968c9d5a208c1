"""Fields of rows, shown column by column: from rows as the database gives them, without an object for each."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import repeat
from typing import Any, Final, TypeAlias, TypeVar
from uuid import UUID

from graphql import GraphQLObjectType, get_named_type
from graphql.execution.collect_fields import FieldDetails

from app.auth.pseudonyms import Pseudonyms
from app.domain.events.licensing import UserKind
from app.domain.ids import TenantId, UserId
from app.domain.licensing import usual_ground
from app.graphql.compiled.selection import Compiler, NotCompiled
from app.graphql.context import Asked
from app.graphql.ids import thing_ids, version_ids
from app.projections.reading import Moment

PSEUDONYMS_MAX = 50_000
"""Pseudonyms kept for the next page: some 15 MB."""

Column: TypeAlias = Sequence[Any]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class At:
    """Whose rows, at which moment, and for whom."""

    asked: Asked
    tenant: TenantId
    moment: Moment


@dataclass(frozen=True, slots=True)
class RowField:
    """A field: the expressions over a row it follows from, and its values by these columns."""

    columns: tuple[str, ...]
    values: Callable[..., Column]


@dataclass(frozen=True, slots=True)
class Selected:
    """Fields of the rows, by their names in the answer. A `str` is the value of all: the type's own name."""

    fields: tuple[tuple[str, RowField | str], ...]

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
                field: RowField | str | None = cls.of(compiler, object_type(type_, asked), details, inner).as_field()
            else:
                field = type_.name if asked == "__typename" else known.get(asked)
            if field is None:
                raise NotCompiled
            fields.append((name, field))
        return cls(tuple(fields))

    def columns(self) -> list[str]:
        return [column for _, field in self.fields if isinstance(field, RowField) for column in field.columns]

    def as_field(self) -> RowField:
        """All of it as one field whose values are objects."""
        columns = tuple(dict.fromkeys(self.columns()))
        return RowField(columns, lambda at, *values: self.shown(at, dict(zip(columns, values, strict=True))))

    def shown(self, at: At, columns: Mapping[str, Column]) -> list[dict[str, Any]]:
        """The rows as JSON. At least one column says how many there are."""
        names = [name for name, _ in self.fields]
        values = [
            repeat(field) if isinstance(field, str) else field.values(at, *[columns[each] for each in field.columns])
            for _, field in self.fields
        ]
        if all(isinstance(field, str) for _, field in self.fields):
            many = len(next(iter(columns.values())))
            return [dict(self.fields) for _ in range(many)]
        return [dict(zip(names, each, strict=True)) for each in zip(*values, strict=False)]


def by_column(wanted: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> dict[str, Column]:
    return dict(zip(wanted, zip(*rows, strict=True) if rows else ((),) * len(wanted), strict=True))


def object_type(type_: GraphQLObjectType, field: str) -> GraphQLObjectType:
    found = get_named_type(type_.fields[field].type)
    if not isinstance(found, GraphQLObjectType):
        raise NotCompiled
    return found


def as_it_stands(expression: str) -> RowField:
    return RowField((expression,), lambda _, values: values)


def named(user: str, name: str) -> RowField:
    """A user's name as the viewer may see it. `user`: the expression of their id as text."""
    return RowField((user, name), _names)


def user_ids(user: str) -> RowField:
    return RowField((user,), lambda at, ids: thing_ids("User", at.tenant, ids))


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
    "createdAt": as_it_stands("u.created_at"),
}
"""Fields of a user that follow from their own row. Enums are stored by the names they have in the schema."""
