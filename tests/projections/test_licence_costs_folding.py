"""Who pays for a seat in each stretch: the place its holder had then, whenever that was learned."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from app.domain.events import Event
from app.domain.events.licensing import (
    ProfileChanged,
)
from app.projections import licence_costs
from app.projections.facts import OPEN_END, datetime_of
from app.projections.versioned import Book
from tests.projections.folding import column, facts_of, known
from tests.projections.story import (
    ANNA,
    BERT,
    OPS,
    assigned,
    day,
    discovered,
    profile,
    removed,
)

FOREVER = datetime_of(OPEN_END)
DIRECT = UUID(int=0)


def moved(at: datetime, department: str) -> ProfileChanged:
    return ProfileChanged(happened_at=at, user=ANNA, profile=profile("Anna", department))


def test_a_seat_is_paid_by_the_department_its_holder_was_in() -> None:
    found = paid(discovered(day(1)), assigned(day(2)), moved(day(4), "Ops"), removed(day(6)))

    assert found == [((DIRECT,), "Sales", day(2), day(4)), ((DIRECT,), "Ops", day(4), day(6))]


def test_a_seat_learned_late_gets_the_department_of_each_stretch() -> None:
    found = paid(discovered(day(1)), moved(day(4), "Ops"), assigned(day(2)))

    assert found == [((DIRECT,), "Sales", day(2), day(4)), ((DIRECT,), "Ops", day(4), FOREVER)]


def test_before_its_holder_is_known_a_seat_belongs_nowhere() -> None:
    found = paid(assigned(day(2)), moved(day(3), "Ops"), discovered(day(4)))

    assert found == [((DIRECT,), None, day(2), day(4)), ((DIRECT,), "Sales", day(4), FOREVER)]


def test_a_holder_learned_of_late_pays_from_then_on_and_not_before() -> None:
    found = paid(assigned(day(2)), discovered(day(6)), discovered(day(4), department="Ops"))

    assert found == [((DIRECT,), None, day(2), day(4)), ((DIRECT,), "Ops", day(4), FOREVER)]


def test_a_move_to_the_same_department_begins_no_row() -> None:
    assert paid(discovered(day(1)), assigned(day(2)), moved(day(4), "Sales")) == [
        ((DIRECT,), "Sales", day(2), FOREVER),
    ]


def test_a_holder_who_moved_the_day_the_seat_was_given_pays_from_their_new_place_only() -> None:
    assert paid(discovered(day(1)), moved(day(2), "Ops"), assigned(day(2))) == [((DIRECT,), "Ops", day(2), FOREVER)]


def test_a_second_path_begins_a_row_that_is_paid_by_the_same() -> None:
    found = paid(discovered(day(1)), assigned(day(2)), assigned(day(4), via=OPS), removed(day(6)))

    both = tuple(sorted((DIRECT, OPS)))
    assert found == [
        ((DIRECT,), "Sales", day(2), day(4)),
        (both, "Sales", day(4), day(6)),
        ((OPS,), "Sales", day(6), FOREVER),
    ]


def test_a_removal_in_the_middle_changes_no_department_before_it() -> None:
    found = paid(discovered(day(1)), assigned(day(2)), moved(day(4), "Ops"), removed(day(3)), assigned(day(6)))

    assert found == [((DIRECT,), "Sales", day(2), day(3)), ((DIRECT,), "Ops", day(6), FOREVER)]


def test_a_move_reaches_the_seats_of_the_mover_alone() -> None:
    said = seats_paid(discovered(day(1)), discovered(day(1), BERT), assigned(day(2)), assigned(day(2), BERT))

    book = seats_paid(
        discovered(day(1)), discovered(day(1), BERT), assigned(day(2)), assigned(day(2), BERT), moved(day(4), "Ops")
    )

    assert [row for row in known(book) if row["user_id"] == BERT] == [
        row for row in known(said) if row["user_id"] == BERT
    ]
    assert len(known(book)) == 3


def test_what_was_known_of_a_payer_before_stays_as_it_was() -> None:
    book = seats_paid(discovered(day(1)), assigned(day(2)), moved(day(4), "Ops"))

    assert column(known(book, 2), "department", "valid_from", "valid_until") == [("Sales", day(2), FOREVER)]


def test_all_that_tells_who_pays_is_kept() -> None:
    placed = profile("Anna", "Sales").model_copy(update={"company": "AG", "cost_centre": "4711", "country": "AT"})
    change = ProfileChanged(happened_at=day(1), user=ANNA, profile=placed)

    (row,) = known(seats_paid(discovered(day(1)), change, assigned(day(2))))

    assert [row[name] for name in ("department", "company", "cost_centre", "country")] == ["Sales", "AG", "4711", "AT"]


def paid(*facts: Event) -> list[tuple[Any, ...]]:
    return column(known(seats_paid(*facts)), "paths", "department", "valid_from", "valid_until")


def seats_paid(*facts: Event) -> Book:
    seats, holders = Book(licence_costs._SEATS), Book(licence_costs._HOLDERS)
    licence_costs.project(facts_of(*facts), seats, holders)
    return seats
