"""Wasted spend: parts sum to the whole exactly, and on no day is it more than was paid."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

import hypothesis.strategies as st
from hypothesis import given

from app.domain.costs import UnitsBought, costs
from app.domain.events.deciding import Cause, Tier
from app.domain.events.pricing import Per, PriceSource, Term
from app.domain.ids import SkuId
from app.domain.policy import Policy
from app.domain.price_book import PriceBook, PriceLine, Rate, RateBook
from app.domain.waste import wasted_spend
from app.domain.waste_caps import Part, capped
from app.domain.waste_report import Place, Wasted, WastedSpend
from tests.domain.given import E3, E5
from tests.domain.test_costs import EUROS
from tests.domain.test_costs_properties import policies, prices, rates

SINCE, DAYS = date(2026, 3, 28), 6
UNTIL = SINCE + timedelta(days=DAYS)
NOWHERE = Place(None, None, None, None)
FINEST = Decimal("1E-11")
"""Amounts are kept to twelve places."""

places = st.builds(
    Place, st.sampled_from(["Sales", "Ops", " ", None]), st.none(), st.none(), st.sampled_from(["DE", "FR"])
)
parts = st.one_of(
    st.builds(
        Part,
        st.sampled_from([E3, E5]),
        st.sampled_from([Cause.DISABLED, Cause.IDLE, Cause.OVERLAP]),
        st.sampled_from([Tier.GUARANTEED, Tier.LIKELY, Tier.REVIEW]),
        places,
    ),
    st.builds(Part, st.just(E5), st.just(Cause.DOWNGRADE), st.just(Tier.LIKELY), places, st.just(E3)),
)
daily = st.lists(st.integers(0, 4), min_size=DAYS, max_size=DAYS)
counts = st.dictionaries(parts, daily, max_size=8)
unassigned = st.dictionaries(st.sampled_from([E3, E5]), daily)
paid = st.fixed_dictionaries(
    {sku: st.lists(st.none() | st.integers(0, 9), min_size=DAYS, max_size=DAYS) for sku in (E3, E5)}
)


@given(seats=counts, left=unassigned, paid=paid, priced=prices, rated=rates, policy=policies)
def test_parts_sum_to_the_whole_and_none_is_more_than_was_paid(
    seats: Mapping[Part, Sequence[int]],
    left: Mapping[SkuId, Sequence[int]],
    paid: Mapping[SkuId, Sequence[int | None]],
    priced: list[PriceLine],
    rated: list[Rate],
    policy: Policy,
) -> None:
    book, exchange = PriceBook(priced), RateBook(rated)

    found = wasted_spend(SINCE, UNTIL, seats, left, paid, book, exchange, policy)

    for some in (
        [each.wasted for each in found.shares],
        list(found.by_cause().values()),
        list(found.by_tier().values()),
        [each.seats for each in found.skus],
        *([each.wasted for each in by] for by in found.groups.values()),
    ):
        assert summed(some) == summed([found.seats])
    assert summed([each.unassigned for each in found.skus]) == summed([found.unassigned])
    assert summed([each.whole for each in found.skus]) == summed([found.whole])

    spent = costs(SINCE, UNTIL, [], bought(paid), book, exchange, policy, skus={E3, E5}, by_sku=True)
    spend = {each.sku: summed([Wasted(0, 0, each.cost)]) for each in spent.skus}
    for each in found.skus:
        for code, amount in summed([each.whole]).items():
            if None not in paid[each.sku]:
                assert Decimal(0) <= amount <= spend[each.sku][code] + FINEST


def test_of_more_waste_than_paid_seats_those_nobody_held_go_first_and_then_the_least_certain() -> None:
    sales, ops = NOWHERE._replace(department="Sales"), NOWHERE._replace(department="Ops")
    seats = {
        Part(E3, Cause.IDLE, Tier.REVIEW, NOWHERE): [2],
        Part(E3, Cause.IDLE, Tier.LIKELY, sales): [2],
        Part(E3, Cause.IDLE, Tier.LIKELY, ops): [4],
        Part(E3, Cause.OVERLAP, Tier.GUARANTEED, NOWHERE): [1],
    }

    roomy, tight = (one_day(seats, {E3: [3]}, count) for count in (11, 4))

    assert [each.seat_days for each in (roomy.seats, roomy.unassigned, roomy.whole)] == [9, 2, 11]
    assert [each.seat_days for each in (tight.seats, tight.unassigned)] == [4, 0]
    assert {tier: wasted.seat_days for tier, wasted in tight.by_tier().items()} == {Tier.GUARANTEED: 1, Tier.LIKELY: 3}
    assert {each.group: each.wasted.seat_days for each in tight.groups["department"]} == {
        None: 1,
        "Ops": 2,
        "Sales": 1,
    }
    assert tight.whole.cost is not None
    assert tight.whole.cost.total is not None
    assert tight.whole.cost.total.amount == Decimal(4)


def test_a_downgrade_is_the_difference_of_the_prices_and_apart() -> None:
    found = one_day({Part(E5, Cause.DOWNGRADE, Tier.REVIEW, NOWHERE, E3): [2]}, {}, 5)

    assert found.downgrades.cost is not None
    assert [money.amount for money in found.downgrades.cost.by_currency] == [Decimal(2)]
    assert (found.downgrades.seat_days, found.whole.seat_days) == (2, 0)


def test_a_day_whose_units_were_not_read_is_counted_and_has_no_price() -> None:
    found = one_day({Part(E3, Cause.IDLE, Tier.LIKELY, NOWHERE): [2]}, {}, None)

    assert (found.whole.seat_days, found.whole.unpriced, found.whole.cost) == (2, 2, None)


def one_day(seats: Mapping[Part, Sequence[int]], left: Mapping[SkuId, Sequence[int]], count: int | None) -> WastedSpend:
    """The first of April, at 1 a day for E3 and 2 for E5."""
    on = date(2026, 4, 1)
    lines = [
        PriceLine(sku, PriceSource.LIST, "", Decimal(amount), "EUR", Per.MONTH, Term.MONTHLY, SINCE)
        for sku, amount in ((E3, 30), (E5, 60))
    ]
    paid = {E3: [count], E5: [count]}
    return wasted_spend(on, on + timedelta(days=1), seats, left, paid, PriceBook(lines), RateBook(()), EUROS)


def bought(paid: Mapping[SkuId, Sequence[int | None]]) -> list[UnitsBought]:
    return [
        UnitsBought(sku, SINCE + timedelta(days=nth), SINCE + timedelta(days=nth + 1), count, 0)
        for sku, counts in paid.items()
        for nth, count in enumerate(counts)
    ]


def summed(parts: Sequence[Wasted]) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for each in parts:
        for money in each.cost.by_currency if each.cost else ():
            found[money.currency] = found.get(money.currency, Decimal(0)) + money.amount
    return {code: amount for code, amount in found.items() if amount}


def test_of_a_product_that_is_not_paid_for_neither_seats_nor_free_units_are_waste() -> None:
    free = [2] * DAYS
    held = {Part(E5, Cause.IDLE, Tier.LIKELY, NOWHERE): [1] * DAYS, Part(E3, Cause.IDLE, Tier.LIKELY, NOWHERE): free}

    seats, left = capped(held, {E5: free, E3: free}, {E5: [4] * DAYS})

    assert seats == {Part(E5, Cause.IDLE, Tier.LIKELY, NOWHERE): [1] * DAYS}
    assert left == {E5: free}
