"""`sua doctor` on a running installation: what lags behind, waits or ends is told, each with what to do about it."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest
from prometheus_client import CollectorRegistry
from pydantic import SecretStr

from app.clock import SystemClock
from app.domain.errors import SuaError
from app.observe.exposition import exposed
from app.observe.readiness import ClockSkewed
from app.observe.release import newest
from app.ops import doctor_running
from app.ops.console import FaultFound, exit_code
from app.ops.doctor import _TESTS
from app.ops.doctor_running import CollectorSilent, MetricsSilent
from app.settings import Settings
from tests.database import Database
from tests.observe.collector import collecting

TENANT = UUID(int=7)
TOKEN = "a token of sixteen or more"


@pytest.fixture
def settings(database: Database) -> Settings:
    return Settings.load(database_url=SecretStr(database.writer_dsn), database_read_url=SecretStr(database.reader_dsn))


@pytest.fixture
def owner(database: Database) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database.owner_dsn, autocommit=True) as connection:
        yield connection


def said(test: Callable[[Settings], None], settings: Settings) -> str:
    """What it finds at fault; nothing: empty."""
    try:
        test(settings)
    except SuaError as error:
        return str(error)
    return ""


def log_of(owner: psycopg.Connection, taken: int, recorded_ago: timedelta, stopped_at: int | None = None) -> None:
    at = SystemClock().now() - recorded_ago
    owner.execute("INSERT INTO tenant_heads VALUES (%s, 2, %s)", (TENANT, at))
    for position in (1, 2):
        owner.execute(
            "INSERT INTO events VALUES (%s, %s, 'tenant', %s, 'X', 1, %s, %s, %s, '', '')",
            (TENANT, position, position, at, at, uuid4()),
        )
    owner.execute(
        "INSERT INTO checkpoints (tenant_id, projection, position, version, stopped_at, reason)"
        " VALUES (%(t)s, 'calls', %(taken)s, 1, %(at)s, CASE WHEN %(at)s::bigint IS NULL THEN NULL ELSE 'X' END)",
        {"t": TENANT, "taken": taken, "at": stopped_at},
    )


def test_a_fresh_installation_has_no_fault(settings: Settings) -> None:
    assert {name: said(test, settings) for name, test in doctor_running.TESTS.items()} == dict.fromkeys(
        doctor_running.TESTS, ""
    )
    assert doctor_running.TESTS.keys() <= _TESTS.keys()


def test_a_table_that_stopped_is_named_with_the_way_out(settings: Settings, owner: psycopg.Connection) -> None:
    log_of(owner, taken=1, recorded_ago=timedelta(0), stopped_at=2)

    told = said(doctor_running.projections, settings)

    assert told.startswith(f"1 have stopped (calls of tenant {TENANT})")
    assert "sua projections rebuild" in told


@pytest.mark.parametrize(("ago", "late"), [(timedelta(minutes=4), False), (timedelta(minutes=6), True)])
def test_a_table_that_is_behind_for_minutes_is_named(
    settings: Settings, owner: psycopg.Connection, ago: timedelta, late: bool
) -> None:
    log_of(owner, taken=1, recorded_ago=ago)

    told = said(doctor_running.projections, settings)

    assert told.startswith(f"1 are behind for more than 0:05:00 (calls of tenant {TENANT} by 1 facts)") is late
    assert ("sua worker" in told) is late


@pytest.mark.parametrize(
    ("state", "ago", "told"),
    [
        ("PENDING", "14 minutes", ""),
        ("PENDING", "16 minutes", "sua inbox list --counts"),
        ("DEAD", "0 s", "sua inbox replay"),
        ("DONE", "1 day", ""),
    ],
)
def test_notifications_that_wait_or_were_given_up_are_told(
    settings: Settings, owner: psycopg.Connection, state: str, ago: str, told: str
) -> None:
    owner.execute(
        "INSERT INTO inbox (tenant_id, call_id, delivery, state, received_at)"
        " VALUES (%s, %s, %s, %s, now() - %s::interval)",
        (TENANT, uuid4(), uuid4(), state, ago),
    )

    found = said(doctor_running.inbox, settings)

    assert told in found
    assert bool(found) is bool(told)


@pytest.mark.parametrize(
    ("left", "told"), [(timedelta(days=2), ""), (timedelta(hours=3), "end unrenewed"), (None, "has none")]
)
def test_a_subscription_that_ends_or_is_not_there_is_told(
    settings: Settings, owner: psycopg.Connection, left: timedelta | None, told: str
) -> None:
    now = SystemClock().now()
    owner.execute("INSERT INTO schedule (tenant_id, job, due_at) VALUES (%s, 'subscription', %s)", (TENANT, now))
    if left is not None:
        owner.execute(
            "INSERT INTO graph_subscriptions (client_state_hash, tenant_id, directory_id, resource, subscription_id,"
            " expires_at, created_at) VALUES ('x', %s, %s, 'calls', 's', %s, %s)",
            (TENANT, uuid4(), now + left, now),
        )

    found = said(doctor_running.subscriptions, settings)

    assert told in found
    assert bool(found) is bool(told)


def test_without_the_owners_url_the_schema_is_compared_by_number(settings: Settings, owner: psycopg.Connection) -> None:
    owner.execute("DELETE FROM schema_migrations WHERE number = %s", (newest(),))

    assert said(doctor_running.schema, settings).endswith("`sua migrate`.")


def test_a_schema_of_an_older_release_is_a_fault_and_no_crash(settings: Settings, owner: psycopg.Connection) -> None:
    owner.execute("DROP TABLE traces, inbox")

    with pytest.raises(FaultFound, match="sua migrate"):
        doctor_running.inbox(settings)


def test_metrics_that_nobody_tells_are_unavailable_and_a_wrong_token_a_fault(settings: Settings) -> None:
    with exposed(CollectorRegistry(), "127.0.0.1", 0, TOKEN) as port:
        right = settings.model_copy(update={"metrics_port": port, "metrics_token": SecretStr(TOKEN)})
        wrong = settings.model_copy(update={"metrics_port": port, "metrics_token": SecretStr(TOKEN + "?")})
        assert said(doctor_running.metrics, right) == ""
        assert "answers 401" in said(doctor_running.metrics, wrong)

    with pytest.raises(MetricsSilent) as silent:
        doctor_running.metrics(right)
    assert exit_code(silent.value) == 3


def test_a_collector_that_is_silent_or_refuses_is_told_and_one_that_takes_spans_is_not(settings: Settings) -> None:
    with collecting() as collector:
        takes = settings.model_copy(update={"otlp_endpoint": collector.url, "otlp_headers": SecretStr("x-key=k")})
        refuses = settings.model_copy(update={"otlp_endpoint": f"{collector.url}/nowhere"})
        assert said(doctor_running.traces, takes) == ""
        assert "answers 404" in said(doctor_running.traces, refuses)
        assert (collector.secrets, dict(collector.spans)) == ({"k"}, {})

    with pytest.raises(CollectorSilent) as silent:
        doctor_running.traces(takes)
    assert exit_code(silent.value) == 3


@pytest.mark.parametrize(
    ("url", "told"), [("http://127.0.0.1:8000", ""), ("https://sua.example", "SUA_CHECKPOINT_KEY is not set")]
)
def test_where_people_reach_sua_checkpoints_are_signed(settings: Settings, url: str, told: str) -> None:
    found = said(doctor_running.checkpoint_key, settings.model_copy(update={"public_url": url}))

    assert found.startswith(told)
    assert bool(found) is bool(told)


def test_clock_and_disk_are_those_readiness_asks_for(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("app.observe.readiness.SKEW_MAX", timedelta(days=-1))
    with pytest.raises(ClockSkewed):
        doctor_running.clocks(settings)

    monkeypatch.setattr("app.observe.readiness.DISK_MIN_BYTES", 2**63)
    assert "free at" in said(doctor_running.disk, settings.model_copy(update={"data_dir": tmp_path}))
