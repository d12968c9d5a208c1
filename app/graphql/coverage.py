"""The coverage ledger: hour by hour, what is known of a tenant's calls and what is lacking."""

from datetime import datetime, timedelta

import strawberry

from app.domain.events.coverage import Pass
from app.domain.ids import TenantId
from app.graphql.context import Info
from app.graphql.errors import BadUserInput
from app.graphql.scalars import checked_instant
from app.projections import coverage_gaps
from app.projections.coverage_gaps import HOUR, HourRow, hour_of

DAYS = 3
DAYS_MAX = 31

ListingPass = strawberry.enum(
    Pass, name="ListingPass", description="How a listing of calls came about; later ones leave fewer calls to appear."
)


@strawberry.type(description="Calls that began in one hour. It counts records, so test calls count.")
class CoverageHour:
    hour: datetime = strawberry.field(description="Its beginning, UTC.")
    notified: int = strawberry.field(description="Calls Microsoft announced before a listing missed them.")
    fetched: int = strawberry.field(description="Calls that are there.")
    listed: int | None = strawberry.field(description="Calls Microsoft listed; null: no listing has touched the hour.")
    missing: int = strawberry.field(description="Calls, or revisions of them, that were listed and are not there yet.")
    best_pass: ListingPass | None = strawberry.field(  # type: ignore[valid-type]
        name="pass", description="The best listing that covered the whole hour; null: none."
    )


@strawberry.type
class CoverageQuestions:
    tenant: strawberry.Private[TenantId]

    @strawberry.field(
        description=f"The ledger of calls, every hour that touches [since, until). By default the last {DAYS} days; "
        f"at most {DAYS_MAX} days."
    )
    async def coverage(
        self, info: Info, since: datetime | None = None, until: datetime | None = None
    ) -> list[CoverageHour]:
        asked = info.context
        end = checked_instant("until", until) or asked.now
        begin = checked_instant("since", since) or end - timedelta(days=DAYS)
        if not begin <= end <= begin + timedelta(days=DAYS_MAX):
            raise BadUserInput(f"`since` to `until` spans 0 to {DAYS_MAX} days.")
        first = hour_of(begin)
        present = await asked.present(self.tenant)
        rows = await coverage_gaps.hours_in(asked.db, self.tenant, present, first, end)
        known = {row.hour: row for row in rows}
        hours = (first + nth * HOUR for nth in range(-((first - end) // HOUR)))
        return [_shown(known.get(hour) or HourRow(hour, 0, 0, None, 0, None)) for hour in hours]


def _shown(row: HourRow) -> CoverageHour:
    return CoverageHour(
        hour=row.hour,
        notified=row.notified,
        fetched=row.fetched,
        listed=row.listed,
        missing=row.missing,
        best_pass=row.best,
    )
