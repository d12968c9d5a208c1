"""What the replay says a month's seats cost and who pays for them: a second reckoning, seat by seat and day by day."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import date, timedelta
from enum import Enum
from fractions import Fraction
from typing import Any

from app.audit.amounts import Amount, shown
from app.audit.expected_seats import Nodes
from app.audit.month import DayPrice, Month
from app.domain.events.tenancy import PoolPolicy
from app.domain.ids import SkuId, UserId
from app.domain.policy import Policy
from app.domain.small_groups import told_together

PLACES_OF = {"DEPARTMENT": 0, "COMPANY": 1, "COST_CENTRE": 2, "COUNTRY": 3}
"""By grouping, which part of where somebody belongs it goes by."""
BY_SKU = "SKU"
GROUPINGS = (*PLACES_OF, BY_SKU)


class Rest(Enum):
    """The lines of no group, in their order: the order in which what is left of rounding is dealt out."""

    CENTRAL = "central"
    UNALLOCATED = "unallocated"
    VARIANCE = "variance"
    SMALL = "small"
    """Not one of them: groups of few people, told as the first of the groups."""


Line = str | Rest
_REST = (Rest.CENTRAL, Rest.UNALLOCATED, Rest.VARIANCE)


def months_of(on: date) -> tuple[date, date]:
    """The first days of a day's month and of the one before."""
    this = on.replace(day=1)
    return this, (this - timedelta(days=1)).replace(day=1)


def costs_of(month: Month, policy: Policy, by: str) -> Nodes:
    """The report of a month as GraphQL tells it, by line."""
    lines: defaultdict[Line, Amount] = defaultdict(Amount)
    together: frozenset[str | None] = frozenset()
    if by == BY_SKU:
        for sku, paid in month.paid.items():
            _add_days(month, lines[str(sku)], sku, paid)
    else:
        together = told_together(_people(month, PLACES_OF[by]))
        weights = _add_seats(month, lines, PLACES_OF[by], together)
        for sku, paid in month.paid.items():
            _share_out(month, lines, policy, sku, paid, weights.get(sku, {}))
    return _report(month, lines, by, len(together))


def _people(month: Month, place: int) -> Mapping[str | None, int]:
    """How many people of each group held a seat that costs money on any of the days."""
    found: defaultdict[str | None, set[UserId]] = defaultdict(set)
    for each in month.people:
        if any(sku in month.skus for sku, _ in each.paths):
            found[_group(each.account.place[place] if each.account else None)].add(each.user)
    return {group: len(users) for group, users in found.items()}


def _add_seats(
    month: Month, lines: defaultdict[Line, Amount], place: int, together: frozenset[str | None]
) -> Mapping[SkuId, Counter[Line]]:
    """Every seat held, to who holds it. Returns the seat-days of each product by line."""
    weights: defaultdict[SkuId, Counter[Line]] = defaultdict(Counter)
    for each in month.people:
        group = _group(each.account.place[place] if each.account else None)
        line: Line = Rest.SMALL if group in together else group or Rest.UNALLOCATED
        for sku in {sku for sku, _ in each.paths} & month.skus:
            for nth in range(each.first, each.last):
                _add(lines[line], 1, month.price(sku, nth))
                weights[sku][line] += 1
    return weights


def _share_out(
    month: Month,
    lines: defaultdict[Line, Amount],
    policy: Policy,
    sku: SkuId,
    paid: list[int],
    weights: Mapping[Line, int],
) -> None:
    """Seats held beyond those paid, and those paid that nobody held, by the customer's own rule."""
    held = month.held.get(sku, [0] * len(paid))
    beyond = [min(0, units - seats) for units, seats in zip(paid, held, strict=True)]
    _add_days(month, lines[Rest.VARIANCE], sku, beyond)
    free = [max(0, units - seats) for units, seats in zip(paid, held, strict=True)]
    if policy.pool is PoolPolicy.OWNER and policy.pool_owner:
        _add_days(month, lines[policy.pool_owner], sku, free)
    elif policy.pool is PoolPolicy.PRO_RATA and weights:
        pool = Amount()
        _add_days(month, pool, sku, free)
        whole = sum(weights.values())
        for line, weight in weights.items():
            share = Fraction(weight, whole)
            of_line = {currency: amount * share for currency, amount in pool.by_currency.items()}
            lines[line].take(Amount(of_line, pool.converted * share, pool.unrated))
        lines[Rest.CENTRAL].counted += pool.counted
        lines[Rest.CENTRAL].unpriced += pool.unpriced
    else:
        _add_days(month, lines[Rest.CENTRAL], sku, free)


def _add_days(month: Month, line: Amount, sku: SkuId, daily: list[int]) -> None:
    for nth, seats in enumerate(daily):
        if seats:
            _add(line, seats, month.price(sku, nth))


def _add(line: Amount, seats: int, price: DayPrice | None) -> None:
    line.counted += seats
    if price is None:
        line.unpriced += seats
    else:
        converted = None if price.converted is None else price.converted * seats
        line.add(price.currency, price.amount * seats, converted, seats)


def _report(month: Month, lines: defaultdict[Line, Amount], by: str, small: int) -> Nodes:
    groups = sorted(line for line in lines if isinstance(line, str))
    ordered: list[Line] = [*([Rest.SMALL] if Rest.SMALL in lines else []), *groups, *_REST]
    total = Amount()
    for each in ordered:
        total.take(lines[each])
    told = shown([_known(lines[each]) for each in ordered], month.currency)
    (whole,) = shown([_known(total)], month.currency)
    where = (by, f"{month.first:%Y-%m}")
    nodes: dict[tuple[Any, ...], Mapping[str, Any]] = {
        (*where, "total"): _node(None, total, whole, 0),
        (*where, "report"): {
            "since": month.first.isoformat(),
            "until": month.until.isoformat(),
            "complete": month.until == month.ends,
            "coverage": round(float(Fraction(total.counted - total.unpriced, total.counted)), 6)
            if total.counted
            else None,
            "unpriced": [
                {"sku": {"skuId": str(sku)}, "seatDays": days} for sku in month.paid if (days := _unpriced(month, sku))
            ],
            "taxIncluded": [{"skuId": str(sku)} for sku in month.paid if _gross(month, sku)],
        },
    }
    for nth, (line, cost) in enumerate(zip(ordered, told, strict=True)):
        key = line if isinstance(line, str) else None
        place = ("group", nth) if nth < len(ordered) - len(_REST) else (Rest(line).value,)
        nodes[(*where, *place)] = _node(key, lines[line], cost, small if line is Rest.SMALL else 0)
    return nodes


def _node(key: str | None, line: Amount, cost: Any, small: int) -> Mapping[str, Any]:
    return {
        "key": key,
        "seatDays": line.counted,
        "unpricedSeatDays": line.unpriced,
        "cost": cost,
        "smallGroups": small,
    }


def _known(line: Amount) -> Amount | None:
    """None: nothing of it has a price. A currency of which nothing was spent is not told of."""
    spent = {currency: amount for currency, amount in line.by_currency.items() if amount}
    if line.unpriced and not spent and not line.converted:
        return None
    return Amount(spent, line.converted, line.unrated, line.unpriced, line.counted)


def _unpriced(month: Month, sku: SkuId) -> int:
    return sum(units for nth, units in enumerate(month.paid[sku]) if month.price(sku, nth) is None)


def _gross(month: Month, sku: SkuId) -> bool:
    prices = (month.price(sku, nth) for nth, units in enumerate(month.paid[sku]) if units)
    return any(price is not None and price.gross for price in prices)


def _group(text: str | None) -> str | None:
    return (text or "").strip() or None
