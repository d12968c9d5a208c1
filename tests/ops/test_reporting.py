"""`sua reports`: files and the mailed month, from the operator's command line."""

import base64
import json
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes
from email.policy import SMTP
from pathlib import Path

import httpx
import pytest
from aiosmtplib import SMTPConnectError
from typer.testing import CliRunner, Result

from app.assembly import assembled
from app.clock import SystemClock
from app.domain.events.access import DataExported, ExportFormat, ExportKind
from app.eventstore.streams import access_stream
from app.main import create_app
from app.ops.cli import app
from app.ops.reporting import composed
from app.reports.wording import subject
from app.settings import Settings
from tests.database import Database
from tests.graphql.world import CONTOSO, World, built
from tests.reports.conftest import with_prices
from tests.reports.given import REPORT
from tests.reports.tables import csv_rows, sheets


@pytest.fixture(scope="module")
def world(module_database: Database) -> Iterator[World]:
    with built(module_database.writer_dsn) as made:
        with_prices(made)
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


def sua(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["reports", *map(str, arguments)])


def exported(world: World) -> list[DataExported]:
    today = SystemClock().now().date()
    found = [world.store.load(CONTOSO, access_stream(today + timedelta(days=each)))[0] for each in (-1, 0)]
    return [fact for facts in found for fact in facts if isinstance(fact, DataExported)]


def test_an_export_is_a_file_and_a_fact(world: World, tmp_path: Path) -> None:
    file, before = tmp_path / "findings.csv", len(exported(world))

    result = sua("export", "findings", "--tenant", CONTOSO, "--out", file, "--as-of", "2026-11-23", "--json")

    (told,) = json.loads(result.stdout)
    assert (result.exit_code, told["file"], told["as_of"]) == (0, str(file), "2026-11-23")
    titles, *rows = csv_rows(file.read_bytes())
    assert [row[titles.index("Cause")] for row in rows] == ["IDLE", "IDLE"]
    assert all(row[titles.index("User")].startswith("Person ") for row in rows)
    (fact,) = exported(world)[before:]
    assert (fact.kind, fact.format, fact.persons, fact.by) == (ExportKind.FINDINGS, ExportFormat.CSV, False, None)
    assert list(tmp_path.iterdir()) == [file]


def test_names_stand_in_a_file_only_if_asked_for(world: World, tmp_path: Path) -> None:
    file = tmp_path / "history.xlsx"

    result = sua("export", "licence-history", "--tenant", CONTOSO, "--format", "xlsx", "--out", file, "--persons")

    assert result.exit_code == 0, result.output
    rows = sheets(file)["Licence history"]
    assert "Bert Tal" in {row[rows[0].index("User")] for row in rows}
    assert exported(world)[-1].persons


def test_costs_are_told_by_what_was_asked(tmp_path: Path) -> None:
    file = tmp_path / "costs.csv"

    asked = ["--tenant", CONTOSO, "--out", file, "--month", "2026-10", "--group-by", "department"]
    result = sua("export", "costs", *asked, "--persons")
    named = csv_rows(file.read_bytes())
    sua("export", "costs", *asked)
    unnamed = csv_rows(file.read_bytes())

    assert result.exit_code == 0, result.output
    assert [row[0] for row in named][:3] == ["Department", "Ops", "Sales"]
    assert [row[0] for row in unnamed][:2] == ["Department", "Groups of fewer than 5 people"]
    assert [rows[-1][4] for rows in (named, unnamed)] == ["571.00", "571.00"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--as-of", "yesterday"), "BAD_USER_INPUT"),
        (("--month", "10"), "BAD_USER_INPUT"),
        (("--group-by", "shoe size"), "BAD_USER_INPUT"),
        (("--as-of", "2199-01-01"), "AS_OF_OUT_OF_RANGE"),
        (("--tenant", "7e000000-0000-4000-8000-0000000000ff"), "NOT_FOUND"),
        (("--out", "/nowhere/costs.csv"), "FILE_REFUSED"),
    ],
)
def test_what_cannot_be_is_refused_and_leaves_no_file(arguments: tuple[str, str], code: str, tmp_path: Path) -> None:
    result = sua("export", "costs", "--tenant", CONTOSO, "--out", tmp_path / "costs.csv", *arguments)

    assert getattr(result.exception, "code", None) == code
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("arguments", [("monthly-report",), ("findings", "--format", "html")])
def test_the_monthly_report_is_no_table(arguments: tuple[str, ...], tmp_path: Path) -> None:
    assert sua("export", *arguments, "--tenant", CONTOSO, "--out", tmp_path / "x").exit_code == 2


def test_a_month_is_written_to_a_file_and_is_a_fact(world: World, tmp_path: Path) -> None:
    file = tmp_path / "month.html"

    result = sua("monthly", "--tenant", CONTOSO, "--month", "2026-10", "--out", file, "--json")

    (told,) = json.loads(result.stdout)
    assert (told["month"], told["complete"], told["file"]) == ("2026-10", True, str(file))
    assert "571.00 EUR" in file.read_text()
    fact = exported(world)[-1]
    assert (fact.kind, fact.format, str(fact.as_of)) == (ExportKind.MONTHLY_REPORT, ExportFormat.HTML, "2026-10-31")


def test_without_a_mail_server_the_mail_is_printed() -> None:
    result = sua("monthly", "--tenant", CONTOSO, "--month", "2026-10", "--to", "cfo@contoso.test")

    assert result.exit_code == 0, result.output
    assert "To: cfo@contoso.test" in result.stdout
    assert "Subject: Contoso: Microsoft 365 licences in October 2026" in result.stdout
    assert "Spend: 571.00 EUR. As much as the month before." in result.stdout


def test_a_mail_server_that_is_away_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUA_SMTP_URL", "smtp://127.0.0.1:1")

    result = sua("monthly", "--tenant", CONTOSO, "--to", "cfo@contoso.test")

    assert getattr(result.exception, "code", None) == "MAIL_UNAVAILABLE"
    assert isinstance(result.exception and result.exception.__cause__, SMTPConnectError)


@pytest.mark.parametrize("arguments", [(), ("--to", "a@b.test", "--out", "x.html")])
def test_it_is_mailed_or_written(arguments: tuple[str, ...]) -> None:
    assert sua("monthly", "--tenant", CONTOSO, *arguments).exit_code == 2


@pytest.mark.parametrize("address", ["nobody", "a@b.test\nBcc: c@d.test", "A <a@b.test>"])
def test_an_address_is_one_plain_address(address: str) -> None:
    result = sua("monthly", "--tenant", CONTOSO, "--to", address)

    assert getattr(result.exception, "code", None) == "MAIL_ADDRESS_REFUSED"


def test_the_letter_has_its_text_before_its_page() -> None:
    message = composed(REPORT, "sua@provider.test", ["cfo@contoso.test", "it@contoso.test"])

    raw = message.as_bytes()
    assert message["To"] == "cfo@contoso.test, it@contoso.test"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert message_from_bytes(raw, policy=SMTP)["Subject"] == subject(REPORT)
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998


async def test_the_web_application_has_the_door(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUA_TOKEN_AUDIENCE", "an audience")
    with assembled(Settings.load()) as parts:
        web = create_app(parts)
        async with web.router.lifespan_context(web), httpx.AsyncClient(transport=httpx.ASGITransport(web)) as http:
            answer = await http.get(f"http://sua.test/exports/{CONTOSO}/findings.csv")

    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (401, "UNAUTHENTICATED")
