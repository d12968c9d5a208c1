"""`sua tenants`: invite customers, look at them, let them go."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, TypeVar
from uuid import UUID, uuid4

import psycopg
import typer
from rich.console import Console

from app.assembly import Parts, assembled, present, required
from app.commands.inviting import Invitation, Mailed
from app.commands.offboard_tenant import OffboardTenant, offboard_tenant
from app.domain.access import State, advice, missing_of
from app.domain.errors import TenantUnknown
from app.domain.events.coverage import Feed
from app.domain.ids import TenantId
from app.eventstore.pools import DatabaseDown
from app.ingest import mail
from app.ingest.feeds import end_tenant
from app.ingest.leaving import unsubscribe
from app.ops.console import AsJson, err, out, say_json, show
from app.ops.database import owner_dsn
from app.ops.erasing import erase_tenant, erasure_begun
from app.projections import subscriptions, tenants
from app.projections.subscriptions import SubscriptionRow
from app.settings import Settings

app = typer.Typer(help="Customers: invite, list, show, offboard.", no_args_is_help=True)

Tenant = Annotated[UUID, typer.Argument(help="SUA's id of the customer.")]
Answer = TypeVar("Answer")

_MANY = 10_000


class History(StrEnum):
    KEEP = "keep"
    ERASE = "erase"


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
    invitation = parts.inviter.invite(name, email)
    _send(parts, invitation, screen)
    return invitation


@app.command("remind")
def remind(tenant: Tenant, *, as_json: AsJson = False) -> None:
    """E-mail a new consent link to a customer known already: the first was lost, or access ended."""
    with assembled(Settings.load()) as parts:
        invitation = parts.inviter.again(TenantId(tenant))
        _send(parts, invitation, err if as_json else out)
    if as_json:
        say_json({"tenant": invitation.tenant, "link": invitation.link, "expires_at": invitation.expires_at})


@app.command("withdraw")
def withdraw(tenant: Tenant, *, as_json: AsJson = False) -> None:
    """Take an invitation back that nobody has accepted: its links lead nowhere, and the customer is let go."""
    with assembled(Settings.load()) as parts:
        facts = parts.inviter.withdraw(TenantId(tenant))
    show([{"tenant": tenant, "facts": facts}], as_json=as_json)


def _send(parts: Parts, invitation: Invitation, screen: Console) -> None:
    if parts.inviter.deliver(invitation) is Mailed.NO_SERVER:
        message = mail.compose(invitation, parts.settings.mail_from)
        mail.show(message, lambda text: screen.print(text, highlight=False, soft_wrap=True))


@app.command("list")
def list_tenants(*, as_json: AsJson = False) -> None:
    """Every customer and the state of their consent."""
    found = _asked(lambda db: tenants.listed(db, None, None, _MANY))
    known = {each.tenant: each for each in _asked(lambda db: subscriptions.listed(db, None, Feed.CALLS))}
    now = present(Settings.load())
    show(
        [{name: getattr(row, name) for name in _LISTED} | _notified(now, known.get(row.tenant)) for row in found],
        as_json=as_json,
    )


@app.command("show")
def show_tenant(tenant: Tenant, *, as_json: AsJson = False) -> None:
    """All that is known of one customer: consent, permissions, what SUA can read, how fresh it is."""
    row = _asked(lambda db: tenants.found(db, TenantId(tenant)))
    if row is None:
        raise TenantUnknown(f"There is no tenant {tenant}.")
    state = State(row.state)
    missing = missing_of(row.permissions) if state is State.CONSENTED else ()
    notified = _notified(
        present(Settings.load()), *_asked(lambda db: subscriptions.listed(db, [row.tenant], Feed.CALLS))
    )
    known = asdict(row) | notified | {"missing_permissions": missing, "advice": advice(state, missing)}
    if as_json:
        say_json(known)
    else:
        show([{"what": name, "value": value} for name, value in known.items()], as_json=False, title=row.name)


def _notified(now: datetime, known: SubscriptionRow | None = None) -> dict[str, object]:
    """Whether Graph notifies SUA of the customer's calls; None: there never was a subscription."""
    return {
        "subscription": None if known is None else str(known.standing(now)),
        "subscription_expires_at": known and known.expires_at,
        "subscription_lost": known and known.lost_reason,
    }


@app.command("offboard")
def offboard(
    tenant: Tenant,
    *,
    confirm: Annotated[UUID, typer.Option(help="The same id again, so that nobody leaves by a slip.")],
    history: Annotated[History, typer.Option(help="keep: the facts stay readable; erase: nothing stays.")],
    as_json: AsJson = False,
) -> None:
    """The customer leaves: nothing is read any more, and the history is kept or erased. Interrupted, give it again."""
    if tenant != confirm:
        raise typer.BadParameter("names another tenant", param_hint="--confirm")
    settings = Settings.load()
    owner = owner_dsn(settings) if history is History.ERASE else None
    whom = TenantId(tenant)
    with assembled(settings) as parts:
        facts, not_ended = 0, None
        if parts.store.head(whom) != 0:
            not_ended = unsubscribe(parts.workshop, whom)
            facts = offboard_tenant(OffboardTenant(whom, uuid4()), parts.desk)
            end_tenant(parts.workshop, whom)
        elif owner is None or not erasure_begun(owner, whom):
            raise TenantUnknown(f"There is no tenant {tenant}.")
        if not_ended is not None:
            err.print(f"Graph could not be told to end the subscription ({not_ended}); it ends within three days.")
        erased = None if owner is None else erase_tenant(owner, whom, parts.desk.now())
    rows = None if erased is None else erased.rows
    show([{"tenant": tenant, "facts": facts, "history": history.value, "rows_erased": rows}], as_json=as_json)


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
