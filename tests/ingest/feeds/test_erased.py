"""A customer is erased while a job of theirs is at work."""

import logging
from typing import Any

import pytest

from app.eventstore.store import EventStore
from app.ingest.feeds import carry_out
from app.ingest.schedule import Due, Job
from app.ops.erasing import erase_tenant
from tests.database import Database
from tests.ingest.feeds.conftest import Customer
from tests.ops.test_erasing import rows_of


def test_the_job_ends_quietly_and_leaves_nothing(
    customer: Customer, module_database: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    written = EventStore._append
    tried: list[int] = []

    def erased_meanwhile(store: EventStore, *given: Any, **named: Any) -> int:
        if not tried:
            erase_tenant(module_database.owner_dsn, customer.tenant, customer.office.clock.now())
        tried.append(1)
        return written(store, *given, **named)

    monkeypatch.setattr(EventStore, "_append", erased_meanwhile)
    caplog.set_level(logging.INFO, "sua")

    assert carry_out(customer.office.shop, Due(customer.tenant, Job.LICENCES))

    assert tried
    assert set(rows_of(module_database.owner_dsn, customer.tenant).values()) == {0}
    ended = [line for line in caplog.records if line.message == "job.ended"]
    assert [line.levelno for line in ended] == [logging.WARNING]
    assert "TENANT_ERASED" in str(ended[0].__dict__)
