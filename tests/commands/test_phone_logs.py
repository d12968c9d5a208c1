"""Rows of the telephone logs taken in, in bulk."""

from collections.abc import Iterator
from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from app.commands import record_phone_log as module
from app.commands.record_phone_log import RecordPhoneLog, record_phone_log
from app.domain.events.charging import DirectRoutingCall, PstnCall, PstnCallCharged
from app.domain.ids import LogRowId, RunId
from app.domain.personal import Personal
from app.domain.phone_log import PhoneCallSighting
from tests.commands.conftest import Office
from tests.domain.given import ANNA, MONDAY

RUN = RunId(UUID(int=0xF))


def charged(row: int, charge: str = "0.10") -> PstnCall:
    plain = dict.fromkeys(PstnCall.model_fields)
    told = {"row": LogRowId(UUID(int=row)), "user": ANNA, "began_at": MONDAY, "caller": Personal.alone("+4930901820")}
    return PstnCall.model_validate(plain | told | {"charge": Decimal(charge), "currency": "EUR"})


def logged(row: int) -> DirectRoutingCall:
    plain = dict.fromkeys(DirectRoutingCall.model_fields)
    return DirectRoutingCall.model_validate(plain | {"row": LogRowId(UUID(int=row)), "began_at": MONDAY})


def take(customer: Office, *rows: PhoneCallSighting) -> int:
    return record_phone_log(RecordPhoneLog(customer.tenant, RunId(uuid4()), rows), customer.desk)


def test_rows_are_facts_of_their_own_and_known_once(customer: Office) -> None:
    appended = [take(customer, charged(1), logged(1), charged(2)) for _ in range(2)]

    assert appended == [3, 0]
    assert [(each.stream, each.version) for each in customer.log()[1:]] == [
        (f"pstn/{UUID(int=1)}", 1),
        (f"direct-routing/{UUID(int=1)}", 1),
        (f"pstn/{UUID(int=2)}", 1),
    ]
    assert customer.rings == [(customer.tenant, 4)]


def test_a_correction_follows_the_row_it_corrects(customer: Office) -> None:
    take(customer, charged(1), charged(2))

    assert take(customer, charged(1, "0.12"), charged(2)) == 1

    newest = customer.log()[-1]
    assert isinstance(newest.event, PstnCallCharged)
    assert (newest.stream, newest.version, newest.event.call.charge) == (f"pstn/{UUID(int=1)}", 2, Decimal("0.12"))


def test_of_a_row_that_pages_show_twice_the_last_counts(customer: Office) -> None:
    assert take(customer, charged(1, "0.1"), charged(1, "0.2")) == 1

    (fact,) = [fact for fact in customer.facts() if isinstance(fact, PstnCallCharged)]
    assert fact.call.charge == Decimal("0.2")


def test_a_read_killed_between_two_appends_is_completed_by_its_repeat(
    customer: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ROWS_PER_APPEND", 2)

    def killed() -> Iterator[PhoneCallSighting]:
        yield from (charged(row) for row in range(1, 6))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        record_phone_log(RecordPhoneLog(customer.tenant, RUN, killed()), customer.desk)
    half = len(customer.facts()) - 1
    whole = record_phone_log(RecordPhoneLog(customer.tenant, RUN, map(charged, range(1, 6))), customer.desk)

    assert (half, whole) == (4, 1)


def test_another_writer_who_was_faster_leaves_nothing_twice(customer: Office) -> None:
    desk = customer.racing(lambda: take(customer, charged(1), charged(2, "0.3")))

    facts = record_phone_log(RecordPhoneLog(customer.tenant, RUN, [charged(1), charged(2)]), desk)

    assert facts == 1
    assert [each.stream for each in customer.log()[1:]] == [f"pstn/{UUID(int=row)}" for row in (1, 2, 2)]
