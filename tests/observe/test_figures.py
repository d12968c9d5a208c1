"""What a scrape tells of the installation: exact values, few series, and nothing stale while the database is away."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest

from app.clock import SteppedClock
from app.eventstore.pools import Pool, writer_pool
from app.observe.figures import ALL, KEPT_S, TENANT_SERIES, Installation
from app.projections.catalogue import ALL as PROJECTIONS
from tests.database import Database
from tests.observe.conftest import scraped

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
OPEN = 9223372036854775807
ANOTHER_ID = UUID(int=7)

pytestmark = pytest.mark.both_databases


@pytest.fixture
def pool(database: Database) -> Iterator[Pool]:
    with writer_pool(database.writer_dsn) as pool:
        yield pool


def installation(pool: Pool, elapsed: list[float] | None = None) -> Installation:
    ticks = elapsed or [0.0]
    return Installation(pool, SteppedClock(NOW), SteppedClock(NOW), Path("/nowhere/at/all"), lambda: ticks[0])


def busy_tenant(db: psycopg.Connection, tenant: UUID, *, facts: int = 10, taken: int = 6) -> None:
    """One with something in every table a scrape looks at; its last fact was recorded an hour ago, fact n n hours."""
    db.execute("INSERT INTO tenant_heads VALUES (%s, %s, %s)", (tenant, facts, NOW - timedelta(hours=1)))
    for position in range(1, facts + 1):
        at = NOW - timedelta(hours=facts + 1 - position)
        db.execute(
            "INSERT INTO events VALUES (%s, %s, 'tenant', %s, 'X', 1, %s, %s, %s, '', '')",
            (tenant, position, position, at, at, uuid4()),
        )
    for projection in PROJECTIONS:
        db.execute(
            "INSERT INTO checkpoints (tenant_id, projection, position, version) VALUES (%s, %s, %s, %s)",
            (tenant, projection.name, taken if projection.name == "calls" else facts, projection.version),
        )
    db.execute(
        "INSERT INTO inbox (tenant_id, call_id, delivery, state, received_at, settled_at) VALUES"
        " (%(t)s, gen_random_uuid(), gen_random_uuid(), 'PENDING', now() - interval '1 hour', NULL),"
        " (%(t)s, gen_random_uuid(), gen_random_uuid(), 'PENDING', now(), NULL),"
        " (%(t)s, gen_random_uuid(), gen_random_uuid(), 'DEAD', now() - interval '2 hours', now()),"
        " (%(t)s, gen_random_uuid(), gen_random_uuid(), 'DONE', now() - interval '9 hours', now())",
        {"t": tenant},
    )
    db.execute(
        "INSERT INTO dead_letters (tenant_id, feed, key, reason, detail, payload)"
        " VALUES (%s, 'users', 'k', 'R', '', '{}')",
        (tenant,),
    )
    db.execute(
        "INSERT INTO tenant_directory (directory_id, tenant_id, bound_at) VALUES (%s, %s, %s)", (uuid4(), tenant, NOW)
    )
    for job in ("subscription", "licences", "sign_ins", "reports", "phone_logs", "reconcile", "permissions"):
        db.execute("INSERT INTO schedule (tenant_id, job, due_at) VALUES (%s, %s, %s)", (tenant, job, NOW))
    db.execute(
        "INSERT INTO graph_subscriptions (client_state_hash, tenant_id, directory_id, resource, subscription_id,"
        " expires_at, created_at) VALUES (%s, %s, %s, 'calls', %s, %s, %s)",
        (tenant.bytes, tenant, uuid4(), str(tenant), NOW + timedelta(hours=3), NOW),
    )
    db.execute(
        "INSERT INTO tenants (tenant_id, name, state, permissions, failed_feeds, licences_collected_at, consented_at,"
        " valid_from, valid_until, since_position, until_position)"
        " VALUES (%s, 'Contoso', 'CONSENTED', '{}', '{}', %s, %s, %s, '9999-12-31Z', 1, %s)",
        (tenant, NOW - timedelta(hours=2), NOW - timedelta(hours=30), NOW, OPEN),
    )
    db.execute(
        "INSERT INTO calls_listed VALUES (%s, %s, %s, 1, %s)",
        (tenant, NOW - timedelta(hours=8), NOW - timedelta(minutes=30), OPEN),
    )
    for hour, missing, best in ((8, 0, "SETTLED"), (7, 2, "SETTLED"), (6, 0, None), (5, 0, "RECENT")):
        db.execute(
            "INSERT INTO call_coverage VALUES (%s, %s, 1, 1, 1, %s, %s, 1, %s)",
            (tenant, NOW - timedelta(hours=hour), missing, best, OPEN),
        )


def test_every_figure_is_as_the_tables_say(database: Database, pool: Pool) -> None:
    tenant = str(ANOTHER_ID)
    with psycopg.connect(database.owner_dsn) as db:
        busy_tenant(db, ANOTHER_ID)
        db.execute("INSERT INTO alerts VALUES ('CALLS_MISSING', %s, '', %s, %s)", (tenant, NOW, NOW))

    told = scraped(installation(pool))

    hour = 3600.0
    assert told["sua_database_up"] == {(): 1}
    assert told["sua_projection_lag_facts"][("calls",)] == 4
    assert told["sua_projection_lag_seconds"][("calls",)] == 4 * hour  # the fact at 7 was recorded then
    assert told["sua_projection_lag_facts"][("users",)] == 0
    assert set(told["sua_projection_stopped_tenants"].values()) == {0}
    assert told["sua_tenant_lag_facts"] == {(tenant,): 4}
    assert told["sua_tenant_lag_seconds"] == {(tenant,): 4 * hour}
    assert told["sua_tenant_stopped_projections"] == {(tenant,): 0}
    assert told["sua_log_facts"] == {(tenant,): 10}
    assert told["sua_inbox_items"] == {("PENDING", tenant): 2, ("DEAD", tenant): 1}
    assert told["sua_inbox_oldest_age_seconds"] == {
        ("PENDING", tenant): pytest.approx(hour, abs=60),
        ("DEAD", tenant): pytest.approx(2 * hour, abs=60),
    }
    assert told["sua_dead_letters"] == {(tenant,): 1}
    # Of the five hours from 04:00 on, 04:00 and 07:00 are whole; the last three are no gap yet.
    assert told["sua_coverage_missing_hours"] == {(tenant,): 3}
    assert told["sua_subscription_expiry_seconds"] == {(tenant,): 3 * hour}
    assert told["sua_read_age_seconds"] == {
        ("licences", tenant): 2 * hour,
        ("sign_ins", tenant): 30 * hour,
        ("reports", tenant): 30 * hour,
        ("calls", tenant): 0.5 * hour,
        ("pstn", tenant): 30 * hour,
    }
    assert told["sua_alerts_open"] == {("CALLS_MISSING",): 1}


def test_a_table_that_stopped_is_counted_and_holds_no_other_up(database: Database, pool: Pool) -> None:
    with psycopg.connect(database.owner_dsn) as db:
        busy_tenant(db, ANOTHER_ID)
        db.execute("UPDATE checkpoints SET stopped_at = 7, reason = 'X' WHERE projection = 'calls'")

    told = scraped(installation(pool))

    assert told["sua_projection_stopped_tenants"][("calls",)] == 1
    assert told["sua_tenant_stopped_projections"] == {(str(ANOTHER_ID),): 1}
    assert told["sua_tenant_lag_facts"] == {(str(ANOTHER_ID),): 0}


def test_a_tenant_adds_no_more_series_than_allowed(database: Database, pool: Pool) -> None:
    tenants = [uuid4() for _ in range(3)]
    with psycopg.connect(database.owner_dsn) as db:
        busy_tenant(db, ANOTHER_ID)
        db.commit()
        one = {(name, key) for name, series in scraped(installation(pool)).items() for key in series}
        for tenant in tenants:
            busy_tenant(db, tenant)

    four = {(name, key) for name, series in scraped(installation(pool)).items() for key in series}

    assert len(four - one) == 16 * len(tenants)
    assert TENANT_SERIES >= 16


def test_scrapes_within_seconds_share_an_answer_and_later_ones_do_not(database: Database, pool: Pool) -> None:
    ticks = [100.0]
    collector = installation(pool, ticks)
    before = scraped(collector)
    with psycopg.connect(database.owner_dsn) as db:
        busy_tenant(db, ANOTHER_ID)

    ticks[0] += KEPT_S - 0.1
    meanwhile = scraped(collector)
    ticks[0] += 0.1
    later = scraped(collector)

    assert meanwhile == before
    assert "sua_log_facts" not in before
    assert later["sua_log_facts"] == {(str(ANOTHER_ID),): 10}


def test_while_the_database_is_away_its_figures_are_absent_and_the_rest_is_told(database: Database) -> None:
    pool = writer_pool(database.writer_dsn)
    collector = installation(pool)
    pool.close()

    told = scraped(collector)

    assert told["sua_database_up"] == {(): 0}
    assert set(told) == {"sua_database_up", "sua_disk_free_bytes", "sua_disk_size_bytes"}


def test_names_are_known_without_a_look_at_the_database(database: Database) -> None:
    pool = writer_pool(database.writer_dsn)
    pool.close()

    assert [family.name for family in installation(pool).describe()] == [figure.name for figure in ALL]
