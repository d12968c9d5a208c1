"""Stating rate cards: all of them or none, once, and for customers who are there."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest

from app.commands.set_rate_card import SetRateCards, known_cards, set_rate_cards
from app.domain.errors import TenantUnknown
from app.domain.events.charging import RateCardSet
from app.domain.phone_costs import RateCard
from app.domain.policy import CurrencyUnknown
from app.domain.rate_cards import RateCardRefused, RateRowsOverlap
from tests.commands.conftest import Office
from tests.domain.test_phone_costs import row

ORBIT = RateCard("orbit", "EUR", date(2026, 1, 1), (row("49"), row("")))


def stated(office: Office, *cards: RateCard) -> int:
    return set_rate_cards(SetRateCards(office.tenant, cards, uuid4()), office.desk)


def test_a_card_is_stated_once(customer: Office) -> None:
    later = replace(ORBIT, effective_from=date(2026, 7, 1))

    added = [stated(customer, ORBIT, later), stated(customer, ORBIT, later)]

    assert added == [2, 0]
    assert customer.rings == [(customer.tenant, 3)]
    assert known_cards(customer.tenant, ["orbit"], customer.desk) == {
        "orbit": {ORBIT.effective_from: ORBIT, later.effective_from: later}
    }


def test_one_card_that_cannot_be_keeps_all_out(customer: Office) -> None:
    for bad, refused in (
        (replace(ORBIT, carrier="Other"), RateCardRefused),
        (replace(ORBIT, carrier="other", currency="EUX"), CurrencyUnknown),
        (replace(ORBIT, carrier="other", rows=()), RateCardRefused),
        (replace(ORBIT, carrier="other", rows=(row("49"), row("49", begins=60))), RateRowsOverlap),
        (replace(ORBIT, carrier="other", rows=(row("49", next_seconds=0),)), RateCardRefused),
    ):
        with pytest.raises(refused):
            stated(customer, ORBIT, bad)

    assert not [fact for fact in customer.facts() if isinstance(fact, RateCardSet)]


def test_another_writer_in_between_is_no_harm(customer: Office) -> None:
    newer = replace(ORBIT, currency="USD")
    racing = customer.racing(lambda: stated(customer, ORBIT))

    added = set_rate_cards(SetRateCards(customer.tenant, [newer], uuid4()), racing)

    assert added == 1
    assert known_cards(customer.tenant, ["orbit"], customer.desk)["orbit"] == {ORBIT.effective_from: newer}


def test_nobody_has_no_cards(office: Office) -> None:
    with pytest.raises(TenantUnknown):
        stated(office, ORBIT)
