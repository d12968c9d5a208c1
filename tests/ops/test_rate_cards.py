"""`sua rate-cards`: a carrier's card becomes one fact, all of a file or nothing of it."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from openpyxl import Workbook
from typer.testing import CliRunner

from app.domain.errors import TenantUnknown
from app.domain.events.charging import CallWay, RateCardSet, RateRow
from app.domain.ids import TenantId
from app.eventstore.keys import KeyRing
from app.eventstore.pools import writer_pool
from app.eventstore.store import EventStore
from app.ops.cli import app
from app.ops.price_files_columns import ColumnMissing
from app.ops.price_files_table import read_table
from app.ops.rate_card_files import read_cards
from app.ops.rate_cards import RateCardFileRefused
from tests.database import Database

CARD = "carrier,currency,effective from,prefix,per minute,setup fee"
HEADER = f"{CARD},minimum seconds,increment,weekdays,time from,time until"
TRUNK = "SBC1.contoso.example"
GOOD = f"{TRUNK},EUR,2026-01-01,+49,0.12,0.05,60,60/1,mon-fri,08:00,18:00"


@dataclass(frozen=True, slots=True)
class Till:
    store: EventStore
    place: Path

    def file(self, *rows: str, header: str = HEADER) -> str:
        path = self.place / f"{uuid4()}.csv"
        path.write_text("\n".join([header, *rows]))
        return str(path)

    def cards(self, tenant: TenantId) -> list[RateCardSet]:
        found = self.store.read(tenant, after=0, limit=1000)
        return [each.event for each in found if isinstance(each.event, RateCardSet)]


@pytest.fixture
def till(database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Till]:
    chosen = {
        "DATABASE_URL": database.writer_dsn,
        "DATABASE_READ_URL": database.reader_dsn,
        "GRAPH_CLIENT_ID": str(UUID(int=7)),
        "GRAPH_CLIENT_SECRET": "secret",
        "MASTER_KEY": base64.b64encode(bytes(32)).decode(),
    }
    for name, value in chosen.items():
        monkeypatch.setenv(f"SUA_{name}", value)
    with writer_pool(database.writer_dsn) as pool:
        yield Till(EventStore(pool, KeyRing(pool, bytes(32))), tmp_path)


@pytest.fixture
def tenant(till: Till) -> TenantId:
    told, _ = sua("tenants", "invite", "Contoso", "admin@contoso.example")
    return TenantId(UUID(told["tenant"]))


def sua(*arguments: object) -> tuple[Any, BaseException | None]:
    done = CliRunner().invoke(app, [*map(str, arguments), "--json"])
    return (json.loads(done.stdout) if done.stdout else None), done.exception


def given(file: str, tenant: UUID, *more: str) -> tuple[Any, BaseException | None]:
    return sua("rate-cards", "import", file, "--tenant", tenant, *more)


def test_a_card_becomes_one_fact_and_said_again_adds_none(till: Till, tenant: TenantId) -> None:
    file = till.file(GOOD, f"{TRUNK.lower()},EUR,2026-01-01,*,0.30,,,1,,,", "Orbit,USD,2026-02-01,1,0.01,,,60,,,")

    first, _ = given(file, tenant)
    again, _ = given(file, tenant)

    shown = [(each["carrier"], each["effective_from"], each["rows"], each["what"]) for each in first["cards"]]
    assert shown == [(TRUNK.lower(), "2026-01-01", 2, "NEW"), ("orbit", "2026-02-01", 1, "NEW")]
    assert (first["facts"], again["facts"]) == (2, 0)
    assert {each["what"] for each in again["cards"]} == {"NOTHING"}
    stated = {card.carrier: card for card in till.cards(tenant)}
    assert stated[TRUNK.lower()].rows[0] == RateRow(
        prefix="49",
        way=CallWay.OUT,
        weekdays=(1, 2, 3, 4, 5),
        begins=480,
        ends=1080,
        setup_fee=Decimal("0.05"),
        per_minute=Decimal("0.12"),
        minimum_seconds=60,
        first_seconds=60,
        next_seconds=1,
        fee_on_attempt=False,
    )
    assert (stated["orbit"].rows[0].first_seconds, stated["orbit"].rows[0].next_seconds) == (60, 60)


def test_a_card_said_otherwise_is_a_correction_and_a_dry_run_writes_nothing(till: Till, tenant: TenantId) -> None:
    given(till.file(GOOD), tenant)
    file = till.file(GOOD.replace("0.12", "0.13"))

    tried, _ = given(file, tenant, "--dry-run")
    after_trial = len(till.cards(tenant))
    told, _ = given(file, tenant)

    assert (tried["dry_run"], tried["facts"], tried["cards"][0]["what"], after_trial) == (True, 0, "CHANGED", 1)
    assert (told["facts"], [card.rows[0].per_minute for card in till.cards(tenant)]) == (
        1,
        [Decimal("0.12"), Decimal("0.13")],
    )


def test_one_bad_row_keeps_all_of_them_out(till: Till, tenant: TenantId) -> None:
    bad = f"{TRUNK},EUR,2026-01-01,0049,0.12,,,60/1,,,"

    told, error = given(till.file(GOOD, bad), tenant)

    assert [(each["row"], each["code"]) for each in told["errors"]] == [(3, "RATE_CARD_REFUSED")]
    assert isinstance(error, RateCardFileRefused)
    assert till.cards(tenant) == []


def test_nobody_is_given_a_card(till: Till) -> None:
    _, error = given(till.file(GOOD), uuid4())

    assert isinstance(error, TenantUnknown)


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        (",EUR,2026-01-01,49,0.12,,,60/1,,,", "carrier", "CELL_MISSING"),
        ("a,EUX,2026-01-01,49,0.12,,,60/1,,,", "", "CURRENCY_UNKNOWN"),
        ("a,EUR,1.1.26,49,0.12,,,60/1,,,", "effective from", "DAY_UNREADABLE"),
        ("a,EUR,1999-01-01,49,0.12,,,60/1,,,", "", "RATE_CARD_REFUSED"),
        ("a,EUR,2026-01-01,4x,0.12,,,60/1,,,", "", "RATE_CARD_REFUSED"),
        ("a,EUR,2026-01-01,49,much,,,60/1,,,", "per minute", "AMOUNT_UNREADABLE"),
        ("a,EUR,2026-01-01,49,-0.12,,,60/1,,,", "", "RATE_CARD_REFUSED"),
        ("a,EUR,2026-01-01,49,0.12,,,minute,,,", "increment", "INCREMENT_UNREADABLE"),
        ("a,EUR,2026-01-01,49,0.12,,,0/1,,,", "", "RATE_CARD_REFUSED"),
        ("a,EUR,2026-01-01,49,0.12,,9999,60/1,,,", "", "RATE_CARD_REFUSED"),
        ("a,EUR,2026-01-01,49,0.12,,,60/1,mon-never,,", "weekdays", "WEEKDAYS_UNREADABLE"),
        ("a,EUR,2026-01-01,49,0.12,,,60/1,,8 o'clock,", "time from", "TIME_UNREADABLE"),
        ("a,EUR,2026-01-01,49,0.12,,,60/1,,18:00,08:00", "", "RATE_CARD_REFUSED"),
        ("=cmd,EUR,2026-01-01,49,0.12,,,60/1,,,", "", "PRICE_NAME_REFUSED"),
        ("good,USD,2026-01-01,33,0.12,,,60/1,,,", "currency", "CARD_IN_TWO_CURRENCIES"),
        ("good,EUR,2026-01-01,+4 9,0.14,,,60/1,sat-sun,,", "", "RATE_ROWS_OVERLAP"),
    ],
)
def test_what_is_wrong_is_told_by_row(row: str, column: str, code: str) -> None:
    table = read_table(f"{HEADER}\ngood,EUR,2026-01-01,49,0.12,,,60/1,sat,,\n{row}".encode())

    found = read_cards(table)

    assert [(each.row, each.column, each.code) for each in found.errors] == [(3, column, code)]


def test_a_column_that_is_needed_is_named() -> None:
    with pytest.raises(ColumnMissing, match="increment"):
        read_cards(read_table(b"carrier,currency,effective from,prefix,per minute\na,EUR,2026-01-01,49,0.12"))


def test_a_workbook_is_read_with_its_own_times_and_numbers(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(HEADER.split(","))
    sheet.append(["Orbit", "EUR", datetime(2026, 1, 1), 49, 0.12, 0.05, 60, "60/60", "sat+sun", time(8), "24:00"])  # noqa: DTZ001
    book.save(tmp_path / "card.xlsx")

    (card,) = read_cards(read_table((tmp_path / "card.xlsx").read_bytes())).cards

    assert (card.carrier, card.effective_from, len(card.rows)) == ("orbit", date(2026, 1, 1), 1)
    row = card.rows[0]
    assert (row.prefix, row.per_minute, row.weekdays, row.begins, row.ends) == (
        "49",
        Decimal("0.12"),
        (6, 7),
        480,
        1440,
    )
