"""Which notification subscription a customer's feed has, until when, and whether it was lost: one row a feed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

import psycopg

from app.domain.events import Event
from app.domain.events.coverage import Feed, SubscriptionCreated, SubscriptionLost, SubscriptionRenewed
from app.domain.ids import TenantId
from app.projections.bearings import Bearings
from app.projections.columns import Column
from app.projections.facts import Fact, Instant, instant
from app.projections.projection import Versioned
from app.projections.reading import OPEN, Moment, rows
from app.projections.versioned import Book, Table, Value, Version


class Standing(StrEnum):
    """EXPIRED: its end has passed, and nothing was heard of it since."""

    LIVE = "LIVE"
    EXPIRED = "EXPIRED"
    LOST = "LOST"


@dataclass(frozen=True, slots=True)
class SubscriptionRow:
    """The newest subscription of a feed. `lost_reason`: a SubscriptionEnd; None while it is not known to be lost."""

    tenant: TenantId
    feed: str
    subscription: str
    expires_at: datetime
    created_at: datetime
    renewed_at: datetime | None
    lost_at: datetime | None
    lost_reason: str | None

    def standing(self, now: datetime) -> Standing:
        """What is so at an instant, by what the row knows."""
        if self.lost_at is not None:
            return Standing.LOST
        return Standing.LIVE if now < self.expires_at else Standing.EXPIRED


_COLUMNS = """
    s.tenant_id, s.feed, s.subscription, s.expires_at, s.created_at, s.renewed_at, s.lost_at, s.lost_reason
"""


async def of_feed(db: psycopg.AsyncConnection[Any], tenant: TenantId, feed: Feed, at: Moment) -> SubscriptionRow | None:
    """A feed's subscription as known at a moment; None: there never was one."""
    found = await rows(
        db,
        f"""
        SELECT {_COLUMNS} FROM subscriptions s
        WHERE s.tenant_id = %(tenant)s AND s.feed = %(feed)s
          AND s.since_position <= %(position)s AND s.until_position > %(position)s
        """,
        {"tenant": tenant, "feed": feed.value, "position": at.position},
    )
    return SubscriptionRow(*found[0]) if found else None


async def listed(
    db: psycopg.AsyncConnection[Any], tenants: Sequence[TenantId] | None, feed: Feed
) -> list[SubscriptionRow]:
    """The newest subscriptions of a feed of these customers; None: of all the transaction may see."""
    found = await rows(
        db,
        f"""
        SELECT {_COLUMNS} FROM subscriptions s
        WHERE (%(tenants)s::uuid[] IS NULL OR s.tenant_id = ANY (%(tenants)s::uuid[]))
          AND s.feed = %(feed)s AND s.until_position = {OPEN}
        """,
        {"tenants": None if tenants is None else list(tenants), "feed": feed.value},
    )
    return [SubscriptionRow(*row) for row in found]


class _Values(NamedTuple):
    """What a row says, as the columns stand."""

    subscription: str
    expires_at: Instant
    created_at: Instant
    renewed_at: Instant | None = None
    lost_at: Instant | None = None
    lost_reason: str | None = None


def project(facts: Sequence[Fact], book: Book, _: Bearings) -> None:
    """One row a feed; only call records are notified of, so only they have one."""
    key = (Feed.CALLS.value,)
    for fact in facts:
        known: Sequence[Version] = book.of(key)
        before = _Values(*known[0].value) if known else None
        if (value := _after(fact.event, before)) is not None:
            book.put(key, [((), value)], fact.position)


def _after(event: Event, before: _Values | None) -> Value | None:
    """A renewal or a loss of a subscription whose creation is not known changes nothing: None."""
    match event:
        case SubscriptionCreated():
            return _Values(event.subscription, instant(event.expires_at), instant(event.happened_at))
        case SubscriptionRenewed() if before is not None and before.subscription == event.subscription:
            ends, renewed = instant(event.expires_at), instant(event.happened_at)
            return before._replace(expires_at=ends, renewed_at=renewed, lost_at=None, lost_reason=None)
        case SubscriptionLost() if before is not None and before.subscription == event.subscription:
            return before._replace(lost_at=instant(event.happened_at), lost_reason=event.reason.value)
        case _:
            return before


_FACTS: tuple[type[Event], ...] = (SubscriptionCreated, SubscriptionRenewed, SubscriptionLost)

PROJECTION = Versioned(
    table=Table(
        "subscriptions",
        key=(Column("feed", "text"),),
        place=(),
        values=(
            Column("subscription", "text"),
            Column("expires_at", "timestamptz"),
            Column("created_at", "timestamptz"),
            Column("renewed_at", "timestamptz"),
            Column("lost_at", "timestamptz"),
            Column("lost_reason", "text"),
        ),
    ),
    facts=frozenset(_FACTS),
    looked_up=lambda _: {"feed": (Feed.CALLS.value,)},
    project=project,
)
