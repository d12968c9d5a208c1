"""`sua coverage` tells what is there and what is not, and fails where nothing explains a gap."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from typer.testing import CliRunner

from app.clock import SystemClock
from app.domain.events.coverage import CallsMissing, CallsReconciled, MissingCall, Pass
from app.domain.ids import CallId, RunId, TenantId
from app.domain.reconciliation import HOUR, ListedCall, hour_of
from app.eventstore.keys import KeyRing
from app.eventstore.pools import borrowed, writer_pool
from app.eventstore.store import EventStore
from app.eventstore.streams import listing_stream
from app.ingest import reconcile_state
from app.ops.cli import app
from app.ops.console import FaultFound
from app.ops.coverage import WindowUnlistable, _window
from app.projections.engine import advance
from tests.database import Database

NOW = hour_of(SystemClock().now())
LOST = CallId(uuid4())


class Customer:
    """A tenant whose coverage facts are written straight into its log."""

    def __init__(self, store: EventStore, pool: Any) -> None:
        self.tenant = TenantId(uuid4())
        self.store, self.pool, self.version = store, pool, 0

    def tell(self, *facts: CallsMissing | CallsReconciled) -> None:
        stream = listing_stream(NOW.date())
        self.store.append(self.tenant, stream, facts, expected=self.version, cause=uuid4(), at=NOW)
        self.version += len(facts)
        advance(self.pool, self.store, self.tenant)

    def put(self, state: str, reason: str | None) -> None:
        with borrowed(self.pool) as db:
            reconcile_state.put(db, self.tenant, [ListedCall(LOST, 1, NOW - 9 * HOUR)], RunId(uuid4()))
            db.execute("UPDATE inbox SET state = %s, reason = %s", (state, reason))


@pytest.fixture
def customer(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Customer]:
    monkeypatch.setenv("SUA_DATABASE_URL", database.writer_dsn)
    monkeypatch.setenv("SUA_DATABASE_READ_URL", database.reader_dsn)
    with writer_pool(database.writer_dsn, 8) as pool:
        yield Customer(EventStore(pool, KeyRing(pool, bytes(32))), pool)


def listed(since: datetime, until: datetime) -> CallsReconciled:
    hours = (1,) * ((until - since) // HOUR)
    run = RunId(uuid4())
    return CallsReconciled(
        happened_at=until, run=run, kind=Pass.HOURLY, since=since, until=until, listed=hours, missing=0
    )


def missing() -> CallsMissing:
    call = MissingCall(call=LOST, revision=1, started_at=NOW - 9 * HOUR)
    return CallsMissing(happened_at=NOW, run=RunId(uuid4()), calls=(call,))


def asked(customer: Customer, *options: str) -> tuple[dict[str, Any], BaseException | None]:
    done = CliRunner().invoke(app, ["coverage", "--tenant", str(customer.tenant), "--json", *options])
    assert done.stdout, (done.exception, done.stderr)
    return json.loads(done.stdout), done.exception


def test_covered_hours_are_told_and_nothing_is_complained_of(customer: Customer) -> None:
    customer.tell(listed(NOW - 10 * HOUR, NOW))

    told, error = asked(customer, "--since", (NOW - 2 * HOUR).strftime("%Y-%m-%dT%H:%M:%S"))

    hour = {"notified": 0, "fetched": 0, "listed": 1, "missing": 0, "pass": "HOURLY"}
    assert error is None
    assert told["hours"][:2] == [{"hour": at.strftime("%Y-%m-%d %H:00"), **hour} for at in (NOW - 2 * HOUR, NOW - HOUR)]


def test_hours_no_listing_covered_are_a_fault(customer: Customer) -> None:
    customer.tell(listed(NOW - 30 * HOUR, NOW - 20 * HOUR), listed(NOW - 10 * HOUR, NOW))

    told, error = asked(customer)

    assert [gap["reason"] for gap in told["gaps"]] == ["NOT_LISTED"]
    assert isinstance(error, FaultFound)
    assert str(error) == "10 hours no listing covered, 0 missing calls nobody is fetching."


def test_a_missing_call_the_inbox_knows_is_explained(customer: Customer) -> None:
    customer.tell(listed(NOW - 10 * HOUR, NOW), missing())
    _, unexplained = asked(customer)
    customer.put("DEAD", "RECORD_UNUSABLE")

    told, error = asked(customer)

    assert str(unexplained) == "0 hours no listing covered, 1 missing calls nobody is fetching."
    assert error is None
    assert [(each["inbox"], each["reason"]) for each in told["missing"]] == [("DEAD", "RECORD_UNUSABLE")]


def test_many_hours_are_told_by_day(customer: Customer) -> None:
    customer.tell(listed(NOW - 10 * 24 * HOUR, NOW))

    told, error = asked(customer, "--since", (NOW - timedelta(days=9)).strftime("%Y-%m-%dT00:00:00"))

    days = told["hours"]
    assert error is None
    assert days[1] == {
        "day": (NOW - timedelta(days=8)).strftime("%Y-%m-%d"),
        "notified": 0,
        "fetched": 0,
        "listed": 24,
        "missing": 0,
        "pass": "HOURLY",
    }


def test_a_tenant_never_listed_is_a_fault(customer: Customer) -> None:
    _, error = asked(customer)

    assert isinstance(error, FaultFound)


@pytest.mark.parametrize(("since", "until"), [(40, 31), (1, 2), (-1, -2)])
def test_a_window_graph_cannot_list_is_refused(since: int, until: int) -> None:
    now = datetime(2026, 11, 23, 12, tzinfo=UTC)

    with pytest.raises(WindowUnlistable):
        _window(now - timedelta(days=since), now - timedelta(days=until), now)
