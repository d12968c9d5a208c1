"""`sua collect`: read a customer's feeds now instead of at their hour."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, Any
from uuid import UUID, uuid4

import typer

from app.assembly import Parts, assembled
from app.domain.errors import ConsentMissing, SuaError
from app.domain.ids import RunId, TenantId
from app.ingest.collect import collect_licences
from app.ingest.collect_reports import collect_reports
from app.ingest.collect_run import Collected, Run
from app.ingest.collect_sign_ins import collect_sign_ins
from app.ingest.consent_directories import directory_of
from app.ingest.daily import keeper
from app.ingest.graph_client import GraphClient
from app.ingest.phone_logs import KeptRows, collect_phone_logs
from app.ingest.workshop import Workshop
from app.ops.console import AsJson, err, show
from app.settings import Settings

app = typer.Typer(help="Read a customer's feeds now.", no_args_is_help=True)

Tenant = Annotated[UUID, typer.Option(help="SUA's id of the customer.")]
Reading = Callable[[Workshop, Run], Awaitable[list[Collected]]]


@app.command("licences")
def licences(
    tenant: Tenant,
    *,
    confirm_removals: Annotated[
        bool, typer.Option("--confirm-removals", help="Believe a read in which a fifth of the users or more is gone.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Products, users with their licences, renewals and sign-ins."""

    async def read(_: Workshop, run: Run) -> list[Collected]:
        return await collect_licences(run, removals_confirmed=confirm_removals)

    _collect(TenantId(tenant), read, as_json=as_json)


@app.command("reports")
def reports(tenant: Tenant, *, as_json: AsJson = False) -> None:
    """Usage reports: last activity per workload."""

    async def read(_: Workshop, run: Run) -> list[Collected]:
        return [await collect_reports(run)]

    _collect(TenantId(tenant), read, as_json=as_json)


@app.command("sign-ins")
def sign_ins(tenant: Tenant, *, as_json: AsJson = False) -> None:
    """Sign-in times, at the pace Graph allows the whole provider: 5,000 users a minute."""

    async def read(_: Workshop, run: Run) -> list[Collected]:
        return [await collect_sign_ins(run)]

    _collect(TenantId(tenant), read, as_json=as_json)


@app.command("pstn")
def pstn(tenant: Tenant, *, as_json: AsJson = False) -> None:
    """The PSTN and Direct Routing logs."""

    async def read(shop: Workshop, run: Run) -> list[Collected]:
        return await collect_phone_logs(run, KeptRows(shop, run.tenant))

    _collect(TenantId(tenant), read, as_json=as_json)


def _collect(tenant: TenantId, read: Reading, *, as_json: bool) -> None:
    """Read, print what came of each feed, and end with the error of the first that failed."""
    with assembled(Settings.load()) as parts, err.status("Reading Microsoft Graph ..."):
        collected = asyncio.run(_read(parts, tenant, read))
    show([_row(feed) for feed in collected], as_json=as_json)
    for feed in collected:
        if isinstance(feed.failure, SuaError):
            raise feed.failure


async def _read(parts: Parts, tenant: TenantId, read: Reading) -> list[Collected]:
    with parts.workshop.database() as db:
        directory = directory_of(db, tenant)
    if directory is None:
        raise ConsentMissing(f"Tenant {tenant} has not consented; send the consent link.")
    async with GraphClient(parts.workshop.access, directory) as graph:
        shop = parts.workshop
        return await read(shop, Run(shop.desk, graph, tenant, RunId(uuid4()), keeper(shop, tenant)))


def _row(feed: Collected) -> dict[str, Any]:
    failure = None if feed.failure is None else feed.failure.code
    return {
        "feed": feed.feed,
        "items": feed.items,
        "facts": feed.facts,
        "complete": feed.closed,
        "failure": failure,
        "notes": "; ".join(feed.notes),
    }
