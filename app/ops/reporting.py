"""`sua reports`: a customer's figures as files, and the month by e-mail. Both are facts, as at the web's door."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Annotated, BinaryIO, ClassVar, TypeVar
from uuid import UUID

import psycopg
import typer

from app.assembly import Parts, assembled, key, required
from app.auth.pseudonyms import Pseudonyms
from app.commands.record_export import record_export
from app.domain.errors import Refused
from app.domain.events.access import ExportFormat, ExportKind
from app.domain.ids import TenantId
from app.eventstore.pools import DatabaseDown
from app.ingest import mail
from app.insight.costs import CostsBy
from app.ops.console import AsJson, err, out, show
from app.reports.asking import Wanted, day_of, instant_of, month_of, one_of
from app.reports.exports import exported, fact_of
from app.reports.monthly import MonthlyReport, month_viewed, monthly_report
from app.reports.monthly_html import html
from app.reports.monthly_text import text
from app.reports.view import View, viewed
from app.reports.wording import subject
from app.settings import Settings

app = typer.Typer(help="Files of figures, and the monthly report.", no_args_is_help=True)

Tenant = Annotated[UUID, typer.Option("--tenant", help="SUA's id of the customer.")]
KnownAt = Annotated[str | None, typer.Option(help="As it was known then: an instant like 2026-11-23T12:00:00Z.")]
Persons = Annotated[bool, typer.Option("--persons", help="With people's names; without: pseudonyms.")]
Answer = TypeVar("Answer")

_OF_AUDITS = (ExportKind.LOG, ExportKind.REPLAY, ExportKind.HISTORY)
_ENDINGS_OF_AUDITS = (ExportFormat.JSONL, ExportFormat.JSON, ExportFormat.TEXT)
_SNAPSHOT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"


class FileRefused(Refused):
    """The file cannot be written where it was asked for."""

    code: ClassVar[str] = "FILE_REFUSED"


@app.command("export")
def export(
    kind: Annotated[ExportKind, typer.Argument(help="findings, costs or licence-history.")],
    *,
    tenant: Tenant,
    file: Annotated[Path, typer.Option("--out", help="The file to write; one that is there is replaced.")],
    ending: Annotated[ExportFormat, typer.Option("--format", help="csv or xlsx.")] = ExportFormat.CSV,
    as_of: Annotated[str | None, typer.Option(help="The day the figures tell of; by default today.")] = None,
    known_at: KnownAt = None,
    month: Annotated[str | None, typer.Option(help="Of costs and history, like 2026-10.")] = None,
    group_by: Annotated[
        str, typer.Option(help="Of costs: DEPARTMENT, COMPANY, COST_CENTRE, COUNTRY or SKU.")
    ] = CostsBy.COST_CENTRE.name,
    persons: Persons = False,
    as_json: AsJson = False,
) -> None:
    """Write findings, costs or the history of licences of a customer to a file."""
    if kind is ExportKind.MONTHLY_REPORT or ending is ExportFormat.HTML:
        raise typer.BadParameter("that is made by `sua reports monthly`", param_hint="KIND")
    if kind in _OF_AUDITS or ending in _ENDINGS_OF_AUDITS:
        raise typer.BadParameter("that is made by `sua audit`", param_hint="KIND")
    if month is not None and kind is ExportKind.FINDINGS:
        raise typer.BadParameter("findings are of a day, not of a month: give --as-of", param_hint="--month")
    wanted = Wanted(
        kind,
        as_of=day_of("--as-of", as_of),
        known_at=instant_of("--known-at", known_at),
        month=month_of("--month", month),
        group_by=one_of("--group-by", CostsBy, group_by),
    )

    async def write(view: View, parts: Parts) -> View:
        async with exported(view, wanted, ending) as made:
            await asyncio.to_thread(record_export, fact_of(view, kind, ending, None), parts.desk)
            with replaced(file) as target:
                async for chunk in made.chunks:
                    target.write(chunk)
        return view

    view = _looked(TenantId(tenant), wanted, write, persons=persons)
    show([{"file": str(file), "as_of": view.at.on, "position": view.at.position}], as_json=as_json)


@app.command("monthly")
def monthly(
    *,
    tenant: Tenant,
    to: Annotated[list[str] | None, typer.Option("--to", help="An address to mail it to; may be repeated.")] = None,
    file: Annotated[Path | None, typer.Option("--out", help="Instead of mailing: the HTML file to write.")] = None,
    month: Annotated[str | None, typer.Option(help="Like 2026-10; by default the last whole month.")] = None,
    known_at: KnownAt = None,
    persons: Persons = False,
    as_json: AsJson = False,
) -> None:
    """Mail a customer's month, or write it to a file; without SUA_SMTP_URL the mail is printed."""
    if bool(to) is (file is not None):
        raise typer.BadParameter("give either addresses or a file", param_hint="--to, --out")
    for address in to or []:
        mail.check_address(address)
    wanted = Wanted(
        ExportKind.MONTHLY_REPORT,
        month=month_of("--month", month),
        known_at=instant_of("--known-at", known_at),
    )

    async def write(view: View, parts: Parts) -> MonthlyReport:
        shown = await month_viewed(view, wanted, parts.desk.now())
        report = await monthly_report(shown)
        fact = fact_of(shown, ExportKind.MONTHLY_REPORT, ExportFormat.HTML, None)
        await asyncio.to_thread(record_export, fact, parts.desk)
        if file is not None:
            with replaced(file) as target:
                target.write(html(report).encode())
        else:
            await _mailed(report, to or [], parts.settings, quiet=as_json)
        return report

    report = _looked(TenantId(tenant), wanted, write, persons=persons)
    done = {"month": f"{report.since:%Y-%m}", "complete": report.complete, "position": report.position}
    show([{**done, "file": file and str(file), "sent_to": to}], as_json=as_json)


def composed(report: MonthlyReport, sender: str, to: list[str]) -> EmailMessage:
    """The mail to send. The policy refuses line breaks in headers."""
    message = EmailMessage(policy=SMTP)
    message["Subject"] = subject(report)
    message["From"] = sender
    message["To"] = [Address(addr_spec=address) for address in to]
    message.set_content(text(report))
    message.add_alternative(html(report), subtype="html")
    return message


async def _mailed(report: MonthlyReport, to: list[str], settings: Settings, *, quiet: bool) -> None:
    message = composed(report, settings.mail_from, to)
    if settings.smtp_url is not None:
        await mail.send(message, settings.smtp_url.get_secret_value())
    else:
        screen = err if quiet else out
        mail.show(message, lambda words: screen.print(words, highlight=False, soft_wrap=True, markup=False))


def _looked(
    tenant: TenantId, wanted: Wanted, work: Callable[[View, Parts], Awaitable[Answer]], *, persons: bool
) -> Answer:
    """Work on the customer at the moment wanted, in one state of the database, as the write side sees it."""
    settings = Settings.load()
    dsn = required(settings.database_url, "database_url")
    pseudonyms = Pseudonyms(key(settings.pseudonym_key, "pseudonym_key"))

    async def look(parts: Parts, now: datetime) -> Answer:
        async with await psycopg.AsyncConnection.connect(dsn, connect_timeout=5) as db:
            await db.execute(_SNAPSHOT)
            view = await viewed(db, tenant, wanted, now, pseudonyms, persons=persons)
            return await work(view, parts)

    try:
        with assembled(settings) as parts:
            return asyncio.run(look(parts, parts.desk.now()))
    except psycopg.OperationalError as error:
        raise DatabaseDown("The database does not answer.") from error


@contextmanager
def replaced(file: Path) -> Iterator[BinaryIO]:
    """A file that appears under its name only when it is whole. Raises FileRefused."""
    part = file.with_name(f".{file.name}.part")
    try:
        try:
            with part.open("wb") as target:
                yield target
            part.replace(file)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise FileRefused(f"{file} cannot be written: {error.strerror or type(error).__name__}.") from error
