"""What was saved in the end: units lowered, purchases spared, each freed seat once."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from random import Random
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from app.domain.events.deciding import Cause, Decision, Tier
from app.domain.ids import SkuId, UserId
from app.domain.realised import Decided, Realised, SeatFreed, SeatGiven, UnitsLowered, Way, realised
from tests.domain.given import ANNA, BERT
from tests.domain.seats import E3, E5, eur

CARL = UserId(UUID(int=0xCA))
NOV = date(2026, 11, 2)
ACCEPTED = Decided(ANNA, E3, Cause.IDLE, Tier.LIKELY, Decision.ACCEPTED, NOV)
FREED = SeatFreed(ANNA, E3, NOV + timedelta(3), eur("36.00"))


def after(days: int) -> date:
    return FREED.on + timedelta(days)


def saved(way: Way, on: date, who: UserId = ANNA) -> Realised:
    return Realised(who, E3, Cause.IDLE, Tier.LIKELY, way, on, eur("36.00"))


def test_a_unit_lowered_after_a_decision_is_saved() -> None:
    assert realised([ACCEPTED], [FREED], [], [UnitsLowered(E3, 1, after(60))]) == (saved(Way.LOWERED, after(60)),)
    assert realised([ACCEPTED], [FREED], [], [UnitsLowered(E3, 1, after(0))]) == (saved(Way.LOWERED, after(0)),)


def test_a_seat_given_to_somebody_else_within_thirty_days_spares_a_purchase() -> None:
    assert realised([ACCEPTED], [FREED], [SeatGiven(BERT, E3, after(30))], []) == (saved(Way.AVOIDED, after(30)),)
    assert realised([ACCEPTED], [FREED], [SeatGiven(BERT, E3, after(31))], []) == ()


def test_a_seat_freed_without_a_decision_is_nobodys_saving() -> None:
    drop = [UnitsLowered(E3, 1, after(1))]

    assert realised([], [FREED], [], drop) == ()
    assert realised([replace(ACCEPTED, decision=Decision.DECLINED)], [FREED], [], drop) == ()
    assert realised([replace(ACCEPTED, sku=E5)], [FREED], [], drop) == ()
    assert realised([replace(ACCEPTED, user=BERT)], [FREED], [], drop) == ()


def test_done_may_be_said_afterwards_and_the_last_decision_counts() -> None:
    done = replace(ACCEPTED, decision=Decision.DONE, on=after(30))
    too_late = replace(done, on=after(31))
    declined = replace(ACCEPTED, decision=Decision.DECLINED, on=after(-1))
    drop = [UnitsLowered(E3, 1, after(1))]

    assert len(realised([done], [FREED], [], drop)) == 1
    assert realised([too_late], [FREED], [], drop) == ()
    assert realised([ACCEPTED, declined], [FREED], [], drop) == ()
    assert len(realised([declined, done], [FREED], [], drop)) == 1
    assert realised([ACCEPTED, replace(declined, on=ACCEPTED.on)], [FREED], [], drop) == ()


def test_a_seat_freed_and_neither_lowered_nor_given_saved_nothing_yet() -> None:
    assert realised([ACCEPTED], [FREED], [], []) == ()
    assert realised([ACCEPTED], [FREED], [], [UnitsLowered(E3, 1, after(-1))]) == ()
    assert realised([ACCEPTED], [FREED], [], [UnitsLowered(E5, 1, after(1))]) == ()


def test_a_seat_its_holder_gets_back_was_not_freed() -> None:
    back = SeatGiven(ANNA, E3, after(5))

    assert realised([ACCEPTED], [FREED], [back], [UnitsLowered(E3, 1, after(60))]) == ()


def test_each_freed_seat_counts_once_and_each_unit_accounts_for_one() -> None:
    also = [replace(ACCEPTED, user=BERT), replace(ACCEPTED, user=CARL)]
    freed = [FREED, replace(FREED, user=BERT), replace(FREED, user=CARL)]
    new = SeatGiven(UserId(UUID(int=9)), E3, after(2))

    assert realised([ACCEPTED, *also], freed, [new], [UnitsLowered(E3, 1, after(9))]) == (
        saved(Way.AVOIDED, after(2), ANNA),
        saved(Way.LOWERED, after(9), BERT),
    )


def test_a_decision_stands_for_one_freed_seat() -> None:
    again = replace(FREED, on=after(200))

    assert realised([ACCEPTED], [FREED, again], [], [UnitsLowered(E3, 2, after(300))]) == (
        saved(Way.LOWERED, after(300)),
    )


def test_an_unknown_price_is_an_unknown_saving() -> None:
    (found,) = realised([ACCEPTED], [replace(FREED, monthly=None)], [], [UnitsLowered(E3, 1, after(1))])

    assert found.monthly is None


users = st.integers(1, 4).map(lambda nth: UserId(UUID(int=nth)))
skus = st.sampled_from([E3, E5])
days = st.integers(0, 120).map(lambda days: NOV + timedelta(days))
decisions = st.lists(
    st.builds(Decided, users, skus, st.just(Cause.IDLE), st.just(Tier.LIKELY), st.sampled_from(Decision), days),
    max_size=6,
    unique_by=lambda each: (each.user, each.sku, each.on),
)
freed_seats = st.lists(
    st.builds(SeatFreed, users, skus, days, st.just(eur("36.00"))),
    max_size=6,
    unique_by=lambda each: (each.user, each.sku, each.on),
)
given_seats = st.lists(st.builds(SeatGiven, users, skus, days), max_size=6)
drops = st.lists(st.builds(UnitsLowered, skus, st.integers(1, 3), days), max_size=4)


@given(decisions, freed_seats, given_seats, drops)
def test_no_more_is_saved_than_was_freed_given_and_lowered(
    decided: list[Decided], freed: list[SeatFreed], given_: list[SeatGiven], lowered: list[UnitsLowered]
) -> None:
    found = realised(decided, freed, given_, lowered)

    def count(way: Way, sku: SkuId) -> int:
        return sum(each.way is way and each.sku == sku for each in found)

    for sku in (E3, E5):
        assert count(Way.AVOIDED, sku) <= sum(each.sku == sku for each in given_)
        assert count(Way.LOWERED, sku) <= sum(each.units for each in lowered if each.sku == sku)
    assert len(found) <= min(len(freed), len(decided))


@given(decisions, freed_seats, given_seats, drops, st.randoms())
def test_the_order_of_facts_does_not_matter(
    decided: list[Decided],
    freed: list[SeatFreed],
    given_: list[SeatGiven],
    lowered: list[UnitsLowered],
    chance: Random,
) -> None:
    shuffled: list[Sequence[object]] = [list(each) for each in (decided, freed, given_, lowered)]
    for each in shuffled:
        chance.shuffle(each)  # type: ignore[arg-type]

    assert realised(*shuffled) == realised(decided, freed, given_, lowered)  # type: ignore[arg-type]
