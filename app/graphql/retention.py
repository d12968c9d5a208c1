"""For how long who called whom is kept at a customer, and what is gone."""

import strawberry

from app.domain.ids import TenantId
from app.graphql.context import Info
from app.projections import call_retention


@strawberry.type(
    description="For how long it is kept who took part in calls. A calendar month's (UTC, of the calls' start) is "
    "dropped whole, at every moment and for good; numbers of calls, minutes and money stay."
)
class CallRetention:
    days: int = strawberry.field(description="Days after the last day of a month until its details are dropped.")
    dropped_months: list[str] = strawberry.field(description='Months whose details are gone, e.g. "2026-03".')
    late_calls: int = strawberry.field(
        description="Call records, and rows of the telephone logs, that came when the details of their month were "
        "gone: they were counted and not stored."
    )


@strawberry.type
class RetentionQuestions:
    tenant: strawberry.Private[TenantId]

    @strawberry.field(description="For how long it is kept who called whom, and what is gone.")
    async def call_retention(self, info: Info) -> CallRetention:
        asked = info.context
        rule = await call_retention.rule_at(asked.db, self.tenant, await asked.present(self.tenant))
        return CallRetention(days=rule.days, dropped_months=list(rule.dropped), late_calls=sum(rule.late.values()))
