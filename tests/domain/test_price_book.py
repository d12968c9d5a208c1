"""What a seat costs on a day, by what was stated; and sums across currencies."""

from __future__ import annotations

import itertools
from calendar import monthrange
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given

from app.domain.events.pricing import Per, PriceSource, Term
from app.domain.money import Money
from app.domain.price_book import NO_RATES, Price, PriceBook, PriceLine, Rate, RateBook, Total, total_of
from tests.domain.given import E3, E5, MONDAY

ON = MONDAY.date()
BEGIN = date(2026, 1, 1)


def line(amount: str = "36.00", since: date = BEGIN, **other: Any) -> PriceLine:
    told: dict[str, Any] = {"source": PriceSource.LIST, "lot": "", "currency": "EUR", "sku": E3}
    told |= {"per": Per.MONTH, "term": Term.MONTHLY} | other
    return PriceLine(amount=Decimal(amount), effective_from=since, **told)


def monthly(*lines: PriceLine, on: date = ON) -> Money | None:
    price = PriceBook(lines).price_on(E3, on)
    return None if price is None else price.monthly


def eur(amount: str) -> Money:
    return Money(Decimal(amount), "EUR")


def test_a_product_without_a_price_costs_the_unknown_not_nothing() -> None:
    book = PriceBook([line()])

    assert book.price_on(E5, ON) is None
    assert book.price_on(E3, BEGIN - timedelta(days=1)) is None
    assert book.skus() == {E3}


def test_a_price_says_what_it_was_stated_with() -> None:
    book = PriceBook([line(term=Term.YEARLY, commit_floor=95, tax_included=True)])

    assert book.price_on(E3, BEGIN) == Price(eur("36.00"), PriceSource.LIST, Term.YEARLY, 95, True)


def test_contract_comes_before_reseller_before_list_on_each_day() -> None:
    lines = [
        line("30", date(2026, 6, 1), source=PriceSource.CONTRACT, effective_until=date(2026, 7, 1)),
        line("33", date(2026, 5, 1), source=PriceSource.RESELLER),
        line("36"),
    ]

    spans = PriceBook(lines).spans(E3, date(2026, 4, 30), date(2026, 7, 2))

    assert [(since, until, price and int(price.monthly.amount)) for since, until, price in spans] == [
        (date(2026, 4, 30), date(2026, 5, 1), 36),
        (date(2026, 5, 1), date(2026, 6, 1), 33),
        (date(2026, 6, 1), date(2026, 7, 1), 30),
        (date(2026, 7, 1), date(2026, 7, 2), 33),
    ]


def test_a_price_for_a_year_is_twelve_months_of_it() -> None:
    assert monthly(line("432.00", per=Per.YEAR)) == eur("36")


def test_lots_are_weighted_by_what_was_bought_of_each() -> None:
    assert monthly(line("30", lot="a", quantity=30), line("40", lot="b", quantity=10)) == eur("32.5")


@pytest.mark.parametrize("quantities", [(None, None), (30, None), (0, 0)])
def test_lots_of_unknown_size_count_alike(quantities: tuple[int | None, int | None]) -> None:
    first, second = quantities

    assert monthly(line("30", lot="a", quantity=first), line("40", lot="b", quantity=second)) == eur("35")


def test_of_several_lots_the_longest_term_binds_and_the_floors_add_up() -> None:
    lots = [
        line(lot="a", term=Term.YEARLY, commit_floor=10),
        line(lot="b", term=Term.MONTHLY),
        line(lot="c", commit_floor=5),
    ]

    assert PriceBook(lots).price_on(E3, ON) == Price(eur("36"), PriceSource.LIST, Term.YEARLY, 15, False)


def test_lots_in_several_currencies_have_no_one_price() -> None:
    assert monthly(line(lot="a"), line(lot="b", currency="USD")) is None


def test_an_open_price_is_ended_by_its_successor_for_good() -> None:
    successor = line("39", date(2026, 3, 1), effective_until=date(2026, 4, 1))

    spans = PriceBook([line(), successor]).spans(E3, BEGIN, date(2026, 5, 1))

    assert [(since, price and price.monthly.amount) for since, _, price in spans] == [
        (BEGIN, 36),
        (date(2026, 3, 1), 39),
        (date(2026, 4, 1), None),
    ]


def test_a_price_change_within_a_month_is_paid_by_the_day() -> None:
    """Definitions, worked example 2."""
    book = PriceBook([line("36.00"), line("39.00", date(2026, 11, 16))])
    november = [date(2026, 11, 1) + timedelta(days=nth) for nth in range(30)]

    paid = [price.on_day(on) for on in november if (price := book.price_on(E3, on))]

    assert (paid[0], paid[29]) == (eur("1.2"), eur("1.3"))
    assert sum((each.amount for each in paid), Decimal(0)) == Decimal("37.50")


def test_a_day_price_keeps_at_least_ten_places() -> None:
    price = PriceBook([line("36.00")]).price_on(E3, ON)

    assert price is not None
    assert price.on_day(date(2026, 10, 1)).amount.quantize(Decimal("1E-10")) == Decimal("1.1612903226")


DAYS = st.dates(date(2025, 1, 1), date(2027, 12, 31))
LINES = st.builds(
    line,
    st.decimals(0, 1000, places=4).map(str),
    DAYS,
    source=st.sampled_from(PriceSource),
    lot=st.sampled_from(["", "b"]),
    currency=st.sampled_from(["EUR", "EUR", "USD"]),
    per=st.sampled_from(Per),
    quantity=st.none() | st.integers(0, 5),
)


@given(st.lists(LINES, max_size=12), DAYS, st.integers(1, 400))
def test_spans_cover_do_not_overlap_and_say_what_each_day_says(lines: list[PriceLine], since: date, days: int) -> None:
    book, until = PriceBook(lines), since + timedelta(days=days)

    spans = book.spans(E3, since, until)

    assert [start for start, _, _ in spans] == [since, *(end for _, end, _ in spans[:-1])]
    assert spans[-1][1] == until
    assert all(one[2] != following[2] for one, following in itertools.pairwise(spans))
    for start, end, price in spans:
        for nth in range((end - start).days):
            assert book.price_on(E3, start + timedelta(days=nth)) == price


@given(st.decimals(0, 100_000, places=10), DAYS, st.sampled_from(Per))
def test_the_day_prices_of_a_month_sum_to_its_price(amount: Decimal, on: date, per: Per) -> None:
    price = PriceBook([line(str(amount), date(2024, 1, 1), per=per)]).price_on(E3, on)

    assert price is not None
    summed = sum((price.on_day(on.replace(day=1)).amount for _ in range(monthrange(on.year, on.month)[1])), Decimal(0))
    assert abs(summed - price.monthly.amount) < Decimal("1E-15")


@given(st.lists(LINES, max_size=8))
def test_a_price_said_again_for_its_day_replaces_it_whenever_it_comes(lines: list[PriceLine]) -> None:
    last = {(each.source, each.lot, each.effective_from): each for each in lines}

    assert PriceBook(lines).spans(E3, BEGIN, date(2028, 1, 1)) == PriceBook(reversed(last.values())).spans(
        E3, BEGIN, date(2028, 1, 1)
    )


def rate(value: str = "1.10", on: date = ON, base: str = "EUR", quote: str = "USD") -> Rate:
    return Rate(base, quote, Decimal(value), on, "ECB")


def test_currencies_are_not_added_up_without_a_rate() -> None:
    """Definitions, worked example 13."""
    costs = [(Money(Decimal("12.00"), "EUR"), ON), (Money(Decimal("10.00"), "USD"), ON)]
    apart = (Money(Decimal("12.00"), "EUR"), Money(Decimal("10.00"), "USD"))

    assert total_of(costs, "USD", NO_RATES) == Total(apart, None)
    assert total_of(costs, "USD", RateBook([rate()])) == Total(apart, Money(Decimal("23.20"), "USD"))


def test_each_amount_is_converted_at_its_own_day() -> None:
    rates = RateBook([rate("1.10", ON), rate("1.20", ON + timedelta(days=1))])

    found = total_of([(eur("10"), ON), (eur("10"), ON + timedelta(days=1))], "USD", rates)

    assert found == Total((eur("20"),), Money(Decimal(23), "USD"))


def test_nothing_and_amounts_of_nothing_need_no_rate() -> None:
    assert total_of([], "USD") == Total((), Money(Decimal(0), "USD"))
    assert total_of([], "USD", unknown=3) == Total((), None)
    assert total_of([(eur("0"), ON)], "USD", unknown=3) == Total((eur("0"),), Money(Decimal(0), "USD"))
    assert total_of([(eur("0"), ON)], "USD") == Total((eur("0"),), Money(Decimal(0), "USD"))


@pytest.mark.parametrize(("age", "stands"), [(-1, False), (0, True), (31, True), (32, False)])
def test_a_rate_stands_for_a_month_and_never_for_the_days_before_it(age: int, stands: bool) -> None:
    rates = RateBook([rate(on=ON - timedelta(days=age))])

    assert (rates.convert(eur("10"), "USD", ON) is not None) is stands


def test_the_reverse_pair_is_used_inverted_where_it_is_newer() -> None:
    rates = RateBook([rate("1.10", ON - timedelta(days=2)), rate("0.8", ON, "USD", "EUR")])

    assert rates.convert(eur("10"), "USD", ON) == Money(Decimal("12.5"), "USD")
    assert rates.convert(eur("10"), "USD", ON - timedelta(days=1)) == Money(Decimal(11), "USD")


def test_what_is_in_the_wanted_currency_stays_as_it_is() -> None:
    assert NO_RATES.convert(eur("10"), "EUR", ON) == eur("10")
