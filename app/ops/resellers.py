"""`sua resellers`: which customers a reseller's people may see."""

import getpass
import logging
from typing import Annotated, Any
from uuid import UUID

import typer

from app import telemetry
from app.assembly import Parts, assembled
from app.auth.grants import EVERYBODY
from app.commands.set_price import check_tenant
from app.domain.ids import TenantId
from app.eventstore.pools import Connection
from app.ops.console import AsJson, show
from app.settings import Settings

app = typer.Typer(help="Resellers: grant, revoke, list which customers they may see.", no_args_is_help=True)

Directory = Annotated[UUID, typer.Argument(help="The reseller's own Entra directory.")]
Tenant = Annotated[UUID, typer.Argument(help="SUA's id of the customer.")]
Person = Annotated[
    UUID | None, typer.Option(help="Object id in that directory; without it, everybody there with Sua.Reseller.")
]

_COLUMNS = ("directory", "person", "tenant", "granted_at", "granted_by")


@app.command("grant")
def grant(directory: Directory, tenant: Tenant, *, person: Person = None, as_json: AsJson = False) -> None:
    """Let a reseller see a customer; names of people stay pseudonyms. Given again, nothing changes."""
    with assembled(Settings.load()) as parts:
        give(parts, directory, tenant, person)
        with parts.workshop.database() as db:
            found = granted(db, directory, tenant)
    show([each for each in found if each["person"] == person], as_json=as_json)


def give(parts: Parts, directory: UUID, tenant: UUID, person: UUID | None = None) -> None:
    """Write a grant down; `person` None: everybody of the directory with the role. Raises `TenantUnknown`."""
    check_tenant(TenantId(tenant), parts.desk)
    with parts.workshop.database() as db:
        added = db.execute(
            "INSERT INTO reseller_grants (tenant_id, directory_id, person, granted_at, granted_by)"
            " VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
            (tenant, directory, person or EVERYBODY, parts.desk.now(), getpass.getuser()),
        ).rowcount
    telemetry.say("reseller.granted", logging.INFO, directory=directory, person=person, tenant=tenant, added=added)


@app.command("revoke")
def revoke(directory: Directory, tenant: Tenant, *, person: Person = None, as_json: AsJson = False) -> None:
    """Take one grant back, within 10 seconds. What a person was given by name and what everybody was are two grants."""
    with assembled(Settings.load()) as parts:
        with parts.workshop.database() as db:
            removed = db.execute(
                "DELETE FROM reseller_grants WHERE tenant_id = %s AND directory_id = %s AND person = %s",
                (tenant, directory, person or EVERYBODY),
            ).rowcount
        telemetry.say(
            "reseller.revoked", logging.INFO, directory=directory, person=person, tenant=tenant, removed=removed
        )
    show([{"directory": directory, "person": person, "tenant": tenant, "revoked": removed}], as_json=as_json)


@app.command("list")
def list_grants(
    *,
    directory: Annotated[UUID | None, typer.Option(help="Only this reseller's.")] = None,
    tenant: Annotated[UUID | None, typer.Option(help="Only of this customer.")] = None,
    as_json: AsJson = False,
) -> None:
    """Every grant: who may see which customer, since when, and who gave it."""
    with assembled(Settings.load()) as parts, parts.workshop.database() as db:
        found = granted(db, directory, tenant)
    show(found, as_json=as_json)


def granted(db: Connection, directory: UUID | None, tenant: UUID | None) -> list[dict[str, Any]]:
    """Grants by reseller, person and customer; None: of any."""
    found = db.execute(
        "SELECT directory_id, nullif(person, %(everybody)s), tenant_id, granted_at, granted_by FROM reseller_grants"
        " WHERE (%(directory)s::uuid IS NULL OR directory_id = %(directory)s)"
        " AND (%(tenant)s::uuid IS NULL OR tenant_id = %(tenant)s) ORDER BY directory_id, person, tenant_id",
        {"everybody": EVERYBODY, "directory": directory, "tenant": tenant},
    )
    return [dict(zip(_COLUMNS, row, strict=True)) for row in found.fetchall()]
