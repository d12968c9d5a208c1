"""Whether Microsoft notifies SUA of a customer's calls."""

from datetime import datetime

import strawberry

from app.domain.events.coverage import Feed, SubscriptionEnd
from app.domain.ids import TenantId
from app.graphql.context import Info
from app.projections import subscriptions
from app.projections.subscriptions import Standing, SubscriptionRow

State = strawberry.enum(Standing, name="SubscriptionState", description="Whether calls are notified.")
End = strawberry.enum(SubscriptionEnd, name="SubscriptionEnd", description="Why a subscription brings nothing more.")


@strawberry.type(
    name="CallSubscription",  # GraphQL's own root of live updates is the type `Subscription`
    description="Microsoft's promise to notify SUA of calls. Without it they are found by listing, later.",
)
class Subscription:
    state: State = strawberry.field(  # type: ignore[valid-type]
        description="LIVE; LOST: known to have ended; EXPIRED: its end has passed and it was not renewed."
    )
    expires_at: datetime = strawberry.field(description="Until when it lives or would have lived, UTC.")
    renewed_at: datetime = strawberry.field(description="When it was made or last renewed, UTC.")
    lost_at: datetime | None = strawberry.field(description="When it was known to have ended, UTC; null: it was not.")
    lost_reason: End | None = strawberry.field(description="Null: not lost.")  # type: ignore[valid-type]

    @classmethod
    def of(cls, row: SubscriptionRow, now: datetime) -> "Subscription":
        return cls(
            state=row.standing(now),
            expires_at=row.expires_at,
            renewed_at=row.renewed_at or row.created_at,
            lost_at=row.lost_at,
            lost_reason=None if row.lost_reason is None else SubscriptionEnd(row.lost_reason),
        )


@strawberry.type
class SubscriptionQuestions:
    """Mixed into Tenant."""

    tenant: strawberry.Private[TenantId]

    @strawberry.field(description="Whether Microsoft notifies SUA of this customer's calls; null: it never did.")
    async def subscription(self, info: Info) -> Subscription | None:
        asked = info.context
        row = await subscriptions.of_feed(asked.db, self.tenant, Feed.CALLS, await asked.present(self.tenant))
        return None if row is None else Subscription.of(row, asked.now)
