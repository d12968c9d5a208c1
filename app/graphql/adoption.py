"""How far workloads are used by those who have them."""

from datetime import date, timedelta

import strawberry

from app.domain.standing import Source
from app.graphql.at_moment import AtMoment
from app.graphql.context import Info
from app.graphql.errors import BadUserInput
from app.graphql.scalars import checked_day, checked_span, shown_share
from app.insight.adoption import adoption

DAYS = 28
DAYS_MAX = 400

WorkloadSource = strawberry.enum(
    Source,
    name="WorkloadSource",
    description="What can show that a person did something. TELEPHONE: calls with the telephone network. CONFERENCE: "
    "somebody joined a meeting of theirs by telephone. HUMAN: any of them; of it no days are kept.",
)


@strawberry.type(description="How far a workload is used by those who have it.")
class Adoption:
    source: WorkloadSource  # type: ignore[valid-type]
    since: date = strawberry.field(description="The first civil day of the window.")
    until: date = strawberry.field(
        description="The first civil day after it; days to come, and days on which no account was known yet, do not "
        "count."
    )
    suppressed: bool = strawberry.field(description="Fewer than five people have it, so nothing is told of them.")
    active: int | None = strawberry.field(description="People who have it and used it in the window.")
    eligible: float | None = strawberry.field(
        description="People with a plan of it switched on, on average of the window's days."
    )
    adoption: float | None = strawberry.field(description="`active` by `eligible`: 1 is all; null: nobody has it.")
    stickiness: float | None = strawberry.field(
        description="Users of a day, on average of the window's last 28 days, by the users of all of these (0 to 1); "
        "null: fewer than five used it."
    )


@strawberry.type
class AdoptionQuestions(AtMoment):
    @strawberry.field(
        description="Use of a workload on the civil days [since, until), by default the 28 days up to the moment; at "
        "most 400."
    )
    async def adoption(
        self,
        info: Info,
        source: WorkloadSource,  # type: ignore[valid-type]
        since: date | None = None,
        until: date | None = None,
    ) -> Adoption:
        if source is Source.HUMAN:
            raise BadUserInput("`source` is one workload: of HUMAN no days are kept.")
        end = self.moment.on + timedelta(days=1) if until is None else checked_day("until", until)
        begin, end = checked_span("since", end - timedelta(days=DAYS) if since is None else since, "until", end)
        if (end - begin).days > DAYS_MAX:
            raise BadUserInput(f"`since` to `until` spans at most {DAYS_MAX} days, not {(end - begin).days}.")
        found = await adoption(info.context.db, self.tenant, self.moment, source, begin, end)
        return Adoption(
            source=source,
            since=begin,
            until=end,
            suppressed=found.suppressed,
            active=found.active,
            eligible=shown_share(found.eligible),
            adoption=shown_share(found.adoption),
            stickiness=shown_share(found.stickiness),
        )
