"""Scalars of our own, and checks of texts and times that come in."""

import re
from datetime import date, datetime
from decimal import Decimal
from typing import NewType

import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

from app.graphql.errors import BadUserInput

Position = NewType("Position", int)
Seconds = NewType("Seconds", int)

POSITION_MAX = 2**63 - 1
TEXT_CHARACTERS_MAX = 200
_DECIMAL = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,20})?")
_MONTH = re.compile(r"(?!0000)[0-9]{4}-(0[1-9]|1[0-2])")
_UNWRITABLE = re.compile("[\x00-\x1f\ud800-\udfff]")
_NO_TEXT = re.compile("[\x00\ud800-\udfff]")
"""Control characters (or of them only NUL, which PostgreSQL does not take), and halves of characters, which no encoding
has.
"""

DAY_MIN, DAY_MAX = date(1900, 1, 1), date(2200, 1, 1)


def _position(value: object) -> Position:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 19:
        number = int(value)
        if number <= POSITION_MAX:
            return Position(number)
    raise GraphQLError("A Position is a whole number as a string, for instance 4711 in quotes.")


def _seconds(value: object) -> Seconds:
    raise GraphQLError(f"Seconds are only ever answered, not asked: {value!r}.")


SCALARS: dict[object, ScalarDefinition] = {
    Position: strawberry.scalar(
        name="Position",
        description="A place in a tenant's log: a whole number, as a string. Facts count from 1 without gaps.",
        serialize=str,
        parse_value=_position,
    ),
    Seconds: strawberry.scalar(
        name="Seconds",
        description="A length of time in whole seconds, as a number below 2^53.",
        serialize=int,
        parse_value=_seconds,
    ),
}


def checked_text(name: str, text: str | None) -> str | None:
    """A text PostgreSQL can take and a person may have meant."""
    if text is None:
        return None
    if not 1 <= len(text) <= TEXT_CHARACTERS_MAX or _UNWRITABLE.search(text) is not None:
        raise BadUserInput(f"`{name}` has 1 to {TEXT_CHARACTERS_MAX} characters, none of them control characters.")
    return text


def checked_day(name: str, day: date) -> date:
    if not DAY_MIN <= day <= DAY_MAX:
        raise BadUserInput(f"`{name}` lies between {DAY_MIN} and {DAY_MAX}, not {day}.")
    return day


def checked_span(since_name: str, since: date, until_name: str, until: date) -> tuple[date, date]:
    """The days [since, until)."""
    if checked_day(since_name, since) > checked_day(until_name, until):
        raise BadUserInput(f"`{since_name}` ({since}) lies after `{until_name}` ({until}).")
    return since, until


def checked_month(text: str) -> date:
    """The first day of a month given as 2026-10."""
    if not _MONTH.fullmatch(text):
        raise BadUserInput(f'`month` is a calendar month, for instance "2026-10", not {text[:40]!r}.')
    return checked_day("month", date(int(text[:4]), int(text[5:]), 1))


def checked_instant(name: str, instant: datetime | None) -> datetime | None:
    if instant is None:
        return None
    if instant.tzinfo is None:
        raise BadUserInput(f"`{name}` needs a time zone, for instance 2026-11-23T12:00:00Z.")
    checked_day(name, instant.date())
    return instant


def checked_decimal(name: str, text: str) -> Decimal:
    """A decimal number as people write it to machines: digits, at most one point, no thousands separators."""
    if not _DECIMAL.fullmatch(text):
        raise BadUserInput(f"`{name}` is a decimal number with a point, for instance 12.30, not {text[:40]!r}.")
    return Decimal(text)


def shown_share(share: Decimal | None) -> float | None:
    """A share of 1 to six places; None stays unknown."""
    return None if share is None else round(float(share), 6)


def checked_words(name: str, text: str) -> str:
    """A text of people's own words, as long as the domain lets it be: what PostgreSQL cannot take is refused."""
    if _NO_TEXT.search(text) is not None:
        raise BadUserInput(f"`{name}` holds characters no text has.")
    return text
