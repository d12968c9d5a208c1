"""Prices and rates are set once, whoever else is writing; those of nobody and of who left are refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest

from app.commands.offboard_tenant import OffboardTenant, offboard_tenant
from app.commands.set_price import (
    SetPrice,
    SetPrices,
    WithdrawPrice,
    known_prices,
    set_price,
    set_prices,
    withdraw_price,
)
from app.commands.set_rates import SetRates, known_rates, set_rates
from app.domain.errors import TenantUnknown
from app.domain.events.pricing import Per, PriceSource, Term
from app.domain.ids import TenantId
from app.domain.price_book import PriceLine, Rate
from app.domain.pricing import PriceAmountRefused, PriceName, key_of
from app.domain.tenant import TenantLeft
from tests.commands.conftest import Office
from tests.domain.given import E3, E5

LINE = PriceLine(E3, PriceSource.CONTRACT, "", Decimal("36.00"), "EUR", Per.MONTH, Term.MONTHLY, date(2026, 1, 1))
OTHER = replace(LINE, sku=E5, amount=Decimal("57.00"))
RATE = Rate("EUR", "USD", Decimal("1.10"), date(2026, 11, 16), "ECB")


def setting(office: Office, *lines: PriceLine) -> SetPrices:
    return SetPrices(office.tenant, lines, uuid4())


def names(office: Office) -> list[str]:
    return [fact.name for fact in office.facts()]


def test_prices_of_several_products_go_in_together_once(customer: Office) -> None:
    assert set_prices(setting(customer, LINE, OTHER), customer.desk) == 2
    assert set_prices(setting(customer, OTHER, LINE), customer.desk) == 0

    assert names(customer) == ["TenantInvited", "PriceSet", "PriceSet"]
    assert customer.rings == [(customer.tenant, 3)]
    assert known_prices(customer.tenant, [E3, E5], customer.desk)[E5] == {key_of(OTHER): OTHER}


def test_one_bad_price_keeps_the_others_out(customer: Office) -> None:
    with pytest.raises(PriceAmountRefused):
        set_prices(setting(customer, LINE, replace(OTHER, amount=Decimal(-1))), customer.desk)

    assert names(customer) == ["TenantInvited"]


def test_who_was_overtaken_decides_again(customer: Office) -> None:
    def other() -> None:
        set_price(SetPrice(customer.tenant, LINE, uuid4()), customer.desk)

    assert set_prices(setting(customer, LINE, OTHER), customer.racing(other)) == 1
    assert names(customer) == ["TenantInvited", "PriceSet", "PriceSet"]


def test_a_price_is_withdrawn_once(customer: Office) -> None:
    set_price(SetPrice(customer.tenant, LINE, uuid4()), customer.desk)
    withdrawing = WithdrawPrice(customer.tenant, PriceName(E3, LINE.source, "", LINE.effective_from), uuid4())

    assert withdraw_price(withdrawing, customer.desk) == 1
    assert withdraw_price(withdrawing, customer.desk) == 0
    assert names(customer) == ["TenantInvited", "PriceSet", "PriceWithdrawn"]


def test_rates_go_in_together_once(customer: Office) -> None:
    rates = [RATE, replace(RATE, quote="CHF", rate=Decimal("0.95"))]

    assert set_rates(SetRates(customer.tenant, rates, uuid4()), customer.desk) == 2
    assert set_rates(SetRates(customer.tenant, rates, uuid4()), customer.desk) == 0
    assert list(known_rates(customer.tenant, customer.desk).values()) == rates


def test_nobody_and_who_left_pay_nothing(office: Office, customer: Office) -> None:
    stranger = replace(office, tenant=TenantId(uuid4()))
    with pytest.raises(TenantUnknown):
        set_prices(setting(stranger, LINE), office.desk)
    with pytest.raises(TenantUnknown):
        set_rates(SetRates(stranger.tenant, [RATE], uuid4()), office.desk)

    offboard_tenant(OffboardTenant(customer.tenant, uuid4()), customer.desk)
    with pytest.raises(TenantLeft):
        set_prices(setting(customer, LINE), customer.desk)
    with pytest.raises(TenantLeft):
        set_rates(SetRates(customer.tenant, [RATE], uuid4()), customer.desk)
