"""The rows do not depend on how the log was cut into batches, whatever a table holds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings

from app.domain.events import Event
from app.domain.events.tenancy import ConsentGranted, PolicyChanged
from app.domain.ids import TenantId
from app.eventstore.envelope import Recorded
from app.projections import gaps, licence_costs
from app.projections.bearings import Bearings
from app.projections.catalogue import ALL
from app.projections.facts import Fact, fact_of
from app.projections.gaps import Gaps
from app.projections.projection import Versioned
from app.projections.versioned import Book, Table, _versions
from tests.projections.logs import stories
from tests.projections.sheet import Sheet
from tests.projections.story import CAUSE, NAMES

TENANT = TenantId(NAMES)
FOLDED = [each for each in ALL if isinstance(each, Versioned | Gaps)]
"""Tables whose rows follow from their own rows and the facts alone."""

Fold = Callable[[Sequence[Fact], Sequence[Book]], None]


def log_of(story: list[tuple[datetime, Event]]) -> list[Fact]:
    return [
        fact_of(Recorded(TENANT, position, "", position, at, CAUSE, fact))
        for position, (at, fact) in enumerate(story, 1)
    ]


def bearings_of(facts: Sequence[Fact]) -> Bearings:
    homes = [(fact.position, fact.event.directory) for fact in facts if isinstance(fact.event, ConsentGranted)]
    zones = [(fact.position, ZoneInfo(fact.event.time_zone)) for fact in facts if isinstance(fact.event, PolicyChanged)]
    return Bearings(homes, zones)


def taken_in(batches: Sequence[Sequence[Fact]], tables: Sequence[Table], fold: Fold) -> list[list[dict[str, Any]]]:
    """What the tables hold after these batches, each begun from the rows the ones before wrote."""
    sheets = [Sheet(table) for table in tables]
    for batch in batches:
        books = [Book(table, _versions(table, sheet.open_rows())) for table, sheet in zip(tables, sheets, strict=True)]
        fold(batch, books)
        for book, sheet in zip(books, sheets, strict=True):
            sheet.take(book.statements(TENANT))
    return [sorted(sheet.rows, key=repr) for sheet in sheets]


def folded(projection: Versioned | Gaps, bearings: Bearings, batch: Sequence[Fact], books: Sequence[Book]) -> None:
    if isinstance(projection, Gaps):
        gaps.fold(list(projection.sightings(batch, bearings)), books[0])
    else:
        projection.project(batch, books[0], bearings)


def cut(facts: Sequence[Fact], every: int) -> list[Sequence[Fact]]:
    return [facts[start : start + every] for start in range(0, len(facts), every)]


@given(story=stories(most=30))
@settings(max_examples=10, suppress_health_check=[HealthCheck.too_slow])
def test_any_batches_give_the_same_rows(story: list[tuple[datetime, Event]]) -> None:
    facts = log_of(story)

    for projection in FOLDED:
        handled = [fact for fact in facts if type(fact.event) in projection.facts]
        fold = partial(folded, projection, bearings_of(facts))
        whole, three, one = (taken_in(cut(handled, every), [projection.table], fold) for every in (1000, 3, 1))
        assert three == whole
        assert one == whole


@given(story=stories(most=30))
@settings(max_examples=10, suppress_health_check=[HealthCheck.too_slow])
def test_any_batches_give_the_same_seats_with_their_payers(story: list[tuple[datetime, Event]]) -> None:
    handled = [fact for fact in log_of(story) if type(fact.event) in licence_costs.PROJECTION.facts]
    tables = [licence_costs._SEATS, licence_costs._HOLDERS]

    whole, three, one = (
        taken_in(cut(handled, every), tables, lambda batch, books: licence_costs.project(batch, *books))
        for every in (1000, 3, 1)
    )

    assert three == whole
    assert one == whole


@given(story=stories(most=30))
@settings(max_examples=10, suppress_health_check=[HealthCheck.too_slow])
def test_facts_about_something_else_change_nothing_and_end_nothing(story: list[tuple[datetime, Event]]) -> None:
    facts = log_of(story)

    for projection in FOLDED:
        handled = [fact for fact in facts if type(fact.event) in projection.facts]
        fold = partial(folded, projection, bearings_of(facts))

        assert taken_in([facts], [projection.table], fold) == taken_in([handled], [projection.table], fold)


def test_a_projection_writes_the_table_it_is_named_after() -> None:
    assert [(each.name, each.tables) for each in FOLDED] == [(each.table.name, (each.table.name,)) for each in FOLDED]
