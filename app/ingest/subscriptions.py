"""Graph's change notification subscription on a tenant's call records: one per tenant, made when it has consented.

Its secret (`clientState`) is stored, hashed, before Graph hears of it: notifications may overtake the answer that
names the subscription, and are known by the secret then. Renewal before the expiry is not done here yet.
"""

import asyncio
import secrets
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from psycopg import Connection
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from app.commands.record_subscription import RecordSubscription, record_subscription
from app.domain.errors import Refused
from app.domain.ids import DirectoryId, TenantId
from app.ingest.bound import client_of
from app.ingest.graph_client import GraphClient
from app.ingest.graph_errors import BadUpstreamAnswer, GraphConflict, GraphNotFound
from app.ingest.graph_http import Json
from app.ingest.notifications import hashed
from app.ingest.schedule import Taken
from app.ingest.webhooks import LIFECYCLE_PATH, NOTIFICATIONS_PATH
from app.ingest.workshop import Workshop

RESOURCE = "/communications/callRecords"
CHANGE = "updated"
"""Fires at the first sight of a record and at every later version; `created` beside it would only bring doubles."""

LIFE = timedelta(minutes=4_225)
"""Graph allows 4,230 minutes from its own clock's now."""

_STALE = timedelta(days=1)


class _Subscription(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    resource: str
    change: str = Field(alias="changeType")
    url: str | None = Field(None, alias="notificationUrl")
    expires_at: AwareDatetime = Field(alias="expirationDateTime")


async def keep_subscribed(shop: Workshop, tenant: TenantId, _: Taken) -> datetime:
    """Due again when the subscription has ended. Renewing it before that belongs here."""
    async with await client_of(shop, tenant) as client:
        return await ensure_subscription(client, shop, tenant)


async def ensure_subscription(client: GraphClient, shop: Workshop, tenant: TenantId) -> datetime:
    """Have exactly one live subscription that notifies us; returns when it ends. A repeat finds it and changes nothing.

    One whose secret we do not know (a worker was killed before it was stored) is deleted and made anew. Raises what
    GraphClient raises.
    """
    try:
        subscription = await _found(client, shop, tenant) or await _created(client, shop, tenant)
    except GraphConflict:
        # Another worker was faster, between our look and our request.
        existing = await _found(client, shop, tenant)
        if existing is None:
            raise
        subscription = existing
    command = RecordSubscription(tenant, subscription.id, subscription.expires_at, uuid4())
    await asyncio.to_thread(record_subscription, command, shop.desk)
    return subscription.expires_at


def stop(db: Connection, tenant: TenantId) -> None:
    """The customer left: no notification for it is known any more."""
    db.execute("DELETE FROM graph_subscriptions WHERE tenant_id = %s", (tenant,))


async def _found(client: GraphClient, shop: Workshop, tenant: TenantId) -> _Subscription | None:
    """Our subscription, if Graph has it and it notifies us here; others of ours on the resource are deleted."""
    known = await asyncio.to_thread(_known, shop, tenant)
    ours = None
    for subscription in await _listed(client):
        if subscription.id in known and subscription.url == _address(shop, NOTIFICATIONS_PATH) and ours is None:
            ours = subscription
            continue
        try:
            await client.delete(f"/subscriptions/{subscription.id}")
        except GraphNotFound:
            continue
    return ours


async def _listed(client: GraphClient) -> list[_Subscription]:
    """This application's subscriptions on the tenant's call records."""
    found = [_read(row) async for page in client.pages("/subscriptions") for row in page]
    wanted = RESOURCE.strip("/")
    return [each for each in found if each.resource.strip("/") == wanted and each.change == CHANGE]


async def _created(client: GraphClient, shop: Workshop, tenant: TenantId) -> _Subscription:
    secret = secrets.token_urlsafe(32)
    await asyncio.to_thread(_await_notifications, shop, tenant, client.directory, secret)
    body: Json = {
        "resource": RESOURCE,
        "changeType": CHANGE,
        "notificationUrl": _address(shop, NOTIFICATIONS_PATH),
        # Cannot be added later, and is demanded for a life of more than an hour.
        "lifecycleNotificationUrl": _address(shop, LIFECYCLE_PATH),
        "expirationDateTime": f"{shop.desk.now() + LIFE:%Y-%m-%dT%H:%M:%SZ}",
        "clientState": secret,
    }
    try:
        subscription = _read(await client.post("/subscriptions", body))
    except Refused:
        # Graph has not made it. After any other error it may have, and its notifications are still to be known.
        await asyncio.to_thread(_forget, shop, secret)
        raise
    await asyncio.to_thread(_name, shop, tenant, secret, subscription)
    return subscription


def _address(shop: Workshop, path: str) -> str:
    return f"{shop.public_url}{path}"


def _read(row: Json) -> _Subscription:
    try:
        return _Subscription.model_validate(row)
    except ValidationError as error:
        raise BadUpstreamAnswer("a subscription lacks its id, resource, change type or expiry") from error


def _known(shop: Workshop, tenant: TenantId) -> set[str]:
    with shop.database() as db:
        rows = db.execute(
            "SELECT subscription_id FROM graph_subscriptions WHERE tenant_id = %s AND subscription_id IS NOT NULL",
            (tenant,),
        )
        return {subscription for (subscription,) in rows}


def _await_notifications(shop: Workshop, tenant: TenantId, directory: DirectoryId, secret: str) -> None:
    with shop.database() as db:
        db.execute(
            "INSERT INTO graph_subscriptions (client_state_hash, tenant_id, directory_id, resource, created_at)"
            " VALUES (%s, %s, %s, %s, %s)",
            (hashed(secret), tenant, UUID(str(directory)), RESOURCE, shop.desk.now()),
        )


def _name(shop: Workshop, tenant: TenantId, secret: str, subscription: _Subscription) -> None:
    now = shop.desk.now()
    with shop.database() as db:
        db.execute(
            "UPDATE graph_subscriptions SET subscription_id = %s, expires_at = %s WHERE client_state_hash = %s",
            (subscription.id, subscription.expires_at, hashed(secret)),
        )
        # Not at once: what an earlier subscription has sent may still be on its way, for up to 4 hours.
        db.execute(
            "DELETE FROM graph_subscriptions WHERE tenant_id = %s AND coalesce(expires_at, created_at) < %s",
            (tenant, now - _STALE),
        )


def _forget(shop: Workshop, secret: str) -> None:
    with shop.database() as db:
        db.execute("DELETE FROM graph_subscriptions WHERE client_state_hash = %s", (hashed(secret),))
