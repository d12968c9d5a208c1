"""How far an answer can be trusted. Unknown is not zero: what could not be read is said."""

from datetime import datetime

import strawberry

from app.domain.events.coverage import Feed
from app.projections.reading import Freshness as Read

FeedName = strawberry.enum(Feed, name="Feed", description="A source SUA reads.")


@strawberry.type(description="When a source was last read completely.")
class FeedFreshness:
    feed: FeedName  # type: ignore[valid-type]
    collected_at: datetime | None = strawberry.field(description="UTC; null: never.")


@strawberry.type(description="How far an answer can be trusted.")
class Freshness:
    collected_at: datetime | None = strawberry.field(description="Last complete read of licences, UTC; null: never.")
    complete: bool = strawberry.field(description="Licences were read, and no feed's latest read failed.")
    estimated: bool = strawberry.field(
        description="The last complete read was on an earlier day: its state is carried forward."
    )
    gaps: list[FeedName] = strawberry.field(description="Feeds whose latest read did not complete.")  # type: ignore[valid-type]
    feeds: list[FeedFreshness]
    last_failure: str | None = strawberry.field(description="Error code of the newest failed read.")
    last_failure_at: datetime | None = strawberry.field(description="UTC.")

    @classmethod
    def of(cls, read: Read) -> "Freshness":
        return cls(
            collected_at=read.collected_at,
            complete=read.complete,
            estimated=read.estimated,
            gaps=[Feed(name) for name in read.failed_feeds],
            feeds=[FeedFreshness(feed=feed, collected_at=at) for feed, at in read.feeds.items()],
            last_failure=read.last_failure,
            last_failure_at=read.last_failure_at,
        )
