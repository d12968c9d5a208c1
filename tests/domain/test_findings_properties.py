"""What holds for every holder: one finding a seat, no more saved than is paid, nothing covered is lost."""

from collections import Counter
from dataclasses import replace
from decimal import Decimal
from random import Random
from time import thread_time

from hypothesis import given
from hypothesis import strategies as st

from app.domain.catalogue import CATALOGUE
from app.domain.events.deciding import Cause, Tier
from app.domain.events.licensing import UserKind
from app.domain.findings import SeatFinding
from app.domain.ids import SkuId
from app.domain.money import Money
from app.domain.policy import DEFAULT_POLICY
from app.domain.standing import Ground, HeldSeat, Holder, Source
from tests.domain.seats import (
    CALLING,
    CALLING_120,
    CONFERENCE,
    COPILOT,
    CREDITS,
    E1,
    E3,
    E5,
    EXPLORATORY,
    FABRIC_FREE,
    ON,
    PHONE,
    POWER_BI,
    PRICES,
    ROOM,
    VISIO,
    VISIO_WEB,
    eur,
    findings,
    holder,
    plan,
    seat,
)

HELD = (
    CALLING, CALLING_120, CONFERENCE, COPILOT, CREDITS, E1, E3, E5, EXPLORATORY, FABRIC_FREE, PHONE, POWER_BI, ROOM,
    VISIO, VISIO_WEB,
)  # fmt: skip
PLANS = {sku: CATALOGUE.products[sku].plans for sku in HELD}
UNUSED = (Cause.DISABLED, Cause.NEVER_USED, Cause.IDLE, Cause.GUEST_LICENSED)
"""Causes that come before the first the price of a product has a part in."""

sources = st.frozensets(st.sampled_from(Source))
seats = st.builds(
    HeldSeat,
    sku=st.sampled_from(HELD),
    plans_off=st.frozensets(st.sampled_from([plan("TEAMS1"), plan("EXCHANGE_S_ENTERPRISE"), plan("MCOEV")])),
    young=st.booleans(),
    quiet=st.booleans(),
    attempted=st.booleans(),
    silent=sources,
    exempt=st.booleans(),
    direct=st.booleans(),
    by_group=st.booleans(),
    minutes=st.none() | st.integers(0, 300),
    abroad=st.booleans(),
)
holders = st.builds(
    Holder,
    kind=st.sampled_from(UserKind),
    seats=st.lists(seats, max_size=6, unique_by=lambda each: each.sku).map(tuple),
    sure=st.booleans(),
    enabled=st.booleans(),
    disabled_long=st.booleans(),
    never=st.booleans(),
    provable=st.booleans(),
)
grounds = st.builds(
    Ground,
    on=st.just(ON),
    policy=st.just(DEFAULT_POLICY),
    observable=st.booleans(),
    observed=sources,
    plans=st.just(PLANS),
)
prices = st.dictionaries(
    st.sampled_from(HELD), st.decimals(0, 60, places=2).map(lambda amount: Money(amount, "EUR")), max_size=len(HELD)
)
anything = given(holders, grounds, prices)


def _open(finding: SeatFinding) -> bool:
    """Neither used nor wasted, as far as anybody knows: the seat stays."""
    return finding.tier is Tier.UNVERIFIABLE


@anything
def test_a_seat_has_at_most_one_finding_and_findings_come_in_the_order_of_seats(
    who: Holder, by: Ground, paid: dict[SkuId, Money]
) -> None:
    held = [each.sku for each in who.seats]

    found = [each.sku for each in findings(who, by, paid)]

    assert max(Counter(found).values(), default=0) <= 1
    assert found == [sku for sku in held if sku in found]


@anything
def test_no_seat_saves_more_than_it_costs(who: Holder, by: Ground, paid: dict[SkuId, Money]) -> None:
    for each in findings(who, by, paid):
        if each.saving is not None:
            assert 0 <= each.saving.amount <= paid.get(each.sku, eur("0")).amount
        else:
            assert each.sku not in paid
        if each.tier is Tier.UNVERIFIABLE and each.saving is not None:
            assert each.saving.amount == 0


@anything
def test_giving_up_what_is_redundant_loses_nothing(who: Holder, by: Ground, paid: dict[SkuId, Money]) -> None:
    found = findings(who, by, paid)
    freed = {each.sku for each in found if each.cause in UNUSED and not _open(each)}
    redundant = {each.sku for each in found if each.cause is Cause.OVERLAP}

    before = [each for each in who.seats if each.sku not in freed]
    after = [each for each in before if each.sku not in redundant]

    def coverage(some: list[HeldSeat]) -> frozenset[object]:
        return frozenset().union(*(CATALOGUE.reach(PLANS[each.sku] - each.plans_off) for each in some))

    assert coverage(after) == coverage(before)


@given(holders, grounds, prices, st.randoms())
def test_the_order_of_seats_does_not_matter(who: Holder, by: Ground, paid: dict[SkuId, Money], chance: Random) -> None:
    shuffled = list(who.seats)
    chance.shuffle(shuffled)

    assert set(findings(replace(who, seats=tuple(shuffled)), by, paid)) == set(findings(who, by, paid))


@given(holders, grounds, prices, st.sampled_from(HELD), st.decimals("0.01", 60, places=2))
def test_a_higher_price_changes_nothing_about_how_sure_it_is_that_a_seat_is_not_used(
    who: Holder, by: Ground, paid: dict[SkuId, Money], sku: SkuId, more: Decimal
) -> None:
    """It may move an overlap to the dearer product, and with it what is said of seats after that."""
    paid = {each: price for each, price in paid.items() if price.amount}  # what costs 0 is free, and not judged
    raised = paid | ({sku: paid[sku] + Money(more, "EUR")} if sku in paid else {})

    def unused(prices: dict[SkuId, Money]) -> set[tuple[SkuId, Cause, Tier]]:
        found = findings(who, by, prices)
        return {(each.sku, each.cause, each.tier) for each in found if each.cause in UNUSED and not _open(each)}

    assert unused(raised) == unused(paid)


@anything
def test_only_disabled_people_and_strict_overlaps_are_guaranteed(
    who: Holder, by: Ground, paid: dict[SkuId, Money]
) -> None:
    for each in findings(who, by, paid):
        if each.tier is Tier.GUARANTEED:
            assert each.cause in (Cause.DISABLED, Cause.OVERLAP)
            assert who.kind is UserKind.PERSON
            assert who.sure
        if not by.observable and each.cause in (Cause.NEVER_USED, Cause.IDLE):
            assert each.tier in (Tier.UNVERIFIABLE, Tier.REVIEW)


def test_hundreds_of_distinct_holders_are_judged_in_an_instant() -> None:
    """About 50 µs each; ten times as much is allowed."""
    by = Ground(ON, DEFAULT_POLICY, True, frozenset(Source), PLANS)
    distinct = [
        holder(seat(E5, minutes=nth), seat(PHONE, silent=frozenset({Source.TELEPHONE})), seat(VISIO))
        for nth in range(500)
    ]
    findings(distinct[0], by)

    begun = thread_time()
    for who in distinct:
        findings(who, by, PRICES)

    assert thread_time() - begun < len(distinct) * 0.0005
