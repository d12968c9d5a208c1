"""What telephone calls cost, summed."""

from datetime import date
from uuid import UUID

import strawberry

from app.domain.cost_report import shown_parts
from app.domain.ids import TenantId, UserId
from app.graphql.at_moment import AtMoment
from app.graphql.calls import asked_window
from app.graphql.context import Asked, Info
from app.graphql.ids import thing_id
from app.graphql.money import MoneySum
from app.graphql.scalars import Seconds
from app.insight.phone_costs import PhoneCostLine, PhoneCostsBy, pstn_costs
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
    key: str | None = strawberry.field(description="The value grouped by; of a user its `userId`. Null: not told.")
    label: str = strawberry.field(description="The key in words; a user's name, or pseudonym without Sua.SeePersons.")
    calls: int = strawberry.field(description="Rows of the logs.")
    seconds: Seconds = strawberry.field(description="Seconds of these calls, as the logs count them.")
    unpriced_calls: int = strawberry.field(description="Rows `cost` leaves out: no charge, or no rate card, is known.")
    cost: MoneySum | None = strawberry.field(description="Net. Null: nothing of it is known, which is not zero.")


@strawberry.type(description="What telephone calls cost. Never added to the minutes of call records.")
class PstnCosts:
    since: date = strawberry.field(description="The first civil day.")
    until: date = strawberry.field(description="The first civil day left out.")
    groups: list[PstnCost] = strawberry.field(description="By key; what has none is last. They sum to the total.")
    total: PstnCost


@strawberry.type
class PstnCostQuestions(AtMoment):
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
        found = await pstn_costs(asked.db, self.tenant, self.moment, self.row, begin, end, group_by)
        labels = await _labels(asked, self.tenant, self.moment, group_by, [line.key for line in found.lines])
        costs = shown_parts([line.cost for line in found.lines])
        return PstnCosts(
            since=found.since,
            until=found.until,
            groups=[
                _shown(line, *labels[line.key], MoneySum.of_known(cost))
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


def _shown(line: PhoneCostLine, key: str | None, label: str, cost: MoneySum | None) -> PstnCost:
    return PstnCost(
        key=key, label=label, calls=line.rows, seconds=Seconds(line.seconds), unpriced_calls=line.unpriced, cost=cost
    )
