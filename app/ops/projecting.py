"""`sua projections`: where the tables stand, building them anew, checking them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated
from uuid import UUID

import typer
from rich.progress import Progress, TaskID

from app.assembly import Parts, assembled, key, required
from app.domain.errors import TenantUnknown
from app.domain.ids import TenantId
from app.ops.console import AsJson, FaultFound, err, say_json, show
from app.ops.rebuild_progress import EVERY_S, progress_of
from app.ops.rebuilding import Source, Wanted, rebuild_each
from app.projections.beside import Report
from app.projections.catalogue import ALL
from app.projections.comparing import RebuildFailed, compare
from app.projections.generations import EVERY_TABLE, State, named
from app.projections.leftovers import drop_old
from app.projections.status import standings
from app.projections.swapping import Difference, Outcome
from app.settings import Settings

app = typer.Typer(help="Tables computed from the log: status, rebuild, verify.", no_args_is_help=True)

Tenant = Annotated[UUID | None, typer.Option(help="One customer; without: all.")]


@app.command("status")
def status(*, tenant: Tenant = None, as_json: AsJson = False) -> None:
    """Position, lag and fault of every table for every customer, and its next generation. Exit 4 if one has stopped."""
    with assembled(Settings.load()) as parts:
        found = standings(parts.pool, _chosen(tenant))
    rows = [
        {
            "tenant": each.tenant,
            "projection": each.projection,
            "version": each.version,
            "position": each.position,
            "lag": each.lag,
            "stopped_at": each.stopped_at,
            "reason": each.reason,
            "next": each.next,
            "next_position": each.built,
            "next_reason": each.next_reason,
        }
        for each in found
    ]
    show(rows, as_json=as_json)
    stopped = [each for each in found if each.stopped_at is not None]
    if stopped:
        raise FaultFound(f"{len(stopped)} projections have stopped; mend the fault, then rebuild them.")


@app.command("rebuild")
def rebuild(
    name: Annotated[str, typer.Argument(help='A table, several with commas between, or "all".')],
    *,
    tenant: Tenant = None,
    jobs: Annotated[int | None, typer.Option(min=1, help="Processes; without: one a core.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Even where the live rows of this version differ.")] = False,
    as_json: AsJson = False,
) -> None:
    """Build a table anew beside the live one and put it in its place, customer by customer; killed, it goes on where
    it was. Exit 4 if a fact cannot be taken in, or the live rows of the same version differ: those stay."""
    chosen = named(name, ALL)
    with assembled(Settings.load()) as parts:
        whom = _known(parts, tenant)
        heads = {each: head for each, head in parts.store.heads().items() if whom in (None, each)}
        settings = parts.settings
        source = Source(required(settings.database_url, "database_url"), key(settings.master_key, "master_key"))
        wanted = Wanted(name, heads, force)
        with progress_of(parts.pool, name, heads, chosen) as look:
            outcomes = rebuild_each(source, wanted, jobs=jobs or _cores(), look=look, every_s=EVERY_S)
        drop_old(parts.pool)
    left = [each for each in outcomes if each.state is not State.SWAPPED]
    rows = [
        {"projection": one.name, "tenants": len(of), "swapped": sum(each.state is State.SWAPPED for each in of)}
        for one in chosen
        if (of := [each for each in outcomes if each.projection == one.name])
    ]
    if as_json:
        say_json(
            [{**row, "left": [_told(each) for each in left if each.projection == row["projection"]]} for row in rows]
        )
    else:
        show(rows, as_json=False)
        if left:
            show([_told(each) for each in left], as_json=False)
    failed = [each for each in left if each.state is State.FAILED]
    if failed:
        raise RebuildFailed(f"{failed[0].projection}, tenant {failed[0].tenant}, {failed[0].reason}")
    if left:
        raise FaultFound(f"{len(left)} tables differ from the log and were left as they are; --force replaces them.")


@app.command("drop-old")
def drop(*, as_json: AsJson = False) -> None:
    """Remove at once what is left of generations that ended, as the scheduler does by itself."""
    with assembled(Settings.load()) as parts:
        show([{"dropped": drop_old(parts.pool)}], as_json=as_json)


@app.command("verify")
def verify(
    names: Annotated[list[str] | None, typer.Argument(help="Tables; without: every one.")] = None,
    *,
    tenant: Tenant = None,
    as_json: AsJson = False,
) -> None:
    """Build tables anew beside the live ones and compare row by row. Exit 4 with the first difference of each."""
    with assembled(Settings.load()) as parts:
        whom = _known(parts, tenant)
        differences = [each for name in names or [EVERY_TABLE] for each in _compared(parts, name, whom)]
    rows = [{"tenant": each.tenant, "table": each.table, "only": each.side, "row": each.row} for each in differences]
    show(rows, as_json=as_json)
    if differences:
        raise FaultFound(f"{len(differences)} tables differ from the log; rebuild them.")


def _compared(parts: Parts, name: str, tenant: TenantId | None) -> list[Difference]:
    with _progress(name) as report:
        return compare(parts.pool, parts.store, name, tenant, report)


@contextmanager
def _progress(name: str) -> Iterator[Report]:
    """A bar a tenant on a terminal; plain lines where there is none."""
    with Progress(console=err, disable=not err.is_terminal) as bars:
        tasks: dict[TenantId, TaskID] = {}

        def report(tenant: TenantId, position: int, head: int) -> None:
            if not err.is_terminal:
                err.print(f"{name} {tenant}: {position} of {head}", highlight=False, soft_wrap=True)
            if tenant not in tasks:
                tasks[tenant] = bars.add_task(f"{name} {tenant}")
            bars.update(tasks[tenant], completed=position, total=head)

        yield report


def _told(outcome: Outcome) -> dict[str, object]:
    """What became of a table that was not swapped in, with the first rows that differ."""
    return {
        "tenant": outcome.tenant,
        "projection": outcome.projection,
        "state": outcome.state.value,
        "reason": outcome.reason,
        "differences": [f"{each.table}, only {each.side}: {each.row}" for each in outcome.differences],
    }


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _known(parts: Parts, tenant: UUID | None) -> TenantId | None:
    chosen = _chosen(tenant)
    if chosen is not None and parts.store.head(chosen) == 0:
        raise TenantUnknown(f"There is no tenant {chosen}.")
    return chosen


def _chosen(tenant: UUID | None) -> TenantId | None:
    return None if tenant is None else TenantId(tenant)
