"""`sua people retention`: for how long who called whom is kept at a customer, what is gone, and what is due."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated
from uuid import UUID, uuid4

import typer
from rich.progress import Progress

from app import telemetry
from app.assembly import Parts, assembled
from app.commands.set_call_retention import SetCallRetention, retention_of, set_call_retention
from app.domain.errors import TenantUnknown
from app.domain.ids import TenantId
from app.ops.console import AsJson, err, show
from app.ops.following import followed
from app.people.retention import carry_out, months_due
from app.projections.retelling_months import TABLES
from app.settings import Settings


def retention(
    *,
    tenant: Annotated[UUID, typer.Option(help="SUA's id of the customer.")],
    days: Annotated[
        int | None, typer.Option(help="Keep call details so long after the last day of their month, 30 to 3660.")
    ] = None,
    drop: Annotated[
        bool, typer.Option("--drop", help="Drop what is due now; else the scheduler does within the day.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """For how long who called whom is kept, months that are gone, months that are due, and calls that came too late."""
    with assembled(Settings.load()) as parts:
        whose = TenantId(tenant)
        if not parts.store.head(whose):
            raise TenantUnknown(f"There is no tenant {tenant}.")
        if days is not None:
            set_call_retention(SetCallRetention(whose, days, by=None, cause=uuid4()), parts.desk)
        behind = _dropped(parts, whose) if drop else []
        rule = retention_of(whose, parts.desk)
        with parts.workshop.database() as db:
            late = db.execute("SELECT count(*) FROM late_calls WHERE tenant_id = %s", (whose,)).fetchone()
        row = {
            "tenant": tenant,
            "days": rule.days,
            "dropped": sorted(rule.dropped),
            "due": months_due(parts.pool, parts.desk, whose),
            "late": late[0] if late else 0,
            "behind": behind,
        }
    show([row], as_json=as_json)


def _dropped(parts: Parts, tenant: TenantId) -> list[str]:
    """Carry the rule out. Returns the tables that could not follow."""
    with _progress() as report:
        months = carry_out(parts.pool, parts.desk, tenant, report)
    telemetry.say("calls.details_dropped", logging.INFO, tenant=tenant, months=len(months))
    return followed(parts, tenant, TABLES) if months else []


@contextmanager
def _progress() -> Iterator[Callable[[str, int], None]]:
    with Progress(console=err, disable=not err.is_terminal) as bars:

        def report(month: str, calls: int) -> None:
            if not err.is_terminal:
                err.print(f"{month}: {calls} calls", highlight=False, soft_wrap=True)
            bars.add_task(f"{month}: {calls} calls", total=None)

        yield report
