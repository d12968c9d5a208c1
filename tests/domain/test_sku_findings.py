"""Products as a whole: worked example 6 and the edge cases of the definitions."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.events.licensing import Purchase
from app.domain.policy import DEFAULT_POLICY
from app.domain.sku import Units
from app.domain.sku_class import SkuClass
from app.domain.sku_findings import (
    SkuCause,
    SkuFinding,
    Utilisation,
    buffer,
    judge_units,
    net_unassigned,
    over_assigned,
    paid,
    suspended_held,
    unassigned,
    usable,
    utilisation,
    wasted_units,
)
from tests.domain.seats import E3, eur

BILLED = replace(DEFAULT_POLICY, grace_billed=True)


def units(enabled: int, consumed: int, warning: int = 0, suspended: int = 0, locked_out: int = 0) -> Units:
    return Units(enabled, warning, suspended, locked_out, consumed)


def judged(of: Units, sku_class: SkuClass = SkuClass.PAID, **known: object) -> tuple[SkuFinding, ...]:
    return judge_units(E3, of, sku_class, **{"price": eur("36.00"), "policy": DEFAULT_POLICY, **known})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("of", "raw", "kept", "net"),
    [(units(100, 80), 20, 2, 18), (units(30, 25), 5, 2, 3), (units(10, 12, 5, 20), 3, 2, 1)],
)
def test_unassigned_units_beyond_the_buffer(of: Units, raw: int, kept: int, net: int) -> None:
    """Worked example 6."""
    assert (unassigned(of), buffer(of, DEFAULT_POLICY), net_unassigned(of, DEFAULT_POLICY)) == (raw, kept, net)


def test_units_in_grace_are_usable_and_suspended_ones_never_unassigned() -> None:
    """Worked example 6."""
    assert usable(units(10, 12, warning=5, suspended=20)) == 15
    assert unassigned(units(0, 0, suspended=20, locked_out=5)) == 0


@pytest.mark.parametrize(("enabled", "kept"), [(0, 2), (100, 2), (101, 3), (150, 3), (151, 4), (10_000, 200)])
def test_a_part_of_a_unit_of_the_buffer_counts_as_one(enabled: int, kept: int) -> None:
    assert buffer(units(enabled, 0), DEFAULT_POLICY) == kept


def test_units_nobody_holds_are_a_finding_with_the_money_beyond_the_buffer() -> None:
    assert judged(units(100, 80)) == (SkuFinding(E3, SkuCause.UNASSIGNED, 20, 18, eur("648.00")),)
    assert judged(units(100, 99)) == (SkuFinding(E3, SkuCause.UNASSIGNED, 1, 0, eur("0")),)
    assert judged(units(100, 80), price=None) == (SkuFinding(E3, SkuCause.UNASSIGNED, 20, 18, None),)


def test_units_in_grace_cost_nothing_unless_they_are_billed() -> None:
    ending = units(10, 8, warning=5)

    assert (paid(ending, DEFAULT_POLICY), paid(ending, BILLED)) == (10, 15)
    assert (wasted_units(ending, DEFAULT_POLICY), wasted_units(ending, BILLED)) == (2, 5)


def test_units_in_grace_are_at_risk_until_the_day_they_end() -> None:
    def purchase(status: str, day: int | None) -> Purchase:
        ends = None if day is None else datetime(2026, 12, day, tzinfo=UTC)
        return Purchase(purchase="P", seats=5, trial=False, status=status, created_at=None, next_change_at=ends)

    purchases = [purchase("Warning", 24), purchase("Warning", 10), purchase("Enabled", 1), purchase("Warning", None)]

    assert judged(units(10, 15, warning=5), purchases=purchases) == (
        SkuFinding(E3, SkuCause.AT_RISK, 5, 5, eur("0"), date(2026, 12, 10)),
    )
    assert judged(units(10, 15, warning=5))[0].on is None


def test_more_holders_than_units_is_a_matter_of_compliance() -> None:
    assert over_assigned(units(10, 13)) == 3
    assert judged(units(10, 13)) == (SkuFinding(E3, SkuCause.OVER_ASSIGNED, 3, 3, eur("0")),)


def test_holders_of_suspended_units_are_a_matter_of_compliance() -> None:
    assert suspended_held(units(10, 12, warning=5, suspended=20)) == 0
    assert judged(units(10, 14, suspended=3)) == (
        SkuFinding(E3, SkuCause.OVER_ASSIGNED, 4, 4, eur("0")),
        SkuFinding(E3, SkuCause.SUSPENDED_HELD, 3, 3, eur("0")),
    )


@pytest.mark.parametrize("sku_class", [each for each in SkuClass if each is not SkuClass.PAID])
def test_only_what_is_paid_by_the_seat_is_judged(sku_class: SkuClass) -> None:
    assert judged(units(100, 80), sku_class) == ()


def test_utilisation_is_told_both_ways() -> None:
    assert utilisation(units(100, 80), assigned=80, active=60) == Utilisation(
        Decimal("0.8"), Decimal("0.6"), over=False
    )


def test_utilisation_of_no_units_is_undefined_and_too_many_holders_are_flagged() -> None:
    assert utilisation(units(0, 0), 0, 0) == Utilisation(None, None, over=False)
    assert utilisation(units(0, 3), 3, 3) == Utilisation(None, None, over=True)
    assert utilisation(units(10, 13), 13, 13) == Utilisation(Decimal("1.3"), Decimal("1.3"), over=True)


@given(st.builds(Units, *[st.integers(0, 300)] * 5), st.booleans())
def test_units_nobody_holds_never_cost_more_than_what_is_paid(of: Units, billed: bool) -> None:
    policy = replace(DEFAULT_POLICY, grace_billed=billed)
    held = min(of.consumed, paid(of, policy))

    assert 0 <= wasted_units(of, policy) <= net_unassigned(of, policy) <= unassigned(of)
    assert wasted_units(of, policy) + held <= paid(of, policy)
