"""Who pays for seats: the worked examples, the policies of the pool, and what is unknown."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from app.domain.cost_report import CostLine, Costs, shown
from app.domain.costs import SeatsHeld, UnitsBought, costs
from app.domain.events.pricing import Per, PriceSource, Term
from app.domain.events.tenancy import PoolPolicy
from app.domain.ids import SkuId
from app.domain.money import Money
from app.domain.policy import DEFAULT_POLICY, Policy
from app.domain.price_book import NO_RATES, PriceBook, PriceLine, Rate, RateBook
from tests.domain.given import E3, E5

NOV, DEC = date(2026, 11, 1), date(2026, 12, 1)
EUROS = replace(DEFAULT_POLICY, currency="EUR")
ANAS = (
    SeatsHeld(E3, "Sales", date(2026, 11, 1), date(2026, 11, 11), 1),
    SeatsHeld(E3, "Ops", date(2026, 11, 11), date(2026, 11, 21), 1),
)


def price(amount: str, since: date = date(2020, 1, 1), sku: SkuId = E3, currency: str = "EUR") -> PriceLine:
    return PriceLine(sku, PriceSource.LIST, "", Decimal(amount), currency, Per.MONTH, Term.MONTHLY, since)


def units(enabled: int | None = 1, sku: SkuId = E3, warning: int = 0) -> UnitsBought:
    return UnitsBought(sku, date(2020, 1, 1), date(2030, 1, 1), enabled, warning)


def asked(
    *seats: SeatsHeld,
    since: date = NOV,
    until: date = DEC,
    prices: tuple[PriceLine, ...] = (price("36"),),
    bought: tuple[UnitsBought, ...] = (units(),),
    rates: RateBook = NO_RATES,
    policy: Policy = EUROS,
    **more: Any,
) -> Costs:
    return costs(since, until, seats, bought, PriceBook(prices), rates, policy, skus={E3, E5}, **more)


def amount(line: CostLine) -> object:
    assert line.cost is not None
    return None if line.cost.total is None else line.cost.total.amount


def by_group(found: Costs) -> dict[str | None, object]:
    return {line.group: amount(line) for line in found.groups}


def test_proration() -> None:
    found = asked(*ANAS)

    assert by_group(found) == {"Sales": Decimal(12), "Ops": Decimal(12)}
    assert (amount(found.central), amount(found.total)) == (Decimal(12), Decimal(36))
    assert (amount(found.unallocated), amount(found.variance)) == (0, 0)
    assert (found.coverage, found.unpriced) == (Decimal(1), ())


def test_proration_in_a_month_of_31_days() -> None:
    october = (
        SeatsHeld(E3, "Sales", date(2026, 10, 1), date(2026, 10, 11), 1),
        SeatsHeld(E3, "Ops", date(2026, 10, 11), date(2026, 10, 21), 1),
    )

    found = asked(*october, since=date(2026, 10, 1), until=NOV)

    assert by_group(found) == {"Ops": Decimal("11.612903225807"), "Sales": Decimal("11.612903225806")}
    assert (amount(found.central), amount(found.total)) == (Decimal("12.774193548387"), Decimal(36))
    told = shown(found)
    assert by_group(told) == {"Sales": Decimal("11.61"), "Ops": Decimal("11.61")}
    assert (amount(told.central), amount(told.total)) == (Decimal("12.78"), Decimal("36.00"))


def test_a_price_that_changes_within_the_month() -> None:
    prices = (price("36"), price("39", date(2026, 11, 16)))

    found = asked(prices=prices)

    assert amount(found.total) == Decimal("37.50")


def test_the_cent_that_is_left_goes_to_the_first_group() -> None:
    thirds = [
        SeatsHeld(E3, group, date(2026, 11, 1 + nth * 10), date(2026, 11, 1) + timedelta(days=10 + nth * 10), 1)
        for nth, group in enumerate(("c", "a", "b"))
    ]

    found = shown(asked(*thirds, prices=(price("100"),)))

    assert by_group(found) == {"a": Decimal("33.34"), "b": Decimal("33.33"), "c": Decimal("33.33")}
    assert amount(found.total) == Decimal("100.00")


def test_currencies_are_not_added_without_a_rate() -> None:
    day, next_day = date(2026, 11, 5), date(2026, 11, 6)
    seats = [SeatsHeld(sku, "Sales", day, next_day, 1) for sku in (E3, E5)]
    prices = (price("360"), price("300", sku=E5, currency="USD"))
    dollars = replace(EUROS, currency="USD")
    rate = Rate("EUR", "USD", Decimal("1.10"), day, "ECB")
    given: dict[str, Any] = {"since": day, "until": next_day, "prices": prices, "bought": (units(), units(sku=E5))}

    without = asked(*seats, policy=dollars, **given).total.cost
    converted = asked(*seats, policy=dollars, rates=RateBook([rate]), **given).total.cost

    assert without is not None
    assert (without.by_currency, without.total) == ((Money(Decimal(12), "EUR"), Money(Decimal(10), "USD")), None)
    assert converted is not None
    assert converted.by_currency == without.by_currency
    assert converted.total == Money(Decimal("23.2"), "USD")


def test_each_day_is_converted_by_its_own_rate() -> None:
    rates = [Rate("EUR", "USD", Decimal(on) / 10, date(2026, 11, on), "ECB") for on in (10, 20)]

    found = asked(since=date(2026, 11, 10), rates=RateBook(rates), policy=replace(EUROS, currency="USD"))

    assert amount(found.total) == Decimal("1.2") * 10 * 1 + Decimal("1.2") * 11 * 2


def test_who_pays_for_seats_nobody_holds_is_the_customers_policy() -> None:
    owner = replace(EUROS, pool=PoolPolicy.OWNER, pool_owner="IT")
    pro_rata = replace(EUROS, pool=PoolPolicy.PRO_RATA)

    of_owner, shared, nobody = asked(*ANAS, policy=owner), asked(*ANAS, policy=pro_rata), asked(policy=pro_rata)

    assert by_group(of_owner) == {"Sales": 12, "Ops": 12, "IT": 12}
    assert by_group(shared) == {"Sales": 18, "Ops": 18}
    assert amount(nobody.central) == 36
    assert [amount(each.total) for each in (of_owner, shared, nobody)] == [36, 36, 36]


def test_a_pool_is_shared_by_the_days_of_the_same_product_only() -> None:
    others = SeatsHeld(E5, "Legal", NOV, DEC, 9)
    prices = (price("36"), price("60", sku=E5))
    pro_rata = replace(EUROS, pool=PoolPolicy.PRO_RATA)

    found = asked(*ANAS, others, prices=prices, bought=(units(), units(9, E5)), policy=pro_rata)

    assert by_group(found) == {"Legal": 540, "Sales": 18, "Ops": 18}


def test_who_has_no_group_is_unallocated() -> None:
    blanks = [SeatsHeld(E3, group, NOV, DEC, 1) for group in (None, "", "  ")]

    found = asked(*blanks, bought=(units(3),))

    assert (found.groups, amount(found.unallocated)) == ((), 108)
    assert found.unallocated.seat_days == 90


def test_seats_beyond_those_paid_are_a_negative_variance() -> None:
    found = asked(SeatsHeld(E3, "Sales", NOV, DEC, 3), bought=(units(2),))

    assert (by_group(found), amount(found.variance), amount(found.total)) == ({"Sales": 108}, -36, 72)
    assert (found.central.seat_days, found.variance.seat_days, found.total.seat_days) == (0, -30, 60)


def test_an_invoice_is_what_was_paid_and_the_difference_is_told() -> None:
    found = asked(*ANAS, invoice=Money(Decimal("40.50"), "EUR"))

    assert (amount(found.variance), amount(found.total)) == (Decimal("4.5"), Decimal("40.5"))
    assert found.variance.cost is not None
    assert found.variance.cost.by_currency == (Money(Decimal("4.5"), "EUR"),)


def test_units_in_grace_cost_money_where_they_are_billed() -> None:
    bought = (units(1, warning=2),)

    unbilled = asked(bought=bought)
    billed = asked(bought=bought, policy=replace(EUROS, grace_billed=True))

    assert (amount(unbilled.total), amount(billed.total)) == (36, 108)


def test_where_grace_is_billed_and_no_unit_is_in_it_the_bought_units_are_paid() -> None:
    billed = asked(bought=(units(1, warning=0),), policy=replace(EUROS, grace_billed=True))

    assert amount(billed.total) == 36


def test_a_product_without_a_price_is_counted_and_has_no_amount() -> None:
    seats = (*ANAS, SeatsHeld(E5, "Legal", NOV, DEC, 2))

    found = asked(*seats, bought=(units(), units(3, E5)))

    legal = next(line for line in found.groups if line.group == "Legal")
    assert (legal.cost, legal.seat_days, legal.unpriced) == (None, 60, 60)
    assert [(each.sku, each.cost, each.unpriced) for each in found.unpriced] == [(E5, None, 90)]
    assert (amount(found.total), found.coverage) == (36, Decimal("0.25"))


def test_a_product_whose_units_were_not_read_has_no_known_cost() -> None:
    found = asked(*ANAS, bought=(units(None),))

    assert (found.total.cost, found.coverage) == (None, Decimal(0))
    assert [(each.sku, each.unpriced) for each in found.unpriced] == [(E3, 20)]


def test_days_on_which_no_product_was_listed_have_no_known_cost() -> None:
    free = SkuId(UUID(int=9))
    later = tuple(replace(each, since=date(2026, 11, 11)) for each in (units(1), units(1, free)))

    before = asked(*ANAS, bought=())
    during = asked(*ANAS, bought=later)

    assert (before.total.cost, before.total.seat_days, before.coverage) == (None, 20, Decimal(0))
    assert before.variance.seat_days == 0
    assert (amount(during.total), during.total.unpriced) == (24, 10)


def test_a_product_bought_later_than_another_cost_nothing_before() -> None:
    found = asked(SeatsHeld(E5, "Legal", NOV, DEC, 1), bought=(units(), UnitsBought(E5, DEC, DEC, 1, 0)))

    assert (amount(found.total), found.total.unpriced) == (36, 0)


def test_what_is_free_is_left_out() -> None:
    free = SkuId(UUID(int=9))

    found = asked(SeatsHeld(free, "Sales", NOV, DEC, 5), prices=(price("36"), price("5", sku=free)))

    assert (found.groups, [each.sku for each in found.skus]) == ((), [E3])


def test_by_product_each_pays_for_all_its_seats() -> None:
    found = asked(*ANAS, by_sku=True)

    assert by_group(found) == {str(E3): 36}
    assert amount(found.central) == 0


def test_where_nothing_was_bought_nothing_is_paid() -> None:
    found = asked(bought=())

    assert (found.groups, found.skus, found.coverage, amount(found.total)) == ((), (), None, 0)


def test_products_reckoned_by_prices_that_include_tax_are_named() -> None:
    """E3 includes tax for a day of the month; E5 only on days that are none of it, or on which none was paid."""
    gross = replace(price("36", date(2026, 11, 30)), tax_included=True)
    later = replace(price("57", DEC, E5), tax_included=True)
    before = replace(price("57", date(2026, 10, 1), E5), tax_included=True, effective_until=NOV)

    found = asked(*ANAS, prices=(price("30"), gross, before, later), bought=(units(), units(sku=E5)))
    unpaid = asked(prices=(replace(price("57", sku=E5), tax_included=True),), bought=(units(0, E5), units()))
    unread = asked(*ANAS, prices=(replace(price("36"), tax_included=True),), bought=(units(None),))

    assert found.tax_included == shown(found).tax_included == (E3,)
    assert (unpaid.tax_included, unread.tax_included) == ((), ())
