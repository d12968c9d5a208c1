"""`sua schedule`: what is due for whom, who is at it, and how it went last."""

from typing import Annotated
from uuid import UUID

import typer
from psycopg import Connection, OperationalError

from app.assembly import present, required
from app.domain.ids import TenantId
from app.eventstore.pools import DatabaseDown
from app.ingest import schedule
from app.ingest.schedule import Entry, Job
from app.ops.console import AsJson, show
from app.settings import Settings


def show_schedule(
    *,
    tenant: Annotated[UUID | None, typer.Option(help="Only this customer.")] = None,
    job: Annotated[Job | None, typer.Option(help="Only this job.")] = None,
    due: Annotated[bool, typer.Option("--due", help="Only what is due now or failed last.")] = False,
    as_json: AsJson = False,
) -> None:
    """Every job of every customer: when it is due, whether a worker is at it, failures in a row and the last reason."""
    settings = Settings.load()
    dsn = required(settings.database_url, "database_url")
    try:
        with Connection.connect(dsn, connect_timeout=5) as db:
            found = schedule.listed(db, None if tenant is None else TenantId(tenant))
    except OperationalError as error:
        raise DatabaseDown("The database does not answer.") from error
    now = present(settings)
    chosen = [
        each
        for each in found
        if job in (None, each.job) and (not due or each.due_at <= now or each.last_reason is not None)
    ]
    show([_row(each) for each in chosen], as_json=as_json)


def _row(entry: Entry) -> dict[str, object]:
    return {
        "tenant": entry.tenant,
        "job": str(entry.job),
        "due_at": entry.due_at,
        "state": "working" if entry.working else "waiting" if entry.held_until else "",
        "not_before": None if entry.working else entry.held_until,
        "failures": entry.failures,
        "last_reason": entry.last_reason,
        "last_finished_at": entry.last_finished_at,
    }
