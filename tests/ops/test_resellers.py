"""`sua resellers`: give a reseller a customer, take it back, and see who has what."""

import base64
import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from typer.testing import CliRunner, Result

from app.domain.errors import TenantUnknown
from app.ops.cli import app
from tests.database import Database
from tests.graphql.world import CONTOSO, FABRIKAM, World, built

RESELLER = UUID("5e11e500-0000-4000-8000-000000000001")


@pytest.fixture(autouse=True)
def world(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    chosen = {
        "DATABASE_URL": database.writer_dsn,
        "DATABASE_READ_URL": database.reader_dsn,
        "GRAPH_CLIENT_ID": "00000000-0000-4000-8000-000000000001",
        "GRAPH_CLIENT_SECRET": "secret",
        "MASTER_KEY": base64.b64encode(bytes(range(32))).decode(),
    }
    for name, value in chosen.items():
        monkeypatch.setenv(f"SUA_{name}", value)
    with built(database.writer_dsn) as made:
        yield made


def sua(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["resellers", *map(str, arguments), "--json"], catch_exceptions=True)


def listed(*arguments: object) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(sua("list", *arguments).stdout)
    return found


def test_a_grant_is_listed_with_who_gave_it_and_given_again_it_stays_one() -> None:
    anna = uuid4()

    first, again = (sua("grant", RESELLER, CONTOSO, "--person", anna) for _ in range(2))
    sua("grant", RESELLER, FABRIKAM)

    assert (first.exit_code, json.loads(first.stdout)) == (0, json.loads(again.stdout))
    found = listed()
    assert [(each["directory"], each["person"], each["tenant"]) for each in found] == [
        (str(RESELLER), None, str(FABRIKAM)),
        (str(RESELLER), str(anna), str(CONTOSO)),
    ]
    assert all(each["granted_by"] and each["granted_at"] for each in found)
    assert listed("--tenant", CONTOSO) == found[1:]
    assert listed("--directory", uuid4()) == []


def test_a_grant_taken_back_is_gone_and_others_stay() -> None:
    anna = uuid4()
    sua("grant", RESELLER, CONTOSO, "--person", anna)
    sua("grant", RESELLER, CONTOSO)

    gone, nothing = (json.loads(sua("revoke", RESELLER, CONTOSO).stdout) for _ in range(2))

    assert [each[0]["revoked"] for each in (gone, nothing)] == [1, 0]
    assert [each["person"] for each in listed()] == [str(anna)]


def test_a_customer_nobody_knows_cannot_be_given() -> None:
    result = sua("grant", RESELLER, uuid4())

    assert isinstance(result.exception, TenantUnknown)
    assert listed() == []
