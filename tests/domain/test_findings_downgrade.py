"""Cheaper products that cover what is used, and cheaper calling plans that include enough minutes."""

from dataclasses import replace

from app.domain.catalogue import CATALOGUE
from app.domain.events.deciding import Cause, Tier
from app.domain.findings import Remark, SeatFinding
from app.domain.policy import DEFAULT_POLICY
from app.domain.sku_class import SkuClass
from app.domain.standing import Source
from tests.domain.seats import (
    BUSINESS,
    BUSINESS_BASIC,
    CALLING,
    CALLING_120,
    CALLING_240,
    CALLING_ABROAD,
    E1,
    E3,
    E5,
    E5_NO_CONFERENCE,
    EVERYTHING,
    eur,
    findings,
    ground,
    holder,
    plan,
    seat,
)

SUITES = {E1: eur("9.00"), E3: eur("36.00"), E5: eur("57.00")}
OF_E5_ALONE = CATALOGUE.reach(CATALOGUE.products[E5].plans) - CATALOGUE.reach(CATALOGUE.products[E3].plans)
NOT_NEEDED = replace(DEFAULT_POLICY, unneeded_plans=tuple(sorted(OF_E5_ALONE)))
CALLS = frozenset({Source.TELEPHONE, Source.CONFERENCE})


def test_plans_nobody_can_observe_count_as_used() -> None:
    """E5 to E3 would lose Defender and Purview, so nothing is proposed unless the customer says otherwise."""
    assert findings(holder(seat(E5, silent=CALLS)), prices=SUITES) == ()


def test_a_suite_is_exchanged_where_the_customer_says_what_is_not_needed() -> None:
    assert findings(holder(seat(E5, silent=CALLS)), ground(policy=NOT_NEEDED), SUITES) == (
        SeatFinding(E5, Cause.DOWNGRADE, Tier.REVIEW, eur("21.00"), (Remark.UNOBSERVABLE_PLANS,), better=E3),
    )


def test_a_plan_seen_in_use_is_needed_whatever_the_customer_says() -> None:
    assert findings(holder(seat(E5, silent=frozenset())), ground(policy=NOT_NEEDED), SUITES) == ()


def test_a_plan_the_customer_wants_kept_is_needed_though_silent() -> None:
    keep = replace(NOT_NEEDED, needed_plans=(plan("MCOEV"),))
    elsewhere = replace(NOT_NEEDED, needed_plans=(plan("VISIO_CLIENT_SUBSCRIPTION"),))

    assert findings(holder(seat(E5, silent=CALLS)), ground(policy=keep), SUITES) == ()
    assert len(findings(holder(seat(E5, silent=CALLS)), ground(policy=elsewhere), SUITES)) == 1


def test_what_must_be_kept_is_kept_where_a_better_plan_stands_for_it() -> None:
    """Office for business is to be kept; Office for enterprise, which stands for it, is silent."""
    silent = frozenset({Source.OFFICE_APPS})
    keep = replace(DEFAULT_POLICY, needed_plans=(plan("OFFICE_BUSINESS"),))
    small = {E3: frozenset({plan("OFFICESUBSCRIPTION"), plan("TEAMS1")}), E1: frozenset({plan("TEAMS1")})}

    assert len(findings(holder(seat(E3, silent=silent)), ground(plans=small), SUITES)) == 1
    assert findings(holder(seat(E3, silent=silent)), ground(plans=small, policy=keep), SUITES) == ()


def test_an_audio_conference_nobody_joins_by_telephone_is_likely_not_needed() -> None:
    prices = {E5: eur("57.00"), E5_NO_CONFERENCE: eur("53.00")}

    assert findings(holder(seat(E5, silent=frozenset({Source.CONFERENCE}))), prices=prices) == (
        SeatFinding(E5, Cause.DOWNGRADE, Tier.LIKELY, eur("4.00"), better=E5_NO_CONFERENCE),
    )


def test_office_nobody_starts_is_likely_not_needed_where_that_is_observed() -> None:
    """Besides Office, Business Standard brings small plans nobody can observe; here the tenant's list lacks them."""
    prices = {BUSINESS: eur("11.70"), BUSINESS_BASIC: eur("5.60")}
    plans = {BUSINESS: frozenset({plan("TEAMS1"), plan("OFFICE_BUSINESS")})}
    in_the_browser = holder(seat(BUSINESS, silent=frozenset({Source.OFFICE_APPS})))

    assert findings(in_the_browser, ground(plans=plans), prices) == (
        SeatFinding(BUSINESS, Cause.DOWNGRADE, Tier.LIKELY, eur("6.10"), better=BUSINESS_BASIC),
    )
    assert findings(in_the_browser, ground(EVERYTHING - {Source.OFFICE_APPS}, plans=plans), prices) == ()
    assert findings(in_the_browser, ground(), prices) == ()


def test_only_products_bought_by_the_seat_at_a_lower_price_in_the_same_currency_are_better() -> None:
    conference_silent = holder(seat(E5, silent=frozenset({Source.CONFERENCE})))
    trial = ground(classes={E5_NO_CONFERENCE: SkuClass.TRIAL})

    assert findings(conference_silent, prices={E5: eur("57.00"), E5_NO_CONFERENCE: eur("57.00")}) == ()
    assert findings(conference_silent, prices={E5: eur("57.00")}) == ()
    assert findings(conference_silent, prices={E5_NO_CONFERENCE: eur("53.00")}) == ()
    assert findings(conference_silent, trial, {E5: eur("57.00"), E5_NO_CONFERENCE: eur("53.00")}) == ()
    assert findings(conference_silent, prices={E5: eur("57.00"), E5_NO_CONFERENCE: eur("0.00")}) == ()


def test_the_cheapest_of_those_that_cover_is_proposed() -> None:
    prices = {E5: eur("57.00"), E3: eur("36.00"), E5_NO_CONFERENCE: eur("53.00")}

    found = findings(holder(seat(E5, silent=CALLS)), ground(policy=NOT_NEEDED), prices)

    assert [(each.better, each.saving) for each in found] == [(E3, eur("21.00"))]


def test_a_seat_without_any_plan_in_use_is_not_exchanged_for_just_anything() -> None:
    """All that Teams alone brings is silent: there is nothing a cheaper product would have to cover."""
    small = {E3: frozenset({plan("TEAMS1")}), E1: frozenset({plan("EXCHANGE_S_STANDARD")})}

    assert findings(holder(seat(E3, silent=frozenset({Source.TEAMS}))), ground(plans=small), SUITES) == ()


def test_a_smaller_calling_plan_does_where_it_includes_the_minutes() -> None:
    prices = {CALLING: eur("12.00"), CALLING_120: eur("6.00"), CALLING_240: eur("9.00")}

    def better(minutes: int | None, abroad: bool = False) -> list[object]:
        found = findings(holder(seat(CALLING, minutes=minutes, abroad=abroad)), prices=prices)
        return [(each.better, each.saving, each.tier, each.remarks) for each in found]

    remarks = (Remark.FEWER_MINUTES, Remark.MAY_HOLD_NUMBER)
    assert better(120) == [(CALLING_120, eur("6.00"), Tier.REVIEW, remarks)]
    assert better(121) == [(CALLING_240, eur("3.00"), Tier.REVIEW, remarks)]
    assert better(241) == []
    assert better(60, abroad=True) == []
    assert better(None) == []


def test_an_international_plan_is_too_much_for_who_calls_nobody_abroad() -> None:
    prices = {CALLING_ABROAD: eur("24.00"), CALLING: eur("12.00")}

    assert [each.better for each in findings(holder(seat(CALLING_ABROAD, minutes=900)), prices=prices)] == [CALLING]
    assert findings(holder(seat(CALLING_ABROAD, minutes=900, abroad=True)), prices=prices) == ()
    assert findings(holder(seat(CALLING_ABROAD, minutes=1300)), prices=prices) == ()
