"""Stand-ins: ids in place of the people of a month whose call details are gone.

A stand-in is the same for the same person within a month, so that calls and minutes can still be summed by person and
by the person's department; from one month to the next, and back to the person, nothing leads once the month's key is
destroyed. It is a UUID of version 8, which no directory gives out, and says its month itself, so that SQL can tell it.
"""

from collections import Counter
from collections.abc import Iterable
from uuid import UUID

from app.domain.ids import UserId

_MARK = 0xCA11
_MARK_BEFORE = 0xCA12
"""Of facts recorded before they were sealed by month: another key made them, so nobody can tell who is in both."""

_FIRST_YEAR = 2000
_VERSION_MASK = 0xF << 76 | 0b11 << 62
_VERSION = 0x8 << 76 | 0b10 << 62
_RANDOM_BYTES = 12


def stand_in(month: str, token: bytes, *, before: bool = False) -> UserId:
    """The stand-in of a month (2026-03) with these 12 or more random bytes."""
    year, number = int(month[:4]), int(month[5:7])
    months = (year - _FIRST_YEAR) * 12 + number - 1
    head = (_MARK_BEFORE if before else _MARK) << 16 | months & 0xFFFF
    tail = int.from_bytes(token[:_RANDOM_BYTES], "big") & ~_VERSION_MASK | _VERSION
    return UserId(UUID(int=head << 96 | tail))


def span_of(user: UUID) -> int | None:
    """Of which month, and which kind of facts, this is a stand-in; None: it is a person's own id."""
    return _span(user.int)


def span_name(user: int) -> str:
    """The same of an id as an integer, as text: how the ids of such people begin. Empty: a person's own."""
    span = _span(user)
    return "" if span is None else f"{span:08x}"


def _span(user: int) -> int | None:
    if user >> 112 not in (_MARK, _MARK_BEFORE) or (user >> 76) & 0xF != 8:
        return None
    return user >> 96


def at_least(people: Iterable[UUID]) -> int:
    """How many people these are at least: who stands in for whom in another month cannot be told."""
    return max(Counter(span_of(each) for each in set(people)).values(), default=0)


IS_STAND_IN = (
    "({0} >= 'ca110000-0000-0000-0000-000000000000' AND {0} < 'ca130000-0000-0000-0000-000000000000'"
    " AND substr({0}::text, 15, 1) = '8')"
)
"""The same in SQL: whether a column (`.format(column)`) holds a stand-in."""
