"""Evidence in the processes that run it: rung by the scheduler, taken by a worker, told to the operator."""

import base64
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from app import worker
from app.assembly import Parts, assembled
from app.domain.ids import TenantId
from app.evidence.actors import Round
from app.evidence.notes import opened
from app.ingest import alerts
from app.ingest.alerts import Alert
from app.settings import Settings, SettingsRefused
from app.worker import working
from tests.database import Database
from tests.evidence.given import NAME, SEED, tell


def settings(database: Database, **others: object) -> Settings:
    chosen: dict[str, object] = {
        "database_url": database.writer_dsn,
        "database_read_url": database.reader_dsn,
        "broker_url": "stub://",
        "graph_client_id": str(uuid4()),
        "graph_client_secret": "secret",
        "master_key": base64.b64encode(bytes(32)).decode(),
    }
    return Settings.load(**{**chosen, **others})


@pytest.fixture
def parts(module_database: Database, tmp_path: Path) -> Iterator[Parts]:
    key = base64.b64encode(SEED).decode()
    with assembled(
        settings(module_database, checkpoint_key=key, checkpoint_name=NAME, checkpoint_dir=tmp_path)
    ) as made:
        yield made


def carried_out(parts: Parts) -> None:
    """One round, and what it rang for."""
    Round(parts.notary, parts.witness)()
    with working(parts):
        parts.broker.join("project", timeout=20_000)


def test_a_round_leads_to_a_checkpoint_in_the_database_and_outside(
    parts: Parts, tenant: TenantId, module_database: Database, tmp_path: Path
) -> None:
    tell(parts.store, tenant, 6)

    carried_out(parts)

    with psycopg.connect(module_database.owner_dsn) as owner:
        found = owner.execute("SELECT note FROM signed_checkpoints WHERE tenant_id = %s", (tenant,)).fetchall()
    assert found == [((tmp_path / str(tenant) / "6.txt").read_text(),)]
    assert opened(found[0][0], tenant, parts.notary.keys).size == 6


def test_what_is_found_at_fault_is_an_alert(parts: Parts, tenant: TenantId, module_database: Database) -> None:
    tell(parts.store, tenant, 6)
    with psycopg.connect(module_database.owner_dsn) as owner:
        owner.execute("UPDATE events SET stream = 'x' WHERE tenant_id = %s AND position = 5", (tenant,))

    carried_out(parts)

    with parts.workshop.database() as db:
        found = [(each.kind, each.detail) for each in alerts.open_alerts(db, tenant)]
    expected = f"tenant {tenant}, position 5: the fact is not the one its hash was made of"
    assert found == [(Alert.EVIDENCE_BROKEN, expected)]


def test_where_sua_is_reached_from_elsewhere_no_worker_runs_without_a_key(module_database: Database) -> None:
    with pytest.raises(SettingsRefused, match="SUA_CHECKPOINT_KEY"):
        worker.work(settings(module_database, public_url="https://sua.example"))


def test_who_runs_sua_can_neither_change_nor_remove_what_was_signed(module_database: Database) -> None:
    for table in ("signed_checkpoints", "tree_blocks"):
        for statement in (f"UPDATE {table} SET tenant_id = tenant_id", f"DELETE FROM {table}", f"TRUNCATE {table}"):
            with (
                psycopg.connect(module_database.writer_dsn) as writer,
                pytest.raises(psycopg.errors.InsufficientPrivilege),
            ):
                writer.execute(statement.encode())


def test_the_read_side_sees_checkpoints_of_the_tenants_it_named(
    parts: Parts, tenant: TenantId, module_database: Database
) -> None:
    tell(parts.store, tenant, 2)
    carried_out(parts)

    with psycopg.connect(module_database.reader_dsn) as reader:
        none = reader.execute("SELECT tenant_id FROM signed_checkpoints").fetchall()
        reader.execute("SELECT set_config('sua.tenants', %s, true)", (str(tenant),))
        own = reader.execute("SELECT tenant_id FROM signed_checkpoints").fetchall()

    assert (none, own) == ([], [(tenant,)])
