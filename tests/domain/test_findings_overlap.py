"""Products that bring nothing the others do not bring: worked example 5, the search, its bound."""

from decimal import Decimal
from itertools import combinations
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.events.deciding import Cause, Tier
from app.domain.findings import Remark, SeatFinding, two_paths
from app.domain.ids import PlanId, SkuId
from app.domain.money import Money
from app.domain.overlap import EXACT_UP_TO, Offer, redundant
from app.domain.standing import Source
from tests.domain.seats import (
    E1,
    E3,
    E5,
    EXPLORATORY,
    FABRIC_FREE,
    POWER_BI,
    PRICES,
    VISIO,
    VISIO_WEB,
    eur,
    findings,
    ground,
    holder,
    plan,
    quiet,
    seat,
)

A, B, C, D = (PlanId(UUID(int=nth)) for nth in range(1, 5))


def product(nth: int) -> SkuId:
    return SkuId(UUID(int=nth))


def offer(nth: int, *plans: PlanId, price: int | None = 1, staying: bool = False) -> Offer:
    return Offer(product(nth), frozenset(plans), None if price is None else Decimal(price), staying)


def test_the_smaller_suite_is_redundant_beside_the_bigger() -> None:
    """Worked example 5."""
    assert findings(holder(seat(E5), seat(E3))) == (
        SeatFinding(E3, Cause.OVERLAP, Tier.GUARANTEED, eur("36.00"), covered_by=(E5,)),
    )


def test_a_plan_switched_off_covers_nothing() -> None:
    """Worked example 5: E5 without its Exchange."""
    off = frozenset({plan("EXCHANGE_S_ENTERPRISE")})

    assert findings(holder(seat(E5, plans_off=off), seat(E3))) == ()
    assert len(findings(holder(seat(E5, plans_off=off), seat(E3, plans_off=off)))) == 1


def test_one_product_by_two_paths_is_one_seat_and_only_untidy() -> None:
    """Worked example 5."""
    twice = holder(seat(E3, by_group=True), seat(E5, by_group=True, direct=False))

    assert findings(holder(seat(E3, by_group=True))) == ()
    assert two_paths(twice) == (E3,)


def test_a_better_plan_covers_a_lesser_one() -> None:
    prices = {VISIO: eur("14.00"), VISIO_WEB: eur("5.00")}

    assert [(each.sku, each.covered_by) for each in findings(holder(seat(VISIO_WEB), seat(VISIO)), prices=prices)] == [
        (VISIO_WEB, (VISIO,))
    ]


def test_overlap_needs_no_sign_of_life() -> None:
    blind = ground(frozenset(), observable=False)

    assert [(each.sku, each.cause, each.tier) for each in findings(holder(quiet(E5), quiet(E3)), blind)] == [
        (E5, Cause.IDLE, Tier.UNVERIFIABLE),
        (E3, Cause.OVERLAP, Tier.GUARANTEED),
    ]


def test_what_is_freed_already_neither_covers_nor_overlaps() -> None:
    """The E5 alone is idle by its own number of days."""
    found = findings(holder(quiet(E5), seat(E3)))

    assert [(each.sku, each.cause) for each in found] == [(E5, Cause.IDLE)]


def test_an_exempt_seat_covers_and_stays() -> None:
    assert [each.sku for each in findings(holder(seat(E5, exempt=True), seat(E3)))] == [E3]
    assert findings(holder(seat(E5), seat(E3, exempt=True))) == ()


def test_a_free_product_covers_and_a_trial_does_not() -> None:
    prices = {POWER_BI: eur("10.00"), E1: eur("9.00")}
    same = ground(plans={FABRIC_FREE: frozenset({plan("BI_AZURE_P2")}), POWER_BI: frozenset({plan("BI_AZURE_P2")})})

    assert [each.sku for each in findings(holder(seat(FABRIC_FREE), seat(POWER_BI)), same, prices)] == [POWER_BI]
    assert findings(holder(seat(EXPLORATORY), seat(E1)), ground(plans={E1: frozenset({plan("TEAMS1")})}), prices) == ()


def test_a_product_of_unknown_plans_is_neither_cover_nor_redundant() -> None:
    assert findings(holder(seat(E5), seat(E3)), ground(plans={E3: frozenset()})) == ()
    assert findings(holder(seat(E5), seat(E3)), ground(plans={E5: frozenset()})) == ()


def test_a_redundant_product_of_unknown_price_is_found_without_an_amount() -> None:
    without = {sku: price for sku, price in PRICES.items() if sku != E3}

    assert findings(holder(seat(E5), seat(E3)), prices=without) == (
        SeatFinding(E3, Cause.OVERLAP, Tier.GUARANTEED, None, (Remark.PRICE_UNKNOWN,), covered_by=(E5,)),
    )


def test_prices_in_two_currencies_are_not_compared() -> None:
    """Both products bring the same; only the price in the customer's own currency counts, so the other one stays."""
    same = ground(plans={E1: frozenset({plan("TEAMS1")}), E3: frozenset({plan("TEAMS1")})})
    prices = {E1: Money(Decimal(9), "USD"), E3: Money(Decimal(5000), "JPY")}

    assert [each.sku for each in findings(holder(seat(E1), seat(E3)), same, prices)] == [E1]


def test_the_cheapest_cover_is_retained() -> None:
    assert redundant([offer(1, A, B, price=5), offer(2, A, price=2), offer(3, B, price=2)]) == {
        product(1): (product(2), product(3))
    }
    assert redundant([offer(1, A, B, price=3), offer(2, A, price=2), offer(3, B, price=2)]) == {
        product(2): (product(1),),
        product(3): (product(1),),
    }


def test_of_equals_the_lowest_id_is_retained_in_whatever_order() -> None:
    twins = [offer(1, A), offer(2, A)]

    assert redundant(twins) == redundant(twins[::-1]) == {product(2): (product(1),)}


def test_no_product_of_unknown_price_goes_on_the_ground_of_money() -> None:
    assert redundant([offer(1, A, price=None), offer(2, A, price=2)]) == {product(2): (product(1),)}
    assert redundant([offer(1, A, B, price=None), offer(2, A), offer(3, B)]) == {
        product(2): (product(1),),
        product(3): (product(1),),
    }


def test_what_stays_anyway_is_no_candidate_and_covers() -> None:
    assert redundant([offer(1, A, staying=True), offer(2, A)]) == {product(2): (product(1),)}
    assert redundant([offer(1, A, staying=True), offer(2, A, B)]) == {}


def test_one_product_alone_is_not_redundant() -> None:
    assert redundant([]) == {}
    assert redundant([offer(1, A)]) == {}
    assert redundant([offer(1), offer(2, A)]) == {}


@pytest.mark.parametrize("many", [EXACT_UP_TO + 1, 40])
def test_more_products_than_are_tried_exactly_still_leave_everything_covered(many: int) -> None:
    """Each brings two neighbouring plans of a ring: half of them are enough."""
    ring = [PlanId(UUID(int=nth)) for nth in range(1, many + 1)]
    offers = [offer(nth + 1, ring[nth], ring[(nth + 1) % many], price=many + nth) for nth in range(many)]

    gone = redundant(offers)

    kept = [each for each in offers if each.sku not in gone]
    assert frozenset().union(*(each.reach for each in kept)) == frozenset(ring)
    assert 0 < len(gone) <= many // 2


offers_by_chance = st.lists(
    st.tuples(st.sets(st.sampled_from([A, B, C, D])), st.integers(1, 4), st.booleans()), max_size=6
).map(
    lambda drawn: [
        offer(nth, *plans, price=price, staying=staying) for nth, (plans, price, staying) in enumerate(drawn, 1)
    ]
)


@given(offers_by_chance)
def test_the_search_agrees_with_trying_every_set(offers: list[Offer]) -> None:
    gone = redundant(offers)

    kept = [each for each in offers if each.sku not in gone]
    everything = frozenset().union(*(each.reach for each in offers))
    open_ = [each for each in offers if not each.staying and each.reach]
    covering = [
        sum(each.price or 0 for each in some)
        for size in range(len(open_) + 1)
        for some in combinations(open_, size)
        if everything <= frozenset().union(*(each.reach for each in [*some, *(o for o in offers if o.staying)]))
    ]
    assert frozenset().union(*(each.reach for each in kept)) == everything
    assert sum(each.price or 0 for each in kept if not each.staying and each.reach) == min(covering)


@given(offers_by_chance, st.randoms())
def test_the_order_of_products_does_not_matter(offers: list[Offer], chance: object) -> None:
    shuffled = list(offers)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]

    assert redundant(shuffled) == redundant(offers)


@given(offers_by_chance)
def test_what_is_redundant_is_covered_by_the_products_named(offers: list[Offer]) -> None:
    by_sku = {each.sku: each for each in offers}

    for sku, cover in redundant(offers).items():
        assert by_sku[sku].reach <= frozenset().union(*(by_sku[each].reach for each in cover))


def test_background_only_is_said_before_overlap() -> None:
    everywhere = frozenset(Source)

    assert {each.cause for each in findings(holder(seat(E5, silent=everywhere), seat(E3, silent=everywhere)))} == {
        Cause.IDLE
    }
