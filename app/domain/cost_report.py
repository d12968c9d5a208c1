"""What seats cost, in parts that sum to the whole."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from app.domain.ids import SkuId
from app.domain.money import Money, shares
from app.domain.price_book import Total


@dataclass(frozen=True, slots=True)
class CostLine:
    """What one group pays. `cost` None: none of it has a price, which is not 0.

    `seat_days`: of seats held; for the pool of seats not held, for the total of seats paid; for the variance of seats
    held beyond those paid, negative. `unpriced`: those of them without a price, which `cost` leaves out. Of a pool
    paid pro rata the groups have the cost, and `central` keeps the seat-days.
    """

    group: str | None
    seat_days: int
    unpriced: int
    cost: Total | None


@dataclass(frozen=True, slots=True)
class SkuCost:
    """What one product costs. `paid`, `held`, `unpriced` are seat-days; `cost` None: no day of it has a price.

    A day whose units were not read yet counts as paid as far as seats were held, and has no price.
    """

    sku: SkuId
    paid: int
    held: int
    unpriced: int
    cost: Total | None


@dataclass(frozen=True, slots=True)
class Costs:
    """The cost of the days of [since, until), whole and in parts that sum to it exactly, in each currency.

    `central`: seats nobody held. `unallocated`: seats of people without a group. `variance`: what the total has less
    (negative) for days on which more seats were held than paid, and what an invoice says above or below the sum.
    `coverage`: share (0 to 1) of the paid seat-days that have a price; None: none were paid. `tax_included`: products
    some of whose days were reckoned by a price that includes tax, though amounts are called net.
    """

    since: date
    until: date
    currency: str
    groups: tuple[CostLine, ...]
    central: CostLine
    unallocated: CostLine
    variance: CostLine
    total: CostLine
    skus: tuple[SkuCost, ...]
    coverage: Decimal | None
    tax_included: tuple[SkuId, ...] = ()

    @property
    def lines(self) -> tuple[CostLine, ...]:
        """All that sum to the total, in the order in which remainders are dealt out."""
        return (*self.groups, self.central, self.unallocated, self.variance)

    @property
    def unpriced(self) -> tuple[SkuCost, ...]:
        """Products with days that have no price."""
        return tuple(each for each in self.skus if each.unpriced)


def shown(costs: Costs) -> Costs:
    """The same with every amount as people see it: rounded, and the parts still sum to the total."""
    told = [
        replace(line, cost=cost)
        for line, cost in zip(costs.lines, shown_parts([line.cost for line in costs.lines]), strict=True)
    ]
    skus = zip(costs.skus, shown_parts([each.cost for each in costs.skus]), strict=True)
    return replace(
        costs,
        groups=tuple(told[:-3]),
        central=told[-3],
        unallocated=told[-2],
        variance=told[-1],
        total=replace(costs.total, cost=costs.total.cost and _rounded(costs.total.cost)),
        skus=tuple(replace(each, cost=cost) for each, cost in skus),
    )


def shown_parts(parts: Sequence[Total | None]) -> list[Total | None]:
    """Rounded so that in each currency they sum to the rounded sum, by largest remainder, the first of equals."""
    by_currency: list[dict[str, Decimal]] = [{} for _ in parts]
    for code in sorted({money.currency for part in parts if part for money in part.by_currency}):
        having = [nth for nth, part in enumerate(parts) if part and _of(part, code) is not None]
        amounts = [_of(part, code) or Decimal(0) for nth in having if (part := parts[nth])]
        for nth, amount in zip(having, shares(amounts, code), strict=True):
            by_currency[nth][code] = amount
    wholes: dict[int, Money] = {}
    for code in {part.total.currency for part in parts if part and part.total}:
        known = {nth: part.total.amount for nth, part in enumerate(parts) if part and part.total}
        for nth, amount in zip(known, shares(list(known.values()), code), strict=True):
            wholes[nth] = Money(amount, code)
    return [
        part and Total(tuple(Money(amount, code) for code, amount in by_currency[nth].items()), wholes.get(nth))
        for nth, part in enumerate(parts)
    ]


def parts_of(whole: Total | None, parts: Sequence[Total | None]) -> list[Total | None]:
    """The parts, rounded so that in each currency they sum to a whole that was rounded before."""
    if whole is None:
        return [None] * len(parts)
    known = [part for part in parts if part is not None]
    currencies = [money.currency for money in whole.by_currency]
    columns = {
        code: shares([_of(part, code) or Decimal(0) for part in known], code, _of(whole, code) or Decimal(0))
        for code in currencies
    }
    totals: list[Money | None] = [None] * len(known)
    if whole.total is not None:
        code = whole.total.currency
        amounts = [part.total.amount if part.total is not None else Decimal(0) for part in known]
        totals = [Money(amount, code) for amount in shares(amounts, code, whole.total.amount)]
    rounded = iter(
        [
            Total(tuple(Money(columns[code][nth], code) for code in currencies), total)
            for nth, total in enumerate(totals)
        ]
    )
    return [None if part is None else next(rounded) for part in parts]


def _of(part: Total, code: str) -> Decimal | None:
    return next((money.amount for money in part.by_currency if money.currency == code), None)


def _rounded(total: Total) -> Total:
    return Total(tuple(money.shown() for money in total.by_currency), total.total and total.total.shown())
