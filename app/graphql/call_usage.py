"""The time a tenant's users spent on calls, summed."""

from collections.abc import Sequence
from datetime import date
from enum import Enum
from uuid import UUID

import strawberry

from app.domain.ids import TenantId, UserId
from app.domain.small_groups import SMALL_GROUPS_LABEL, told_together
from app.graphql.at_moment import AtMoment
from app.graphql.calls import WINDOW_DAYS, asked_window, names_of
from app.graphql.context import Asked, Info
from app.graphql.errors import BadUserInput, QueryTooCostly
from app.graphql.freshness import Freshness, Knowledge, of_calls
from app.graphql.ids import thing_id
from app.graphql.scalars import Seconds
from app.insight import call_groups
from app.projections import call_usage
from app.projections.call_usage import Grouping, Usage
from app.projections.reading import Moment, Question, rows

WINDOW_DAYS_MAX = 400


@strawberry.enum(
    description="What call usage is summed by. Departments and the like are those of the user on that day."
)
class UsageGrouping(Enum):
    DEPARTMENT = "department"
    COMPANY = "company"
    COST_CENTRE = "cost_centre"
    COUNTRY = "country"
    USER = "user"
    DAY = "day"
    DIRECTION = "direction"
    KIND = "kind"
    MODALITY = "modality"
    WEEKDAY_HOUR = "weekday_hour"


_OF_PEOPLE = (UsageGrouping.DEPARTMENT, UsageGrouping.COMPANY, UsageGrouping.COST_CENTRE, UsageGrouping.COUNTRY)

BY_CALL = (UsageGrouping.KIND, UsageGrouping.MODALITY, UsageGrouping.WEEKDAY_HOUR)
"""What the calls themselves say."""


@strawberry.type(description="Call usage of one group.")
class CallUsage:
    key: str | None = strawberry.field(
        description="The group; a user's id for USER; Microsoft's words for KIND and MODALITY, where all of a call "
        'stand together, as "audio + video"; for WEEKDAY_HOUR weekday and hour, "1 09" being Monday at nine. Null: the '
        "directory does not say; of USER, people of months whose details are gone; of MODALITY, none was told; or, "
        "with `smallGroups` above 0, several groups together."
    )
    name: str | None = strawberry.field(
        description="The user's name (or pseudonym) for USER; the words for small groups together; otherwise the key."
    )
    calls: int = strawberry.field(description="A call counts once for each of its users.")
    participant_seconds: Seconds = strawberry.field(
        description="Sum over users of their time in calls; overlapping sessions of a user in a call count once."
    )
    users: int = strawberry.field(description="Users with a call; at least so many where details of months are gone.")
    failed_calls: int
    small_groups: int = strawberry.field(
        description="Groups of DEPARTMENT, COMPANY, COST_CENTRE or COUNTRY told together here to viewers without "
        "Sua.SeePersons, as some have fewer than five users with a call; 0: one group."
    )


@strawberry.type(description="Call usage of some days, and how far it can be trusted.")
class CallReport:
    since: date = strawberry.field(description="The first civil day, in the tenant's time zone.")
    until: date = strawberry.field(description="The civil day after the last.")
    usage: list[CallUsage]
    freshness: Freshness = strawberry.field(description="Of the calls of exactly these days.")


@strawberry.type
class UsageQuestions(AtMoment):
    @strawberry.field(
        description="Calls and time in calls of the tenant's users, for calls that began on the civil days "
        f"[since, until) of the time zone known as they were recorded, summed; `callReport` "
        f"tells what they lack. By default the {WINDOW_DAYS} days up to the "
        f"moment; at most {WINDOW_DAYS_MAX} days."
    )
    async def call_usage(
        self,
        info: Info,
        since: date | None = None,
        until: date | None = None,
        group_by: UsageGrouping = UsageGrouping.DEPARTMENT,
    ) -> list[CallUsage]:
        begin, end = usage_window(self.moment, since, until)
        return await _used(info.context, self.tenant, self.moment, begin, end, group_by)

    @strawberry.field(
        description="Call usage as `callUsage` says it, with what it lacks: the hours of these days whose calls are "
        "not all there."
    )
    async def call_report(
        self,
        info: Info,
        since: date | None = None,
        until: date | None = None,
        group_by: UsageGrouping = UsageGrouping.DEPARTMENT,
    ) -> CallReport:
        asked, at = info.context, self.moment
        begin, end = usage_window(at, since, until)
        known = Knowledge(self.tenant, at, self.known_by(asked))
        return CallReport(
            since=begin,
            until=end,
            usage=await _used(asked, self.tenant, at, begin, end, group_by),
            freshness=await of_calls(asked, known, at.day_begins(begin), at.day_begins(end)),
        )


async def _used(
    asked: Asked, tenant: TenantId, at: Moment, begin: date, end: date, group_by: UsageGrouping
) -> list[CallUsage]:
    found = [call_usage.usage_of(row) for row in await rows(asked.db, *spending(tenant, at, begin, end, group_by))]
    if len(found) > asked.limits.nodes:
        raise QueryTooCostly("groups", len(found), asked.limits.nodes)
    if group_by is UsageGrouping.USER:
        return await _by_user(asked, tenant, at, found)
    if group_by in _OF_PEOPLE and not asked.viewer.sees_persons(tenant):
        together = told_together({row.key: row.users for row in found})
        if together:
            apart = [_usage(row, row.key, row.key) for row in found if row.key not in together]
            grouping: Grouping = group_by.value
            one = await call_usage.spent_together(asked.db, tenant, at, begin, end, grouping, together)
            return [*apart, _usage(one, None, SMALL_GROUPS_LABEL, len(together))]
    return [usage_shown(row) for row in found]


def spending(tenant: TenantId, at: Moment, begin: date, end: date, group_by: UsageGrouping) -> Question:
    """The question of a grouping; `call_usage.usage_of` reads its rows."""
    match group_by:
        case UsageGrouping.KIND | UsageGrouping.MODALITY | UsageGrouping.WEEKDAY_HOUR:
            return call_groups.spending(tenant, at, begin, end, group_by.value)
        case _:
            return call_usage.spending(tenant, at, begin, end, group_by.value)


def usage_shown(row: Usage) -> CallUsage:
    """A group that is called what it is."""
    return _usage(row, row.key, row.key)


def usage_window(at: Moment, since: date | None = None, until: date | None = None) -> tuple[date, date]:
    """As `asked_window`. Raises BadUserInput for more than usage is told of."""
    begin, end = asked_window(at, since, until)
    if (end - begin).days > WINDOW_DAYS_MAX:
        raise BadUserInput(f"`since` to `until` spans at most {WINDOW_DAYS_MAX} days, not {(end - begin).days}.")
    return begin, end


async def _by_user(asked: Asked, tenant: TenantId, at: Moment, found: Sequence[Usage]) -> list[CallUsage]:
    ids = {row.key: UserId(UUID(row.key)) for row in found if row.key is not None}
    names = await names_of(asked, tenant, at, set(ids.values()))
    shown = []
    for row in found:
        user = ids[row.key] if row.key is not None else None
        key = None if user is None else thing_id("User", tenant, user)
        name = None if user is None else asked.name_of_user(tenant, user, names.get(user))
        shown.append(_usage(row, key, name))
    return shown


def _usage(row: Usage, key: str | None, name: str | None, small_groups: int = 0) -> CallUsage:
    return CallUsage(
        key=key,
        name=name,
        calls=row.calls,
        participant_seconds=Seconds(row.participant_seconds),
        users=row.users,
        failed_calls=row.failed_calls,
        small_groups=small_groups,
    )
