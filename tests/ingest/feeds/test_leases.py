"""A job is held while it lasts, and only its holder says what became of it."""

import asyncio
import logging
import threading
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from app.ingest import feeds, schedule
from app.ingest.feeds import carry_out
from app.ingest.schedule import Due, Job
from tests.ingest.feeds.conftest import Customer

ROW = "SELECT schedule::text FROM schedule WHERE job = %s"


def late(customer: Customer, job: Job, holder: schedule.Taken) -> bool:
    """All that a worker might still say; returns whether it was told it goes on holding the job."""
    wanted = Due(customer.tenant, job)
    with customer.office.shop.database() as db:
        renewed = schedule.renew(db, wanted, holder, timedelta(hours=9))
        schedule.put_off(db, wanted, holder, reason="GRAPH_UNAVAILABLE", wait=timedelta(hours=9))
        schedule.finish(db, wanted, holder, customer.office.clock.now() + timedelta(days=9))
        schedule.finish(db, wanted, holder, None)
    return renewed


def test_who_lost_the_lease_changes_nothing_of_the_successors_run(customer: Customer) -> None:
    with customer.office.shop.database() as db:
        first = customer.take(db, Job.LICENCES)
    with customer.office.shop.database() as db:
        second = customer.take(db, Job.LICENCES)
    before = customer.office.rows(ROW, Job.LICENCES)

    renewed = late(customer, Job.LICENCES, first)

    assert not renewed
    assert customer.office.rows(ROW, Job.LICENCES) == before
    with customer.office.shop.database() as db:
        assert schedule.renew(db, Due(customer.tenant, Job.LICENCES), second, timedelta(minutes=1))
    late(customer, Job.LICENCES, second)
    assert customer.office.rows(ROW, Job.LICENCES) == []


def test_what_was_ended_and_enlisted_anew_is_nobodys(customer: Customer) -> None:
    with customer.office.shop.database() as db:
        holder = customer.take(db, Job.LICENCES)
    with customer.office.shop.database() as db:
        schedule.end(db, customer.tenant)
        schedule.enlist(db, customer.tenant, Job.LICENCES, customer.office.clock.now())
    before = customer.office.rows(ROW, Job.LICENCES)

    late(customer, Job.LICENCES, holder)

    assert customer.office.rows(ROW, Job.LICENCES) == before


def test_a_fault_of_the_keeper_is_told_and_the_job_is_held_all_the_same(
    customer: Customer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    renew, asked, renewed, twice = schedule.renew, [], [], threading.Event()

    def faulty(*given: object) -> bool:
        asked.append(given)
        if len(asked) == 1:
            raise KeyError("a bug")
        renewed.append(renew(*given))  # type: ignore[arg-type]
        twice.set()
        return renewed[-1]

    async def long(*_: object) -> datetime:
        await asyncio.to_thread(twice.wait, 20)
        return customer.office.clock.now() + timedelta(days=1)

    monkeypatch.setattr(schedule, "renew", faulty)
    monkeypatch.setitem(feeds._JOBS, Job.LICENCES, long)
    monkeypatch.setattr(customer.office, "shop", replace(customer.office.shop, lease=timedelta(milliseconds=300)))

    with caplog.at_level(logging.WARNING):
        assert carry_out(customer.office.shop, Due(customer.tenant, Job.LICENCES))

    told = [line.__dict__["values"]["code"] for line in caplog.records if line.message == "job.lease_not_renewed"]
    assert (told, renewed[0]) == (["INTERNAL"], True)


def test_a_successors_run_goes_on_whatever_the_slower_one_ends_with(
    customer: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def overtaken(*_: object) -> datetime:
        with customer.office.shop.database() as db:
            customer.take(db, Job.LICENCES)
        return customer.office.clock.now() + timedelta(days=1)

    monkeypatch.setitem(feeds._JOBS, Job.LICENCES, overtaken)

    carry_out(customer.office.shop, Due(customer.tenant, Job.LICENCES))

    held = "SELECT working_until > now(), last_finished_at FROM schedule WHERE job = 'licences'"
    assert customer.office.rows(held) == [(True, None)]


def test_jobs_of_a_consent_are_enlisted_in_the_order_in_which_they_are_hurried(
    customer: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    enlisted: list[Job] = []
    monkeypatch.setattr(schedule, "enlist", lambda db, tenant, job, due_at: enlisted.append(job))

    with customer.office.shop.database() as db:
        schedule.begin(db, customer.tenant, customer.office.clock.now())
        hurried = [Job(job) for (job,) in db.execute("SELECT job FROM schedule ORDER BY job")]

    assert enlisted == hurried
