"""Rows with a valid time: what was so from when until when, whatever was learned late, and by what was known when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

import hypothesis.strategies as st
from hypothesis import HealthCheck, given, settings

from app.domain.events import Event
from app.eventstore.pools import Connection, borrowed
from app.projections import licence_holdings
from app.projections.catalogue import ALL
from app.projections.columns import Column
from app.projections.engine import advance
from app.projections.facts import OPEN_END
from app.projections.reading import scope
from app.projections.versioned import VALID, Book, Placed, Table, Value
from tests.projections.asking import Reader, told, when
from tests.projections.conftest import Desk
from tests.projections.logs import stories
from tests.projections.story import ANNA, E5, assigned, day, removed


@dataclass(frozen=True)
class Said:
    """From `at` on it is `becomes`, or (`only_if_so`) only where something was so."""

    at: int
    becomes: str | None
    only_if_so: bool

    def change(self, before: Value | None) -> Value | None:
        if self.only_if_so and before is None:
            return None
        return None if self.becomes is None else (self.becomes,)


_SPANS = Table("spans", key=(), place=VALID, values=(Column("said", "text"),))
_SAID = st.builds(Said, st.integers(1, 6), st.sampled_from([None, "a", "b"]), st.booleans())


def _folded(said: Sequence[Said]) -> list[Placed]:
    """The rule: what is so at an instant is the fold, in the order of the log, of what had happened by then."""
    instants = sorted({each.at for each in said})
    spans: list[Placed] = []
    for since, until in pairwise([*instants, OPEN_END]):
        value: Value | None = None
        for each in said:
            if each.at <= since:
                value = each.change(value)
        if value is None:
            continue
        if spans and spans[-1] == ((spans[-1][0][0], since), value):
            spans[-1] = ((spans[-1][0][0], until), value)
        else:
            spans.append(((since, until), value))
    return spans


@given(said=st.lists(_SAID, min_size=1, max_size=12))
@settings(max_examples=400)
def test_facts_in_any_order_give_the_spans_of_the_fold_now_and_as_known_at_each_position(said: list[Said]) -> None:
    book = Book(_SPANS)

    for position, each in enumerate(said, 1):
        book.change_from((), each.at, position, each.change)

    for position in range(1, len(said) + 1):
        known = sorted(((row[0], row[1]), row[2:3]) for row in book.rows() if row[3] <= position < row[4])
        assert known == _folded(said[:position])


async def test_a_licence_said_late_to_have_been_taken_and_given_back_is_held_since_the_first_day(
    desk: Desk, reader: Reader
) -> None:
    tenant = told(desk, assigned(day(1)))
    desk.log.tell(tenant, removed(day(3)), assigned(day(3)), at=day(9))
    advance(desk.pool, desk.log, tenant)

    async with scope(reader, [tenant]):
        (held,) = await licence_holdings.held_at(reader, tenant, await when(reader, tenant, day(10)), [ANNA])

    assert (held.sku, held.held_since) == (E5, day(1))


async def test_what_was_known_before_the_late_facts_stays(desk: Desk, reader: Reader) -> None:
    tenant = told(desk, assigned(day(1)))
    desk.log.tell(tenant, removed(day(3)), at=day(9))
    desk.log.tell(tenant, assigned(day(3)), at=day(11))
    advance(desk.pool, desk.log, tenant)

    async with scope(reader, [tenant]):
        then, between, now = [await when(reader, tenant, day(12), known_at) for known_at in (day(8), day(10), day(12))]
        held = [await licence_holdings.held_at(reader, tenant, at, [ANNA]) for at in (then, between, now)]

    assert [[each.held_since for each in known] for known in held] == [[day(1)], [], [day(1)]]


@given(story=stories())
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_two_rows_that_touch_say_the_same_at_any_position(desk: Desk, story: list[tuple[datetime, Event]]) -> None:
    tenant = desk.tenant()
    desk.log.tell_all(tenant, story)

    advance(desk.pool, desk.log, tenant, batch=7)

    with borrowed(desk.pool) as db:
        for table, columns in _tables_of_spans(db):
            same = " AND ".join(f"one.{name} IS NOT DISTINCT FROM other.{name}" for name in columns)
            ((count,),) = db.execute(
                f"""
                SELECT count(*) FROM {table} AS one JOIN {table} AS other ON one.valid_until = other.valid_from
                 AND greatest(one.since_position, other.since_position)
                     < least(one.until_position, other.until_position) AND {same}
                WHERE one.tenant_id = %s
                """,
                (tenant,),
            ).fetchall()
            assert (table, count) == (table, 0)


def _tables_of_spans(db: Connection) -> list[tuple[str, list[str]]]:
    """Every read table whose rows have a valid time, with its columns but the rows' times."""
    found = db.execute(
        """
        SELECT attrelid::regclass::text, array_agg(attname::text) FILTER (WHERE attname <> ALL (%(times)s))
        FROM pg_attribute WHERE attrelid = ANY (%(tables)s::regclass[]) AND attnum > 0 AND NOT attisdropped
        GROUP BY attrelid HAVING bool_or(attname = 'valid_from')
        """,
        {
            "times": ["valid_from", "valid_until", "since_position", "until_position"],
            "tables": [table for projection in ALL for table in projection.tables],
        },
    ).fetchall()
    assert "licence_holdings" in {table for table, _ in found}
    return found
