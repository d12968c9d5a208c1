"""`sua audit replay|history|check`, from the operator's command line."""

import base64
import csv
import io
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest
from typer.testing import CliRunner, Result

from app.clock import SteppedClock, SystemClock
from app.commands.desk import Desk
from app.commands.erase_person import ErasePerson, erase_person
from app.domain.events.access import DataExported, ExportFormat, ExportKind
from app.domain.events.coverage import Feed
from app.domain.events.licensing import ProfileChanged
from app.domain.events.persons import ErasureGround
from app.domain.ids import TenantId
from app.eventstore.streams import access_stream
from app.ops.cli import app
from app.ops.console import FaultFound, exit_code
from tests.database import Database
from tests.graphql.world import ANNA, BERT, CONTOSO, DORA, E5, NOON, STAFF, World, built, discovered, user_id
from tests.reports.conftest import with_prices

FORMULA = "=HYPERLINK(1)"


@pytest.fixture(scope="module")
def world(module_database: Database) -> Iterator[World]:
    with built(module_database.writer_dsn) as made:
        with_prices(made)
        profile = discovered(BERT, "Bert Tal", FORMULA).profile
        made.seats(CONTOSO, [ProfileChanged(happened_at=NOON, user=BERT, profile=profile)], at=NOON)
        made.tabulate(CONTOSO)
        yield made


@pytest.fixture(autouse=True)
def installed(world: World, module_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = {
        "DATABASE_URL": module_database.writer_dsn,
        "DATABASE_READ_URL": module_database.reader_dsn,
        "GRAPH_CLIENT_ID": "00000000-0000-4000-8000-000000000001",
        "GRAPH_CLIENT_SECRET": "secret",
        "MASTER_KEY": base64.b64encode(bytes(range(32))).decode(),
        "PSEUDONYM_KEY": base64.b64encode(bytes(range(32))).decode(),
    }
    for name, value in chosen.items():
        monkeypatch.setenv(f"SUA_{name}", value)


def sua(command: str, *arguments: object, tenant: TenantId = CONTOSO) -> Result:
    return CliRunner().invoke(app, ["audit", command, "--tenant", str(tenant), *map(str, arguments)])


def exported(world: World) -> list[DataExported]:
    today = SystemClock().now().date()
    found = [world.store.load(CONTOSO, access_stream(today + timedelta(days=each)))[0] for each in (-1, 0)]
    return [fact for facts in found for fact in facts if isinstance(fact, DataExported)]


def test_a_replay_says_who_held_what_since_when_and_which_facts_say_so() -> None:
    result = sua("replay", "--as-of", "2026-09-30", "--json")

    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    held = {(line["user"], line["path"]): line for line in told["holdings"]}
    anna = held[str(ANNA), f"group {STAFF}"]
    assert (anna["sku"], anna["part_number"], anna["held_since"]) == (str(E5), "SPE_E5", "2026-06-01T08:00:00+00:00")
    assert [fact["name"] for fact in anna["said"]] == ["LicenceAssigned"]
    assert {"position", "happened_at", "recorded_at", "cause"} <= anna["said"][0].keys()
    assert (str(DORA), "direct") in held
    assert told["as_of"] == "2026-09-30"
    assert {line["subject"]: line["value"] for line in told["customer"]}["policy currency"] == "EUR"
    assert [line["amount"] for line in told["prices"]] == ["57.10"]


def test_a_day_later_and_known_earlier_are_two_questions() -> None:
    gone = json.loads(sua("replay", "--as-of", "2026-10-01", "--json").stdout)
    unknown = json.loads(sua("replay", "--as-of", "2026-10-01", "--known-at", "2026-09-30T00:00:00Z", "--json").stdout)

    assert str(DORA) not in {line["user"] for line in gone["holdings"]}
    assert str(DORA) in {line["user"] for line in unknown["holdings"]}
    assert unknown["position"] < gone["position"]


def test_no_name_is_told_unasked_and_asking_is_a_fact(world: World) -> None:
    before = len(exported(world))
    without = sua("replay", "--json")
    assert len(exported(world)) == before

    named = sua("replay", "--json", "--names")

    assert "Anna Berg" not in without.output
    assert "Anna Berg" in named.output
    (fact,) = exported(world)[before:]
    assert (fact.kind, fact.format, fact.persons, fact.by) == (ExportKind.REPLAY, ExportFormat.JSON, True, None)


def test_a_file_is_a_fact_and_holds_no_formula(world: World, tmp_path: Path) -> None:
    file, before = tmp_path / "accounts.csv", len(exported(world))

    result = sua("replay", "--format", "csv", "--what", "accounts", "--output", file)

    assert result.exit_code == 0, result.output
    rows = list(csv.DictReader(io.StringIO(file.read_bytes().decode("utf-8-sig"))))
    bert = next(row for row in rows if row["user"] == str(BERT))
    assert bert["department"] == f"'{FORMULA}"
    assert len(bert["positions"].split()) == 2
    assert "name" not in bert
    (fact,) = exported(world)[before:]
    assert (fact.kind, fact.format, fact.persons) == (ExportKind.REPLAY, ExportFormat.CSV, False)


def test_for_people_a_replay_is_tables_of_what_was_asked_for() -> None:
    shown = sua("replay", "--what", "holdings", "--what", "products")

    assert shown.exit_code == 0, shown.output
    assert "holdings" in shown.stdout
    assert "SPE_E5" in shown.stdout
    assert "accounts" not in shown.stdout


def test_a_history_tells_every_fact_of_a_user_in_order() -> None:
    result = sua("history", "--user", DORA, "--json")

    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)["history"]
    assert [line["fact"] for line in told] == [
        "UserDiscovered",
        "LicenceAssigned",
        "AccountDisabled",
        "LicenceRemoved",
    ]
    assert [line["position"] for line in told] == sorted(line["position"] for line in told)
    assert told[1]["what"] == f"sku SPE_E5 ({E5}); via direct; disabled plans none"
    assert "display name (withheld)" in told[0]["what"]
    assert told[2]["happened_at"] == "2026-10-01T03:00:00+00:00"
    assert {"recorded_at", "run", "cause", "by"} <= told[0].keys()


def test_a_history_tells_names_if_asked_and_only_of_the_days_asked_for(world: World) -> None:
    before = len(exported(world))

    named = json.loads(sua("history", "--user", DORA, "--names", "--until", "2026-10-01", "--json").stdout)

    assert [line["fact"] for line in named["history"]] == ["UserDiscovered", "LicenceAssigned"]
    assert "display name Dora Au" in named["history"][0]["what"]
    assert [(fact.kind, fact.persons) for fact in exported(world)[before:]] == [(ExportKind.HISTORY, True)]


def test_a_call_is_told_without_who_else_was_in_it() -> None:
    told = json.loads(sua("history", "--user", ANNA, "--json").stdout)["history"]

    calls = [line["what"] for line in told if line["fact"] == "CallCompleted"]
    assert len(calls) == 3
    assert all(call.startswith("call ") and "groupCall" in call for call in calls)


def test_the_history_of_a_product_is_a_table_and_a_file(tmp_path: Path) -> None:
    file = tmp_path / "history.csv"

    shown = sua("history", "--sku", E5)
    written = sua("history", "--sku", E5, "--format", "csv", "--output", file)

    assert (shown.exit_code, written.exit_code) == (0, 0), written.output
    rows = list(csv.DictReader(io.StringIO(file.read_bytes().decode("utf-8-sig"))))
    assert {row["fact"] for row in rows} >= {"SkuSubscribed", "SeatsChanged", "LicenceAssigned", "PriceSet"}
    assert "PriceSet" in shown.stdout


def test_an_erased_person_shows_as_erased_and_the_tables_agree(world: World) -> None:
    ghost = user_id(999)
    world.seats(CONTOSO, [discovered(ghost, "Gerda Geist", None, at=NOON)], at=NOON)
    world.tabulate(CONTOSO)
    assert "Gerda Geist" in sua("history", "--user", ghost, "--names", "--json").output
    desk = Desk(world.store, SteppedClock(NOON), lambda _, __: None)
    assert erase_person(ErasePerson(CONTOSO, ghost, ErasureGround.OBJECTED, None, uuid4()), desk) > 0
    world.tabulate(CONTOSO)

    told = json.loads(sua("history", "--user", ghost, "--names", "--json").stdout)["history"]
    checked = sua("check", "--times", 0, "--json")

    assert "display name (erased)" in told[0]["what"]
    assert told[-1]["fact"] == "UserErased"
    assert checked.exit_code == 0, checked.output


def test_a_check_of_sound_tables_tells_what_it_compared(world: World) -> None:
    world.read(
        CONTOSO, Feed.SIGN_INS, SystemClock().now()
    )  # else nothing can be said of seats a week after the world's
    world.tabulate(CONTOSO)

    result = sua("check", "--times", 2, "--seed", 7, "--json")

    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert (told["difference"], told["seed"]) == (None, 7)
    assert told["times"] == 13
    assert told["compared"]["users"] > 0
    assert told["compared"]["GraphQL idleLicences"] > 0


def test_a_check_of_a_wrong_table_exits_4_and_shows_the_difference(world: World, module_database: Database) -> None:
    world.tabulate(CONTOSO)
    with psycopg.connect(module_database.owner_dsn, autocommit=True) as db:
        db.execute("UPDATE sku_units SET enabled = 11 WHERE tenant_id = %s AND sku_id = %s", (CONTOSO, E5))
        result = sua("check", "--times", 0)
        db.execute("UPDATE sku_units SET enabled = 10 WHERE tenant_id = %s AND sku_id = %s", (CONTOSO, E5))

    assert isinstance(result.exception, FaultFound)
    assert exit_code(result.exception) == 4
    assert "the log says enabled=10, SUA answers enabled=11" in str(result.exception)
    assert "table sku_units" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("replay", "--as-of", "yesterday"), "BAD_USER_INPUT"),
        (("replay", "--as-of", "2199-01-01"), "AS_OF_OUT_OF_RANGE"),
        (("replay", "--known-at", "2199-01-01T00:00:00Z"), "AS_OF_OUT_OF_RANGE"),
    ],
)
def test_what_cannot_be_answered_is_refused(arguments: tuple[str, ...], code: str) -> None:
    result = sua(*arguments)

    assert getattr(result.exception, "code", None) == code


def test_a_tenant_that_is_not_there_is_refused_by_all() -> None:
    nobody = TenantId(UUID(int=0xFF))

    refusals = [
        sua("replay", tenant=nobody),
        sua("history", "--user", ANNA, tenant=nobody),
        sua("check", tenant=nobody),
    ]

    assert [getattr(result.exception, "code", None) for result in refusals] == ["NOT_FOUND"] * 3


def test_slips_in_options_are_told() -> None:
    assert sua("replay", "--what", "gossip").exit_code == 2
    assert sua("replay", "--format", "csv", "--what", "holdings", "--what", "accounts").exit_code == 2
    assert sua("history").exit_code == 2
