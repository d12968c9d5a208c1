"""Lists put in order in memory: by one value each, those of unknown value last, equal ones by what tells them apart."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from unicodedata import combining, normalize

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Ranked(Generic[T]):
    """An item with its place. `value`: comparable to those of the same list; None: unknown. `tie`: unlike any other."""

    value: Any
    tie: tuple[Any, ...]
    item: T


def in_order(items: Iterable[Ranked[T]], *, descending: bool) -> list[Ranked[T]]:
    """By value, upwards or downwards, the unknown last either way; equal values by their tie, always upwards."""
    by_tie = sorted(items, key=lambda each: each.tie)
    known = sorted((each for each in by_tie if each.value is not None), key=lambda each: each.value, reverse=descending)
    return [*known, *(each for each in by_tie if each.value is None)]


def place_after(ordered: Sequence[Ranked[T]], value: object, tie: tuple[Any, ...], *, descending: bool) -> int:
    """Where a list that is `in_order` goes on after this place, whether or not something stands there."""
    return bisect_left(ordered, True, key=lambda each: _follows(each, value, tie, descending))


def _follows(each: Ranked[Any], value: Any, tie: tuple[Any, ...], descending: bool) -> bool:
    if each.value is None or value is None:
        return each.tie > tie if each.value is value else each.value is None
    if each.value == value:
        return each.tie > tie
    return bool(each.value < value if descending else each.value > value)


def alphabetical(text: str | None) -> str | None:
    """What words are put in order by: case and accents do not matter. None: there is none."""
    if text is None:
        return None
    return "".join(each for each in normalize("NFKD", text.casefold()) if not combining(each))
