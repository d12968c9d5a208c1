"""`sua projections`: where the tables stand, building them anew, checking them."""

from typing import Annotated
from uuid import UUID

import typer

from app.domain.ids import TenantId
from app.eventstore.pools import writer_pool
from app.assembly import assembled, required
from app.ops.console import AsJson, FaultFound, err, show
from app.projections import rebuild as rebuilding
from app.projections.status import standings
from app.settings import Settings

app = typer.Typer(help="Tables computed from the log: status, rebuild, verify.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="A table, for instance licence_holdings.")]
Tenant = Annotated[UUID | None, typer.Option(help="One customer; without: all.")]


@app.command("status")
def status(*, tenant: Tenant = None, as_json: AsJson = False) -> None:
    """Position, lag and fault of every table for every customer. Exit 4 if one has stopped."""
    pool = writer_pool(required(Settings.load().database_url, "database_url"), 1)
    try:
        found = standings(pool, None if tenant is None else TenantId(tenant))
    finally:
        pool.close()
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
