"""`sua people retention`: the rule is shown and set, what is due is dropped, and the tables have followed."""

import base64
import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from typer.testing import CliRunner, Result

from app.domain.errors import TenantUnknown
from app.domain.retention import RetentionDaysOutOfRange
from app.ops.cli import app
from tests.database import Database
from tests.people.called import TENANT_ID, Called, planted

KEY = base64.b64encode(bytes(range(32))).decode()


@pytest.fixture(autouse=True)
def called(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Called]:
    chosen = {
        "DATABASE_URL": database.writer_dsn,
        "DATABASE_READ_URL": database.reader_dsn,
        "GRAPH_CLIENT_ID": "00000000-0000-4000-8000-000000000001",
        "GRAPH_CLIENT_SECRET": "secret",
        "MASTER_KEY": KEY,
    }
    for name, value in chosen.items():
        monkeypatch.setenv(f"SUA_{name}", value)
    with planted(database.writer_dsn, database.owner_dsn) as made:
        yield made


def sua(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["people", "retention", *map(str, arguments), "--json"], catch_exceptions=True)


def told(*arguments: object) -> dict[str, Any]:
    done = sua("--tenant", TENANT_ID, *arguments)
    assert done.exit_code == 0, (done.stderr, done.exception)
    (found,) = json.loads(done.stdout)
    assert isinstance(found, dict)
    return found


def test_a_rule_is_shown_set_and_carried_out(called: Called) -> None:
    first = told()
    assert (first["days"], first["dropped"], first["late"]) == (90, [], 0)

    assert told("--days", 3660)["due"] == []
    due = told("--days", 90)["due"]
    assert due == first["due"]
    done = told("--drop")

    assert (done["dropped"], done["due"], done["behind"]) == (due, [], [])
    assert told("--drop")["dropped"] == done["dropped"]


def test_what_cannot_be_a_rule_and_who_is_no_customer_is_refused() -> None:
    assert isinstance(sua("--tenant", TENANT_ID, "--days", 7).exception, RetentionDaysOutOfRange)
    assert isinstance(sua("--tenant", uuid4()).exception, TenantUnknown)
