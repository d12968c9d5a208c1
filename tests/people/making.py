"""One of every fact there is, made from its type alone, so that a fact added later is made as well."""

import types
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Union, get_args, get_origin
from uuid import UUID

from pydantic import AwareDatetime, BaseModel
from pydantic.fields import FieldInfo

from app.domain.events import REGISTER, Event
from app.domain.ids import UserId
from app.domain.personal import Personal

AT = datetime(2026, 10, 5, 12, tzinfo=UTC)
_PLAIN: dict[Any, Any] = {
    str: "word", int: 3, bool: True, Decimal: Decimal("1.5"), AwareDatetime: AT, date: AT.date(), float: 1.5,
}  # fmt: skip


def every_fact(user: UserId, name: str) -> list[Event]:
    """`user` stands wherever a fact can name somebody, `name` in every personal value."""
    return [_made(fact, user, name) for _, fact in sorted(REGISTER.items())]


def names_somebody(fact: Event) -> bool:
    """Whether a fact made so is about the person: it holds an id or a value of theirs."""
    return any(_is_of_person(each) for each in _parts(fact))


def _parts(value: Any) -> list[Any]:
    if isinstance(value, BaseModel):
        fields = [(name, getattr(value, name)) for name in type(value).model_fields]
        return [(name, each) for name, each in fields] + [part for _, each in fields for part in _parts(each)]
    if isinstance(value, tuple):
        return [part for each in value for part in _parts(each)]
    return []


def _is_of_person(part: tuple[str, Any]) -> bool:
    name, value = part
    return isinstance(value, Personal) or (name in ("user", "by") and isinstance(value, UUID))


def _made(model: type[BaseModel], user: UserId, name: str) -> Any:
    return model(**{field: _value(info, field, user, name) for field, info in model.model_fields.items()})


def _value(info: FieldInfo, field: str, user: UserId, name: str) -> Any:
    return _of(info.annotation, field, user, name)


def _of(kind: Any, field: str, user: UserId, name: str) -> Any:
    kind = getattr(kind, "__supertype__", kind)
    if get_origin(kind) in (Union, types.UnionType):
        return _of(next(each for each in get_args(kind) if each is not type(None)), field, user, name)
    if get_origin(kind) is tuple:
        parts = [each for each in get_args(kind) if each is not Ellipsis]
        return tuple(_of(each, field, user, name) for each in parts)
    if kind is Personal:
        return Personal.of_user(user, name)
    if kind is UUID:
        return UUID(int=user.int) if field in ("user", "by") else UUID(int=7)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return next(iter(kind))
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return _made(kind, user, name)
    return _PLAIN[kind]
