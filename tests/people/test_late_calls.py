"""Calls that come when the details of their month are gone: counted once each, and nowhere stored."""

from collections.abc import Iterator
from datetime import UTC, datetime
from random import Random
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.commands.record_call import RecordCall, record_calls
from app.commands.record_phone_log import RecordPhoneLog, record_phone_log
from app.domain.events.charging import PstnCall
from app.domain.events.telephony import Party, PartyKind
from app.domain.ids import CallId, LogRowId, RunId
from app.domain.personal import Personal
from app.domain.sightings import CallSighting
from app.observe import questions
from app.people.retention import carry_out
from app.telemetry.counters import counted
from tests.database import Database
from tests.people.called import HOME, PEOPLE, TENANT_ID, Called, call_of, planted

AUGUST, OCTOBER = datetime(2026, 8, 12, 9, tzinfo=UTC), datetime(2026, 10, 12, 9, tzinfo=UTC)
CANARY = "+4915199887766"


@pytest.fixture
def called(database: Database) -> Iterator[Called]:
    with planted(database.writer_dsn, database.owner_dsn) as made:
        carry_out(made.world.pool, made.desk, TENANT_ID)
        made.tabulate()
        yield made


def seen(number: int, start: datetime, revision: int = 1) -> RecordCall:
    own = Party(kind=PartyKind.USER, user=PEOPLE[0], directory=HOME, label=None)
    other = Party(kind=PartyKind.PHONE, user=None, directory=None, label=Personal.alone(CANARY))
    call = call_of(CallId(UUID(int=number)), start, [own, other], Random(1), revision)
    return RecordCall(TENANT_ID, CallSighting(call, start), uuid4())


def row(number: int, start: datetime) -> PstnCall:
    values: dict[str, Any] = dict.fromkeys(PstnCall.model_fields)
    values |= {"row": LogRowId(UUID(int=number)), "began_at": start, "callee": Personal.alone(CANARY)}
    return PstnCall(**values)


def late(called: Called) -> int:
    with called.world.pool.connection() as db:
        found = db.execute(questions.LATE_CALLS).fetchall()
    return sum(count for tenant, count in found if tenant == TENANT_ID)


def test_a_late_call_is_counted_once_and_the_others_beside_it_are_recorded(called: Called) -> None:
    head, before = called.store.head(TENANT_ID), counted().get("calls.late", 0)

    assert record_calls([seen(1, AUGUST), seen(2, OCTOBER)], called.desk) == 1
    assert record_calls([seen(1, AUGUST), seen(2, OCTOBER)], called.desk) == 0
    assert record_calls([seen(1, AUGUST, revision=2)], called.desk) == 0

    assert called.store.head(TENANT_ID) == head + 1
    assert (late(called), counted()["calls.late"] - before) == (1, 1)


def test_a_late_row_of_a_telephone_log_is_counted_once(called: Called) -> None:
    head = called.store.head(TENANT_ID)

    for _ in range(2):
        rows = [row(1, AUGUST), row(2, OCTOBER), row(3, AUGUST)]
        record_phone_log(RecordPhoneLog(TENANT_ID, RunId(uuid4()), rows), called.desk)

    assert called.store.head(TENANT_ID) == head + 1
    assert late(called) == 2


def test_nothing_a_late_call_said_is_kept_anywhere(called: Called) -> None:
    record_calls([seen(1, AUGUST)], called.desk)
    record_phone_log(RecordPhoneLog(TENANT_ID, RunId(uuid4()), [row(1, AUGUST)]), called.desk)
    called.tabulate()

    assert [table for table, text in called.dump() if CANARY in text or CANARY.removeprefix("+") in text] == []


def test_a_revision_of_a_call_that_is_known_changes_nothing_any_more(called: Called) -> None:
    known = next(each for each in called.rows("calls") if each["started_at"] < "2026-08-20")
    head = called.store.head(TENANT_ID)
    again = seen(UUID(known["call_id"]).int, datetime.fromisoformat(known["started_at"]), revision=9)

    assert record_calls([again], called.desk) == 0

    assert (called.store.head(TENANT_ID), late(called)) == (head, 1)
