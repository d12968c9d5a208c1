"""Who pays for seats, as a table whose lines sum to its total."""

from collections.abc import AsyncIterator, Sequence
from datetime import date, timedelta
from uuid import UUID

from app.domain.cost_report import CostLine, Costs, shown
from app.domain.ids import SkuId
from app.domain.small_groups import SMALL_GROUPS_LABEL
from app.insight.costs import SMALL_GROUPS, CostReport, CostsBy, cost_of
from app.reports.asking import Wanted
from app.reports.table import Cell, Column, Kind, Row, Table
from app.reports.view import Products, View

TITLES = {
    CostsBy.DEPARTMENT: "Department",
    CostsBy.COMPANY: "Company",
    CostsBy.COST_CENTRE: "Cost centre",
    CostsBy.COUNTRY: "Country",
    CostsBy.SKU: "Product",
}
CENTRAL, UNALLOCATED, VARIANCE, TOTAL = "Central: seats nobody held", "Unallocated", "Variance", "Total"


async def costs_table(view: View, wanted: Wanted) -> Table:
    month = wanted.month or last_whole_month(view.at.on)
    report = await cost_of(view.db, view.tenant, view.at, view.row, month, wanted.group_by, persons=view.persons)
    costs = shown(report.costs)
    products = await view.products()
    if wanted.group_by is CostsBy.SKU:
        await products.learn({SkuId(UUID(line.group)) for line in costs.groups if line.group is not None})
    currencies = _currencies(costs)
    columns = (
        Column(TITLES[wanted.group_by], width=34),
        Column("Line", width=14),
        Column("Seat-days", Kind.NUMBER, 12),
        Column("Seat-days without price", Kind.NUMBER, 12),
        Column(f"Cost in {costs.currency}", Kind.MONEY, 18),
        *(Column(f"Of which priced in {code}", Kind.MONEY, 18) for code in currencies),
    )
    return Table(
        f"Costs {month:%Y-%m}", columns, _at_once(_rows(costs, products, currencies)), await _about(view, report)
    )


def last_whole_month(on: date) -> date:
    """The first day of the month before the one the day lies in, or of the day's own where it ends with the day."""
    tomorrow = on + timedelta(days=1)
    return (tomorrow.replace(day=1) - timedelta(days=1)).replace(day=1)


def group_name(group: str | None, products: Products) -> str | None:
    """A product by its name where groups are SKU ids; the words for several small groups told together."""
    if group == SMALL_GROUPS:
        return SMALL_GROUPS_LABEL
    try:
        return group if group is None else products.names[SkuId(UUID(group))]
    except (ValueError, KeyError):
        return group


def _rows(costs: Costs, products: Products, currencies: Sequence[str]) -> list[Row]:
    lines = [
        *((group_name(line.group, products), "GROUP", line) for line in costs.groups),
        (CENTRAL, "CENTRAL", costs.central),
        (UNALLOCATED, "UNALLOCATED", costs.unallocated),
        (VARIANCE, "VARIANCE", costs.variance),
        (TOTAL, "TOTAL", costs.total),
    ]
    return [(name, kind, line.seat_days, line.unpriced, *_amounts(line, currencies)) for name, kind, line in lines]


def _amounts(line: CostLine, currencies: Sequence[str]) -> list[Cell]:
    if line.cost is None:
        return [None] * (1 + len(currencies))
    known = {money.currency: money for money in line.cost.by_currency}
    return [line.cost.total, *(known.get(code) for code in currencies)]


def _currencies(costs: Costs) -> list[str]:
    """The currencies prices are in, where there is another than the report's own."""
    parts = [line.cost.by_currency for line in (*costs.lines, costs.total) if line.cost is not None]
    found = {money.currency for part in parts for money in part}
    return sorted(found) if found - {costs.currency} else []


async def _about(view: View, report: CostReport) -> Sequence[tuple[str, str]]:
    share = report.costs.coverage
    covered = "nothing was paid for" if share is None else f"{share:.1%} of the paid seat-days have a price"
    days = f"{report.costs.since} to {report.until - timedelta(days=1)}"
    return view.about(
        f"Costs of licences by {TITLES[report.group_by].lower()}",
        ("Days", days if report.complete else f"{days}; the month is not over"),
        ("Coverage of prices", covered),
        ("Prices that include tax", await view.names_of(report.costs.tax_included) or "none"),
        ("Costs", "Net of tax; each day costs the month's price over its days, paid by whoever held the seat that day"),
        ("Sum", "Groups, central, unallocated and variance sum to the total exactly"),
    )


async def _at_once(rows: Sequence[Row]) -> AsyncIterator[Sequence[Row]]:
    yield rows
