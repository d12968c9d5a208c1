"""A daily read against what is known of one product."""

from dataclasses import replace

from app.domain.events.licensing import Purchase, RenewalScheduled, SeatsChanged, ServicePlan, SkuLapsed, SkuSubscribed
from app.domain.sightings import SkuSighting
from app.domain.sku import NO_SKU, missed, renew, replay, sight
from tests.domain.given import E5, EXCHANGE, MONDAY, TEAMS, THURSDAY, TUESDAY, WEDNESDAY

TEAMS_PLAN = ServicePlan(plan=TEAMS, name="TEAMS1", applies_to="User")
EXCHANGE_PLAN = ServicePlan(plan=EXCHANGE, name="EXCHANGE_S_ENTERPRISE", applies_to="User")

SEEN = SkuSighting(E5, "SPE_E5", "User", (TEAMS_PLAN, EXCHANGE_PLAN), 10, 5, 20, 0, 12, MONDAY)
SUBSCRIBED = SkuSubscribed(
    happened_at=MONDAY, sku=E5, part_number="SPE_E5", applies_to="User", plans=(TEAMS_PLAN, EXCHANGE_PLAN)
)
UNITS = SeatsChanged(happened_at=MONDAY, sku=E5, enabled=10, warning=5, suspended=20, locked_out=0, consumed=12)


def test_a_product_seen_for_the_first_time_is_subscribed_with_its_units() -> None:
    facts = sight(NO_SKU, SEEN)

    assert facts == [SUBSCRIBED, UNITS]


def test_the_same_product_again_adds_nothing_even_with_its_plans_in_another_order() -> None:
    known = replay([SUBSCRIBED, UNITS])

    facts = sight(known, replace(SEEN, plans=(EXCHANGE_PLAN, TEAMS_PLAN), seen_at=TUESDAY))

    assert facts == []


def test_one_more_seat_taken_changes_the_units_only() -> None:
    known = replay([SUBSCRIBED, UNITS])

    facts = sight(known, replace(SEEN, consumed=13, seen_at=TUESDAY))

    assert facts == [
        SeatsChanged(happened_at=TUESDAY, sku=E5, enabled=10, warning=5, suspended=20, locked_out=0, consumed=13)
    ]


def test_a_product_whose_plans_changed_is_described_again() -> None:
    known = replay([SUBSCRIBED, UNITS])

    facts = sight(known, replace(SEEN, plans=(TEAMS_PLAN,), seen_at=TUESDAY))

    assert facts == [
        SkuSubscribed(happened_at=TUESDAY, sku=E5, part_number="SPE_E5", applies_to="User", plans=(TEAMS_PLAN,))
    ]


def test_a_product_gone_from_the_list_lapses_once() -> None:
    known = replay([SUBSCRIBED, UNITS])

    facts = missed(known, TUESDAY)

    assert facts == [SkuLapsed(happened_at=TUESDAY, sku=E5)]
    assert missed(replay([SUBSCRIBED, UNITS, *facts]), WEDNESDAY) == []
    assert missed(NO_SKU, TUESDAY) == []


def test_a_lapsed_product_that_returns_is_subscribed_again_with_its_units() -> None:
    lapsed = replay([SUBSCRIBED, UNITS, SkuLapsed(happened_at=TUESDAY, sku=E5)])

    facts = sight(lapsed, replace(SEEN, seen_at=WEDNESDAY))

    assert [type(fact) for fact in facts] == [SkuSubscribed, SeatsChanged]


def test_a_read_older_than_the_last_change_adds_nothing() -> None:
    known = replay([SUBSCRIBED, UNITS, SkuLapsed(happened_at=WEDNESDAY, sku=E5)])

    assert sight(known, replace(SEEN, seen_at=TUESDAY)) == []
    assert missed(replay([SUBSCRIBED]), MONDAY.replace(hour=0)) == []


def purchase(name: str, seats: int = 10, *, status: str = "Enabled") -> Purchase:
    return Purchase(purchase=name, seats=seats, trial=False, status=status, created_at=None, next_change_at=THURSDAY)


def test_purchases_are_told_whole_and_in_one_order() -> None:
    facts = renew(NO_SKU, E5, [purchase("b"), purchase("a")], MONDAY)

    assert facts == [RenewalScheduled(happened_at=MONDAY, sku=E5, purchases=(purchase("a"), purchase("b")))]
    assert renew(replay(facts), E5, [purchase("b"), purchase("a")], TUESDAY) == []


def test_a_purchase_that_ended_is_told_by_the_others() -> None:
    known = replay([SUBSCRIBED, *renew(NO_SKU, E5, [purchase("a"), purchase("b")], MONDAY)])

    facts = renew(known, E5, [purchase("b", status="Warning")], TUESDAY)

    assert facts == [RenewalScheduled(happened_at=TUESDAY, sku=E5, purchases=(purchase("b", status="Warning"),))]


def test_a_read_older_than_the_last_change_of_purchases_tells_nothing() -> None:
    known = replay(renew(NO_SKU, E5, [purchase("a")], TUESDAY))

    assert renew(known, E5, [], MONDAY) == []


def test_purchases_say_nothing_of_whether_a_product_is_listed() -> None:
    known = replay(renew(NO_SKU, E5, [purchase("a")], MONDAY))

    assert missed(known, TUESDAY) == []
    assert sight(known, SEEN) == [SUBSCRIBED, UNITS]


def test_what_a_read_shows_at_the_very_moment_of_the_last_change_is_believed() -> None:
    known = replay([SUBSCRIBED, UNITS])

    facts = sight(known, replace(SEEN, consumed=13))

    assert facts == [UNITS.model_copy(update={"consumed": 13})]
    assert missed(known, MONDAY) == [SkuLapsed(happened_at=MONDAY, sku=E5)]
    bought = replay([SUBSCRIBED, RenewalScheduled(happened_at=TUESDAY, sku=E5, purchases=())])
    assert renew(bought, E5, [], TUESDAY) == []
