"""What a month's seats cost and who pays for them, and how seats and their cost went."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated
from uuid import UUID

import strawberry

from app.domain.cost_report import CostLine, Costs, shown
from app.domain.ids import SkuId, TenantId
from app.domain.small_groups import SMALL_GROUPS_LABEL
from app.graphql.at_moment import AtMoment
from app.graphql.context import Asked, Info
from app.graphql.ids import asked_part
from app.graphql.money import MoneySum, checked_money
from app.graphql.scalars import checked_month, checked_span, shown_share
from app.graphql.skus import Sku, sku_shown
from app.graphql.wasted import WastedSpend, wasted_shown
from app.insight import trend
from app.insight.costs import SMALL_GROUPS, CostsBy, cost_of
from app.insight.costs import CostReport as Report
from app.insight.wasted import wasted_between
from app.projections.reading import Moment
from app.projections.tenants import TenantRow

CostGrouping = strawberry.enum(
    CostsBy,
    name="CostGrouping",
    description="Whom costs are told of: the holder's department and the like on each day, or the products themselves.",
)
Grain = strawberry.enum(trend.Grain, name="Grain", description="How far apart points lie. WEEK: Monday to Sunday.")


@strawberry.type(description="What one group pays. Seat-days are seats held times days.")
class CostGroup:
    key: str | None = strawberry.field(
        description="The group: a department, ..., a skuId. Null: no group's line; or, with `smallGroups` above 0, "
        "several groups together."
    )
    label: str
    seat_days: int = strawberry.field(
        description="Of seats held; of the pool those not held, of the total those paid, of the variance held beyond "
        "those paid, negative."
    )
    unpriced_seat_days: int = strawberry.field(description="Seat-days without a price, which `cost` leaves out.")
    cost: MoneySum | None = strawberry.field(description="Net. Null: none of it has a price, which is not zero.")
    small_groups: int = strawberry.field(
        description="Groups told together here to viewers without Sua.SeePersons, as some have fewer than five people "
        "with paid seats, of people without a group too; 0: one group."
    )


@strawberry.type(description="Seat-days of a product without a price.")
class UnpricedSku:
    sku: Sku
    seat_days: int = strawberry.field(description="Paid seats times days.")


@strawberry.type(
    description="What a month's seats cost. Groups, central, unallocated and variance sum to the total, in the "
    "tenant's currency and in each currency, to the cent."
)
class CostReport:
    tenant: strawberry.Private[TenantId]
    moment: strawberry.Private[Moment]
    row: strawberry.Private[TenantRow]
    month: str = strawberry.field(description='E.g. "2026-10".')
    since: date = strawberry.field(description="The first civil day.")
    until: date = strawberry.field(description="The first civil day not reckoned; of a running month, tomorrow.")
    complete: bool = strawberry.field(description="The whole month is in it.")
    group_by: CostGrouping  # type: ignore[valid-type]
    groups: list[CostGroup] = strawberry.field(description="By key; small groups together are first.")
    central: CostGroup = strawberry.field(description="Seats nobody held.")
    unallocated: CostGroup = strawberry.field(description="Seats of people without a group.")
    variance: CostGroup = strawberry.field(
        description="What the total has less for seats held beyond those paid, and what an invoice says above the sum."
    )
    total: CostGroup
    coverage: float | None = strawberry.field(
        description="Share (0 to 1) of the paid seat-days that have a price; null: none were paid."
    )
    unpriced: list[UnpricedSku] = strawberry.field(description="Products with days that have no price.")
    tax_included: list[Sku] = strawberry.field(
        description="Products some of whose days were reckoned by a price that includes tax: these amounts are not net."
    )

    @strawberry.field(description="How much of the total was spent on seats that served nobody, exact to the day.")
    async def wasted(self, info: Info) -> WastedSpend:
        asked = info.context
        spend = await wasted_between(asked.db, self.tenant, self.moment, self.row, self.since, self.until)
        return await wasted_shown(asked, self.tenant, self.moment, spend)


@strawberry.type(description="PAID products at the end of one civil day.")
class TrendPoint:
    on: date = strawberry.field(description="The last civil day of its day, week or month, or of those asked for.")
    enabled: int | None = strawberry.field(description="Units; null: those of a product were not read.")
    held: int = strawberry.field(description="Seats.")
    run_rate: MoneySum = strawberry.field(description="What the paid units cost a month at that day's prices, net.")
    unpriced_units: int = strawberry.field(description="Paid units `runRate` leaves out, as their price is unknown.")


@strawberry.input(description="What was billed for the month.")
class InvoiceInput:
    amount: str = strawberry.field(description='Net, a decimal number, e.g. "1234.50".')
    currency: str = strawberry.field(description="ISO 4217 code.")


@strawberry.type
class CostQuestions(AtMoment):
    @strawberry.field(
        description='The cost of a calendar month, e.g. "2026-10", by the rules and prices known at the moment; of a '
        "running month up to its day. `invoice`: what was billed for it: then the variance makes the total meet it. "
        "Null before the tenant's first fact."
    )
    async def costs(
        self,
        info: Info,
        month: str,
        group_by: CostGrouping = CostsBy.DEPARTMENT,  # type: ignore[valid-type]
        invoice: InvoiceInput | None = None,
    ) -> CostReport | None:
        asked = info.context
        if self.row is None:
            return None
        report = await cost_of(
            asked.db,
            self.tenant,
            self.moment,
            self.row,
            checked_month(month),
            group_by,
            None if invoice is None else checked_money("invoice", invoice.amount, invoice.currency),
            persons=asked.viewer.sees_persons(self.tenant),
        )
        return await _shown(asked, self.moment, self.row, report)

    @strawberry.field(
        description="Seats and their cost on the last days of each day, week or month of the civil days [from, to), up "
        "to the moment's day; of one product or all PAID ones. At most 400 points (TREND_TOO_LONG)."
    )
    async def licence_trend(
        self,
        info: Info,
        from_: Annotated[date, strawberry.argument(name="from")],
        to: date,
        grain: Grain = trend.Grain.MONTH,  # type: ignore[valid-type]
        sku: strawberry.ID | None = None,
    ) -> list[TrendPoint]:
        begin, end = checked_span("from", from_, "to", to)
        product = None if sku is None else SkuId(asked_part("sku", "Sku", self.tenant, sku))
        if self.row is None:
            return []
        found = await trend.trend(info.context.db, self.tenant, self.moment, self.row, begin, end, grain, product)
        return [
            TrendPoint(
                on=each.on,
                enabled=each.enabled,
                held=each.held,
                run_rate=MoneySum.of(each.run_rate),
                unpriced_units=each.unpriced,
            )
            for each in found
        ]


async def _shown(asked: Asked, at: Moment, row: TenantRow, report: Report) -> CostReport:
    tenant, told = row.tenant, shown(report.costs)
    labels = await _labels(asked, tenant, at, report, told)
    return CostReport(
        tenant=tenant,
        moment=at,
        row=row,
        month=f"{report.month:%Y-%m}",
        since=told.since,
        until=told.until,
        complete=report.complete,
        group_by=report.group_by,
        groups=[
            _line(line, labels.get(line.group or "", line.group or ""), report.small_groups) for line in told.groups
        ],
        central=_line(told.central, "Central: seats nobody held"),
        unallocated=_line(told.unallocated, "Unallocated"),
        variance=_line(told.variance, "Variance"),
        total=_line(told.total, "Total"),
        coverage=shown_share(told.coverage),
        unpriced=[
            UnpricedSku(sku=await sku_shown(asked, tenant, at, each.sku), seat_days=each.unpriced)
            for each in told.unpriced
        ],
        tax_included=[await sku_shown(asked, tenant, at, sku) for sku in told.tax_included],
    )


async def _labels(asked: Asked, tenant: TenantId, at: Moment, report: Report, costs: Costs) -> Mapping[str, str]:
    if report.group_by is not CostsBy.SKU:
        return {}
    skus = {line.group: SkuId(UUID(line.group)) for line in costs.groups if line.group is not None}
    names = await asked.product_names(tenant, at, skus.values())
    return {key: names[sku] for key, sku in skus.items()}


def _line(line: CostLine, label: str, small_groups: int = 0) -> CostGroup:
    small = line.group == SMALL_GROUPS
    return CostGroup(
        key=None if small else line.group,
        label=SMALL_GROUPS_LABEL if small else label,
        seat_days=line.seat_days,
        unpriced_seat_days=line.unpriced,
        cost=MoneySum.of_known(line.cost),
        small_groups=small_groups if small else 0,
    )
