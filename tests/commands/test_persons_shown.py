"""That names were shown is recorded once an hour, for each viewer."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from app.commands.record_persons_shown import RecordPersonsShown, hour_of, record_persons_shown
from app.domain.events.access import PersonsShown
from tests.commands.conftest import Office
from tests.domain.given import MONDAY

ANNA, BERT = UUID(int=8), UUID(int=9)


def test_the_first_of_an_hour_is_a_fact_and_the_others_are_none(customer: Office) -> None:
    command = RecordPersonsShown(customer.tenant, ANNA)

    added = [record_persons_shown(command, customer.desk) for _ in range(3)]

    assert added == [1, 0, 0]
    recorded = customer.log()[-1]
    assert recorded.event == PersonsShown(happened_at=MONDAY, by=ANNA, hour=hour_of(MONDAY))
    assert recorded.stream == f"access/{MONDAY.date()}"
    assert customer.rings[-1] == (customer.tenant, 2)


def test_another_viewer_and_another_hour_are_other_facts(customer: Office) -> None:
    record_persons_shown(RecordPersonsShown(customer.tenant, ANNA), customer.desk)
    record_persons_shown(RecordPersonsShown(customer.tenant, BERT), customer.desk)
    customer.clock.step_to(MONDAY + timedelta(hours=1))
    record_persons_shown(RecordPersonsShown(customer.tenant, ANNA), customer.desk)

    facts = [each.event for each in customer.log() if isinstance(each.event, PersonsShown)]
    assert [(each.by, each.hour) for each in facts] == [
        (ANNA, hour_of(MONDAY)),
        (BERT, hour_of(MONDAY)),
        (ANNA, hour_of(MONDAY) + timedelta(hours=1)),
    ]


def test_an_hour_is_one_of_utc() -> None:
    assert hour_of(datetime.fromisoformat("2026-11-23T12:59:59+05:30")) == datetime(2026, 11, 23, 7, tzinfo=UTC)
