"""Wasted spend as people see it: rounded to the cent, and every way of grouping still sums to the whole."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from app.domain.events.deciding import Cause, Tier
from app.domain.money import Money
from app.domain.price_book import Total
from app.domain.waste_report import SkuWaste, Wasted, WastedSpend, WasteGroup, WasteShare, shown, together
from tests.domain.given import E3, E5

NOTHING, UNPRICED = Wasted(0, 0, None), Wasted(4, 4, None)


def wasted(amount: str, seat_days: int = 10, unpriced: int = 0, dollars: str | None = None) -> Wasted:
    euros = Money(Decimal(amount), "EUR")
    other = () if dollars is None else (Money(Decimal(dollars), "USD"),)
    return Wasted(seat_days, unpriced, Total((euros, *other), euros if dollars is None else None))


def spend(
    *shares: WasteShare,
    groups: Mapping[str, tuple[WasteGroup, ...]] | None = None,
    skus: tuple[SkuWaste, ...] = (),
) -> WastedSpend:
    """Of one product, unless several are named."""
    seats = together(share.wasted for share in shares) if shares else NOTHING
    unassigned = wasted("1.005")
    return WastedSpend(
        date(2026, 3, 1),
        date(2026, 4, 1),
        "EUR",
        seats=seats,
        unassigned=unassigned,
        shares=shares,
        skus=skus or (SkuWaste(E3, seats, unassigned),),
        groups=groups or {},
        downgrades=wasted("0.125"),
    )


def euros(of: Wasted) -> str | None:
    return None if of.cost is None else str(of.cost.by_currency[0].amount)


HALVES = (
    WasteShare(Cause.IDLE, Tier.LIKELY, wasted("0.335")),
    WasteShare(Cause.IDLE, Tier.REVIEW, wasted("0.335")),
    WasteShare(Cause.DISABLED, Tier.LIKELY, wasted("1.340")),
)


def test_shares_sum_to_their_cause_and_causes_and_units_nobody_held_to_the_whole() -> None:
    told = shown(spend(*HALVES))

    assert {(share.cause, share.tier): euros(share.wasted) for share in told.shares} == {
        (Cause.DISABLED, Tier.LIKELY): "1.34",
        (Cause.IDLE, Tier.LIKELY): "0.34",
        (Cause.IDLE, Tier.REVIEW): "0.33",
    }
    assert (euros(told.seats), euros(told.unassigned), euros(told.whole)) == ("2.01", "1.01", "3.02")
    assert euros(told.downgrades) == "0.12"


def test_groups_and_products_sum_to_the_seats_as_they_are_shown() -> None:
    groups = tuple(WasteGroup(name, wasted("0.670")) for name in ("Ops", "Sales", None))
    skus = (SkuWaste(E3, wasted("1.005"), wasted("0.5025")), SkuWaste(E5, wasted("1.005"), wasted("0.5025")))

    told = shown(spend(*HALVES, groups={"department": groups}, skus=skus))

    assert [euros(each.wasted) for each in told.groups["department"]] == ["0.67", "0.67", "0.67"]
    assert [(euros(each.seats), euros(each.unassigned)) for each in told.skus] == [("1.01", "0.51"), ("1.00", "0.50")]


def test_what_has_no_price_stays_unknown_and_the_counts_stay_as_they_were() -> None:
    told = shown(spend(WasteShare(Cause.IDLE, Tier.LIKELY, UNPRICED), WasteShare(Cause.IDLE, Tier.REVIEW, wasted("1"))))

    assert [share.wasted for share in told.shares] == [UNPRICED, wasted("1.00")]
    assert (told.seats.seat_days, told.seats.unpriced) == (14, 4)


def test_without_findings_the_seats_stay_as_they_were() -> None:
    told = shown(spend())

    assert (told.seats, euros(told.unassigned), told.shares) == (NOTHING, "1.00", ())


def test_a_part_shows_the_currencies_it_was_paid_in_and_no_others() -> None:
    mixed = WasteShare(Cause.IDLE, Tier.LIKELY, wasted("1.004", dollars="2.006"))
    plain = WasteShare(Cause.IDLE, Tier.REVIEW, wasted("1.004"))

    told = shown(spend(mixed, plain))

    currencies = [
        [money.currency for money in share.wasted.cost.by_currency] for share in told.shares if share.wasted.cost
    ]
    assert currencies == [["EUR", "USD"], ["EUR"]]


def test_causes_and_tiers_come_in_their_order_and_only_those_that_were_found() -> None:
    told = spend(*HALVES)

    assert list(told.by_cause()) == [Cause.DISABLED, Cause.IDLE]
    assert {tier: euros(of) for tier, of in told.by_tier().items()} == {Tier.LIKELY: "1.675", Tier.REVIEW: "0.335"}
    assert list(told.by_tier()) == [Tier.LIKELY, Tier.REVIEW]


def test_a_product_is_wasted_in_seats_and_in_units_nobody_held() -> None:
    whole = SkuWaste(E3, wasted("1.00", 10), wasted("0.50", 5)).whole

    assert (whole.seat_days, euros(whole)) == (15, "1.50")
    assert SkuWaste(E3, wasted("1.00", 10), Wasted(0, 0, None)).whole == wasted("1.00", 10)


def test_the_share_that_has_a_price_is_known_where_anything_was_wasted() -> None:
    assert wasted("1", seat_days=8, unpriced=2).coverage == Decimal("0.75")
    assert UNPRICED.coverage == 0
    assert Wasted(0, 0, None).coverage is None
