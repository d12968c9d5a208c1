"""All customers side by side, each in its own currency: nothing is summed across them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

import strawberry

from app.auth.viewer import ALL
from app.domain.access import State
from app.graphql.asked_times import checked_past
from app.graphql.context import Asked
from app.graphql.finding_types import FindingTier
from app.graphql.freshness import Freshness, Knowledge, of_tenant
from app.graphql.ids import thing_id
from app.graphql.money import MoneySum
from app.graphql.ordering import Ranked, in_order, place_after
from app.graphql.paging import Connection, asked_page, place
from app.graphql.portfolio_order import DOWNWARDS, PortfolioOrder, key_kind, value_of
from app.graphql.scalars import DAY_MIN, shown_share
from app.graphql.tenants import TenantState
from app.insight.portfolio import Figures
from app.projections import reading, tenants
from app.projections.reading import AsOfOutOfRange, Moment
from app.projections.tenants import TenantRow

PAGE_SIZE, PAGE_SIZE_MAX = 10, 25
"""Every customer of a page is judged whole, which takes up to seconds for the largest."""

TENANTS_MAX = 100_000
"""More than anybody has."""


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
        description="What the paid units cost a month. Null: nothing is known, for licences were never read by then."
    )
    waste: list[TierWaste] = strawberry.field(
        description="Seats wasted, no more than are paid, the surest tier first; never to be added up."
    )
    unassigned: MoneySum | None = strawberry.field(description="Billed units beyond the buffer that nobody holds.")
    seats: int = strawberry.field(description="Seats held; 0 with `runRate` null: unknown.")
    people: int = strawberry.field(description="People who hold them; 0 as above.")
    utilisation_assigned: float | None = strawberry.field(
        description="Of PAID products by their worth: 1 is all; null: nothing has a price, or a rate is missing."
    )
    utilisation_active: float | None = strawberry.field(description="As above (1 is all), of active seats only.")
    priced_coverage: float | None = strawberry.field(
        description="Share (0 to 1) of the paid units that have a price; null: none are paid."
    )


@dataclass(frozen=True, slots=True)
class _Then:
    """A customer at the moment asked about.

    `figures` None: nothing was known of them yet, or no read of licences was ever completed and no seat or paid unit
    is known otherwise.
    """

    row: TenantRow
    at: Moment
    then: TenantRow | None
    figures: Figures | None


@dataclass(frozen=True, slots=True)
class _Times:
    """What is asked about, by what was known until when, and the instant that is now. Raises AsOfOutOfRange."""

    as_of: date | None
    known_at: datetime | None
    now: datetime

    def __post_init__(self) -> None:
        newest = (self.now + timedelta(hours=14)).date()
        if self.as_of is not None and not DAY_MIN <= self.as_of <= newest:
            raise AsOfOutOfRange(f"`asOf` lies between {DAY_MIN} and today, not {self.as_of}.")
        checked_past("knownAt", self.known_at, self.now)

    async def of(self, asked: Asked, row: TenantRow) -> _Then:
        """In a zone where the day has not begun, as of its today."""
        asked.touched.add(row.tenant)
        at = await reading.moment(asked.db, row.tenant, None, self.known_at, self.now)
        if self.as_of is not None and self.as_of < at.on:
            at = await reading.moment(asked.db, row.tenant, self.as_of, self.known_at, self.now)
        then = await tenants.found(asked.db, row.tenant, at)
        if then is None:
            return _Then(row, at, then, None)
        figures = await asked.assessments.figures(asked.db, row.tenant, at, then)
        read = then.licences_collected_at is not None or figures.seats > 0 or figures.priced_coverage is not None
        return _Then(row, at, then, figures if read else None)


async def portfolio(
    asked: Asked,
    as_of: date | None,
    known_at: datetime | None,
    order: PortfolioOrder,
    descending: bool | None,
    first: int | None,
    after: str | None,
) -> Connection[PortfolioTenant]:
    """The tenants the viewer may see, as of a day.

    By name each page is read by itself. Every other order takes all of them, one request at a time: their figures are
    kept, and the cursor holds the instant of the first page, so that the others go by the same knowledge. Raises
    QuestionTooSlow; what was judged until then is kept, so a repeat gets further.
    """
    times = _Times(as_of, known_at, asked.now)
    down = order in DOWNWARDS if descending is None else descending
    seen = None if asked.viewer.tenants is ALL else list(asked.viewer.tenants)
    arguments = [asked.viewer.directory, asked.viewer.oid, as_of, known_at, order.name, down]
    where = place(None, "portfolio", arguments)
    limits = replace(asked.limits, page_size=PAGE_SIZE, page_size_max=PAGE_SIZE_MAX)
    if order is PortfolioOrder.NAME:
        by_name = asked_page(asked.cursors, limits, where, first, after, 0, tuple[str, UUID])

        async def shown(rows: Sequence[TenantRow]) -> list[PortfolioTenant]:
            return [await _shown(asked, await times.of(asked, row), known_at) for row in rows]

        return await by_name.filled(
            lambda limit: tenants.listed(asked.db, seen, by_name.after, limit, descending=down),
            lambda row: (row.name, row.tenant),
            shown,
        )
    page = asked_page(asked.cursors, limits, where, first, after, asked.now, key_kind(order))
    pinned = _Times(as_of, known_at or page.pinned, page.pinned)
    rows = await tenants.listed(asked.db, seen, None, TENANTS_MAX)
    async with asked.assessments.turns.turn():
        every = [await pinned.of(asked, row) for row in rows]
    ordered = in_order(
        [Ranked(value_of(order, each.figures), (each.row.name, each.row.tenant), each) for each in every],
        descending=down,
    )

    async def question(limit: int) -> Sequence[Ranked[_Then]]:
        begin = 0
        if page.after is not None:
            begin = place_after(ordered, page.after[0], page.after[1:], descending=down)
        return ordered[begin : begin + limit]

    async def of_page(some: Sequence[Ranked[_Then]]) -> list[PortfolioTenant]:
        return [await _shown(asked, each.item, pinned.known_at) for each in some]

    return await page.filled(question, lambda each: (each.value, *each.tie), of_page)


async def _shown(asked: Asked, of: _Then, known_at: datetime | None) -> PortfolioTenant:
    row, figures = of.row, of.figures
    return PortfolioTenant(
        tenant_id=strawberry.ID(thing_id("Tenant", row.tenant)),
        name=row.name,
        state=State((of.then or row).state),
        as_of=of.at.on,
        currency=(of.then or row).policy.currency,
        freshness=await of_tenant(asked, Knowledge(row.tenant, of.at, known_at or asked.now)),
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
