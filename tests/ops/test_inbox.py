"""`sua inbox`: what an operator sees of notifications and of payloads nobody could read."""

import json
from uuid import UUID, uuid4

import psycopg
import pytest
from typer.testing import CliRunner, Result

from app.domain.ids import TenantId
from app.ingest import dead_letters
from app.ingest.dead_letters import CALLS
from app.ingest.graph_errors import BadUpstreamAnswer, RecordUnusable
from app.ops.cli import app
from app.ops.console import FaultFound
from tests.database import Database

CONTOSO, FABRIKAM = TenantId(UUID(int=1)), TenantId(UUID(int=2))
FIRST, SECOND, THIRD = (UUID(int=number) for number in (11, 12, 13))


@pytest.fixture
def db(database: Database, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("SUA_DATABASE_URL", database.writer_dsn)
    monkeypatch.setenv("SUA_DATABASE_READ_URL", database.reader_dsn)
    with psycopg.connect(database.writer_dsn) as db:
        for tenant, call, state, reason in (
            (CONTOSO, FIRST, "DEAD", "RECORD_UNUSABLE"),
            (CONTOSO, SECOND, "PENDING", None),
            (FABRIKAM, THIRD, "DEAD", "GRAPH_NOT_FOUND"),
            (FABRIKAM, uuid4(), "DONE", None),
        ):
            db.execute(
                "INSERT INTO inbox (tenant_id, call_id, delivery, state, reason, attempts, settled_at)"
                " VALUES (%s, %s, gen_random_uuid(), %s, %s, 5, CASE WHEN %s = 'DEAD' THEN now() END)",
                (tenant, call, state, reason, state),
            )
        payload = {"id": str(FIRST), "organizer_v2": {"identity": {"user": {"displayName": "Anna \x00 Arndt"}}}}
        dead_letters.keep(db, CONTOSO, CALLS, str(FIRST), payload, RecordUnusable("the call ends before it starts"))
        dead_letters.keep(db, FABRIKAM, "pstn", "row-7", {"charge": "much"}, BadUpstreamAnswer("$.charge is no number"))
    return database.writer_dsn


def sua(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["inbox", *arguments], catch_exceptions=True)


def said(*arguments: str) -> list[dict[str, object]]:
    result = sua(*arguments, "--json")
    assert result.exit_code == 0, result.output
    answer: list[dict[str, object]] = json.loads(result.stdout)
    return answer


def test_all_customers_are_listed_where_none_is_named(db: str) -> None:
    shown = [(row["tenant"], row["feed"], row["state"], row["reason"], row["payload"]) for row in said("list")]

    assert sorted(shown, key=str) == sorted(
        [
            (str(CONTOSO), "calls", "DEAD", "RECORD_UNUSABLE", str(FIRST)),
            (str(CONTOSO), "calls", "PENDING", None, None),
            (str(FABRIKAM), "calls", "DEAD", "GRAPH_NOT_FOUND", None),
            (str(FABRIKAM), "pstn", "KEPT", "BAD_UPSTREAM_ANSWER", "row-7"),
        ],
        key=str,
    )
    assert {row["call"] for row in said("list", "--tenant", str(CONTOSO))} == {str(FIRST), str(SECOND)}
    assert [row["call"] for row in said("list", "--state", "dead", "--tenant", str(FABRIKAM))] == [str(THIRD)]


def test_they_are_counted_by_state_and_reason(db: str) -> None:
    counted = [(row["tenant"], row["state"], row["reason"], row["items"]) for row in said("list", "--counts")]

    assert counted == [
        (str(CONTOSO), "DEAD", "RECORD_UNUSABLE", 1),
        (str(CONTOSO), "PENDING", None, 1),
        (str(FABRIKAM), "DEAD", "GRAPH_NOT_FOUND", 1),
        (str(CONTOSO), "KEPT", "RECORD_UNUSABLE", 1),
        (str(FABRIKAM), "KEPT", "BAD_UPSTREAM_ANSWER", 1),
    ]


def test_a_payload_is_shown_whole_and_only_when_asked_for(db: str) -> None:
    listed, shown = sua("list"), sua("list", "--payload", str(FIRST))

    assert "Arndt" not in listed.output
    assert json.loads(shown.output)["organizer_v2"]["identity"]["user"]["displayName"] == "Anna \x00 Arndt"


def test_a_payload_that_is_not_there_is_said(db: str) -> None:
    result = sua("list", "--payload", "no-such-key")

    assert isinstance(result.exception, FaultFound)


@pytest.mark.parametrize(
    ("chosen", "again"),
    [
        ((), {FIRST, SECOND, THIRD}),
        (("--tenant", str(CONTOSO)), {FIRST, SECOND}),
        (("--reason", "GRAPH_NOT_FOUND"), {SECOND, THIRD}),
        (("--call", str(FIRST)), {FIRST, SECOND}),
    ],
    ids=str,
)
def test_what_was_given_up_is_tried_again(db: str, chosen: tuple[str, ...], again: set[UUID]) -> None:
    said("replay", *chosen)

    waiting = {UUID(str(row["call"])) for row in said("list", "--state", "PENDING")}
    assert waiting == again


def test_a_payload_is_kept_once_and_counted_and_forgotten_after_thirty_days(db: str) -> None:
    with psycopg.connect(db) as connection:
        dead_letters.keep(connection, FABRIKAM, "pstn", "row-7", {"charge": "more"}, KeyError("a bug"))
        dead_letters.keep(connection, FABRIKAM, "pstn", "row-8", {}, KeyError("Anna Arndt"))
        ((letter, payload),) = dead_letters.payloads(connection, "row-7")
        connection.execute("UPDATE dead_letters SET last_at = now() - interval '31 days' WHERE key <> 'row-8'")
        forgotten = dead_letters.forget_old(connection)
        (left,) = dead_letters.listed(connection)
        settled = dead_letters.settle(connection, FABRIKAM, "pstn", ["row-8", "row-9"])

    assert (letter.times, letter.reason, json.loads(payload)) == (2, "INTERNAL", {"charge": "more"})
    assert (forgotten, left.key, left.detail, settled) == (2, "row-8", "KeyError", 1)
