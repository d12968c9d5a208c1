"""Products, and the seats that lie idle."""

from collections.abc import Callable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import strawberry

from app.domain.ids import SkuId, TenantId
from app.domain.policy import DEFAULT_POLICY, LONGEST_DAYS, SHORTEST_IDLE_DAYS, IdleDaysOutOfRange
from app.graphql.at_moment import AtMoment
from app.graphql.context import Asked, Info, names_below
from app.graphql.errors import BadUserInput
from app.graphql.ids import part_of, thing_id
from app.graphql.paging import Connection, Page
from app.graphql.scalars import checked_text
from app.graphql.skus import Sku, sku_shown
from app.graphql.users import User, users_shown
from app.projections import idle_licences, users
from app.projections.idle_licences import Chosen
from app.projections.idle_licences import IdleLicence as IdleRow
from app.projections.reading import Moment
from app.projections.tenants import TenantRow


@strawberry.enum(description="Why a seat is listed.")
class IdleVerdict(StrEnum):
    IDLE = "IDLE"
    NEVER_USED = "NEVER_USED"


@strawberry.type(description="A seat nobody used for the days asked about; held and made before the days of grace.")
class IdleLicence:
    user_id: strawberry.ID = strawberry.field(description="Taken by `user` arguments.")
    user_name: str | None = strawberry.field(description="A pseudonym for viewers without Sua.SeePersons.")
    department: str | None = strawberry.field(description="At the moment.")
    sku: Sku
    user: User | None = strawberry.field(description="The holder as they were at the moment.")
    verdict: IdleVerdict = strawberry.field(description="NEVER_USED: no activity was ever seen.")
    held_since: datetime = strawberry.field(description="Held by any path without a break since then, UTC.")
    quiet_since: datetime | None = strawberry.field(description="The last evidence of activity, UTC; null: never any.")
    suspected: bool = strawberry.field(
        description="Sign-in was attempted of late, perhaps by somebody else: a person should look."
    )


@strawberry.type(description="A product's seats, counted. A seat is a user with the product, by however many paths.")
class LicenceSummary:
    sku: Sku
    held: int = strawberry.field(description="Seats held by anybody.")
    idle: int = strawberry.field(description="Seats without activity for the idle days.")
    never_used: int = strawberry.field(description="Seats whose holder was never active.")
    unverifiable: int = strawberry.field(
        description="Seats of which nothing can be said, as nothing that shows activity was read in the week before."
    )


@strawberry.type
class LicenceQuestions(AtMoment):
    @strawberry.field(description="Products the tenant had, with their units, by part number.")
    async def skus(self, info: Info) -> list[Sku]:
        found = await info.context.skus(self.tenant, self.moment)
        return [Sku.of(self.tenant, self.moment, row) for row in found.values()]

    @strawberry.field(
        description="Seats idle or never used, the longest quiet first. `idleDays`: civil days without activity, "
        "by default the tenant's own rule. Unverifiable seats are counted in `licenceSummary` and not listed."
    )
    async def idle_licences(
        self,
        info: Info,
        idle_days: int | None = None,
        sku: strawberry.ID | None = None,
        department: str | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[IdleLicence]:
        asked = info.context
        page, chosen = self.listing_of_idle(info, idle_days, sku, department, first, after)
        tenant_row = await self.row_at(asked, page.pinned)
        wanted = chosen(tenant_row)
        below = names_below(info)
        return await page.filled(
            lambda limit: idle_licences.idle_at(asked.db, self.tenant, page.pinned, **wanted, limit=limit),
            lambda row: (row.quiet_since, row.user, row.sku),
            lambda rows: _shown(asked, self.tenant, page.pinned, tenant_row, rows, below),
        )

    def listing_of_idle(
        self,
        info: Info,
        idle_days: int | None = None,
        sku: strawberry.ID | None = None,
        department: str | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> tuple[Page[Moment, Any], Callable[[TenantRow | None], Chosen]]:
        """The page of `idleLicences`, and which seats it is of by the tenant's row at the page's moment."""
        product, place = self._sku(sku), checked_text("department", department)
        key = tuple[datetime | None, UUID, UUID]
        page = self.page(info, "idleLicences", [idle_days, product, place], first, after, key)

        def chosen(tenant_row: TenantRow | None) -> Chosen:
            days, grace = _days(tenant_row, idle_days)
            return {
                "idle_days": days,
                "grace_days": grace,
                "sku": product,
                "department": place,
                "after": page.after,
            }

        return page, chosen

    @strawberry.field(
        description="Seats of every product held, counted. `idleDays`: civil days without activity, by default the "
        "tenant's own rule."
    )
    async def licence_summary(self, info: Info, idle_days: int | None = None) -> list[LicenceSummary]:
        asked = info.context
        found = await idle_licences.summary_at(asked.db, self.tenant, self.moment, *_days(self.row, idle_days))
        return [
            LicenceSummary(
                sku=await sku_shown(asked, self.tenant, self.moment, each.sku),
                held=each.held,
                idle=each.idle,
                never_used=each.never_used,
                unverifiable=each.unverifiable,
            )
            for each in found
        ]

    def _sku(self, sku: strawberry.ID | None) -> SkuId | None:
        if sku is None:
            return None
        product = part_of("Sku", self.tenant, sku)
        if product is None:
            raise BadUserInput("`sku` is no product's id.")
        return SkuId(product)


def _days(row: TenantRow | None, idle_days: int | None) -> tuple[int, int]:
    """Idle days and days of grace: as asked, else the tenant's own, else SUA's."""
    rules = row if row is not None else DEFAULT_POLICY
    days = rules.idle_days if idle_days is None else idle_days
    if not SHORTEST_IDLE_DAYS <= days <= LONGEST_DAYS:
        raise IdleDaysOutOfRange(f"`idleDays` lies between {SHORTEST_IDLE_DAYS} and {LONGEST_DAYS}, not {days}.")
    return days, rules.grace_days


async def _shown(
    asked: Asked,
    tenant: TenantId,
    at: Moment,
    tenant_row: TenantRow | None,
    rows: Sequence[IdleRow],
    below: frozenset[str],
) -> list[IdleLicence]:
    holders: dict[UUID, User] = {}
    if "user" in below:
        named = await users.named_at(asked.db, tenant, at, list({row.user for row in rows}))
        shown = await users_shown(asked, tenant, at, tenant_row, named, below)
        holders = {row.user: user for row, user in zip(named, shown, strict=True)}
    return [
        IdleLicence(
            user_id=strawberry.ID(thing_id("User", tenant, row.user)),
            user_name=asked.name_of_user(tenant, row.user, row.display_name),
            department=row.department,
            sku=await sku_shown(asked, tenant, at, row.sku),
            user=holders.get(row.user),
            verdict=IdleVerdict.NEVER_USED if row.quiet_since is None else IdleVerdict.IDLE,
            held_since=row.held_since,
            quiet_since=row.quiet_since,
            suspected=row.suspected,
        )
        for row in rows
    ]
