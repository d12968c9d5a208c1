"""A customer leaves: what Graph still does for them is ended, as far as Graph can be reached."""

import asyncio
from uuid import uuid4

from app.commands.record_subscription import RecordLostSubscription, known_subscription, record_lost_subscription
from app.domain.errors import Refused, Unavailable
from app.domain.events.coverage import SubscriptionEnd
from app.domain.ids import TenantId
from app.ingest.bound import client_of
from app.ingest.graph_errors import GraphNotFound
from app.ingest.workshop import Workshop


def unsubscribe(shop: Workshop, tenant: TenantId) -> str | None:
    """End the subscription, at Graph as well if it answers. Returns the error's code where that could not be done:
    Graph ends it by itself within three days, and its notifications are of nobody until then. A repeat does nothing."""
    known = known_subscription(tenant, shop.desk)
    if not known.held or known.id is None:
        return None
    reason = None
    try:
        asyncio.run(_deleted(shop, tenant, known.id))
    except (Refused, Unavailable) as error:
        reason = error.code
    record_lost_subscription(RecordLostSubscription(tenant, SubscriptionEnd.OFFBOARDED, uuid4()), shop.desk)
    return reason


async def _deleted(shop: Workshop, tenant: TenantId, subscription: str) -> None:
    async with await client_of(shop, tenant) as client:
        try:
            await client.delete(f"/subscriptions/{subscription}")
        except GraphNotFound:
            return
