"""Prices and rates as known then and as known now."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from app.domain.events.pricing import ExchangeRateSet, Per, PriceSet, PriceSource, PriceWithdrawn, Term
from app.domain.price_book import PriceBook, PriceLine, Rate
from app.projections import exchange_rates, prices
from app.projections.engine import advance
from app.projections.reading import scope
from app.projections.rebuild import compare, rebuild
from tests.projections.asking import Reader, told, when
from tests.projections.conftest import Desk
from tests.projections.story import E3, E5, day

SPRING = date(2026, 3, 1)


def price(on: int, amount: str, since: date = SPRING, **other: Any) -> PriceSet:
    """Stated on a day of 2026."""
    told: dict[str, Any] = {"sku": E5, "source": PriceSource.CONTRACT, "lot": "", "currency": "EUR", "per": Per.MONTH}
    told |= {"term": Term.YEARLY, "effective_until": None, "quantity": 10, "commit_floor": None, "tax_included": False}
    return PriceSet(happened_at=day(on), amount=Decimal(amount), effective_from=since, **(told | other))


def line(amount: str, since: date = SPRING, until: date | None = None, **other: Any) -> PriceLine:
    told: dict[str, Any] = {"sku": E5, "source": PriceSource.CONTRACT, "lot": "", "currency": "EUR", "per": Per.MONTH}
    told |= {"term": Term.YEARLY, "quantity": 10}
    return PriceLine(amount=Decimal(amount), effective_from=since, effective_until=until, **(told | other))


async def test_a_price_corrected_in_arrears_restates_the_past_for_todays_knowledge_only(
    desk: Desk, reader: Reader
) -> None:
    tenant = told(desk, price(60, "57.00"))
    desk.log.tell(tenant, price(100, "54.00"))
    advance(desk.pool, desk.log, tenant)

    async with scope(reader, [tenant]):
        old = await prices.lines_at(reader, tenant, await when(reader, tenant, day(80), day(90)))
        new = await prices.lines_at(reader, tenant, await when(reader, tenant, day(80)))

    assert (old, new) == ([line("57.00")], [line("54.00")])
    paid = [PriceBook(lines).price_on(E5, day(80).date()) for lines in (old, new)]
    assert [each and each.monthly.amount for each in paid] == [57, 54]


async def test_prices_stand_by_lot_and_first_day_until_they_are_withdrawn(desk: Desk, reader: Reader) -> None:
    autumn = date(2026, 9, 1)
    withdrawn = PriceWithdrawn(happened_at=day(70), sku=E5, source=PriceSource.CONTRACT, lot="", effective_from=autumn)
    tenant = told(
        desk,
        price(60, "57.00", effective_until=date(2026, 8, 1), commit_floor=5, tax_included=True),
        price(60, "60.00", autumn),
        price(60, "36.5000000001", sku=E3, quantity=None, per=Per.YEAR, source=PriceSource.LIST, lot="b"),
        withdrawn,
    )

    async with scope(reader, [tenant]):
        then = await prices.lines_at(reader, tenant, await when(reader, tenant, day(65), day(65)))
        now = await prices.lines_at(reader, tenant, await when(reader, tenant, day(65)))

    e3 = line("36.5000000001", sku=E3, quantity=None, per=Per.YEAR, source=PriceSource.LIST, lot="b")
    e5 = line("57.00", SPRING, date(2026, 8, 1), commit_floor=5, tax_included=True)
    assert sorted(then, key=repr) == sorted([e3, e5, line("60.00", autumn)], key=repr)
    assert sorted(now, key=repr) == sorted([e3, e5], key=repr)


async def test_what_a_price_costs_does_not_hang_on_when_it_was_stated(desk: Desk, reader: Reader) -> None:
    """A price may be stated long after or before it holds: the day asked about is a matter of its own dates."""
    tenant = told(desk, price(90, "57.00", date(2025, 1, 1)))

    async with scope(reader, [tenant]):
        lines = await prices.lines_at(reader, tenant, await when(reader, tenant, day(5)))

    assert lines == [line("57.00", date(2025, 1, 1))]


async def test_rates_are_known_by_pair_and_day(desk: Desk, reader: Reader) -> None:
    def stated(on: int, rate: str, rated: date = SPRING) -> ExchangeRateSet:
        return ExchangeRateSet(happened_at=day(on), base="EUR", quote="USD", rate=Decimal(rate), on=rated, source="ECB")

    tenant = told(desk, stated(60, "1.10"), stated(61, "1.12", date(2026, 3, 2)), stated(70, "1.11"))

    async with scope(reader, [tenant]):
        then = await exchange_rates.rates_at(reader, tenant, await when(reader, tenant, day(65), day(65)))
        now = await exchange_rates.rates_at(reader, tenant, await when(reader, tenant, day(65)))

    second = Rate("EUR", "USD", Decimal("1.12"), date(2026, 3, 2), "ECB")
    assert then == [Rate("EUR", "USD", Decimal("1.10"), SPRING, "ECB"), second]
    assert now == [Rate("EUR", "USD", Decimal("1.11"), SPRING, "ECB"), second]


def test_what_is_built_anew_is_what_stood_there(desk: Desk) -> None:
    tenant = told(desk, price(60, "57.00"))
    desk.log.tell(
        tenant,
        price(61, "54.00"),
        price(62, "54.0"),
        price(63, "50.00", lot="b", effective_until=date(2026, 8, 1)),
        PriceWithdrawn(happened_at=day(64), sku=E5, source=PriceSource.CONTRACT, lot="b", effective_from=SPRING),
        ExchangeRateSet(happened_at=day(65), base="EUR", quote="USD", rate=Decimal("1.1"), on=SPRING, source="ECB"),
    )
    advance(desk.pool, desk.log, tenant, batch=2)

    for table in ("prices", "exchange_rates"):
        live = desk.rows(table, tenant)
        assert compare(desk.pool, desk.log, table, tenant) == []
        assert [each.reason for each in rebuild(desk.pool, desk.log, table, tenant)] == [None]
        assert desk.rows(table, tenant) == live
    amounts = sorted(row[4] for row in desk.rows("prices", tenant))
    assert amounts == [Decimal("50.00"), Decimal("54.00"), Decimal("57.00")]
