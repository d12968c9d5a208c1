"""All customers side by side, each in its own currency: nothing is summed across them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID

import strawberry

from app.auth.viewer import ALL
from app.domain.access import State
from app.graphql.context import Asked
from app.graphql.finding_types import FindingTier
from app.graphql.freshness import Freshness, Knowledge, of_tenant
from app.graphql.ids import thing_id
from app.graphql.money import MoneySum
from app.graphql.paging import Connection, asked_page, place
from app.graphql.scalars import DAY_MIN, shown_share
from app.graphql.tenants import TenantState, checked_past
from app.insight.portfolio import Figures, figures_of
from app.projections import reading, tenants
from app.projections.reading import AsOfOutOfRange
from app.projections.tenants import TenantRow

PAGE_SIZE, PAGE_SIZE_MAX = 10, 25
"""Every customer of a page is judged whole, which takes up to seconds for the largest."""


@strawberry.type(description="Waste of one tier.")
class TierWaste:
    tier: FindingTier  # type: ignore[valid-type]
    seats: int
    saving: MoneySum = strawberry.field(description="A month, net.")


@strawberry.type(description="A customer among others. Amounts are of a month, net, in the customer's own currency.")
class PortfolioTenant:
    tenant_id: strawberry.ID = strawberry.field(description="Taken by `tenant(id:)`.")
    name: str = strawberry.field(description="The provider's word for the customer.")
    state: TenantState  # type: ignore[valid-type]
    as_of: date = strawberry.field(description="The civil day in the tenant's time zone; its end counts.")
    currency: str = strawberry.field(description="ISO 4217 code.")
    freshness: Freshness
    run_rate: MoneySum | None = strawberry.field(
        description="What the paid units cost a month. Null: nothing is known."
    )
    waste: list[TierWaste] = strawberry.field(
        description="Seats wasted, no more than are paid, the surest tier first; never to be added up."
    )
    unassigned: MoneySum | None = strawberry.field(description="Billed units beyond the buffer that nobody holds.")
    seats: int = strawberry.field(description="Seats held.")
    people: int = strawberry.field(description="People who hold them.")
    utilisation_assigned: float | None = strawberry.field(
        description="Of PAID products by their worth: 1 is all; null: nothing has a price, or a rate is missing."
    )
    utilisation_active: float | None = strawberry.field(description="As above (1 is all), of active seats only.")
    priced_coverage: float | None = strawberry.field(
        description="Share (0 to 1) of the paid units that have a price; null: none are paid."
    )


async def portfolio(
    asked: Asked, as_of: date | None, known_at: datetime | None, first: int | None, after: str | None
) -> Connection[PortfolioTenant]:
    """The tenants the viewer may see, by name, as of a day: in a zone where it has not begun, as of its today."""
    newest = (asked.now + timedelta(hours=14)).date()
    if as_of is not None and not DAY_MIN <= as_of <= newest:
        raise AsOfOutOfRange(f"`asOf` lies between {DAY_MIN} and today, not {as_of}.")
    checked_past("knownAt", known_at, asked.now)
    seen = asked.viewer.tenants
    where = place(None, "portfolio", [asked.viewer.directory, asked.viewer.oid, as_of, known_at])
    limits = replace(asked.limits, page_size=PAGE_SIZE, page_size_max=PAGE_SIZE_MAX)
    page = asked_page(asked.cursors, limits, where, first, after, 0, tuple[str, UUID])
    return await page.filled(
        lambda limit: tenants.listed(asked.db, None if seen is ALL else list(seen), page.after, limit),
        lambda row: (row.name, row.tenant),
        lambda rows: _shown(asked, rows, as_of, known_at),
    )


async def _shown(
    asked: Asked, rows: Sequence[TenantRow], as_of: date | None, known_at: datetime | None
) -> list[PortfolioTenant]:
    return [await _one(asked, row, as_of, known_at) for row in rows]


async def _one(asked: Asked, row: TenantRow, as_of: date | None, known_at: datetime | None) -> PortfolioTenant:
    at = await asked.present(row.tenant)
    day = as_of if as_of is not None and as_of < at.on else None
    if day is not None or known_at is not None:
        at = await reading.moment(asked.db, row.tenant, day, known_at, asked.now)
    then = await tenants.found(asked.db, row.tenant, at)
    figures: Figures | None = None
    if then is not None:
        assessment = await asked.assessments.of(asked.db, row.tenant, at, then, keep=False)
        figures = await figures_of(asked.db, row.tenant, assessment)
    return PortfolioTenant(
        tenant_id=strawberry.ID(thing_id("Tenant", row.tenant)),
        name=row.name,
        state=State((then or row).state),
        as_of=at.on,
        currency=(then or row).policy.currency,
        freshness=await of_tenant(asked, Knowledge(row.tenant, at, known_at or asked.now)),
        run_rate=None if figures is None else MoneySum.of(figures.run_rate),
        waste=[]
        if figures is None
        else [TierWaste(tier=tier, seats=seats, saving=MoneySum.of(total)) for tier, seats, total in figures.waste],
        unassigned=None if figures is None else MoneySum.of(figures.unassigned),
        seats=0 if figures is None else figures.seats,
        people=0 if figures is None else figures.people,
        utilisation_assigned=None if figures is None else shown_share(figures.used.assigned),
        utilisation_active=None if figures is None else shown_share(figures.used.active),
        priced_coverage=None if figures is None else shown_share(figures.priced_coverage),
    )
