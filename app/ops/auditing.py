"""`sua audit`: what an auditor asks of the log itself, without trusting a table."""

import asyncio
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from random import Random
from typing import Annotated
from uuid import UUID, uuid4

import psycopg
import typer
from rich.progress import Progress

from app.assembly import Parts, assembled, key, required
from app.audit.check import Bench, Checked, checked, times_of
from app.audit.cut import Cut, cut_of
from app.audit.history import history_of
from app.audit.replay import Progress as Reached
from app.audit.replay import Replay
from app.audit.sections import SECTIONS, Section, sections_of
from app.commands.record_export import RecordExport, record_export
from app.domain.events.access import ExportKind
from app.domain.ids import TenantId
from app.domain.period import day_begins
from app.eventstore.pools import DatabaseDown
from app.ops.audit_files import Format, written
from app.ops.console import AsJson, FaultFound, err, say_json, show
from app.reports.asking import day_of, instant_of
from app.settings import Settings

app = typer.Typer(help="The log, asked without trusting a table; its evidence.", no_args_is_help=True)

Tenant = Annotated[UUID, typer.Option("--tenant", help="SUA's id of the customer.")]
KnownAt = Annotated[str | None, typer.Option(help="As it was known then: an instant like 2026-11-23T12:00:00Z.")]
Output = Annotated[Path | None, typer.Option(help="The file to write; one that is there is replaced.")]
How = Annotated[Format, typer.Option("--format", help="table, json or csv.")]
Names = Annotated[bool, typer.Option("--names", help="With people's names and words; that is recorded as a fact.")]

_HISTORY = ("position", "happened_at", "recorded_at", "fact", "what", "run", "cause", "by")


@app.command("replay")
def replay(
    *,
    tenant: Tenant,
    as_of: Annotated[str | None, typer.Option(help="The day the state is of, at its end; by default today.")] = None,
    known_at: KnownAt = None,
    what: Annotated[list[str] | None, typer.Option(help=f"{', '.join(SECTIONS)}; CSV takes one.")] = None,
    output: Output = None,
    how: How = Format.TABLE,
    names: Names = False,
    as_json: AsJson = False,
) -> None:
    """Fold the log itself: who held what since when, and which facts say so; accounts, products, prices, rules."""
    how = Format.JSON if as_json else how
    wanted = _wanted(what or (["holdings"] if how is Format.CSV else list(SECTIONS)), how)
    whose = TenantId(tenant)
    with assembled(Settings.load()) as parts:
        cut = cut_of(parts.pool, whose, day_of("--as-of", as_of), instant_of("--known-at", known_at), parts.desk.now())
        with _progress("replay") as report:
            folded = Replay(cut).run(parts.store, report)
        if names or output is not None:
            _record(parts, cut, ExportKind.REPLAY, how, persons=names)
        sections = [section for section in sections_of(folded, names=names) if section.name in wanted]
        about = {
            "tenant": whose,
            "as_of": cut.on,
            "zone": cut.zone.key,
            "known_at": cut.known_at,
            "position": cut.position,
            "facts": folded.taken,
        }
        written(about, sections, how, output)


@app.command("history")
def history(
    *,
    tenant: Tenant,
    user: Annotated[UUID | None, typer.Option(help="Object id of a user.")] = None,
    sku: Annotated[UUID | None, typer.Option(help="skuId of a product.")] = None,
    since: Annotated[str | None, typer.Option(help="The first day, where the customer is.")] = None,
    until: Annotated[str | None, typer.Option(help="The day after the last.")] = None,
    output: Output = None,
    how: How = Format.TABLE,
    names: Names = False,
    as_json: AsJson = False,
) -> None:
    """Every fact that touched a user or a product, in order: what, when, when SUA learned it, by what, who."""
    if (user is None) is (sku is None):
        raise typer.BadParameter("give either a user or a product", param_hint="--user, --sku")
    how = Format.JSON if as_json else how
    subject = user or sku or uuid4()
    whose = TenantId(tenant)
    with assembled(Settings.load()) as parts:
        cut = cut_of(parts.pool, whose, None, None, parts.desk.now())
        begin, end = day_of("--since", since), day_of("--until", until)
        found = history_of(
            parts.store,
            whose,
            cut.position,
            subject,
            since=None if begin is None else day_begins(begin, cut.zone),
            until=None if end is None else day_begins(end, cut.zone),
            names=names,
        )
        if names or output is not None:
            _record(parts, cut, ExportKind.HISTORY, how, persons=names)
        about = {"tenant": whose, "subject": subject, "position": cut.position, "facts": len(found)}
        written(about, [Section("history", _HISTORY, (asdict(each) for each in found))], how, output)


@app.command("check")
def check(
    *,
    tenant: Tenant,
    times: Annotated[int, typer.Option(min=0, help="Random pairs of times, besides now and the edges.")] = 5,
    seed: Annotated[int | None, typer.Option(help="The same seed picks the same times; by default a new one.")] = None,
    as_json: AsJson = False,
) -> None:
    """Compare the replay with what tables and GraphQL say at the same two times. Exit 4 with the first difference."""
    settings = Settings.load()
    drawn = secrets.randbits(32) if seed is None else seed
    whose = TenantId(tenant)
    with assembled(settings) as parts:
        now = parts.desk.now()
        dsn, secret = required(settings.database_url, "database_url"), key(settings.pseudonym_key, "pseudonym_key")
        pairs = times_of(parts.pool, whose, now, Random(drawn), times)  # noqa: S311 - repeatable on purpose
        try:
            with _progress("check") as report:
                found = asyncio.run(checked(Bench(parts.pool, parts.store, dsn, secret, now), whose, pairs, report))
        except psycopg.OperationalError as error:
            raise DatabaseDown("The database does not answer.") from error
    _show(found, drawn, as_json=as_json)


def _show(found: Checked, seed: int, *, as_json: bool) -> None:
    difference = None if found.difference is None else asdict(found.difference)
    if as_json:
        say_json(
            {
                "seed": seed,
                "times": found.times,
                "facts": found.facts,
                "compared": found.things,
                "difference": difference,
            }
        )
    else:
        rows = [{"compared": name, "things": counted} for name, counted in found.things.items()]
        show(rows, as_json=False, title=f"{found.times} pairs of times, seed {seed}, {found.facts} facts folded")
        if difference is not None:
            show([{"difference": name, "is": str(value)} for name, value in difference.items()], as_json=False)
    if found.difference is not None:
        raise FaultFound(found.difference.sentence)


def _wanted(names: list[str], how: Format) -> frozenset[str]:
    unknown = sorted(set(names) - set(SECTIONS))
    if unknown:
        raise typer.BadParameter(f"there is no {', '.join(unknown)}", param_hint="--what")
    if how is Format.CSV and len(set(names)) > 1:
        raise typer.BadParameter("a CSV file holds one kind of rows", param_hint="--what")
    return frozenset(names)


def _record(parts: Parts, cut: Cut, kind: ExportKind, how: Format, *, persons: bool) -> None:
    """Before the first byte. At the command line nobody has an object id."""
    taken = RecordExport(cut.tenant, kind, how.recorded, cut.on, cut.position, persons, None, cause=uuid4())
    record_export(taken, parts.desk)


@contextmanager
def _progress(name: str) -> Iterator[Reached]:
    """A bar on a terminal; plain lines where there is none."""
    with Progress(console=err, disable=not err.is_terminal) as bars:
        task = bars.add_task(name)

        def report(reached: int, last: int) -> None:
            if not err.is_terminal:
                err.print(f"{name}: {reached} of {last}", highlight=False, soft_wrap=True)
            bars.update(task, completed=reached, total=last)

        yield report
