"""`sua alerts`: what an operator must look at now."""

from typing import Annotated
from uuid import UUID

import typer
from psycopg import Connection, OperationalError

from app.assembly import required
from app.domain.ids import TenantId
from app.eventstore.pools import DatabaseDown
from app.ingest import alerts
from app.ingest.alerts import Open
from app.ops.console import AsJson, FaultFound, show
from app.settings import Settings


def show_alerts(
    *,
    tenant: Annotated[UUID | None, typer.Option(help="Only this customer.")] = None,
    as_json: AsJson = False,
) -> None:
    """Alerts that last, the oldest first: since when, whose, and why. Exit 4 if there is any."""
    found = open_now(Settings.load(), None if tenant is None else TenantId(tenant))
    show([_row(each) for each in found], as_json=as_json)
    if found:
        raise FaultFound(f"{len(found)} alerts are open.")


def open_now(settings: Settings, tenant: TenantId | None = None) -> list[Open]:
    """Of one customer, or of all and of the installation. Raises DatabaseDown."""
    dsn = required(settings.database_url, "database_url")
    try:
        with Connection.connect(dsn, connect_timeout=5) as db:
            return alerts.open_alerts(db, tenant)
    except OperationalError as error:
        raise DatabaseDown("The database does not answer.") from error


def _row(each: Open) -> dict[str, object]:
    return {
        "kind": str(each.kind),
        "tenant": each.tenant,
        "since": each.since,
        "seen_at": each.seen_at,
        "detail": each.detail,
    }
