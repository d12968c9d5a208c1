"""A dump, restored into another database, is the same log with the same tables."""

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from app.domain.events.licensing import UserDiscovered
from app.eventstore.keys import KeyRing
from app.eventstore.pools import writer_pool
from app.eventstore.store import EventStore
from app.ops.migrate import check
from app.ops.postgres import EmbeddedPostgres
from app.projections.catalogue import ALL
from app.projections.rebuild import compare
from tests.backup.programs import done, folder, run
from tests.database import Database
from tests.isolation.world import EVERYBODY
from tests.journeys.test_outages import own_postgres
from tests.soak.oracle import Findings
from tests.torture.leaves import check_leaves
from tests.upgrade.catalogue import schema
from tests.upgrade.past import columns, lived, rows, tables

pytestmark = [pytest.mark.slow]


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[EmbeddedPostgres, Database]]:
    with own_postgres() as (running, database), lived(database):
        yield running, database


@pytest.fixture
def place() -> Iterator[Path]:
    """A directory that both we and the server's account can use."""
    home = Path(tempfile.mkdtemp(prefix="sua-test-", dir="/tmp"))
    home.chmod(0o711)
    yield folder(home / "dump")
    shutil.rmtree(home)


def test_a_dump_restored_beside_is_the_same_log_with_the_same_tables(
    server: tuple[EmbeddedPostgres, Database], place: Path
) -> None:
    running, database = server
    done(running, "pg_dump", "--format=custom", f"--file={place}/sua.dump", f"--dbname={database.owner_dsn}")
    running.ensure_database("restored")
    owner = running.dsn("postgres", "restored")

    done(running, "pg_restore", "--exit-on-error", f"--dbname={owner}", f"{place}/sua.dump")

    assert check(owner) == []
    assert schema(owner) == schema(database.owner_dsn)
    assert contents(owner) == contents(database.owner_dsn)
    found = Findings()
    with psycopg.connect(owner, autocommit=True) as db:
        check_leaves(db, found)
    assert (found.all, found.checked["leaves"] > 100) == ([], True)
    with writer_pool(running.dsn("sua_writer", "restored"), 4) as pool:
        store = EventStore(pool, KeyRing(pool, bytes(range(32))))
        assert [each for one in ALL for each in compare(pool, store, one.name)] == []
        facts = [fact for each in EVERYBODY for fact in store.read(each.tenant, after=0, limit=10_000)]
    # Personal values open with the master key, which no dump holds.
    people = [fact.event.profile.display_name for fact in facts if isinstance(fact.event, UserDiscovered)]
    assert "Annabella Bergdoll" in [each.value for each in people if each is not None]


def test_a_role_that_row_level_security_holds_for_cannot_make_a_dump_with_holes(
    server: tuple[EmbeddedPostgres, Database], place: Path
) -> None:
    running, _ = server

    ended = run(
        running, "pg_dump", "--format=custom", f"--file={place}/x", f"--dbname={running.dsn('sua_writer', 'sua')}"
    )

    assert ended.returncode != 0
    assert "permission denied" in ended.stderr or "row-level security" in ended.stderr


def contents(dsn: str) -> dict[str, Counter[tuple[object, ...]]]:
    """Every row of every table."""
    with psycopg.connect(dsn) as db:
        return {table: rows(db, table, columns(db, table)) for table in tables(db)}
