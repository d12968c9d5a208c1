"""Who held which product by which path since when, and the trail of changes."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from app.domain.events import Event
from app.domain.events.licensing import (
    LicenceAssigned,
    LicenceAssignmentFailed,
    LicenceChanged,
)
from app.domain.ids import GroupId, PlanId
from app.projections import idle_licences, licence_changes, licence_holdings
from app.projections.facts import OPEN_END, datetime_of, instant
from tests.projections.folding import column, facts_of, now, told
from tests.projections.story import (
    ANNA,
    BERT,
    CAUSE,
    E3,
    E5,
    OPS,
    SALES,
    assigned,
    day,
    discovered,
    named,
    removed,
)

PLAN, OTHER = PlanId(named("plan")), PlanId(named("other"))
FOREVER = datetime_of(OPEN_END)
DIRECT = UUID(int=0)


def replanned(at: datetime, *plans: PlanId, via: GroupId | None = None) -> LicenceChanged:
    return LicenceChanged(happened_at=at, user=ANNA, sku=E5, via=via, disabled_plans=plans)


def test_a_holding_lasts_from_its_assignment_to_its_removal() -> None:
    assert held(assigned(day(2)), removed(day(5))) == [(DIRECT, (), day(2), day(5))]


def test_two_paths_to_one_product_are_two_holdings() -> None:
    found = held(assigned(day(2)), assigned(day(3), via=OPS), removed(day(5)))

    assert found == [(DIRECT, (), day(2), day(5)), (OPS, (), day(3), FOREVER)]


def test_other_plans_switched_off_begin_a_row_and_nobody_who_holds_nothing_has_plans() -> None:
    found = held(assigned(day(2)), replanned(day(4), PLAN, OTHER))

    assert found == [(DIRECT, (), day(2), day(4)), (DIRECT, (PLAN, OTHER), day(4), FOREVER)]
    assert held(replanned(day(4), PLAN)) == []


def test_a_holding_may_begin_with_plans_switched_off() -> None:
    found = held(LicenceAssigned(happened_at=day(2), user=ANNA, sku=E5, via=OPS, disabled_plans=(PLAN,)))

    assert found == [(OPS, (PLAN,), day(2), FOREVER)]


def held(*facts: Event) -> list[tuple[Any, ...]]:
    said = now(licence_holdings.PROJECTION, *facts)
    assert {(row["user_id"], row["sku_id"]) for row in said} <= {(ANNA, E5)}
    return column(said, "via_id", "disabled_plans", "valid_from", "valid_until")


def test_a_seat_is_held_without_a_break_while_any_path_leads_to_it() -> None:
    found = seats(assigned(day(2), via=SALES), assigned(day(4), via=OPS), removed(day(6), via=SALES))

    both = tuple(sorted((SALES, OPS)))
    assert found == [
        ((SALES,), day(2), day(2), day(4)),
        (both, day(2), day(4), day(6)),
        ((OPS,), day(2), day(6), FOREVER),
    ]


def test_the_last_path_gone_ends_the_seat_and_the_next_one_begins_it_anew() -> None:
    found = seats(assigned(day(2)), removed(day(4)), assigned(day(6)))

    assert found == [((DIRECT,), day(2), day(2), day(4)), ((DIRECT,), day(6), day(6), FOREVER)]


def test_a_path_assigned_twice_or_removed_without_having_been_there_changes_nothing() -> None:
    book = told(idle_licences.PROJECTION, assigned(day(2)), assigned(day(3)), removed(day(4), via=OPS))

    assert [row[-2:] for row in book.rows()] == [(1, (1 << 63) - 1)]


def test_a_removal_of_what_nobody_held_leaves_nothing() -> None:
    assert seats(removed(day(2))) == []


def test_learned_late_that_it_was_held_before_a_seat_is_held_since_then() -> None:
    found = seats(assigned(day(6)), assigned(day(2)))

    assert found == [((DIRECT,), day(2), day(2), FOREVER)]


def test_learned_late_that_there_was_a_break_a_seat_is_held_since_its_end() -> None:
    found = seats(assigned(day(2)), assigned(day(8), via=OPS), removed(day(4)))

    assert found == [((DIRECT,), day(2), day(2), day(4)), ((OPS,), day(8), day(8), FOREVER)]


def test_a_path_learned_late_joins_what_came_apart() -> None:
    found = seats(assigned(day(2)), removed(day(4)), assigned(day(6)), assigned(day(3), via=OPS))

    both = tuple(sorted((DIRECT, OPS)))
    assert found == [
        ((DIRECT,), day(2), day(2), day(3)),
        (both, day(2), day(3), day(4)),
        ((OPS,), day(2), day(4), day(6)),
        (both, day(2), day(6), FOREVER),
    ]


def test_seats_of_other_products_and_users_are_apart() -> None:
    said = now(idle_licences.PROJECTION, assigned(day(2)), assigned(day(3), sku=E3), assigned(day(4), BERT))

    found = {(row["user_id"], row["sku_id"]): row["held_since"] for row in said}
    assert found == {(ANNA, E5): day(2), (ANNA, E3): day(3), (BERT, E5): day(4)}


def seats(*facts: Event) -> list[tuple[Any, ...]]:
    return column(now(idle_licences.PROJECTION, *facts), "paths", "held_since", "valid_from", "valid_until")


def test_every_change_of_a_licence_is_a_row_of_the_trail() -> None:
    failed = LicenceAssignmentFailed(happened_at=day(5), user=ANNA, sku=E5, via=None, error="CountViolation")

    rows = licence_changes.project(
        facts_of(assigned(day(2), via=OPS), replanned(day(3), PLAN, OTHER), removed(day(4)), failed, discovered(day(6)))
    )

    about = (ANNA, E5, DIRECT)
    assert rows == [
        (1, instant(day(2)), instant(day(2)), ANNA, E5, OPS, "ASSIGNED", None, CAUSE),
        (2, instant(day(3)), instant(day(3)), *about, "CHANGED", f"{PLAN}, {OTHER}", CAUSE),
        (3, instant(day(4)), instant(day(4)), *about, "REMOVED", None, CAUSE),
        (4, instant(day(5)), instant(day(5)), *about, "FAILED", "CountViolation", CAUSE),
    ]


def test_the_trail_tells_when_a_change_happened_and_when_it_was_learned_of() -> None:
    ((_, happened_at, recorded_at, *_),) = licence_changes.project(facts_of(assigned(day(2)), at=day(9)))

    assert (happened_at, recorded_at) == (instant(day(2)), instant(day(9)))
