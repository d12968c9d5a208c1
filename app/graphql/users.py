"""Users of a tenant's directory, with what they hold and when they were last active."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any, ClassVar, TypeAlias

import strawberry

from app.domain.errors import Refused
from app.domain.events.licensing import Confidence, KindSource, UserKind
from app.domain.ids import SkuId, TenantId, UserId
from app.domain.licensing import SUCCESSES_KEPT_SINCE
from app.graphql.at_moment import AtMoment
from app.graphql.context import Asked, Info, names_below
from app.graphql.errors import BadUserInput
from app.graphql.ids import asked_part, part_of, thing_id, version_id
from app.graphql.node_type import Node
from app.graphql.paging import Connection, Page
from app.graphql.scalars import checked_text
from app.graphql.skus import Sku, sku_shown
from app.graphql.user_places import KEYS, PLACES
from app.projections import activity_gaps, erased_people, last_activity, licence_holdings, user_listing, users
from app.projections.reading import Moment
from app.projections.tenants import TenantRow
from app.projections.user_listing import ActivityWanted, Chosen, UserOrder
from app.projections.users import UserRow

Kind = strawberry.enum(UserKind, name="UserKind", description="Whose account it is. Only a PERSON leaves seats idle.")


Source = strawberry.enum(KindSource, name="UserKindSource", description="What a user's kind was concluded from.")
Trust = strawberry.enum(Confidence, name="Confidence", description="LOW: a person should look before money is counted.")
ActivityState = strawberry.enum(
    user_listing.Activity,
    name="ActivityState",
    description="Whether a user is active. Not knowing has a name of its own.",
)
Order = strawberry.enum(
    UserOrder, name="UserOrder", description="What users are put in order by; those without it come first, upwards."
)


class UserUnknown(Refused):
    """No such user in this tenant at this moment."""

    code: ClassVar[str] = "NOT_FOUND"


@strawberry.type(description="The newest sign of life one source showed.")
class ActivitySource:
    source: str = strawberry.field(
        description="interactive, non_interactive (also moved by failed attempts), successful, call, or a workload."
    )
    at: datetime = strawberry.field(description="When, UTC. Usage reports know the day only: noon stands for it.")


@strawberry.type(
    description="When a user was last active, judged by the tenant's idle days. Evidence is a successful sign-in, "
    "a workload's activity or a call; attempts to sign in are not."
)
class Activity:
    state: ActivityState = strawberry.field(  # type: ignore[valid-type]
        description="ACTIVE: evidence within the tenant's idle days. QUIET: evidence, but older. NEVER: none ever. "
        "UNVERIFIABLE: nothing that could show activity was read in the week before."
    )
    quiet_since: datetime | None = strawberry.field(
        description="The last evidence before the gap the user was in, UTC; null: never any, or no gap of a week."
    )
    sources: list[ActivitySource] = strawberry.field(
        description="Newest sign of life by source, as far as it lies before the moment; older ones are not kept."
    )


@strawberry.type(description="A licence a user holds by one path. The same product by two paths is one seat.")
class Holding:
    sku: Sku
    via_group: strawberry.ID | None = strawberry.field(description="The group it comes from; null: assigned directly.")
    disabled_plans: list[strawberry.ID] = strawberry.field(description="Service plans switched off, by Microsoft's id.")
    held_since: datetime = strawberry.field(description="Since when by this path with these plans, UTC.")


@strawberry.type(description="A user as the directory had them at the moment.")
class User(Node):
    id: strawberry.ID = strawberry.field(description="Of this user at this moment.")
    user_id: strawberry.ID = strawberry.field(description="Of this user at any moment; taken by `user` arguments.")
    name: str | None = strawberry.field(
        description="A pseudonym, stable in the tenant, for viewers without Sua.SeePersons. Null: none, or erased."
    )
    user_principal_name: str | None = strawberry.field(description="A pseudonym, like the name, without the role.")
    kind: Kind  # type: ignore[valid-type]
    kind_source: Source  # type: ignore[valid-type]
    kind_confidence: Trust  # type: ignore[valid-type]
    enabled: bool = strawberry.field(description="The account can sign in.")
    deleted: bool = strawberry.field(description="Gone from the directory by then.")
    department: str | None
    company: str | None
    cost_centre: str | None
    country: str | None
    usage_location: str | None
    created_at: datetime | None = strawberry.field(description="When the account was made, UTC; null: not known.")
    erased_at: datetime | None = strawberry.field(
        description="When the person was erased, UTC, told at every moment alike; null: they were not."
    )
    holdings: list[Holding] = strawberry.field(description="Licences held, by product and path.")
    activity: Activity


@strawberry.input(description="Which users. Everything given must fit.")
class UserFilter:
    department: str | None = None
    company: str | None = None
    cost_centre: str | None = None
    country: str | None = None
    kind: Kind | None = None  # type: ignore[valid-type]
    enabled: bool | None = None
    sku: strawberry.ID | None = strawberry.field(
        default=None, description="`skuId` or `id` of a product they hold, by any path."
    )
    activity: list[ActivityState] | None = strawberry.field(  # type: ignore[valid-type]
        default=None, description="One of these; QUIET and NEVER together are the idle ones."
    )
    search: str | None = strawberry.field(
        default=None, description="Part of the name or principal name, in any case. Needs Sua.SeePersons."
    )


States: TypeAlias = frozenset[user_listing.Activity] | None
"""Of which activity; None: of any."""


@strawberry.type
class UserQuestions(AtMoment):
    @strawberry.field(
        description="Users in the directory at the moment, by default by name. Without Sua.SeePersons names do not "
        "count in the order, but ids: true names in order would tell what pseudonyms hide."
    )
    async def users(
        self,
        info: Info,
        filter: UserFilter | None = None,  # noqa: A002
        order_by: Order = UserOrder.NAME,  # type: ignore[valid-type]
        descending: bool = False,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[User]:
        asked = info.context
        page, wanted, states = self.listing(info, filter, order_by, descending, first, after)
        below = names_below(info)
        tenant_row = await self.row_at(asked, page.pinned)
        if states is not None:
            observable = tenant_row is not None and tenant_row.observable(page.pinned)
            idle_days = tenant_row.idle_days if tenant_row is not None and observable else None
            wanted["activity"] = ActivityWanted(states, idle_days)
        return await page.filled(
            lambda limit: user_listing.listed_at(asked.db, self.tenant, page.pinned, **wanted, limit=limit),
            PLACES[order_by, wanted["by_name"]],
            lambda rows: users_shown(asked, self.tenant, page.pinned, tenant_row, rows, below),
        )

    def listing(
        self,
        info: Info,
        filter: UserFilter | None = None,  # noqa: A002
        order_by: UserOrder = UserOrder.NAME,
        descending: bool = False,
        first: int | None = None,
        after: str | None = None,
    ) -> tuple[Page[Moment, Any], Chosen, States]:
        """The page of `users`, which users it is of, and of which activity: that follows from the tenant's row then."""
        wanted = filter or UserFilter()
        if wanted.search is not None and not info.context.viewer.sees_persons(self.tenant):
            raise BadUserInput("`search` looks into names; it needs the role Sua.SeePersons.")
        chosen: Chosen = {
            "department": checked_text("department", wanted.department),
            "company": checked_text("company", wanted.company),
            "cost_centre": checked_text("costCentre", wanted.cost_centre),
            "country": checked_text("country", wanted.country),
            "kind": wanted.kind,
            "enabled": wanted.enabled,
            "sku": None if wanted.sku is None else SkuId(asked_part("sku", "Sku", self.tenant, wanted.sku)),
            "search": checked_text("search", wanted.search),
            "order": order_by,
            "descending": descending,
            "by_name": info.context.viewer.sees_persons(self.tenant),
        }
        states = None if wanted.activity is None else frozenset(wanted.activity)
        arguments = [*chosen.values(), None if states is None else sorted(states)]
        page = self.page(info, "users", arguments, first, after, KEYS[order_by, chosen["by_name"]])
        chosen["after"] = page.after
        return page, chosen, states

    @strawberry.field(description="One user, also one deleted by then. NOT_FOUND for any id this tenant does not know.")
    async def user(self, info: Info, id: strawberry.ID) -> User | None:  # noqa: A002
        asked = info.context
        user = part_of("User", self.tenant, id)
        row = await users.found_at(asked.db, self.tenant, self.moment, UserId(user)) if user is not None else None
        if row is None:
            raise UserUnknown("No such user in this tenant at this moment.")
        return (await users_shown(asked, self.tenant, self.moment, self.row, [row], names_below(info)))[0]


async def users_shown(
    asked: Asked,
    tenant: TenantId,
    at: Moment,
    tenant_row: TenantRow | None,
    rows: Sequence[UserRow],
    below: Annotated[frozenset[str], "fields the request selects of a user"],
) -> list[User]:
    """Users as this viewer may see them; one question a page for holdings and two for activity, if asked for."""
    ids = [row.user for row in rows]
    holdings = await _holdings(asked, tenant, at, ids) if "holdings" in below else {}
    activities = await _activities(asked, tenant, at, tenant_row, rows) if "activity" in below else {}
    erased = await erased_people.erased_at(asked.db, tenant, ids) if "erasedAt" in below else {}
    return [
        User(
            id=strawberry.ID(version_id("User", tenant, at, row.user)),
            user_id=strawberry.ID(thing_id("User", tenant, row.user)),
            name=asked.name_of_user(tenant, row.user, row.display_name),
            user_principal_name=asked.name_of_user(tenant, row.user, row.user_principal_name),
            kind=row.kind,
            kind_source=row.kind_source,
            kind_confidence=row.kind_confidence,
            enabled=row.enabled,
            deleted=row.deleted,
            department=row.department,
            company=row.company,
            cost_centre=row.cost_centre,
            country=row.country,
            usage_location=row.usage_location,
            created_at=row.created_at,
            erased_at=erased.get(row.user),
            holdings=holdings.get(row.user, []),
            activity=activities.get(row.user, _UNREAD),
        )
        for row in rows
    ]


async def _holdings(asked: Asked, tenant: TenantId, at: Moment, ids: Sequence[UserId]) -> dict[UserId, list[Holding]]:
    held: dict[UserId, list[Holding]] = {}
    for each in await licence_holdings.held_at(asked.db, tenant, at, ids):
        held.setdefault(each.user, []).append(
            Holding(
                sku=await sku_shown(asked, tenant, at, each.sku),
                via_group=None if each.via is None else strawberry.ID(str(each.via)),
                disabled_plans=[strawberry.ID(str(plan)) for plan in each.disabled_plans],
                held_since=each.held_since,
            )
        )
    return held


_UNREAD = Activity(state=ActivityState.UNVERIFIABLE, quiet_since=None, sources=[])


async def _activities(
    asked: Asked, tenant: TenantId, at: Moment, tenant_row: TenantRow | None, rows: Sequence[UserRow]
) -> dict[UserId, Activity]:
    ids = [row.user for row in rows]
    gaps = {(gap.user, gap.grade): gap for gap in await activity_gaps.quiet_at(asked.db, tenant, at, ids)}
    sources: dict[UserId, list[ActivitySource]] = {}
    for each in await last_activity.known_at(asked.db, tenant, at, ids):
        sources.setdefault(each.user, []).append(ActivitySource(source=each.source, at=each.at))
    shown: dict[UserId, Activity] = {}
    for row in rows:
        evidence = gaps.get((row.user, activity_gaps.EVIDENCE))
        weak = gaps.get((row.user, activity_gaps.WEAK))
        attempted = weak is None or weak.since is not None
        shown[row.user] = Activity(
            state=_state(at, tenant_row, row, evidence, attempted=attempted),
            quiet_since=evidence.since if evidence else None,
            sources=sources.get(row.user, []),
        )
    return shown


def _state(
    at: Moment, tenant: TenantRow | None, user: UserRow, gap: activity_gaps.Quiet | None, *, attempted: bool
) -> user_listing.Activity:
    """No gap of a week at the moment: active. An empty stamp of successes proves nothing for old accounts.

    (definitions: evidence of activity, never-used)
    """
    if tenant is None or not tenant.observable(at):
        return ActivityState.UNVERIFIABLE
    if gap is None:
        return ActivityState.ACTIVE
    if gap.since is None:
        old = user.created_at is None or user.created_at < SUCCESSES_KEPT_SINCE
        return ActivityState.UNVERIFIABLE if attempted and old else ActivityState.NEVER
    cutoff = at.day_begins(at.known_on - timedelta(days=tenant.idle_days))
    return ActivityState.QUIET if gap.since < cutoff else ActivityState.ACTIVE
