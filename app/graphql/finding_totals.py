"""Findings counted and summed by what they have in common."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import combinations
from uuid import UUID

import strawberry

from app.domain.cost_report import shown_parts
from app.domain.events.deciding import Cause, Tier
from app.domain.ids import SkuId, TenantId
from app.domain.price_book import Total
from app.domain.small_groups import SMALL_GROUPS_LABEL, SMALLEST_GROUP, GroupTooSmall, told_together
from app.graphql.context import Asked
from app.graphql.money import MoneySum
from app.insight.assessment import Assessment, Found
from app.insight.finding_words import CAUSES, TIERS
from app.insight.standings import Standing
from app.projections import licence_holdings


@strawberry.enum(description="What findings are summed by. Departments and the like are those at the moment.")
class FindingGrouping(Enum):
    CAUSE = "cause"
    TIER = "tier"
    SKU = "sku"
    DEPARTMENT = "department"
    COMPANY = "company"
    COST_CENTRE = "cost_centre"
    COUNTRY = "country"
    GROUP = "group"


_OF_PEOPLE = {
    FindingGrouping.DEPARTMENT: "department",
    FindingGrouping.COMPANY: "company",
    FindingGrouping.COST_CENTRE: "cost_centre",
    FindingGrouping.COUNTRY: "country",
}


@strawberry.type(description="Findings with something in common.")
class FindingTotal:
    key: str | None = strawberry.field(
        description="The value grouped by: a cause, a skuId, a department, a group's id. Null: none, for a GROUP "
        "assigned directly; or, with `smallGroups` above 0, several small groups together."
    )
    label: str = strawberry.field(description="The key in words.")
    seats: int
    people: int = strawberry.field(description="Who hold these seats, each once.")
    priced_seats: int = strawberry.field(description="Seats whose saving is known; `saving` leaves the others out.")
    saving: MoneySum = strawberry.field(description="A month, net. The groups sum to the total, but by GROUP.")
    small_groups: int = strawberry.field(
        description="Groups told together here, as some have fewer than five holders; 0: one group."
    )


@strawberry.type(
    description="Findings counted and summed: of all seats found, not capped at the units that are paid, as "
    "`costs.wasted` is."
)
class FindingTotals:
    groups: list[FindingTotal] = strawberry.field(description="By saving, the greatest first; small groups last.")
    total: FindingTotal = strawberry.field(description="Each seat once.")
    exempt_seats: int = strawberry.field(
        description="Seats to be left alone, of which no finding is made, as far as product, user and place fit."
    )
    judged_seats: int = strawberry.field(
        description="Seats held, exempt ones included, as far as product, user and place fit."
    )


Key = str | None


@dataclass(frozen=True, slots=True)
class _Group:
    key: Key
    label: str
    found: Sequence[Found]
    small_groups: int = 0


async def totals_shown(
    asked: Asked,
    tenant: TenantId,
    assessment: Assessment | None,
    by: FindingGrouping,
    wanted: Callable[[Found], bool],
    of_seat: Callable[[Standing, SkuId], bool],
    place: Mapping[FindingGrouping, str],
) -> FindingTotals:
    """`wanted`: which findings; `of_seat`: which seats they can be of; `place`: of which people alone, by value.

    Raises GroupTooSmall.
    """
    if assessment is None:
        nothing = FindingTotal(
            key=None,
            label="All",
            seats=0,
            people=0,
            priced_seats=0,
            saving=MoneySum(total=None, by_currency=[]),
            small_groups=0,
        )
        return FindingTotals(groups=[], total=nothing, exempt_seats=0, judged_seats=0)
    if place and not asked.viewer.sees_persons(tenant):
        _refuse_small(assessment.holders, place)
    found = [each for each in assessment.found if wanted(each)]
    grouped: dict[Key, list[Found]] = {}
    for each, keys in zip(found, await _keys(asked, tenant, assessment, by, found), strict=True):
        for key in keys:
            grouped.setdefault(key, []).append(each)
    labels = await _labels(asked, tenant, assessment, by, grouped)
    groups = [_Group(key, labels[key], some) for key, some in sorted(grouped.items(), key=lambda each: each[0] or "")]
    if by in _OF_PEOPLE and not asked.viewer.sees_persons(tenant):
        groups = _small_merged(groups, _sizes(_meant(assessment.holders, place), _OF_PEOPLE[by]))
    parts: list[Total | None] = [assessment.savings(group.found) for group in groups]
    rounded = parts if by is FindingGrouping.GROUP else shown_parts(parts)
    shown = [_shown(group, MoneySum.of(part)) for group, part in zip(groups, rounded, strict=True) if part is not None]
    worth = {id(line): assessment.worth(group.found) for line, group in zip(shown, groups, strict=True)}
    shown.sort(key=lambda line: (line.small_groups > 0, -worth[id(line)], line.key or ""))
    seats = [seat for each in assessment.holders for seat in each.holder.seats if of_seat(each, seat.sku)]
    return FindingTotals(
        groups=shown,
        total=_shown(_Group(None, "All", found), MoneySum.of(assessment.savings(found))),
        exempt_seats=sum(seat.exempt for seat in seats),
        judged_seats=len(seats),
    )


async def _keys(
    asked: Asked, tenant: TenantId, assessment: Assessment, by: FindingGrouping, found: Sequence[Found]
) -> list[tuple[Key, ...]]:
    if by is FindingGrouping.GROUP:
        ids = list({each.user for each in found})
        paths: dict[tuple[UUID, UUID], list[Key]] = {}
        for held in await licence_holdings.held_at(asked.db, tenant, assessment.at, ids):
            paths.setdefault((held.user, held.sku), []).append(None if held.via is None else str(held.via))
        return [tuple(paths.get((each.user, each.finding.sku), [None])) for each in found]
    return [(_key(each, by),) for each in found]


def _key(each: Found, by: FindingGrouping) -> Key:
    match by:
        case FindingGrouping.CAUSE:
            return each.finding.cause.value
        case FindingGrouping.TIER:
            return each.finding.tier.value
        case FindingGrouping.SKU:
            return str(each.finding.sku)
        case _:
            return _place(each.standing, _OF_PEOPLE[by])


def _place(standing: Standing, field: str) -> Key:
    value: str | None = getattr(standing, field)
    return (value or "").strip() or None


def _sizes(holders: Iterable[Standing], field: str) -> Counter[Key]:
    return Counter(_place(each, field) for each in holders)


def _refuse_small(holders: Sequence[Standing], place: Mapping[FindingGrouping, str]) -> None:
    """Whom a sum by one of the values would not tell apart, of all or of those of the other values, have none by
    themselves either."""
    fields, values = [_OF_PEOPLE[by] for by in place], tuple(place.values())
    people = Counter(tuple(getattr(each, field) for field in fields) for each in holders)
    if people[values] in (0, len(holders)):
        return
    nths = range(len(values))
    ways = [(nth, others) for nth in nths for size in nths for others in combinations(nths, size) if nth not in others]
    if people[values] < SMALLEST_GROUP or any(
        (values[nth].strip() or None) in told_together(_sizes_among(people, values, nth, others))
        for nth, others in ways
    ):
        raise GroupTooSmall


def _sizes_among(
    people: Mapping[tuple[Key, ...], int], values: Sequence[str], nth: int, others: Sequence[int]
) -> Mapping[Key, int]:
    """How many people have each of the nth values, of those who have the others' as given."""
    sizes: Counter[Key] = Counter()
    for each, count in people.items():
        if all(each[other] == values[other] for other in others):
            sizes[(each[nth] or "").strip() or None] += count
    return sizes


def _meant(holders: Sequence[Standing], place: Mapping[FindingGrouping, str]) -> Sequence[Standing]:
    of_people = [(_OF_PEOPLE[by], value) for by, value in place.items()]
    return [each for each in holders if all(getattr(each, field) == value for field, value in of_people)]


def _small_merged(groups: Sequence[_Group], sizes: Mapping[Key, int]) -> list[_Group]:
    together = told_together({group.key: sizes[group.key] for group in groups})
    if not together:
        return list(groups)
    merged = [each for group in groups if group.key in together for each in group.found]
    apart = [group for group in groups if group.key not in together]
    return [*apart, _Group(None, SMALL_GROUPS_LABEL, merged, len(together))]


async def _labels(
    asked: Asked, tenant: TenantId, assessment: Assessment, by: FindingGrouping, keys: Iterable[Key]
) -> dict[Key, str]:
    if by is FindingGrouping.SKU:
        skus = {key: SkuId(UUID(key)) for key in keys if key is not None}
        names = await asked.product_names(tenant, assessment.at, skus.values())
        return {key: names[sku] for key, sku in skus.items()}
    if by is FindingGrouping.CAUSE:
        return {key: CAUSES[Cause(key)] for key in keys if key is not None}
    if by is FindingGrouping.TIER:
        return {key: TIERS[Tier(key)].capitalize() for key in keys if key is not None}
    nothing = "Assigned directly" if by is FindingGrouping.GROUP else "Unallocated"
    return {key: nothing if key is None else key for key in keys}


def _shown(group: _Group, saving: MoneySum) -> FindingTotal:
    return FindingTotal(
        key=group.key,
        label=group.label,
        seats=len(group.found),
        people=len({each.user for each in group.found}),
        priced_seats=sum(each.finding.saving is not None for each in group.found),
        saving=saving,
        small_groups=group.small_groups,
    )
