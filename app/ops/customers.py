"""`sua tenants`: invite customers, look at them, let them go."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import timedelta
from typing import Annotated, Any, TypeVar
from uuid import UUID, uuid4

import psycopg
import typer
from rich.console import Console

from app.assembly import Parts, assembled, required
from app.commands.offboard_tenant import OffboardTenant, offboard_tenant
from app.domain.errors import TenantUnknown
from app.domain.ids import TenantId
from app.eventstore.pools import DatabaseDown
from app.ingest import invitations, mail
from app.ingest.feeds import end_tenant
from app.ingest.invitations import Invitation
from app.ops.console import AsJson, err, out, say_json, show
from app.projections import tenants
from app.settings import Settings

app = typer.Typer(help="Customers: invite, list, show, offboard.", no_args_is_help=True)

Tenant = Annotated[UUID, typer.Argument(help="SUA's id of the customer.")]
Answer = TypeVar("Answer")

_MANY = 10_000
_LISTED = ("tenant_id", "name", "state", "default_domain", "licences_collected_at")


@app.command("invite")
def invite_tenant(
    name: Annotated[str, typer.Argument(help="The customer's name.")],
    email: Annotated[str, typer.Argument(help="Their administrator's e-mail address.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Make an invitation and e-mail its consent link; without SUA_SMTP_URL the mail is printed."""
    with assembled(Settings.load()) as parts:
        invitation = invite(parts, name, email, err if as_json else out)
    if as_json:
        say_json({"tenant": invitation.tenant, "link": invitation.link, "expires_at": invitation.expires_at})


def invite(parts: Parts, name: str, email: str, screen: Console) -> Invitation:
    """Invite a customer and send the mail, or show it on `screen` where no mail server is set."""
    settings = parts.settings
    with parts.workshop.database() as db:
        invitation = invitations.invite(
            parts.desk,
            db,
            name,
            email,
            public_url=settings.public_url,
            valid_for=timedelta(days=settings.invitation_days),
        )
    message = mail.compose(invitation, settings.mail_from)
    if settings.smtp_url is not None:
        asyncio.run(mail.send(message, settings.smtp_url.get_secret_value()))
    else:
        mail.show(message, lambda text: screen.print(text, highlight=False, soft_wrap=True))
    return invitation


@app.command("list")
def list_tenants(*, as_json: AsJson = False) -> None:
    """Every customer and the state of their consent."""
    found = _asked(lambda db: tenants.listed(db, None, None, _MANY))
    show([{name: getattr(row, name) for name in _LISTED} for row in found], as_json=as_json)


@app.command("show")
def show_tenant(tenant: Tenant, *, as_json: AsJson = False) -> None:
    """All that is known of one customer: consent, permissions, what SUA can read, how fresh it is."""
    row = _asked(lambda db: tenants.found(db, TenantId(tenant)))
    if row is None:
        raise TenantUnknown(f"There is no tenant {tenant}.")
    known = asdict(row)
    if as_json:
        say_json(known)
    else:
        show([{"what": name, "value": value} for name, value in known.items()], as_json=False, title=row.name)


@app.command("offboard")
def offboard(
    tenant: Tenant,
    *,
    confirm: Annotated[UUID, typer.Option(help="The same id again, so that nobody leaves by a slip.")],
    as_json: AsJson = False,
) -> None:
    """The customer leaves: nothing is read any more; the history stays."""
    if tenant != confirm:
        raise typer.BadParameter("names another tenant", param_hint="--confirm")
    with assembled(Settings.load()) as parts:
        if parts.store.head(TenantId(tenant)) == 0:
            raise TenantUnknown(f"There is no tenant {tenant}.")
        facts = offboard_tenant(OffboardTenant(TenantId(tenant), uuid4()), parts.desk)
        end_tenant(parts.workshop, TenantId(tenant))
    show([{"tenant": tenant, "facts": facts}], as_json=as_json)


def _asked(question: Callable[[psycopg.AsyncConnection[Any]], Awaitable[Answer]]) -> Answer:
    """Ask the read tables as the write side does, which sees every tenant."""
    dsn = required(Settings.load().database_url, "database_url")

    async def ask() -> Answer:
        async with await psycopg.AsyncConnection.connect(dsn, connect_timeout=5) as db:
            return await question(db)

    try:
        return asyncio.run(ask())
    except psycopg.OperationalError as error:
        raise DatabaseDown("The database does not answer.") from error
