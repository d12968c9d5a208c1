"""Which moment a question is about, how far tables are, and who is handed which fact."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from psycopg import errors

from app.domain.ids import TenantId
from app.domain.policy import SHORTEST_IDLE_DAYS, IdleDaysOutOfRange
from app.projections import idle_licences, licence_changes, licence_holdings, users
from app.projections.checkpoints import Checkpoint
from app.projections.engine import Progress, _progress, _why, sort_out
from app.projections.event_log import _withheld
from app.projections.facts import OPEN_END, datetime_of, instant, instant_or_none
from app.projections.generations import ProjectionUnknown
from app.projections.generations import named as chosen
from app.projections.heads import Head, Standing, heads_in
from app.projections.projection import Projection
from app.projections.reading import AsOfOutOfRange, Moment, Reached, moment_of
from app.projections.status import Standing as Stand
from tests.projections.folding import EARLY
from tests.projections.story import NAMES, assigned, day, discovered, recorded

TENANT = TenantId(NAMES)
BERLIN = "Europe/Berlin"
LATE = datetime(2026, 1, 20, 23, 30, tzinfo=UTC)
"""The next day, in Berlin."""


def test_instants_are_microseconds_since_the_year_2000() -> None:
    assert instant(datetime(2000, 1, 1, 0, 0, 1, 5, tzinfo=UTC)) == 1_000_005
    assert instant(datetime(1999, 12, 31, 23, 59, 59, tzinfo=UTC)) == -1_000_000
    assert datetime_of(86_400_000_000) == datetime(2000, 1, 2, tzinfo=UTC)
    assert datetime_of(OPEN_END) == datetime(9999, 12, 31, tzinfo=UTC)
    assert [instant_or_none(each) for each in (None, datetime_of(7))] == [None, 7]


def test_a_question_without_a_day_is_about_today_where_the_tenant_is() -> None:
    at = moment_of(Reached(9, day(1), BERLIN), None, None, LATE)

    end = datetime(2026, 1, 21, 23, tzinfo=UTC)
    assert at == Moment(end, date(2026, 1, 21), 9, BERLIN, date(2026, 1, 21), before_first_fact=False)


def test_a_tenant_that_never_said_its_zone_lives_in_utc() -> None:
    at = moment_of(Reached(9, day(1), None), None, None, LATE)

    assert (at.zone, at.on) == ("UTC", date(2026, 1, 20))


def test_a_day_that_has_not_begun_is_refused_and_today_is_not() -> None:
    reached = Reached(9, day(1), BERLIN)

    assert moment_of(reached, date(2026, 1, 21), None, LATE).on == date(2026, 1, 21)
    with pytest.raises(AsOfOutOfRange):
        moment_of(reached, date(2026, 1, 22), None, LATE)


def test_what_was_known_earlier_can_speak_of_the_days_until_then_only() -> None:
    reached = Reached(9, day(1), BERLIN)
    evening = datetime(2026, 1, 9, 23, 30, tzinfo=UTC)

    assert moment_of(reached, date(2026, 1, 15), evening, LATE).known_on == date(2026, 1, 10)
    assert moment_of(reached, date(2026, 1, 5), evening, LATE).known_on == date(2026, 1, 5)


def test_before_the_first_fact_nothing_is_known() -> None:
    def asked(first_at: datetime | None) -> tuple[int, bool]:
        at = moment_of(Reached(9, first_at, "UTC"), date(2026, 1, 5), None, LATE)
        return at.position, at.before_first_fact

    assert asked(None) == (0, True)
    assert asked(day(6)) == (0, True)
    assert asked(day(6) - EARLY) == (9, False)


def test_a_moments_days_begin_and_end_where_the_tenant_is() -> None:
    at = moment_of(Reached(9, day(1), BERLIN), None, None, LATE)

    assert at.day_begins(date(2026, 1, 5)) == datetime(2026, 1, 4, 23, tzinfo=UTC)
    assert at.day_ends(date(2026, 1, 5)) == datetime(2026, 1, 5, 23, tzinfo=UTC)


def test_idle_is_judged_by_whole_days_before_the_day_known() -> None:
    at = Moment(day(41), day(40).date(), 9, "UTC", day(35).date(), before_first_fact=False)

    said = idle_licences._parameters(TENANT, at, 30, 10)

    assert (said["tenant"], said["position"], said["at"]) == (TENANT, 9, day(41))
    assert (said["cutoff"], said["judged_at"], said["young"], said["read_since"]) == (day(5), day(36), day(31), day(29))
    assert idle_licences._parameters(TENANT, at, SHORTEST_IDLE_DAYS, 10)["cutoff"] == day(28)


def test_no_fewer_idle_days_are_asked_for_than_gaps_are_kept() -> None:
    at = Moment(day(41), day(40).date(), 9, "UTC", day(40).date(), before_first_fact=False)

    with pytest.raises(IdleDaysOutOfRange):
        idle_licences._parameters(TENANT, at, SHORTEST_IDLE_DAYS - 1, 10)


def test_each_table_is_handed_the_facts_it_handles_in_their_order() -> None:
    log = recorded(discovered(day(1)), assigned(day(2)), discovered(day(3)))

    found = sort_out(log, [users.PROJECTION, licence_holdings.PROJECTION, licence_changes.PROJECTION])

    positions = {name: [fact.position for fact in facts] for name, facts in found.items()}
    assert positions == {"users": [1, 3], "licence_holdings": [2], "licence_changes": [2]}
    assert (found["users"][0].at, found["users"][0].learned_at) == (instant(day(1)), instant(day(1)))


def checkpoint(position: int, version: int = users.PROJECTION.version, stopped_at: int | None = None) -> Checkpoint:
    return Checkpoint(users.PROJECTION, position, version, stopped_at)


def test_a_table_goes_on_while_todays_code_built_it_and_no_fact_stopped_it() -> None:
    ours = users.PROJECTION.version
    tables = [checkpoint(1), checkpoint(1, stopped_at=2), checkpoint(1, ours - 1), checkpoint(1, ours + 1)]

    assert [each.goes_on for each in tables] == [True, False, False, False]
    assert [each.is_outdated for each in tables] == [False, False, True, False]


def test_a_turn_has_come_as_far_as_the_last_table_that_goes_on() -> None:
    ours = users.PROJECTION.version
    tables = [checkpoint(7), checkpoint(9), checkpoint(3, stopped_at=4), checkpoint(2, ours - 1)]

    assert _progress(5, 9, tables) == Progress(5, 7, 9, busy=False, more=True, stopped=("users",), outdated=("users",))
    assert _progress(0, 9, [checkpoint(9)]) == Progress(0, 9, 9, busy=False, more=False, stopped=(), outdated=())
    assert _progress(0, 9, [checkpoint(3, stopped_at=4)]).more is False


def failing(error: Exception) -> Exception:
    try:
        raise error
    except Exception as raised:  # noqa: BLE001 - the error itself is the subject
        return raised


def test_why_a_table_stopped_names_the_place_and_nothing_of_the_fact() -> None:
    said = _why(failing(ValueError("anna@contoso.example")))

    assert said.startswith("ValueError in failing, line ")
    assert "anna" not in said
    assert ": " not in _why(failing(errors.UniqueViolation("anna")))


def test_tables_are_named_one_by_one_or_all_together() -> None:
    tables: list[Projection] = [users.PROJECTION, licence_holdings.PROJECTION, licence_changes.PROJECTION]

    assert chosen("all", tables) == tables
    assert chosen("licence_changes,users", tables) == [users.PROJECTION, licence_changes.PROJECTION]
    with pytest.raises(ProjectionUnknown, match="'sales'"):
        chosen("users,sales", tables)


def test_what_is_sealed_is_withheld_wherever_it_stands_and_users_where_asked() -> None:
    fact: dict[str, Any] = {"user": "anna", "legs": [{"label": {"sealed": "x"}, "user": "b"}, 3], "until": None}

    assert _withheld(fact, users=False) == {"user": "anna", "legs": [{"label": None, "user": "b"}, 3], "until": None}
    assert _withheld(fact, users=True) == {"user": None, "legs": [{"label": None, "user": None}, 3], "until": None}


def test_a_tables_lag_is_what_it_has_not_taken_in() -> None:
    assert Stand(TENANT, "users", 1, 7, 9, None, None).lag == 2


def test_heads_are_read_by_tenant_and_a_standing_with_how_far_it_was() -> None:
    head = (9, 2, day(1), "same")

    assert heads_in([(TENANT, *head)]) == {TENANT: Head(*head)}
    assert Standing.of((5, day(1), BERLIN, *head)) == Standing(Reached(5, day(1), BERLIN), Head(*head))


@pytest.mark.parametrize("look", [lambda each: each.name, lambda each: each.tables[0]])
def test_a_versioned_table_goes_by_the_name_of_its_table(look: Callable[[Any], str]) -> None:
    assert look(users.PROJECTION) == "users"
