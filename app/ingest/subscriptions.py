"""Graph's change notification subscription on a tenant's call records: one per tenant, kept alive as a job.

Each run lists what Graph has, deletes duplicates and what is not ours to use, renews the one there is or makes one, and
writes down what became of it. Killed anywhere, the next run finds what Graph says and goes on from there.

Sources: "subscription resource type", "Reduce missing subscriptions and change notifications".
"""

import asyncio
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from app.commands.record_subscription import (
    RecordLostSubscription,
    RecordSubscription,
    known_subscription,
    record_lost_subscription,
    record_subscription,
)
from app.domain.errors import Refused
from app.domain.events.coverage import SubscriptionEnd
from app.domain.ids import TenantId
from app.domain.subscription import Subscription
from app.ingest import alerts, schedule, subscription_rows
from app.ingest.alerts import Alert
from app.ingest.bound import client_of
from app.ingest.graph_client import GraphClient
from app.ingest.graph_errors import BadUpstreamAnswer, GraphConflict, GraphNotFound
from app.ingest.graph_http import Json
from app.ingest.schedule import Job, Taken
from app.ingest.webhooks import LIFECYCLE_PATH, NOTIFICATIONS_PATH
from app.ingest.workshop import Workshop

RESOURCE = "/communications/callRecords"
CHANGE = "updated"
"""Fires at the first sight of a record and at every later version; `created` beside it would only bring doubles."""

LIFE = timedelta(minutes=4_225)
"""Graph allows 4,230 minutes from its own clock's now."""

RENEWED_AFTER = min(timedelta(days=1), LIFE / 2)
"""Half life or less, and a day at most: each run also compares what Graph has with what SUA knows."""

SOONEST = timedelta(minutes=1)
"""Should Graph tell an end that is past, it is looked at again all the same, but not without a pause."""

_JUST_RENEWED = timedelta(hours=1)
"""Asked to reauthorise so soon after a renewal, the authorisation alone is renewed."""


class _Found(BaseModel):
    """A subscription as Graph has it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    resource: str
    url: str | None = Field(None, alias="notificationUrl")
    lifecycle_url: str | None = Field(None, alias="lifecycleNotificationUrl")
    change: str = Field(alias="changeType")
    expires_at: AwareDatetime = Field(alias="expirationDateTime")


@dataclass(frozen=True, slots=True)
class _Keeper:
    """One run for one tenant."""

    client: GraphClient
    shop: Workshop
    tenant: TenantId

    async def keep(self) -> datetime:
        """Returns until when the tenant's one subscription lives."""
        before = await asyncio.to_thread(known_subscription, self.tenant, self.shop.desk)
        listed = await self._listed()
        ours = await self._ours(listed)
        kept = None if ours is None else await self._renewed(ours)
        if kept is None:
            await self._lost(_why(before, listed, self.shop, ours is not None))
            kept = await self._created()
        await asyncio.to_thread(self._settled, kept)
        return kept.expires_at

    async def _listed(self) -> list[_Found]:
        """This application's subscriptions on the tenant's call records, however they notify."""
        found = [_read(row) async for page in self.client.pages("/subscriptions") for row in page]
        wanted = RESOURCE.strip("/").lower()
        return [each for each in found if each.resource.strip("/").lower() == wanted]

    async def _ours(self, listed: list[_Found]) -> _Found | None:
        """The one that notifies us as we want it, with a secret we know; the others are deleted."""
        known = await asyncio.to_thread(self._known)
        usable = [each for each in listed if each.id in known and _notifies_us(each, self.shop)]
        ours = max(usable, key=lambda each: (each.expires_at, each.id), default=None)
        for each in listed:
            if each is not ours:
                await self._deleted(each)
        return ours

    async def _deleted(self, subscription: _Found) -> None:
        try:
            await self.client.delete(f"/subscriptions/{subscription.id}")
        except GraphNotFound:
            return

    async def _renewed(self, ours: _Found) -> _Found | None:
        """The same one with a later end, and its authorisation new; None where Graph has lost it meanwhile."""
        now = self.shop.desk.now()
        try:
            if ours.expires_at > now + LIFE - _JUST_RENEWED:
                await self.client.post(f"/subscriptions/{ours.id}/reauthorize", {})
                return ours
            body: Json = {"expirationDateTime": _written(now + LIFE)}
            return _read(await self.client.patch(f"/subscriptions/{ours.id}", body))
        except GraphNotFound:
            return None

    async def _lost(self, reason: SubscriptionEnd) -> None:
        """What is not notified any more is to be found by listing, at once."""
        await asyncio.to_thread(self._ended)
        command = RecordLostSubscription(self.tenant, reason, uuid4())
        if await asyncio.to_thread(record_lost_subscription, command, self.shop.desk):
            await asyncio.to_thread(self._list_calls)

    async def _created(self) -> _Found:
        try:
            return await self._asked()
        except GraphConflict:
            # Another worker was faster, or a request of ours got no answer. With the secret known it is adopted.
            listed = await self._listed()
            ours = await self._ours(listed)
            return await self._asked() if ours is None else ours

    async def _asked(self) -> _Found:
        secret = secrets.token_urlsafe(32)
        await asyncio.to_thread(self._await_notifications, secret)
        body: Json = {
            "resource": RESOURCE,
            "changeType": CHANGE,
            "notificationUrl": _address(self.shop, NOTIFICATIONS_PATH),
            # Cannot be added later, and is demanded for a life of more than an hour.
            "lifecycleNotificationUrl": _address(self.shop, LIFECYCLE_PATH),
            "expirationDateTime": _written(self.shop.desk.now() + LIFE),
            "clientState": secret,
        }
        try:
            made = _read(await self.client.post("/subscriptions", body))
        except Refused:
            # Graph has not made it. After any other error it may have, and its notifications are still to be known.
            await asyncio.to_thread(self._forget, secret)
            raise
        await asyncio.to_thread(self._name, secret, made)
        return made

    def _known(self) -> dict[str, datetime]:
        with self.shop.database() as db:
            return subscription_rows.known(db, self.tenant)

    def _await_notifications(self, secret: str) -> None:
        now = self.shop.desk.now()
        with self.shop.database() as db:
            subscription_rows.await_notifications(db, self.tenant, self.client.directory, secret, RESOURCE, now)

    def _forget(self, secret: str) -> None:
        with self.shop.database() as db:
            subscription_rows.forget(db, secret)

    def _name(self, secret: str, made: _Found) -> None:
        with self.shop.database() as db:
            subscription_rows.name(db, secret, made.id, made.expires_at)

    def _ended(self) -> None:
        """Until another is made there is none, and alerts go by that."""
        with self.shop.database() as db:
            subscription_rows.end_others(db, self.tenant, None, self.shop.desk.now())

    def _list_calls(self) -> None:
        with self.shop.database() as db:
            schedule.enlist(db, self.tenant, Job.RECONCILE, self.shop.desk.now())

    def _settled(self, kept: _Found) -> None:
        """Write down what Graph says, the fact first: killed between the two, the next run does the rest."""
        record_subscription(RecordSubscription(self.tenant, kept.id, kept.expires_at, uuid4()), self.shop.desk)
        with self.shop.database() as db:
            subscription_rows.lives_until(db, kept.id, kept.expires_at)
            subscription_rows.end_others(db, self.tenant, kept.id, self.shop.desk.now())
            for kind in (Alert.SUBSCRIPTION_EXPIRING, Alert.SUBSCRIPTION_LOST):
                alerts.settle(db, kind, self.tenant)


async def keep_subscribed(shop: Workshop, tenant: TenantId, _: Taken) -> datetime:
    """Have exactly one live subscription that notifies us, renewed. Raises what GraphClient raises."""
    async with await client_of(shop, tenant) as client:
        expires_at = await ensure_subscription(client, shop, tenant)
    now = shop.desk.now()
    return now + max(SOONEST, min(RENEWED_AFTER, (expires_at - now) / 2))


async def ensure_subscription(client: GraphClient, shop: Workshop, tenant: TenantId) -> datetime:
    """One run; returns when the subscription ends unless it is renewed."""
    return await _Keeper(client, shop, tenant).keep()


def _why(before: Subscription, listed: list[_Found], shop: Workshop, was_there: bool) -> SubscriptionEnd:
    """Why the one the log knows brings nothing any more."""
    still = next((each for each in listed if each.id == before.id), None)
    if before.expires_at is not None and before.expires_at <= shop.desk.now() and still is None:
        return SubscriptionEnd.EXPIRED
    if still is None or was_there:
        return SubscriptionEnd.NOT_FOUND
    return SubscriptionEnd.SECRET_UNKNOWN if _notifies_us(still, shop) else SubscriptionEnd.ADDRESS_CHANGED


def _notifies_us(subscription: _Found, shop: Workshop) -> bool:
    """At today's addresses, of every change. The lifecycle address cannot be changed; not every answer tells it."""
    return (
        subscription.change == CHANGE
        and subscription.url == _address(shop, NOTIFICATIONS_PATH)
        and subscription.lifecycle_url in (None, _address(shop, LIFECYCLE_PATH))
    )


def _address(shop: Workshop, path: str) -> str:
    return f"{shop.public_url}{path}"


def _written(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def _read(row: Json) -> _Found:
    try:
        return _Found.model_validate(row)
    except ValidationError as error:
        raise BadUpstreamAnswer("a subscription lacks its id, resource, change type or expiry") from error
