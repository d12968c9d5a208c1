"""`sua prices`, `sua rates`: take in price lists and exchange rates, and show what a customer's seats cost."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, ClassVar
from uuid import UUID

import psycopg
import typer

from app.assembly import assembled, present, required
from app.domain.catalogue import CATALOGUE
from app.domain.errors import Refused, TenantUnknown
from app.domain.ids import TenantId
from app.domain.price_book import Price, PriceBook
from app.eventstore.pools import DatabaseDown
from app.insight.sku_names import names_of
from app.ops.console import AsJson, say_json, show
from app.ops.price_files import read_prices, read_rates
from app.ops.price_files_cells import DecimalSign
from app.ops.price_files_columns import RowError
from app.ops.price_files_import import Outlook, price_outlook, rate_outlook, write_prices, write_rates
from app.ops.price_files_output import Report, say_errors, say_report
from app.ops.price_files_skus import products_of
from app.ops.price_files_table import FileTable, read_table
from app.projections import prices, sku_units
from app.projections.reading import moment
from app.settings import Settings

app = typer.Typer(help="Prices of seats: import, list.", no_args_is_help=True)
rates = typer.Typer(help="Exchange rates: import.", no_args_is_help=True)

File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV (UTF-8 or UTF-16) or XLSX.")]
Whose = Annotated[UUID | None, typer.Option("--tenant", help="One customer; without: every one, also those to come.")]
Sheet = Annotated[str | None, typer.Option(help="The sheet of a workbook; without: its first.")]
Decimals = Annotated[
    DecimalSign | None, typer.Option("--decimal", help="Sign of the decimals, where 1,234 could be read in two ways.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Write nothing; show what would be added or changed.")]


class PriceFileRefused(Refused):
    """Rows of the file cannot be taken; nothing was written."""

    code: ClassVar[str] = "PRICE_FILE_REFUSED"


@app.command("import")
def import_prices(
    file: File,
    *,
    tenant: Whose = None,
    sheet: Sheet = None,
    decimal: Decimals = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """State the prices of a file, all or none. Said again they add nothing; said otherwise they correct."""
    table = read_table(file.read_bytes(), sheet)
    whose = None if tenant is None else TenantId(tenant)
    with assembled(Settings.load()) as parts:
        with parts.workshop.database() as db:
            read = read_prices(table, products_of(whose, parts.desk, db), decimal)
            outlook = price_outlook(read.lines, whose, parts.desk, db)
        _refuse([*read.errors, *outlook.errors], table, as_json=as_json)
        written = None if dry_run else write_prices([each.line for each in read.lines], whose, parts)
    say_report(_report(table, read.ignored, outlook, written), as_json=as_json)


@rates.command("import")
def import_rates(
    file: File,
    *,
    tenant: Whose = None,
    sheet: Sheet = None,
    decimal: Decimals = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """State the exchange rates of a file, all or none. Said again they add nothing; said otherwise they correct."""
    table = read_table(file.read_bytes(), sheet)
    read = read_rates(table, decimal)
    _refuse(read.errors, table, as_json=as_json)
    whose = None if tenant is None else TenantId(tenant)
    with assembled(Settings.load()) as parts:
        with parts.workshop.database() as db:
            outlook = rate_outlook(read.rates, whose, parts.desk, db)
        written = None if dry_run else write_rates([each.rate for each in read.rates], whose, parts)
    say_report(_report(table, read.ignored, outlook, written), as_json=as_json)


@rates.callback()
def exchange_rates() -> None:
    """Keeps `import` a command of its own, for it is the only one."""


def _refuse(errors: Sequence[RowError], table: FileTable, *, as_json: bool) -> None:
    if not errors:
        return
    found = sorted(errors, key=lambda error: (error.row, error.column))
    say_errors(found, as_json=as_json)
    rows = len({error.row for error in found})
    raise PriceFileRefused(f"{rows} of {len(table.rows)} rows cannot be taken; nothing was written.")


def _report(table: FileTable, ignored: tuple[str, ...], outlook: Outlook, written: tuple[int, int] | None) -> Report:
    tenants, facts = written or (outlook.tenants, outlook.facts)
    return Report(written is None, table.sheet, ignored, len(table.rows), tenants, facts, outlook.changes)


@app.command("list")
def list_prices(
    *,
    tenant: Annotated[UUID, typer.Option(help="SUA's id of the customer.")],
    on: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="A day; without: today.")] = None,
    as_json: AsJson = False,
) -> None:
    """What a seat of each product costs a month, by the price that counts on the day; empty where none is known."""
    settings = Settings.load()
    dsn = required(settings.database_url, "database_url")

    async def ask() -> list[dict[str, Any]]:
        async with await psycopg.AsyncConnection.connect(dsn, connect_timeout=5) as db:
            return await _listed(db, TenantId(tenant), on, present(settings))

    try:
        rows = asyncio.run(ask())
    except psycopg.OperationalError as error:
        raise DatabaseDown("The database does not answer.") from error
    if as_json:
        say_json([{**row, "monthly": row["monthly"] and str(row["monthly"])} for row in rows])
    else:
        show(rows, as_json=False)


async def _listed(
    db: psycopg.AsyncConnection[Any], tenant: TenantId, on: datetime | None, now: datetime
) -> list[dict[str, Any]]:
    """Products the customer has and those with a price, by part number."""
    at = await moment(db, tenant, None, None, now)
    if at.position == 0:
        raise TenantUnknown(f"There is no tenant {tenant}, or nothing of it is tabulated yet.")
    book = PriceBook(await prices.lines_at(db, tenant, at))
    own = {each.sku: each.part_number for each in await sku_units.listed_at(db, tenant, at)}
    skus = sorted(book.skus() | own.keys())
    listed = {sku: name.part_number for sku, name in (await names_of(db, skus)).items()}
    listed |= {sku: CATALOGUE.products[sku].part_number for sku in skus if sku in CATALOGUE.products}
    day = at.on if on is None else on.date()
    rows = [
        {"sku": sku, "part_number": own.get(sku) or listed.get(sku), **_shown(book.price_on(sku, day))} for sku in skus
    ]
    return sorted(rows, key=lambda row: (row["part_number"] or "", row["sku"]))


def _shown(price: Price | None) -> dict[str, Any]:
    return {
        "monthly": price and price.monthly.shown().amount,
        "currency": price and price.monthly.currency,
        "source": price and price.source.value,
        "term": price and price.term.value,
        "commit_floor": price and price.commit_floor,
        "tax_included": price and price.tax_included,
    }
