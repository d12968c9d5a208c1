"""`sua inbox`: notifications that are waiting or were given up."""

from typing import Annotated
from uuid import UUID

import typer
from psycopg import Connection, OperationalError

from app.assembly import required
from app.domain.ids import CallId, TenantId
from app.eventstore.pools import DatabaseDown
from app.ingest import inbox
from app.ops.console import AsJson, show
from app.settings import Settings

app = typer.Typer(help="Notifications of calls: what waits, what was given up, and again.", no_args_is_help=True)

Tenant = Annotated[UUID, typer.Option(help="SUA's id of the customer.")]


@app.command("list")
def list_items(
    tenant: Tenant,
    *,
    state: Annotated[list[str] | None, typer.Option(help="PENDING, DEAD or DONE; without: the first two.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 100,
    as_json: AsJson = False,
) -> None:
    """Items of the inbox, oldest first, with the code of their last error."""
    with _database() as db:
        items = inbox.listed(db, TenantId(tenant), states=state or ["PENDING", "DEAD"], limit=limit)
    rows = [
        {
            "call": item.call,
            "state": item.state,
            "attempts": item.attempts,
            "received_at": item.received_at,
            "due_at": item.due_at,
            "reason": item.reason,
        }
        for item in items
    ]
    show(rows, as_json=as_json)


@app.command("replay")
def replay(
    tenant: Tenant,
    *,
    call: Annotated[UUID | None, typer.Option(help="Only this call; without: every item given up.")] = None,
    as_json: AsJson = False,
) -> None:
    """Try items again that were given up. Fetching a call twice adds nothing."""
    with _database() as db:
        replayed = inbox.replay(db, TenantId(tenant), None if call is None else CallId(call))
    show([{"replayed": replayed}], as_json=as_json)


def _database() -> "Connection[tuple[object, ...]]":
    dsn = required(Settings.load().database_url, "database_url")
    try:
        return Connection.connect(dsn, connect_timeout=5)
    except OperationalError as error:
        raise DatabaseDown("The database does not answer.") from error
