"""Customers invited through the API: links, mails, and what is still open. Only by the provider's administrators."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

import strawberry

from app.auth.viewer import Forbidden
from app.commands.desk import Desk
from app.commands.inviting import Invitation, Inviting, Mailed
from app.domain.errors import Refused, Unavailable
from app.domain.ids import TenantId
from app.graphql.changing import Changed, ReadOnly
from app.graphql.context import Asked, Info
from app.graphql.errors import masked
from app.graphql.ids import thing_id
from app.graphql.scalars import Position, checked_text
from app.graphql.tenants import row_seen
from app.telemetry import bound

InvitationMail = strawberry.enum(
    Mailed, name="InvitationMail", description="What became of the mail that carries a consent link."
)

Answer = TypeVar("Answer")


@strawberry.type(
    description="A consent link was made. Whoever holds it may consent for the customer: hand it to their "
    "administrator alone. It is told this once and kept nowhere."
)
class Invited:
    tenant_id: strawberry.ID = strawberry.field(description="Of the customer; taken by `tenant(id:)`.")
    position: Position = strawberry.field(description="Ask `at(atLeast: position)` to be shown the customer.")
    link: str = strawberry.field(description="Opens SUA's page, which leads to Microsoft's consent.")
    expires_at: datetime = strawberry.field(description="Until when the link is valid, UTC.")
    mail: InvitationMail = strawberry.field(  # type: ignore[valid-type]
        description="What became of the mail; the link is valid whatever did."
    )
    mail_error: str | None = strawberry.field(description="The error code of a mail that failed; null: none failed.")


@strawberry.type
class InvitationChanges:
    @strawberry.mutation(
        description="Invite a customer: founds the tenant, with the provider's prices, and makes a consent link, which "
        "is mailed where a mail server is set. Repeated with the same name and address before they consent: another "
        "link for the same tenant. CUSTOMER_KNOWN for the name of another customer. Provider's administrators only."
    )
    async def invite_tenant(self, info: Info, name: str, email: str) -> Invited:
        asked = info.context
        desk, inviting = _inviting(asked)
        checked_text("name", name)
        checked_text("email", email)
        return await _invited(asked, desk, inviting, lambda: inviting.invite(name, email))

    @strawberry.mutation(
        description="Make another consent link for a customer, and mail it to the address of the first: the link was "
        "lost or has expired, or access ended. Older links stay valid until they expire. Provider's administrators "
        "only."
    )
    async def remind_tenant(self, info: Info, tenant: strawberry.ID) -> Invited:
        row = await row_seen(info.context, tenant)
        desk, inviting = _inviting(info.context)
        return await _invited(info.context, desk, inviting, lambda: inviting.again(row.tenant))

    @strawberry.mutation(
        description="Take an invitation back: its links lead nowhere any more, and the customer is let go, for good. "
        "INVITATION_ACCEPTED once they have consented. Provider's administrators only."
    )
    async def withdraw_invitation(self, info: Info, tenant: strawberry.ID) -> Changed:
        row = await row_seen(info.context, tenant)
        desk, inviting = _inviting(info.context)
        facts = await _aside(row.tenant, lambda: inviting.withdraw(row.tenant))
        return Changed(
            tenant_id=strawberry.ID(thing_id("Tenant", row.tenant)),
            position=await _head(desk, row.tenant),
            facts=facts,
        )


def _inviting(asked: Asked) -> tuple[Desk, Inviting]:
    if not asked.viewer.may_invite:
        raise Forbidden("Customers are invited by the provider's administrators.")
    if asked.desk is None or asked.desk.inviting is None:
        raise ReadOnly("This address answers questions only; nothing can be changed through it.")
    return asked.desk, asked.desk.inviting


async def _invited(asked: Asked, desk: Desk, inviting: Inviting, act: Callable[[], Invitation]) -> Invited:
    """A mail that fails, however, takes nothing back: the customer is there, and the link can be handed over."""
    made = await asyncio.to_thread(act)
    async with asked.aside():  # a mail server may take its time
        mail, error = await _mailed(inviting, made)
    return Invited(
        tenant_id=strawberry.ID(thing_id("Tenant", made.tenant)),
        position=await _head(desk, made.tenant),
        link=made.link,
        expires_at=made.expires_at,
        mail=mail,
        mail_error=error,
    )


async def _mailed(inviting: Inviting, made: Invitation) -> tuple[Mailed, str | None]:
    """What became of the mail, and the error code of one that failed. Never raises."""
    try:
        return await _aside(made.tenant, lambda: inviting.deliver(made)), None
    except (Refused, Unavailable) as failed:
        return Mailed.FAILED, failed.code
    except Exception as failed:  # noqa: BLE001 - an odd setting must not lose the link; told by kind, as a fault of ours
        return Mailed.FAILED, masked(failed)["extensions"]["code"]


async def _aside(tenant: TenantId, act: Callable[[], Answer]) -> Answer:
    with bound(tenant=tenant):
        return await asyncio.to_thread(act)


async def _head(desk: Desk, tenant: TenantId) -> Position:
    return Position(await asyncio.to_thread(desk.store.head, tenant))
