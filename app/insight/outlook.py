"""What the findings of a moment are worth looking forward: seats to give to others now, money from the next renewal."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from app.domain.events.deciding import Tier
from app.domain.ids import SkuId
from app.domain.money import Money
from app.domain.price_book import Total, total_of
from app.domain.savings import Commitment, FreedSeats, Reclaimable, reclaimable, reducible_on
from app.domain.sku_findings import paid
from app.insight.assessment import Assessment
from app.insight.products import ProductSeen

_BILLED = frozenset({"Enabled"})
_BILLED_IN_GRACE = frozenset({"Enabled", "Warning"})


@dataclass(frozen=True, slots=True)
class Worth:
    """`reassignable`, `cashable_seats`: seats. `cashable`: in the twelve months from the day. `run_rate`: times 12.

    `unpriced`: seats the amounts leave out as their price is unknown; `undated`: seats `cashable` leaves out as it is
    not known when fewer units can be paid.
    """

    reassignable: int
    cashable_seats: int
    cashable: Total
    run_rate: Total
    unpriced: int
    undated: int


@dataclass(frozen=True, slots=True)
class Outlook:
    """`whole`: of all tiers but UNVERIFIABLE, whose seats save nothing; `by_tier`: the surest first."""

    whole: Worth
    by_tier: tuple[tuple[Tier, Worth], ...]


def outlook(assessment: Assessment, products: Iterable[ProductSeen]) -> Outlook:
    """What the seats found at a moment are worth. A seat to be exchanged for a cheaper one saves the difference."""
    known = {each.sku: each for each in products}
    seats: dict[SkuId, Counter[tuple[Tier, Money | None]]] = {}
    for each in assessment.found:
        if each.finding.tier is not Tier.UNVERIFIABLE:
            seats.setdefault(each.finding.sku, Counter())[each.finding.tier, each.finding.saving] += 1
    answers: list[Reclaimable] = []
    for sku, counted in seats.items():
        freed = [FreedSeats(tier, count, saving) for (tier, saving), count in _ordered(counted)]
        answers += reclaimable(freed, commitment_of(assessment, known.get(sku)), _on(assessment))
    tiers = [tier for tier in Tier if any(each.tier is tier for each in answers)]
    return Outlook(
        _worth(assessment, answers),
        tuple((tier, _worth(assessment, [each for each in answers if each.tier is tier])) for tier in tiers),
    )


def commitment_of(assessment: Assessment, product: ProductSeen | None) -> Commitment:
    """How far the product can be lowered, and from when on, by its price's term and its purchases that are paid."""
    if product is None or product.units is None:
        return Commitment(0, None, None)
    price, on = product.price, _on(assessment)
    if price is None:
        return Commitment(paid(product.units, assessment.ground.policy), None, None)
    zone, policy = ZoneInfo(assessment.at.zone), assessment.ground.policy
    running = _BILLED_IN_GRACE if policy.grace_billed else _BILLED
    return Commitment(
        paid(product.units, policy),
        price.commit_floor,
        reducible_on(on, price.term, None),
        tuple(
            (
                each.seats,
                reducible_on(on, price.term, _day(each.next_change_at, zone), _day(each.created_at, zone)),
            )
            for each in product.purchases
            if each.status in running and not each.trial
        ),
    )


def _worth(assessment: Assessment, answers: Sequence[Reclaimable]) -> Worth:
    currency, on = assessment.ground.policy.currency, _on(assessment)
    cashable = [each.cashable for each in answers if each.cashable_seats or each.cashable is not None]
    run_rate = [each.run_rate for each in answers]
    return Worth(
        reassignable=sum(each.reassignable for each in answers),
        cashable_seats=sum(each.cashable_seats for each in answers),
        cashable=total_of(
            [(each, on) for each in cashable if each is not None],
            currency,
            assessment.rates,
            unknown=sum(each is None for each in cashable),
        ),
        run_rate=total_of(
            [(each, on) for each in run_rate if each is not None],
            currency,
            assessment.rates,
            unknown=sum(each is None for each in run_rate),
        ),
        unpriced=sum(each.reassignable for each in answers if each.run_rate is None),
        undated=sum(each.undated for each in answers),
    )


def _ordered(counted: Counter[tuple[Tier, Money | None]]) -> list[tuple[tuple[Tier, Money | None], int]]:
    """Within a tier the dearest first: those are cashed while seats above the floor are left."""
    return sorted(counted.items(), key=lambda each: (each[0][1] is None, -each[0][1].amount if each[0][1] else 0))


def _day(instant: datetime | None, zone: ZoneInfo) -> date | None:
    return None if instant is None else instant.astimezone(zone).date()


def _on(assessment: Assessment) -> date:
    return assessment.ground.on
