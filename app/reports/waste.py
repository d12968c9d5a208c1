"""Wasted seats by cause and tier: tiers sum to their cause and causes to the whole, as shown."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.domain.cost_report import shown_parts
from app.domain.events.deciding import Cause, Tier
from app.domain.money import Money, shares
from app.domain.price_book import Total
from app.insight.assessment import Assessment, Found

_IN_ORDER = tuple(Cause)
SAVING_TIERS = tuple(tier for tier in Tier if tier is not Tier.UNVERIFIABLE)


@dataclass(frozen=True, slots=True)
class WasteCell:
    """Seats of one cause and tier, and what they cost a month. `saving` None: none of them has a known price."""

    seats: int
    saving: Total | None


@dataclass(frozen=True, slots=True)
class WasteLine:
    """`cells`: by SAVING_TIERS. `whole`: their sum."""

    cause: Cause
    cells: tuple[WasteCell, ...]
    whole: WasteCell


def waste_of(assessment: Assessment) -> tuple[WasteLine, ...]:
    """The causes that are waste and were found, in their fixed order."""
    found: dict[Cause, list[Found]] = {}
    for each in assessment.found:
        if each.is_waste:
            found.setdefault(each.finding.cause, []).append(each)
    causes = sorted(found, key=lambda cause: cause.value)
    wholes = shown_parts([_saving(assessment, found[cause]) for cause in causes])
    lines = []
    for cause, whole in sorted(zip(causes, wholes, strict=True), key=lambda each: _IN_ORDER.index(each[0])):
        of_tiers = [[each for each in found[cause] if each.finding.tier is tier] for tier in SAVING_TIERS]
        parts = parts_of(whole, [_saving(assessment, some) for some in of_tiers])
        cells = tuple(WasteCell(len(some), part) for some, part in zip(of_tiers, parts, strict=True))
        lines.append(WasteLine(cause, cells, WasteCell(len(found[cause]), whole)))
    return tuple(lines)


def _saving(assessment: Assessment, some: Sequence[Found]) -> Total | None:
    return assessment.savings(some) if any(each.finding.saving is not None for each in some) else None


def parts_of(whole: Total | None, parts: Sequence[Total | None]) -> list[Total | None]:
    """The parts, rounded so that in each currency they sum to a whole that was rounded before."""
    if whole is None:
        return [None] * len(parts)
    known = [part for part in parts if part is not None]
    currencies = [money.currency for money in whole.by_currency]
    columns = {code: shares([_of(part, code) for part in known], code, _of(whole, code)) for code in currencies}
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


def _of(part: Total, code: str) -> Decimal:
    return next((money.amount for money in part.by_currency if money.currency == code), Decimal(0))


def added(parts: Iterable[Total | None]) -> Total | None:
    """The sum of what is known; None: nothing is. Its `total` is None where one part has none."""
    known = [part for part in parts if part is not None]
    if not known:
        return None
    sums: dict[str, Money] = {}
    for part in known:
        for money in part.by_currency:
            sums[money.currency] = sums[money.currency] + money if money.currency in sums else money
    wholes = [part.total for part in known if part.total is not None]
    total = wholes[0] if len(wholes) == len(known) else None
    for money in wholes[1:]:
        total = None if total is None else total + money
    return Total(tuple(sums[code] for code in sorted(sums)), total)
