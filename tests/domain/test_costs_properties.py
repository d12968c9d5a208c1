"""Whatever is held, bought and priced: parts sum to the whole, and months to all days."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import hypothesis.strategies as st
from hypothesis import given

from app.domain.cost_report import CostLine, Costs, shown
from app.domain.costs import SeatsHeld, UnitsBought, costs
from app.domain.events.pricing import Per, PriceSource, Term
from app.domain.events.tenancy import PoolPolicy
from app.domain.money import Money
from app.domain.price_book import PriceBook, PriceLine, Rate, RateBook
from tests.domain.given import E3, E5
from tests.domain.test_costs import EUROS

SINCE, UNTIL = date(2026, 1, 20), date(2026, 4, 10)
DAYS = [SINCE + timedelta(days=nth) for nth in range((UNTIL - SINCE).days)]

days = st.integers(-10, 90).map(lambda nth: SINCE + timedelta(days=nth))
skus = st.sampled_from([E3, E5])
amounts = st.decimals("0", "99", places=4)
prices = st.lists(
    st.builds(
        PriceLine,
        skus,
        st.sampled_from(PriceSource),
        st.just(""),
        amounts,
        st.sampled_from(["EUR", "USD"]),
        st.sampled_from(Per),
        st.just(Term.MONTHLY),
        days,
        st.none() | days.map(lambda day: day + timedelta(days=120)),
    ),
    max_size=6,
)
rates = st.lists(
    st.builds(Rate, st.just("EUR"), st.just("USD"), st.decimals("0.5", "2", places=5), days, st.just("ECB")), max_size=5
)
lengths = st.integers(1, 60).map(lambda length: timedelta(days=length))
seats = st.lists(
    st.tuples(skus, st.sampled_from(["Sales", "Ops", "", None]), days, lengths, st.integers(1, 5)).map(
        lambda drawn: SeatsHeld(drawn[0], drawn[1], drawn[2], drawn[2] + drawn[3], drawn[4])
    ),
    max_size=8,
)
policies = st.builds(
    lambda pool, currency, billed: replace(EUROS, pool=pool, pool_owner="IT", currency=currency, grace_billed=billed),
    st.sampled_from(PoolPolicy),
    st.sampled_from(["EUR", "USD"]),
    st.booleans(),
)


@st.composite
def bought(draw: st.DrawFn) -> list[UnitsBought]:
    """Spells that follow each other, as a table has them."""
    found = []
    for sku in (E3, E5):
        day = draw(days)
        for _ in range(draw(st.integers(0, 3))):
            until = day + draw(lengths)
            found.append(UnitsBought(sku, day, until, draw(st.none() | st.integers(0, 6)), draw(st.integers(0, 2))))
            day = until
    return found


worlds = st.tuples(seats, bought(), prices, rates, policies)


def asked(world: tuple[Any, ...], since: date = SINCE, until: date = UNTIL, **more: Any) -> Costs:
    held, units, priced, rated, policy = world
    return costs(since, until, held, units, PriceBook(priced), RateBook(rated), policy, skus={E3, E5}, **more)


def sums(lines: Sequence[CostLine]) -> dict[str, Decimal]:
    """By currency, without those that came to nothing."""
    found: dict[str, Decimal] = {}
    for line in lines:
        for money in line.cost.by_currency if line.cost else ():
            found[money.currency] = found.get(money.currency, Decimal(0)) + money.amount
    return {code: amount for code, amount in found.items() if amount}


def whole(lines: Sequence[CostLine]) -> Decimal | None:
    amounts = [line.cost.total for line in lines if line.cost is not None]
    if None in amounts:
        return None
    return sum((money.amount for money in amounts if money is not None), Decimal(0))


@given(world=worlds, by_sku=st.booleans())
def test_the_parts_sum_to_the_total_exactly(world: tuple[Any, ...], by_sku: bool) -> None:
    found = asked(world, by_sku=by_sku)

    assert sums(found.lines) == sums([found.total])
    assert sum(line.unpriced for line in found.lines) == found.total.unpriced
    assert sum(line.seat_days for line in found.lines) == found.total.seat_days
    if None not in {whole(found.lines), whole([found.total])}:
        assert whole(found.lines) == whole([found.total])


@given(world=worlds, invoice=st.decimals("0", "9999", places=2))
def test_they_sum_to_the_invoice_where_there_is_one(world: tuple[Any, ...], invoice: Decimal) -> None:
    found = asked(world, invoice=Money(invoice, "EUR"))

    if None not in {whole(found.lines), whole([found.total])} and found.total.cost is not None:
        assert (whole([found.total]), whole(found.lines)) == (invoice, invoice)


@given(world=worlds)
def test_what_is_shown_sums_to_what_is_shown(world: tuple[Any, ...]) -> None:
    found = shown(asked(world))

    assert sums(found.lines) == sums([found.total])
    if (total := whole([found.total])) is not None and whole(found.lines) is not None:
        assert whole(found.lines) == total
        assert total == total.quantize(Decimal("0.01"))


@given(world=worlds, by_sku=st.booleans())
def test_months_sum_to_the_whole(world: tuple[Any, ...], by_sku: bool) -> None:
    bounds = [SINCE, date(2026, 2, 1), date(2026, 3, 1), date(2026, 4, 1), UNTIL]

    together = asked(world, by_sku=by_sku)
    months = [asked(world, since, until, by_sku=by_sku) for since, until in pairwise(bounds)]

    for code, total in sums([together.total]).items():
        apart = sum((sums([month.total]).get(code, Decimal(0)) for month in months), Decimal(0))
        assert abs(apart - total) <= Decimal("4e-12")
    for group in {line.group for line in together.groups}:
        lines = [[line for line in each.groups if line.group == group] for each in (together, *months)]
        for code, total in sums(lines[0]).items():
            apart = sum((sums(of_month).get(code, Decimal(0)) for of_month in lines[1:]), Decimal(0))
            assert abs(apart - total) <= Decimal("6e-12")
    assert sum(month.total.seat_days for month in months) == together.total.seat_days


@given(world=worlds)
def test_each_day_is_priced_as_the_definition_says(world: tuple[Any, ...]) -> None:
    _, units, priced, _, policy = world
    book = PriceBook(priced)
    expected: dict[str, Decimal] = {}
    for day in DAYS:
        for sku in (E3, E5):
            price = book.price_on(sku, day)
            of_day = [each.paid(policy) for each in units if each.sku == sku and each.since <= day < each.until]
            if price is not None and of_day and of_day[0]:
                money = price.on_day(day).times(of_day[0])
                expected[money.currency] = expected.get(money.currency, Decimal(0)) + money.amount

    found = sums([asked(world).total])

    assert found.keys() == {code for code, amount in expected.items() if amount}
    for code, amount in found.items():
        assert abs(amount - expected[code]) <= Decimal("1e-12")
