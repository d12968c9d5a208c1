"""What telephone calls cost, summed."""

from datetime import date
from uuid import UUID

import strawberry

from app.domain.cost_report import shown_parts
from app.domain.ids import TenantId, UserId
from app.domain.small_groups import SMALL_GROUPS_LABEL
from app.graphql.at_moment import AtMoment
from app.graphql.calls import asked_window
from app.graphql.context import Asked, Info
from app.graphql.ids import thing_id
from app.graphql.money import MoneySum
from app.graphql.scalars import Seconds, checked_month, shown_share
from app.insight.phone_costs import PhoneCostLine, PhoneCostsBy, pstn_costs
from app.insight.plan_pools import PlanPool, plan_pools
from app.projections import users
from app.projections.reading import Moment

PstnCostGrouping = strawberry.enum(
    PhoneCostsBy,
    name="PstnCostGrouping",
    description="DEPARTMENT: the user's on the call's day. COUNTRY: where to. DIRECTION: Microsoft's kind of call. "
    "CAPABILITY: the licence that carried it.",
)


@strawberry.type(description="Telephone calls with something in common: rows of the PSTN and Direct Routing logs.")
class PstnCost:
    key: str | None = strawberry.field(
        description="The value grouped by; of a user its `userId`. Null: not told, or users of months whose details "
        "are gone; or, with `smallGroups` above 0, "
        "several departments together."
    )
    label: str = strawberry.field(description="The key in words; a user's name, or pseudonym without Sua.SeePersons.")
    calls: int = strawberry.field(description="Rows of the logs.")
    seconds: Seconds = strawberry.field(description="Seconds of these calls, as the logs count them.")
    unpriced_calls: int = strawberry.field(description="Rows `cost` leaves out: no charge, or no rate card, is known.")
    cost: MoneySum | None = strawberry.field(description="Net. Null: nothing of it is known, which is not zero.")
    small_groups: int = strawberry.field(
        description="Departments told together here to viewers without Sua.SeePersons, as some have fewer than five "
        "users with a call; 0: one value."
    )


@strawberry.type(description="What telephone calls cost. Never added to the minutes of call records.")
class PstnCosts:
    since: date = strawberry.field(description="The first civil day.")
    until: date = strawberry.field(description="The first civil day left out.")
    groups: list[PstnCost] = strawberry.field(
        description="By key; then what has none, then small groups. They sum to the total."
    )
    total: PstnCost


@strawberry.type(
    description="Minutes the licences of one calling plan in one country include over a calendar month in UTC, and how "
    "many were called. The least any country includes is taken."
)
class CallingPlanPool:
    country: str | None = strawberry.field(description="Usage location of the users, e.g. DE; null: not told.")
    capability: str = strawberry.field(description="The plan, as Microsoft's log and products name it.")
    licences: int = strawberry.field(description="Seats with it at the month's end, or at the moment's.")
    minutes_at_home: float = strawberry.field(description="Called out within the country: seconds over 60.")
    included_at_home: int = strawberry.field(description="Minutes.")
    share_at_home: float | None = strawberry.field(description="1 is all, more is possible; null: none is included.")
    minutes_abroad: float = strawberry.field(description="Called out to other countries: seconds over 60.")
    included_abroad: int = strawberry.field(description="Minutes.")
    share_abroad: float | None = strawberry.field(description="As above: 1 is all, more is possible.")

    @classmethod
    def of(cls, pool: PlanPool) -> "CallingPlanPool":
        return cls(
            country=pool.country,
            capability=pool.capability,
            licences=pool.licences,
            minutes_at_home=round(float(pool.minutes_at_home), 2),
            included_at_home=pool.included_at_home,
            share_at_home=shown_share(pool.share_at_home),
            minutes_abroad=round(float(pool.minutes_abroad), 2),
            included_abroad=pool.included_abroad,
            share_abroad=shown_share(pool.share_abroad),
        )


@strawberry.type
class PstnCostQuestions(AtMoment):
    @strawberry.field(
        description='How far the minutes of calling plans are used in a calendar month (UTC), e.g. "2026-10", up to '
        "the moment; by country and plan."
    )
    async def calling_plan_pools(self, info: Info, month: str) -> list[CallingPlanPool]:
        found = await plan_pools(info.context.db, self.tenant, self.moment, checked_month(month))
        return [CallingPlanPool.of(pool) for pool in found]

    @strawberry.field(
        description="The cost of calls that began on the civil days [since, until), up to the moment's day; by default "
        "the 7 days up to it. At most 400 days (RANGE_TOO_LONG). Null before the tenant's first fact."
    )
    async def pstn_costs(
        self,
        info: Info,
        since: date | None = None,
        until: date | None = None,
        group_by: PstnCostGrouping = PhoneCostsBy.DEPARTMENT,  # type: ignore[valid-type]
    ) -> PstnCosts | None:
        asked = info.context
        begin, end = asked_window(self.moment, since, until)
        if self.row is None:
            return None
        persons = asked.viewer.sees_persons(self.tenant)
        found = await pstn_costs(asked.db, self.tenant, self.moment, self.row, begin, end, group_by, persons=persons)
        labels = await _labels(asked, self.tenant, self.moment, group_by, [line.key for line in found.lines])
        costs = shown_parts([line.cost for line in found.lines])
        return PstnCosts(
            since=found.since,
            until=found.until,
            groups=[
                _shown(line, *_named(line, labels), MoneySum.of_known(cost))
                for line, cost in zip(found.lines, costs, strict=True)
            ],
            total=_shown(found.total, None, "Total", MoneySum.of_known(found.total.cost)),
        )


async def _labels(
    asked: Asked, tenant: TenantId, at: Moment, by: PhoneCostsBy, keys: list[str | None]
) -> dict[str | None, tuple[str | None, str]]:
    """By each key as it was found: as it is shown, and in words."""
    if by is not PhoneCostsBy.USER:
        return {key: (key, key or "Not told") for key in keys}
    ids = {key: UserId(UUID(key)) for key in keys if key is not None}
    names = {row.user: row.display_name for row in await users.named_at(asked.db, tenant, at, list(ids.values()))}
    labels: dict[str | None, tuple[str | None, str]] = {None: (None, "Not told")}
    for key, user in ids.items():
        labels[key] = (thing_id("User", tenant, user), asked.name_of_user(tenant, user, names.get(user)) or str(user))
    return labels


def _named(line: PhoneCostLine, labels: dict[str | None, tuple[str | None, str]]) -> tuple[str | None, str]:
    return (None, SMALL_GROUPS_LABEL) if line.small_groups else labels[line.key]


def _shown(line: PhoneCostLine, key: str | None, label: str, cost: MoneySum | None) -> PstnCost:
    return PstnCost(
        key=key,
        label=label,
        calls=line.rows,
        seconds=Seconds(line.seconds),
        unpriced_calls=line.unpriced,
        cost=cost,
        small_groups=line.small_groups,
    )
