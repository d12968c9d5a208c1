"""How far an answer can be trusted. Unknown is not zero: what could not be read is said."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import strawberry

from app.domain.events.coverage import Feed
from app.domain.ids import TenantId
from app.graphql.context import Asked
from app.projections import coverage_gaps, tenants
from app.projections.coverage_gaps import Gap as Uncovered
from app.projections.reading import Freshness as Read
from app.projections.reading import Moment

GAPS_DAYS = 30
"""How far back a tenant's own freshness looks for gaps in its calls: as far as Graph could still be asked."""

NO_CODE = "READ_FAILED"

FeedName = strawberry.enum(Feed, name="Feed", description="A source SUA reads.")


@strawberry.type(description="When a source was last read completely.")
class FeedFreshness:
    feed: FeedName  # type: ignore[valid-type]
    collected_at: datetime | None = strawberry.field(description="UTC; null: never.")


@strawberry.type(description="What an answer lacks.")
class Gap:
    feed: FeedName  # type: ignore[valid-type]
    since: datetime | None = strawberry.field(description="UTC; null: it was never read.")
    until: datetime | None = strawberry.field(description="UTC, excluded; null: it lasts.")
    reason: str = strawberry.field(
        description="NOT_LISTED: no listing covered these hours, so calls may be lacking. CALLS_MISSING: Microsoft "
        f"lists calls that are not there yet. Otherwise the error code of the read that failed, or {NO_CODE}."
    )


@strawberry.type(description="How far an answer can be trusted.")
class Freshness:
    collected_at: datetime | None = strawberry.field(
        description="Last complete read of licences, for answers about calls the last listing of calls; UTC; "
        "null: never."
    )
    complete: bool = strawberry.field(description="What is asked about was read, and there is no gap.")
    estimated: bool = strawberry.field(
        description="The last complete read was on an earlier day: its state is carried forward."
    )
    gaps: list[Gap] = strawberry.field(
        description="Feeds whose latest read did not complete, and hours whose calls are not all there. Hours younger "
        "than three hours are no gap yet."
    )
    feeds: list[FeedFreshness]
    last_failure: str | None = strawberry.field(description="Error code of the newest failed read.")
    last_failure_at: datetime | None = strawberry.field(description="UTC.")


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Whose data, as of which moment, and the instant it was known at: later than it nothing could be expected."""

    tenant: TenantId
    moment: Moment
    known_at: datetime


async def of_tenant(asked: Asked, what: Knowledge) -> Freshness:
    """Of everything SUA reads; of calls the last 30 days before the moment, since calls were first listed."""
    read = await tenants.freshness_at(asked.db, what.tenant, what.moment)
    watch = await coverage_gaps.watched(asked.db, what.tenant, what.moment)
    calls: list[Uncovered] = []
    feeds = dict(read.feeds)
    if watch is not None:
        feeds[Feed.CALLS] = watch.listed_at
        end = min(what.moment.at, what.known_at)
        since = max(watch.covered_since, end - timedelta(days=GAPS_DAYS))
        calls = await coverage_gaps.gaps_in(asked.db, what.tenant, what.moment, since, end, what.known_at)
    gaps = [*(_failed(read, Feed(name)) for name in read.failed_feeds), *map(_of_calls, calls)]
    return Freshness(
        collected_at=read.collected_at,
        complete=read.complete and not gaps,
        estimated=read.estimated,
        gaps=gaps,
        feeds=_feeds(feeds),
        last_failure=read.last_failure,
        last_failure_at=read.last_failure_at,
    )


async def of_calls(asked: Asked, what: Knowledge, since: datetime, until: datetime) -> Freshness:
    """Of the calls that began in [since, until), however long before the first listing that is."""
    watch = await coverage_gaps.watched(asked.db, what.tenant, what.moment)
    end = min(until, what.moment.at, what.known_at)
    gaps = await coverage_gaps.gaps_in(asked.db, what.tenant, what.moment, since, end, what.known_at)
    listed_at = None if watch is None else watch.listed_at
    return Freshness(
        collected_at=listed_at,
        complete=watch is not None and not gaps,
        estimated=False,
        gaps=[_of_calls(gap) for gap in gaps],
        feeds=_feeds({Feed.CALLS: listed_at}),
        last_failure=None,
        last_failure_at=None,
    )


def _failed(read: Read, feed: Feed) -> Gap:
    """The newest failure is known by its code; of an older one of another feed only that it was."""
    named, _, code = (read.last_failure or "").partition(": ")
    reason = code if named == feed and code else NO_CODE
    return Gap(feed=feed, since=read.feeds.get(feed), until=None, reason=reason)


def _of_calls(gap: Uncovered) -> Gap:
    return Gap(feed=Feed.CALLS, since=gap.since, until=gap.until, reason=gap.reason.value)


def _feeds(read: Mapping[Feed, datetime | None]) -> list[FeedFreshness]:
    return [FeedFreshness(feed=feed, collected_at=at) for feed, at in read.items()]
