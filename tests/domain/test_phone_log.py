"""Rows of the telephone logs: known, new, corrected, erased; and which days to ask for."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given

from app.domain.events import Event
from app.domain.events.charging import DirectRoutingCallLogged, PstnCall, PstnCallCharged
from app.domain.personal import Personal
from app.domain.phone_log import PhoneCallSighting, days_to_read, sight
from tests.domain.given import MONDAY
from tests.domain.strategies import direct_routing_calls, pstn_calls

rows = pstn_calls | direct_routing_calls
NUMBER = Personal.alone("+4930901820")


def charged(**changed: object) -> PstnCall:
    plain = dict.fromkeys(PstnCall.model_fields)
    given = {"row": UUID(int=1), "began_at": MONDAY, "charge": Decimal("0.10"), "currency": "EUR", "caller": NUMBER}
    return PstnCall.model_validate(plain | given | changed)


def in_the_log(call: PstnCall, **stored: Personal) -> PstnCallCharged:
    """As the store gives it back: values that stand alone under a pseudonym of theirs."""
    kept = {"caller": Personal("x/4711", NUMBER.value)} | stored
    return PstnCallCharged(happened_at=call.began_at, call=call.model_copy(update=kept))


def test_a_new_row_is_a_fact_of_when_the_call_began() -> None:
    assert sight(None, charged()) == [PstnCallCharged(happened_at=MONDAY, call=charged())]


def test_a_row_known_as_it_is_adds_nothing_also_where_the_amount_is_written_otherwise() -> None:
    known = in_the_log(charged())

    assert sight(known, charged()) == []
    assert sight(known, charged(charge=Decimal("0.1000"))) == []


@pytest.mark.parametrize(
    "changed",
    [{"charge": Decimal("0.11")}, {"charge": None}, {"currency": "USD"}, {"caller": Personal.alone("+49")}],
)
def test_a_corrected_row_is_said_again_whole(changed: dict[str, object]) -> None:
    corrected = charged(**changed)

    assert sight(in_the_log(charged()), corrected) == [PstnCallCharged(happened_at=MONDAY, call=corrected)]


def test_what_was_erased_is_not_learned_again() -> None:
    erased = Personal("x/4711", None)
    known = in_the_log(charged(), caller=erased)

    assert sight(known, charged()) == []
    (fact,) = sight(known, charged(charge=Decimal("0.11")))
    assert isinstance(fact, PstnCallCharged)
    assert (fact.call.charge, fact.call.caller) == (Decimal("0.11"), erased)


@given(rows, rows)
def test_the_newest_content_is_known_at_the_end_whatever_came_before(
    first: PhoneCallSighting, second: PhoneCallSighting
) -> None:
    known: Event | None = None
    facts: list[Event] = []
    for seen in (first, first, second, second):
        facts += sight(known, seen)
        known = facts[-1]

    assert isinstance(known, PstnCallCharged | DirectRoutingCallLogged)
    assert known.call == second
    assert len(facts) == (1 if first == second else 2)


def test_the_first_read_spans_ninety_days_with_the_last() -> None:
    first, last = days_to_read(datetime(2026, 11, 23, 2, tzinfo=UTC), None)

    assert (first, last, (last - first).days + 1) == (date(2026, 8, 26), date(2026, 11, 23), 90)


@pytest.mark.parametrize(("ago", "first"), [(1, date(2026, 11, 15)), (100, date(2026, 8, 8))])
def test_later_reads_begin_a_week_before_the_last_complete_one_however_long_ago(ago: int, first: date) -> None:
    now = datetime(2026, 11, 23, 2, tzinfo=UTC)

    assert days_to_read(now, now - timedelta(days=ago)) == (first, date(2026, 11, 23))
