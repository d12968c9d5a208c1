"""A database set back to a time before a day was lost: what Graph can still tell of that day is there again."""

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from app.domain.events.licensing import LicenceRemoved, UserDeleted
from app.eventstore.envelope import Recorded
from app.ops.demo.truth import held
from app.ops.postgres import EmbeddedPostgres
from tests.backup.programs import archive_into, done, folder, restored
from tests.brokers import REDIS
from tests.database import Database
from tests.journeys import aftermath
from tests.journeys.customer import Customer, company, connect
from tests.journeys.processes import Installation, installed, log_of, until
from tests.journeys.test_outages import own_postgres
from tests.soak.oracle import Findings
from tests.torture.leaves import check_leaves

pytestmark = [pytest.mark.slow, pytest.mark.by_itself, pytest.mark.timeout(600)]

RECOVERED_S = 90.0


@pytest.fixture
def place() -> Iterator[Path]:
    home = Path(tempfile.mkdtemp(prefix="sua-test-", dir="/tmp"))
    home.chmod(0o711)
    yield folder(home / "place")  # of the account that PostgreSQL runs as
    shutil.rmtree(home)


@pytest.mark.parametrize("broker_url", [REDIS], indirect=True)
def test_after_a_restore_to_yesterday_the_lost_days_are_read_again(
    broker_url: str, place: Path, tmp_path: Path
) -> None:
    archive = folder(place / "archive")
    with company(days=6) as simulated:
        with own_postgres() as (server, database), installed(database, broker_url, simulated, tmp_path) as sua:
            archive_into(server, archive)
            server.stop()
            server.start()
            sua.serve(), sua.worker(), sua.scheduler()
            customer = connect(sua, simulated, database)
            customer.settle()
            done(server, "pg_basebackup", f"--dbname={server.dsn()}", f"--pgdata={place}/base", "--checkpoint=fast")
            _a_day(customer)
            kept, moment = _facts(sua, customer), _now(database)
            _a_day(customer)
            _a_day(customer)
            lost = _facts(sua, customer)
            _close_segment(server, archive)

        with restored(place / "base", place / "pg", archive, moment) as server:
            back = Database(*(server.dsn(user, "sua") for user in ("postgres", "sua_writer", "sua_reader")))
            until(lambda: _is_open(back), "the server to have recovered", RECOVERED_S)
            again = Customer(simulated, back, customer.tenant)
            with installed(back, broker_url, simulated, tmp_path) as places:
                sua = _at(sua, places)
                before = _facts(sua, again)
                verified = sua.run("projections", "verify", "--json")
                sua.serve(), sua.worker(), sua.scheduler()
                since = (datetime.now(UTC) - timedelta(days=20)).strftime("%Y-%m-%d")
                listed = sua.run("collect", "calls", "--tenant", str(customer.tenant), "--since", since)
                again.settle()
                found_again = _facts(sua, again)
                _a_day(again)
                after, calls, gone = _facts(sua, again), again.revisions(), _gone(again)
                with log_of(sua) as (pool, store):
                    aftermath.assert_nothing_twice(after)
                    aftermath.assert_tables_follow_from_the_log(pool, store, customer.tenant)
                    assert aftermath.seats_held(store, customer.tenant) == held(again.truth())
            with psycopg.connect(back.owner_dsn, autocommit=True) as db:
                leaves = Findings()
                check_leaves(db, leaves)

    assert before == kept
    assert aftermath.newest_revisions(lost).keys() > aftermath.newest_revisions(kept).keys()
    assert (verified.code, listed.code) == (0, 0), verified.err + listed.err
    assert aftermath.newest_revisions(found_again).keys() >= aftermath.newest_revisions(lost).keys()
    assert aftermath.newest_revisions(after) == calls
    assert _removed(after) <= _removed(lost) | gone
    assert leaves.all == []


def _a_day(customer: Customer) -> None:
    customer.one_day_passes()
    customer.settle()


def _facts(sua: Installation, customer: Customer) -> list[Recorded]:
    with log_of(sua) as (_, store):
        return store.read(customer.tenant, after=0, limit=1_000_000)


def _removed(facts: list[Recorded]) -> set[UUID]:
    """Who lost a licence, or left."""
    return {fact.event.user for fact in facts if isinstance(fact.event, LicenceRemoved | UserDeleted)}


def _gone(customer: Customer) -> set[UUID]:
    """Who the simulator knows to have left, or holds nothing (any more)."""
    users = customer.truth()["users"]
    return {UUID(user["id"]) for user in users if user["deletedAt"] is not None or not user["licences"]}


def _at(sua: Installation, places: Installation) -> Installation:
    """The same settings, keys above all, with the places of another database."""
    names = ("SUA_DATABASE_URL", "SUA_DATABASE_READ_URL", "SUA_DATABASE_OWNER_URL")
    return replace(
        places, environment={**sua.environment, **{name: places.environment[name] for name in names}}, port=sua.port
    )


def _now(database: Database) -> str:
    with psycopg.connect(database.owner_dsn, autocommit=True) as db:
        row = db.execute("SELECT clock_timestamp()::text").fetchone()
        db.execute("SELECT pg_switch_wal()")
    return str(row[0]) if row else ""


def _close_segment(server: EmbeddedPostgres, archive: Path) -> None:
    """Have the newest segment archived, so that recovery finds a commit later than the moment."""
    with psycopg.connect(server.dsn(), autocommit=True) as db:
        row = db.execute("SELECT pg_walfile_name(pg_switch_wal())").fetchone()
        name = str(row[0]) if row else ""
    until((archive / name).exists, "the segment to be archived", RECOVERED_S)


def _is_open(database: Database) -> bool:
    with psycopg.connect(database.owner_dsn) as db:
        return db.execute("SELECT pg_is_in_recovery()").fetchone() == (False,)
