"""`sua alerts`: what is open, and an exit code that a monitor can go by."""

import json
from datetime import UTC, datetime
from uuid import UUID

import psycopg
import pytest
from typer.testing import CliRunner, Result

from app.domain.ids import TenantId
from app.ingest import alerts
from app.ingest.alerts import Alert
from app.ops.cli import app
from app.ops.console import FaultFound
from tests.database import Database

CONTOSO = TenantId(UUID(int=1))
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
LATER = datetime(2026, 11, 23, 13, tzinfo=UTC)


@pytest.fixture
def db(database: Database, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("SUA_DATABASE_URL", database.writer_dsn)
    monkeypatch.setenv("SUA_DATABASE_READ_URL", database.reader_dsn)
    return database.writer_dsn


def sua(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["alerts", "--json", *arguments], catch_exceptions=True)


def test_nothing_open_is_no_fault(db: str) -> None:
    result = sua()

    assert (result.exit_code, json.loads(result.stdout)) == (0, [])


def test_open_alerts_are_shown_with_their_beginning_and_are_a_fault(db: str) -> None:
    with psycopg.connect(db) as writer:
        alerts.sound(writer, Alert.CREDENTIAL_REFUSED, None, "AADSTS7000215", NOON)
        alerts.sound(writer, Alert.SUBSCRIPTION_EXPIRING, CONTOSO, "ends", NOON)
        alerts.sound(writer, Alert.SUBSCRIPTION_EXPIRING, CONTOSO, "ends soon", LATER)

    everything, theirs = sua(), sua("--tenant", str(CONTOSO))

    subscription = {
        "kind": "SUBSCRIPTION_EXPIRING",
        "tenant": str(CONTOSO),
        "since": NOON.isoformat(),
        "seen_at": LATER.isoformat(),
        "detail": "ends soon",
    }
    credential = {
        "kind": "CREDENTIAL_REFUSED",
        "tenant": None,
        "since": NOON.isoformat(),
        "seen_at": NOON.isoformat(),
        "detail": "AADSTS7000215",
    }
    assert isinstance(everything.exception, FaultFound)
    assert json.loads(everything.stdout) == [credential, subscription]
    assert json.loads(theirs.stdout) == [subscription]
