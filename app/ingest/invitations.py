"""The link a customer's administrator gets. Whoever holds it may consent for the customer, so only its hash is kept."""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import uuid4

from psycopg import Connection

from app.commands.desk import Desk
from app.commands.invite_tenant import InviteTenant, invite_tenant
from app.commands.inviting import Invitation, OpenLink
from app.commands.tenant_known import known_tenant
from app.domain.errors import TenantUnknown
from app.domain.ids import TenantId
from app.domain.personal import Personal
from app.domain.tenant import Tenant, TenantLeft
from app.ingest.default_prices import state_defaults
from app.ingest.mail import check_address

TOKEN_BYTES = 32


def invite(desk: Desk, db: Connection, name: str, email: str, *, public_url: str, valid_for: timedelta) -> Invitation:
    """Found a new tenant, with the provider's prices, and make its consent link. A repeat makes another tenant.

    The link is stored in the transaction that is open while the fact is appended: a link without tenant would lead
    nowhere, a tenant without link could never consent.
    """
    check_address(email)
    tenant = TenantId(uuid4())
    token = secrets.token_urlsafe(TOKEN_BYTES)
    now = desk.now()
    with db.transaction():
        db.execute(
            "INSERT INTO invitations (token_hash, tenant_id, created_at, expires_at) VALUES (%s, %s, %s, %s)",
            (token_hash(token), tenant, now, now + valid_for),
        )
        invite_tenant(InviteTenant(tenant, name, Personal.alone(email), uuid4()), desk)
        state_defaults(tenant, desk, db)
    return Invitation(tenant, name, email, f"{public_url}/consent/{token}", now + valid_for)


def invite_again(desk: Desk, db: Connection, tenant: TenantId, *, public_url: str, valid_for: timedelta) -> Invitation:
    """Another link for a customer known already, to the address of the first one: it was lost, or access was.

    Older links stay valid until they expire. Raises TenantUnknown, TenantLeft, and MailAddressRefused where the
    address was erased.
    """
    known = known_tenant(tenant, desk)
    if not known.invited:
        raise TenantUnknown(f"There is no tenant {tenant}.")
    if known.offboarded:
        raise TenantLeft("The customer has left; a new invitation makes a new tenant.")
    email = (known.contact and known.contact.value) or ""
    check_address(email)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    now = desk.now()
    db.execute(
        "INSERT INTO invitations (token_hash, tenant_id, created_at, expires_at) VALUES (%s, %s, %s, %s)",
        (token_hash(token), tenant, now, now + valid_for),
    )
    return Invitation(tenant, known.customer, email, f"{public_url}/consent/{token}", now + valid_for)


def invited(db: Connection, token: str, now: datetime) -> TenantId | None:
    """Whom a link's token invites; None: unknown or expired."""
    row = db.execute(
        "SELECT tenant_id FROM invitations WHERE token_hash = %s AND expires_at > %s", (token_hash(token), now)
    ).fetchone()
    return None if row is None else TenantId(row[0])


def called(desk: Desk, named: Mapping[TenantId, str], name: str) -> dict[TenantId, Tenant]:
    """Customers of that name who have not left, whatever its case, as the log has them.

    `named`: customers whose name is known. A name never changes, so theirs tell whose log to read, beside all others.
    """
    wanted = name.strip().casefold()
    read = [each for each in desk.store.heads() if named.get(each, wanted).casefold() == wanted]
    found = {each: known_tenant(each, desk) for each in read}
    return {each: known for each, known in found.items() if _has_name(known, wanted)}


def _has_name(known: Tenant, wanted: str) -> bool:
    return known.invited and not known.offboarded and known.customer.casefold() == wanted


def open_links(db: Connection, now: datetime) -> dict[TenantId, OpenLink]:
    """The newest valid link of every customer who has one."""
    found = db.execute(
        "SELECT DISTINCT ON (tenant_id) tenant_id, created_at, expires_at FROM invitations WHERE expires_at > %s"
        " ORDER BY tenant_id, created_at DESC",
        (now,),
    )
    return {TenantId(tenant): OpenLink(made_at, expires_at) for tenant, made_at, expires_at in found}


def forget_links(db: Connection, tenant: TenantId) -> None:
    """No link of the customer's leads anywhere any more."""
    db.execute("DELETE FROM invitations WHERE tenant_id = %s", (tenant,))


def token_hash(token: str) -> bytes:
    return sha256(token.encode()).digest()
