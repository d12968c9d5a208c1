"""`sua projections`: where the tables stand, building them anew, checking them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated
from uuid import UUID

import typer
from rich.progress import Progress, TaskID

from app.assembly import Parts, assembled
from app.domain.errors import TenantUnknown
from app.domain.ids import TenantId
from app.ops.console import AsJson, FaultFound, err, show
from app.projections import rebuild as rebuilding
from app.projections.catalogue import ALL
from app.projections.status import standings
from app.settings import Settings

app = typer.Typer(help="Tables computed from the log: status, rebuild, verify.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="A table, for instance licence_holdings.")]
Tenant = Annotated[UUID | None, typer.Option(help="One customer; without: all.")]


@app.command("status")
def status(*, tenant: Tenant = None, as_json: AsJson = False) -> None:
    """Position, lag and fault of every table for every customer. Exit 4 if one has stopped."""
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
        }
        for each in found
    ]
    show(rows, as_json=as_json)
    stopped = [each for each in found if each.stopped_at is not None]
    if stopped:
        raise FaultFound(f"{len(stopped)} projections have stopped; mend the fault, then rebuild them.")


@app.command("rebuild")
def rebuild(name: Name, *, tenant: Tenant = None, as_json: AsJson = False) -> None:
    """Build a table anew from the log and put it in the live one's place, customer by customer."""
    with assembled(Settings.load()) as parts, _progress(name) as report:
        tenants = rebuilding.rebuild(parts.pool, parts.store, name, _known(parts, tenant), report)
    show([{"projection": name, "tenants": tenants}], as_json=as_json)


@app.command("verify")
def verify(
    names: Annotated[list[str] | None, typer.Argument(help="Tables; without: every one.")] = None,
    *,
    tenant: Tenant = None,
    as_json: AsJson = False,
) -> None:
    """Build tables anew beside the live ones and compare row by row. Exit 4 with the first difference of each."""
    wanted = names or [projection.name for projection in ALL]
    with assembled(Settings.load()) as parts:
        differences = [difference for name in wanted for difference in _compared(parts, name, _known(parts, tenant))]
    rows = [{"tenant": each.tenant, "table": each.table, "only": each.side, "row": each.row} for each in differences]
    show(rows, as_json=as_json)
    if differences:
        raise FaultFound(f"{len(differences)} tables differ from the log; rebuild them.")


def _compared(parts: Parts, name: str, tenant: TenantId | None) -> list[rebuilding.Difference]:
    with _progress(name) as report:
        return rebuilding.compare(parts.pool, parts.store, name, tenant, report)


@contextmanager
def _progress(name: str) -> Iterator[rebuilding.Report]:
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


def _known(parts: Parts, tenant: UUID | None) -> TenantId | None:
    chosen = _chosen(tenant)
    if chosen is not None and parts.store.head(chosen) == 0:
        raise TenantUnknown(f"There is no tenant {chosen}.")
    return chosen


def _chosen(tenant: UUID | None) -> TenantId | None:
    return None if tenant is None else TenantId(tenant)
