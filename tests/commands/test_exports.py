"""What left SUA, as the log shows it."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

from app.commands.record_export import RecordExport, record_export
from app.domain.errors import TenantUnknown
from app.domain.events.access import DataExported, ExportFormat, ExportKind
from app.domain.ids import TenantId
from tests.commands.conftest import Office
from tests.domain.given import MONDAY

CAUSE = UUID(int=7)
ASKER = UUID(int=8)


def export(office: Office) -> RecordExport:
    return RecordExport(
        office.tenant,
        ExportKind.FINDINGS,
        ExportFormat.CSV,
        as_of=date(2026, 11, 23),
        position=1,
        persons=True,
        by=ASKER,
        cause=CAUSE,
    )


def test_an_export_is_a_fact_of_the_day_it_happened(customer: Office) -> None:
    record_export(export(customer), customer.desk)

    recorded = customer.log()[-1]
    assert recorded.event == DataExported(
        happened_at=MONDAY,
        kind=ExportKind.FINDINGS,
        format=ExportFormat.CSV,
        as_of=date(2026, 11, 23),
        position=1,
        persons=True,
        by=ASKER,
    )
    assert (recorded.stream, recorded.version, recorded.cause) == (f"access/{MONDAY.date()}", 1, CAUSE)
    assert customer.rings[-1] == (customer.tenant, 2)


def test_two_files_are_two_facts_and_another_day_another_stream(customer: Office) -> None:
    record_export(export(customer), customer.desk)
    record_export(replace(export(customer), cause=uuid4()), customer.desk)
    customer.clock.step_to(MONDAY + timedelta(days=1))
    record_export(replace(export(customer), cause=uuid4()), customer.desk)

    placed = [(recorded.stream, recorded.version) for recorded in customer.log()[1:]]
    today, tomorrow = MONDAY.date(), MONDAY.date() + timedelta(days=1)
    assert placed == [(f"access/{today}", 1), (f"access/{today}", 2), (f"access/{tomorrow}", 1)]


def test_two_exports_at_once_are_both_recorded(customer: Office) -> None:
    other = replace(export(customer), cause=uuid4())
    racing = customer.racing(lambda: record_export(other, customer.desk))

    record_export(export(customer), racing)

    assert {recorded.cause for recorded in customer.log()[1:]} == {CAUSE, other.cause}


def test_nothing_is_written_of_a_customer_nobody_knows(customer: Office) -> None:
    with pytest.raises(TenantUnknown):
        record_export(replace(export(customer), tenant=TenantId(uuid4())), customer.desk)
