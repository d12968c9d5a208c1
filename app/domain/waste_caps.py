"""Of more wasted seats than were paid for on a day, which of them count."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple, TypeVar

from app.domain.events.deciding import Cause, Tier
from app.domain.ids import SkuId
from app.domain.waste_report import Place

Daily = Sequence[int]
"""Seats on each day of a range, from its first on."""


K = TypeVar("K")


class Part(NamedTuple):
    """What wasted seats have in common. `better`: of a DOWNGRADE, the product to hold instead; else None."""

    sku: SkuId
    cause: Cause
    tier: Tier
    place: Place
    better: SkuId | None = None


def capped(
    seats: Mapping[Part, Daily], unassigned: Mapping[SkuId, Daily], paid: Mapping[SkuId, Sequence[int | None]]
) -> tuple[Mapping[Part, Daily], Mapping[SkuId, Daily]]:
    """Seats and unassigned units of the products of `paid`, no more than paid on any day. None: not known how many.

    A downgrade of a seat that was not paid for saves nothing either; it takes no place of an unassigned unit.
    """
    kept = {part: list(daily) for part, daily in seats.items() if part.sku in paid}
    left = {sku: list(daily) for sku, daily in unassigned.items() if sku in paid}
    of_sku: dict[SkuId, list[Part]] = {}
    for part in kept:
        of_sku.setdefault(part.sku, []).append(part)
    for sku, counts in paid.items():
        parts = sorted(of_sku.get(sku, ()), key=_order)
        found = _summed([kept[part] for part in parts], len(counts))
        wasted = _summed([kept[part] for part in parts if part.better is None], len(counts))
        alike = [
            [kept[part] for part in some]
            for _, some in groupby(parts, key=lambda part: (_certainty(part), part.better))
        ]
        free = left.get(sku)
        for nth, count in enumerate(counts):
            if count is None:
                continue
            if free is not None:
                free[nth] = min(free[nth], max(0, count - wasted[nth]))
            if found[nth] > count:
                _cut(alike, nth, count)
    return _any(kept), _any(left)


def _any(counts: Mapping[K, Daily]) -> Mapping[K, Daily]:
    return {key: daily for key, daily in counts.items() if any(daily)}


def _order(part: Part) -> tuple[object, ...]:
    """Within a product the surest first, downgrades last. What is equal up to the place shares what is left."""
    return (*_certainty(part), part.better or part.sku, *((value or "") for value in part.place))


def _certainty(part: Part) -> tuple[bool, int, int]:
    return part.better is not None, _TIERS[part.tier], _CAUSES[part.cause]


def _summed(parts: Sequence[Daily], days: int) -> list[int]:
    return [sum(of_day) for of_day in zip(*parts, strict=True)] if parts else [0] * days


def _cut(alike: Iterable[Sequence[list[int]]], nth: int, paid: int) -> None:
    """The counts of a day down to those paid; of parts as certain as each other, each loses its share."""
    for some in alike:
        counts = [daily[nth] for daily in some]
        whole = sum(counts)
        if whole > paid:
            for daily, count in zip(some, _dealt_out(paid, counts), strict=True):
                daily[nth] = count
        paid -= min(paid, whole)


def _dealt_out(seats: int, counts: Sequence[int]) -> list[int]:
    """Fewer seats by the counts, in whole seats: the largest remainder first, of equals the first."""
    whole = sum(counts)
    shares = [seats * count // whole for count in counts]
    rest = sorted(range(len(counts)), key=lambda nth: (-(seats * counts[nth] % whole), nth))
    for nth in rest[: seats - sum(shares)]:
        shares[nth] += 1
    return shares


_CAUSES = {cause: nth for nth, cause in enumerate(Cause)}
_TIERS = {tier: nth for nth, tier in enumerate(Tier)}
