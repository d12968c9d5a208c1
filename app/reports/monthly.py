"""A customer's month in figures: what the licences cost, what of it is wasted, who pays, and what is not known.

Every amount stands as it is shown, and shown parts sum to the shown whole: texts and pictures only set them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from app.domain import waste_report
from app.domain.cost_report import CostLine, shown, shown_parts
from app.domain.events.access import ExportKind
from app.domain.events.deciding import Tier
from app.domain.ids import SkuId
from app.domain.money import Money
from app.domain.price_book import Total, added, total_of
from app.domain.sku_findings import SkuCause
from app.domain.small_groups import SMALL_GROUPS_LABEL
from app.domain.waste_report import Wasted
from app.insight.assessment import Assessment, assessed
from app.insight.costs import SMALL_GROUPS, CostReport, CostsBy, cost_of
from app.insight.explained import advised, explained
from app.insight.finding_details import details_of
from app.insight.outlook import Worth, outlook
from app.insight.products import ProductSeen, products_at
from app.insight.wasted import wasted_between
from app.reports.asking import Wanted
from app.reports.costs import CENTRAL, UNALLOCATED, VARIANCE, last_whole_month
from app.reports.findings import skus_of, who_is
from app.reports.view import View, viewed
from app.reports.waste import WasteCell, WasteLine, waste_of

LARGEST = 3
DEPARTMENTS = 10


@dataclass(frozen=True, slots=True)
class Unassigned:
    """Units nobody holds beyond the buffer. `saving`: what they cost a month; None: no price of theirs is known."""

    units: int
    saving: Total | None


@dataclass(frozen=True, slots=True)
class Explained:
    """One finding: why, and what to do, each in a sentence."""

    why: str
    advice: str


@dataclass(frozen=True, slots=True)
class Payer:
    """`cost` None: none of it has a price."""

    name: str
    cost: Total | None


@dataclass(frozen=True, slots=True)
class MonthlyReport:
    """`since` to `last`, both included, are the days; `complete`: they are the whole month. `on`: the day of findings.

    `change`: to the month before, None where either is not known as one sum. `wasted_spend`: what of the spend was
    wasted, exact to the day. `wasted`: what wasted seats and unassigned units cost a month, by the findings of the last
    day; None: no price of any is known. `coverage`: share (0 to 1)
    of the paid seat-days that have a price; None: none were paid. `unknowns`: each in a sentence.
    """

    customer: str
    currency: str
    since: date
    last: date
    complete: bool
    on: date
    zone: str
    known_at: datetime
    position: int
    persons: bool
    spend: Total | None
    before: Total | None
    change: Money | None
    wasted_spend: Wasted
    waste: tuple[WasteLine, ...]
    wasted_seats: WasteCell
    unassigned: Unassigned
    wasted: Total | None
    worth: Worth
    largest: tuple[Explained, ...]
    payers: tuple[Payer, ...]
    coverage: Decimal | None
    collected_at: datetime | None
    unknowns: tuple[str, ...]


async def month_viewed(view: View, wanted: Wanted, now: datetime) -> View:
    """The same customer at the end of the month wanted, or of its days so far. `view`: at the newest day.

    Without a month: the last whole one.
    """
    month = wanted.month or last_whole_month(view.at.on)
    ends = (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    day = min(ends, view.at.on) if month <= view.at.on else month
    asked = Wanted(ExportKind.MONTHLY_REPORT, as_of=day, known_at=wanted.known_at)
    return await viewed(view.db, view.tenant, asked, now, view.pseudonyms, persons=view.persons)


async def monthly_report(view: View) -> MonthlyReport:
    """The figures of the month the view's day lies in, up to that day."""
    assessment = await assessed(view.db, view.tenant, view.at, view.row)
    products = await products_at(view.db, view.tenant, assessment)
    this = await _cost(view, view.at.on)
    earlier = await _cost(view, this.month - timedelta(days=1))
    spent_for_nothing = await wasted_between(view.db, view.tenant, view.at, view.row, this.month, this.until)
    costs = shown(this.costs)
    spend, before = costs.total.cost, shown(earlier.costs).total.cost
    waste = waste_of(assessment)
    wasted_seats = WasteCell(sum(line.whole.seats for line in waste), added(line.whole.saving for line in waste))
    unassigned = _unassigned(assessment, products)
    return MonthlyReport(
        customer=view.row.name,
        currency=costs.currency,
        since=this.month,
        last=this.until - timedelta(days=1),
        complete=this.complete,
        on=view.at.on,
        zone=view.at.zone,
        known_at=view.known_at,
        position=view.at.position,
        persons=view.persons,
        spend=spend,
        before=before,
        change=_change(spend, before) if this.complete else None,
        wasted_spend=waste_report.shown(spent_for_nothing).whole,
        waste=waste,
        wasted_seats=wasted_seats,
        unassigned=unassigned,
        wasted=added([wasted_seats.saving, unassigned.saving]),
        worth=outlook(assessment, products).whole,
        largest=await _largest(view, assessment),
        payers=_payers(costs.groups, [costs.central, costs.unallocated, costs.variance]),
        coverage=costs.coverage,
        collected_at=view.freshness.collected_at,
        unknowns=await _unknowns(view, assessment, this),
    )


async def _cost(view: View, month: date) -> CostReport:
    return await cost_of(view.db, view.tenant, view.at, view.row, month, CostsBy.DEPARTMENT, persons=view.persons)


def _change(this: Total | None, before: Total | None) -> Money | None:
    if this is None or before is None or this.total is None or before.total is None:
        return None
    return this.total - before.total


def _unassigned(assessment: Assessment, products: Sequence[ProductSeen]) -> Unassigned:
    found = [each for product in products for each in product.findings if each.cause is SkuCause.UNASSIGNED]
    priced = [(each.saving, assessment.ground.on) for each in found if each.saving is not None]
    whole = total_of(priced, assessment.ground.policy.currency, assessment.rates) if priced else None
    return Unassigned(sum(each.net for each in found), shown_parts([whole])[0])


async def _largest(view: View, assessment: Assessment) -> tuple[Explained, ...]:
    """The dearest seats that are wasted."""
    some = [each for each in assessment.found if each.is_waste and each.worth][:LARGEST]
    products = await view.products()
    await products.learn({sku for each in some for sku in skus_of(each)})
    told = []
    for each in await details_of(view.db, view.tenant, assessment, some):
        who = who_is(view, each)
        told.append(Explained(explained(each, who, products.names, view.at.zone), advised(each, who, products.names)))
    return tuple(told)


def _payers(groups: Sequence[CostLine], others: Sequence[CostLine]) -> tuple[Payer, ...]:
    """The dearest departments, all further ones as one, and what is no department's, as far as there is any of it."""
    ordered = sorted(groups, key=lambda line: (line.cost is None, -_amount(line), line.group or ""))
    first, rest = ordered[:DEPARTMENTS], ordered[DEPARTMENTS:]
    payers = [Payer(_payer(line), line.cost) for line in first]
    if rest:
        payers.append(Payer(f"{len(rest)} further departments", added(line.cost for line in rest)))
    named = zip((CENTRAL, UNALLOCATED, VARIANCE), others, strict=True)
    payers += [Payer(name, line.cost) for name, line in named if line.seat_days or _amount(line)]
    return tuple(payers)


def _payer(line: CostLine) -> str:
    return SMALL_GROUPS_LABEL if line.group == SMALL_GROUPS else line.group or ""


def _amount(line: CostLine) -> float:
    return float(line.cost.total.amount) if line.cost is not None and line.cost.total is not None else 0.0


async def _unknowns(view: View, assessment: Assessment, this: CostReport) -> tuple[str, ...]:
    """What the figures leave out, each in a sentence."""
    told = []
    coverage = this.costs.coverage
    if coverage is not None and coverage < 1:
        products = await view.products()
        unpriced: list[SkuId] = [each.sku for each in this.costs.unpriced]
        await products.learn(unpriced)
        names = ", ".join(sorted(products.names[sku] for sku in unpriced))
        told.append(f"No price is known of all days of {names}: {coverage:.1%} of the paid seat-days have one.")
    if this.costs.tax_included:
        gross = await view.names_of(this.costs.tax_included)
        told.append(f"Prices that include tax, so that their amounts are not net: {gross}.")
    if this.costs.total.cost is not None and this.costs.total.cost.total is None:
        told.append(f"Not all amounts could be converted to {this.costs.currency}: an exchange rate is missing.")
    unverifiable = sum(each.finding.tier is Tier.UNVERIFIABLE for each in assessment.found)
    if unverifiable:
        told.append(
            f"Seats of which nobody can say whether they are used, and which count as no waste: {unverifiable:,}."
        )
    priceless = sum(each.is_waste and each.finding.saving is None for each in assessment.found)
    if priceless:
        told.append(f"Wasted seats whose price is not known, and which the amounts leave out: {priceless:,}.")
    if view.freshness.collected_at is None:
        told.append("Licences were not read yet.")
    elif view.freshness.estimated:
        told.append(f"Licences were read last on {view.freshness.collected_at:%Y-%m-%d}; the days since are estimated.")
    if view.freshness.failed_feeds:
        told.append(f"The last read of these failed: {', '.join(view.freshness.failed_feeds)}.")
    return tuple(told)
