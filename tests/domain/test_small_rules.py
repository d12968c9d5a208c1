"""Rules of a line or two that others build on: each as its docstring promises it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from app.domain import deciding, erasure, rate_cards, retention, seat, subscription
from app.domain.catalogue import CATALOGUE
from app.domain.events.charging import (
    DirectRoutingCall,
    DirectRoutingCallLogged,
    PstnCall,
    PstnCallCharged,
    RateCardSet,
)
from app.domain.events.coverage import SubscriptionCreated, SubscriptionEnd, SubscriptionLost
from app.domain.events.licensing import (
    AccountDisabled,
    AccountEnabled,
    LicenceAssigned,
    LicenceRemoved,
    ServicePlan,
    UserDiscovered,
)
from app.domain.ids import LogRowId, PlanId, SkuId
from app.domain.licensing import read_cutoff
from app.domain.market import Market
from app.domain.money import CurrenciesDiffer, Money
from app.domain.personal import Personal
from app.domain.policy import DEFAULT_POLICY
from app.domain.sku import ENTRA_P1_PLANS, Sku, brings_sign_in_times
from tests.domain.given import ANNA, MONDAY, TUESDAY, profile
from tests.domain.seats import E1, E3, E5, eur, ground
from tests.domain.test_rate_cards import card, row

CALLER, CALLEE = Personal("x/1", "+4911"), Personal("x/2", "+4922")


def charged(kind: str, operator: str | None = "Telekom") -> PstnCallCharged:
    values: dict[str, Any] = dict.fromkeys(PstnCall.model_fields)
    values |= {"row": LogRowId(UUID(int=1)), "kind": kind, "began_at": MONDAY, "operator": operator}
    return PstnCallCharged(happened_at=MONDAY, call=PstnCall(**values | {"caller": CALLER, "callee": CALLEE}))


def logged(kind: str) -> DirectRoutingCallLogged:
    values: dict[str, Any] = dict.fromkeys(DirectRoutingCall.model_fields)
    values |= {"row": LogRowId(UUID(int=1)), "kind": kind, "began_at": MONDAY, "caller": CALLER, "callee": CALLEE}
    return DirectRoutingCallLogged(happened_at=MONDAY, call=DirectRoutingCall(**values))


def test_the_other_side_is_whom_a_carrier_takes_money_for() -> None:
    assert retention.other_side(charged("user_in")) == CALLER
    assert retention.other_side(charged("user_out")) == CALLEE
    assert retention.other_side(logged("ByotIn")) == CALLER
    assert retention.other_side(logged("ByotOut")) == CALLEE


def test_a_call_of_no_operator_and_other_facts_have_no_side_to_price() -> None:
    assert retention.other_side(charged("user_out", operator=None)) is None
    assert retention.other_side(AccountEnabled(happened_at=MONDAY, user=ANNA)) is None


def test_the_longest_prefix_of_any_card_says_how_many_digits_a_price_needs() -> None:
    short = row().model_copy(update={"prefix": "49"})
    long = row().model_copy(update={"prefix": "493090"})
    facts = [
        RateCardSet(happened_at=MONDAY, carrier="c", currency="EUR", effective_from=date(2026, 1, 1), rows=rows)
        for rows in ((short, long), (short,))
    ]

    assert erasure.priced_digits([AccountEnabled(happened_at=MONDAY, user=ANNA), *facts]) == 6
    assert erasure.priced_digits([]) == 0


def test_numbers_are_found_beyond_facts_and_rows_that_have_none() -> None:
    nameless = charged("user_out")
    facts = [
        AccountEnabled(happened_at=MONDAY, user=ANNA),
        nameless.model_copy(update={"call": nameless.call.model_copy(update={"user": ANNA, "caller": None})}),
        nameless.model_copy(update={"call": nameless.call.model_copy(update={"user": ANNA})}),
    ]

    assert erasure.own_numbers(facts, ANNA) == {"+4911": CALLER.subject}


def test_rows_for_one_prefix_at_one_time_are_refused_and_apart_they_are_not() -> None:
    morning, evening = (
        row().model_copy(update={"begins": begins, "ends": ends}) for begins, ends in ((0, 600), (600, 1440))
    )

    rate_cards.check_card(card(morning, evening))
    with pytest.raises(rate_cards.RateRowsOverlap):
        rate_cards.check_card(card(morning, evening.model_copy(update={"begins": 599})))


def test_a_source_stands_for_seven_days_after_it_was_read() -> None:
    berlin = ZoneInfo("Europe/Berlin")

    assert read_cutoff(date(2026, 1, 10), berlin) == datetime(2026, 1, 4, tzinfo=berlin)


def test_plans_are_the_tenants_own_or_the_catalogues_or_unknown() -> None:
    plan, nobodys = PlanId(UUID(int=5)), SkuId(UUID(int=6))
    market = Market(ground(plans={E3: frozenset({plan})}), {}, CATALOGUE)
    bare = replace(market, ground=replace(market.ground, plans={}))

    assert market.plans_of(E3) == {plan}
    assert bare.plans_of(E5) == CATALOGUE.products[E5].plans
    assert bare.plans_of(nobodys) == frozenset()


def test_amounts_of_one_currency_are_compared_and_of_two_are_not() -> None:
    assert eur("1.00") < eur("1.01")
    assert not eur("1.00") < eur("1.00")
    with pytest.raises(CurrenciesDiffer):
        _ = eur("1.00") < Money(Decimal(2), "USD")


def test_a_product_has_its_own_idle_days_or_the_usual_ones() -> None:
    policy = replace(DEFAULT_POLICY, idle_days=90, sku_idle_days=((E3, 30),))

    assert (policy.idle_days_of(E3), policy.idle_days_of(E1)) == (30, 90)


def test_sign_in_times_come_with_a_listed_product_that_has_the_plan() -> None:
    premium = ServicePlan(plan=min(ENTRA_P1_PLANS), name="AAD_PREMIUM", applies_to="User")
    other = ServicePlan(plan=PlanId(UUID(int=5)), name="OTHER", applies_to="User")
    listed = replace(Sku(), listed=True, plans=(other, premium))

    assert brings_sign_in_times([replace(listed, plans=(other,)), listed])
    assert not brings_sign_in_times([replace(listed, listed=False)])
    assert not brings_sign_in_times([replace(listed, plans=(other,))])
    assert not brings_sign_in_times([])


def test_an_account_disabled_is_so_until_it_is_enabled() -> None:
    found = UserDiscovered(happened_at=MONDAY, user=ANNA, created_at=None, enabled=True, profile=profile())
    off, on = AccountDisabled(happened_at=TUESDAY, user=ANNA), AccountEnabled(happened_at=TUESDAY, user=ANNA)

    assert [seat.replay(facts).enabled for facts in ([found], [found, off], [found, off, on])] == [True, False, True]


def test_facts_about_something_else_leave_what_is_known_as_it_is() -> None:
    other = AccountEnabled(happened_at=TUESDAY, user=ANNA)
    created = SubscriptionCreated(happened_at=MONDAY, subscription="one", expires_at=TUESDAY)
    lost = SubscriptionLost(happened_at=TUESDAY, subscription="one", reason=SubscriptionEnd.NOT_FOUND)
    known = subscription.replay([created, lost])

    assert subscription.replay([created, lost, other]) == known
    assert retention.replay([other]) == retention.replay([])
    assert deciding.replay([other]) == deciding.replay([])


def test_what_is_left_of_an_erased_persons_value_is_known_as_such() -> None:
    gone = Personal.gone("x", "+4930***")

    assert (gone.erased, gone.value) == (True, "+4930***")
    assert repr(gone) == repr(Personal("x", None)) == "Personal('x', erased)"
    assert repr(Personal("x", "Anna")) == "Personal('x', ***)"


def test_a_seat_remembers_the_last_removal_of_each_path_until_it_is_held_again() -> None:
    came = LicenceAssigned(happened_at=MONDAY, user=ANNA, sku=E5, via=None, disabled_plans=())
    gone = [LicenceRemoved(happened_at=at, user=ANNA, sku=E5, via=None) for at in (MONDAY, TUESDAY)]
    other = LicenceRemoved(happened_at=MONDAY, user=ANNA, sku=E3, via=None)

    removed = seat.replay([came, other, gone[0], came, gone[1]])

    assert [(each.sku, each.at) for each in removed.removals] == [(E3, MONDAY), (E5, TUESDAY)]
    assert [each.sku for each in seat.replay([came, other, *gone, came]).removals] == [E3]
