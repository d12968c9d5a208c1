"""The daily reads as jobs: what follows what, what is asked how often, and what becomes of rows nobody could read."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from app.domain import sku
from app.domain.events.coverage import SnapshotFailed, SnapshotTaken
from app.ingest import dead_letters, schedule
from app.ingest.daily import AFTER_LICENCES, WITHOUT_P1
from app.ingest.feeds import carry_out
from app.ingest.schedule import Due, Job, next_slot
from tests.ingest.feeds.conftest import Customer


def due_at(customer: Customer, job: Job) -> object:
    ((at,),) = customer.office.rows("SELECT due_at FROM schedule WHERE job = %s", job)
    return at


def be_premium(customer: Customer, premium: bool) -> None:
    for company in customer.office.world.companies.values():
        company.premium = premium


def test_a_tenant_without_p1_is_asked_for_sign_ins_once_a_week(
    customer: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sku, "ENTRA_P1_PLANS", frozenset())  # as if no product of this customer held it
    slot = next_slot(customer.tenant, customer.office.clock.now(), ZoneInfo("UTC"))
    in_a_week = slot + AFTER_LICENCES + WITHOUT_P1 - timedelta(days=1)
    be_premium(customer, premium=False)
    try:
        carry_out(customer.office.shop, Due(customer.tenant, Job.SIGN_INS))
        after_asking = due_at(customer, Job.SIGN_INS)
        carry_out(customer.office.shop, Due(customer.tenant, Job.LICENCES))
    finally:
        be_premium(customer, premium=True)

    assert after_asking == due_at(customer, Job.SIGN_INS) == in_a_week
    assert due_at(customer, Job.REPORTS) == customer.office.clock.now()
    assert customer.office.facts(customer.tenant, "coverage/sign_ins") == []


def test_a_tenant_refused_sign_ins_though_a_product_holds_p1_is_asked_every_night(customer: Customer) -> None:
    slot = next_slot(customer.tenant, customer.office.clock.now(), ZoneInfo("UTC"))
    carry_out(customer.office.shop, Due(customer.tenant, Job.LICENCES))
    be_premium(customer, premium=False)
    try:
        carry_out(customer.office.shop, Due(customer.tenant, Job.SIGN_INS))
    finally:
        be_premium(customer, premium=True)

    assert due_at(customer, Job.SIGN_INS) == slot + AFTER_LICENCES
    assert customer.office.facts(customer.tenant, "coverage/sign_ins") == []


def test_renewals_that_fail_are_tried_again_without_the_licences(customer: Customer) -> None:
    shop, licences = customer.office.shop, Due(customer.tenant, Job.LICENCES)
    customer.office.control("/_faults", path="directory/subscriptions", kind="html", times=2)

    carry_out(shop, licences)
    failed = customer.office.rows("SELECT failures, last_reason FROM schedule WHERE job = 'licences'")
    with shop.database() as db:
        db.execute("UPDATE schedule SET held_until = now()")
    carry_out(shop, licences)

    assert failed == [(1, "BAD_UPSTREAM_ANSWER")]
    assert due_at(customer, Job.REPORTS) == customer.office.clock.now()
    told = [
        (type(fact), getattr(fact, "feed", ""))
        for feed in ("licences", "renewals")
        for fact in customer.office.facts(customer.tenant, f"coverage/{feed}")
    ]
    assert told == [(SnapshotTaken, "licences"), (SnapshotFailed, "renewals"), (SnapshotTaken, "renewals")]


def test_renewals_that_fail_for_days_hold_up_neither_licences_nor_the_queue_of_sign_ins(customer: Customer) -> None:
    shop, licences = customer.office.shop, Due(customer.tenant, Job.LICENCES)
    customer.office.control("/_faults", path="directory/subscriptions", kind="html", times=99)
    followed = []

    for nth, hours in enumerate((0, 1, 24)):
        if nth:
            customer.office.let_pass(hours=hours)
        with shop.database() as db:
            db.execute("DELETE FROM schedule WHERE job = 'sign_ins'")
            db.execute("UPDATE schedule SET held_until = now()")
        carry_out(shop, licences)
        followed.append(customer.office.rows("SELECT job FROM schedule WHERE job = 'sign_ins'") != [])
    customer.office.browser.delete(f"{customer.office.simulator}/_faults")

    assert followed == [True, False, True]
    taken = [type(fact) for fact in customer.office.facts(customer.tenant, "coverage/licences")]
    assert taken == [SnapshotTaken, SnapshotTaken]


def test_a_row_nobody_could_read_is_kept_until_the_next_good_read(customer: Customer) -> None:
    shop, licences = customer.office.shop, Due(customer.tenant, Job.LICENCES)
    customer.office.control(
        "/_faults", path="v1.0/users", kind="mistype", property="accountEnabled", value="perhaps", times=1
    )

    carry_out(shop, licences)
    with shop.database() as db:
        (kept,) = dead_letters.listed(db, customer.tenant)
        ((_, payload),) = dead_letters.payloads(db, kept.key, customer.tenant)
        db.execute("UPDATE schedule SET held_until = now()")
    carry_out(shop, licences)

    assert (kept.feed, kept.reason, kept.times) == ("licences", "BAD_UPSTREAM_ANSWER", 1)
    assert '"accountEnabled":"perhaps"' in payload
    with shop.database() as db:
        assert dead_letters.listed(db, customer.tenant) == []
        assert [each.failures for each in schedule.listed(db, customer.tenant) if each.job is Job.LICENCES] == [0]
