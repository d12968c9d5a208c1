"""Personal data inside facts: who it is about, and its value.

A `Personal` can only be serialised through a `Sealer` and only be read back through an `Opener`, both handed in as
pydantic's context by the event store. So no plain name, address or number reaches the log, whoever writes the fact.
"""

from dataclasses import dataclass, field
from typing import Any, Protocol, Self

from pydantic import GetCoreSchemaHandler, SerializationInfo, ValidationInfo
from pydantic_core import CoreSchema, core_schema

from app.domain.ids import UserId


class Sealer(Protocol):
    def seal(self, personal: "Personal") -> dict[str, str]:
        """The stored form: `{"subject": ..., "sealed": ...}`."""


class Opener(Protocol):
    def open(self, stored: dict[str, str]) -> "Personal":
        """The value again, or `Personal.gone` where the person was erased."""


@dataclass(frozen=True, slots=True)
class Personal:
    """One personal value. `value` None: the person was erased and only the fact remains.

    `erased`: so it is; then `value` may still be what a price needs of a number (`+4930***`), and is never the whole.
    `subject` names the key it is encrypted under: a user, or, where empty, whoever the value itself identifies
    (a telephone number, a typed name); the store then derives a keyed pseudonym from the value.
    """

    subject: str
    value: str | None
    erased: bool = field(default=False, compare=False)

    @classmethod
    def gone(cls, subject: str, told: str | None = None) -> Self:
        """What is left of a value whose person was erased."""
        return cls(subject, told, erased=True)

    @classmethod
    def of_user(cls, user: UserId, value: str) -> Self:
        return cls(f"user/{user}", value)

    @classmethod
    def alone(cls, value: str) -> Self:
        """A value that is all we know of the person."""
        return cls("", value)

    def __repr__(self) -> str:
        return f"Personal({self.subject!r}, {'erased' if self.erased or self.value is None else '***'})"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_info_plain_validator_function(
            cls._validate,
            serialization=core_schema.plain_serializer_function_ser_schema(
                cls._serialise, info_arg=True, return_schema=core_schema.dict_schema()
            ),
        )

    @staticmethod
    def _validate(value: Any, info: ValidationInfo) -> "Personal":
        if isinstance(value, Personal):
            return value
        if info.context is None or not isinstance(value, dict):
            raise ValueError("personal data can only be read through the store")
        opened: Personal = info.context.open(value)
        return opened

    @staticmethod
    def _serialise(value: "Personal", info: SerializationInfo) -> dict[str, str]:
        if info.context is None:
            raise ValueError("personal data can only be written through the store")
        sealed: dict[str, str] = info.context.seal(value)
        return sealed
