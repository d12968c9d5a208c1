"""Seats that cost money for nothing as a table, the dearest first."""

from collections.abc import AsyncIterator, Mapping, Sequence

from app.domain.ids import SkuId, UserId
from app.domain.price_book import Total
from app.insight.assessment import Assessment, Found, assessed
from app.insight.explained import action_of, advised, explained
from app.insight.finding_details import Detailed, details_of
from app.projections.users import UserRow
from app.reports.asking import Wanted
from app.reports.table import Column, Kind, Row, Table
from app.reports.view import Products, View

BATCH = 500

COLUMNS = (
    Column("Cause", width=16),
    Column("Tier", width=14),
    Column("User", width=28),
    Column("Principal name", width=32),
    Column("Department", width=20),
    Column("Company", width=20),
    Column("Cost centre", width=14),
    Column("Country", width=10),
    Column("Product", width=34),
    Column("Part number", width=22),
    Column("Price a month", Kind.MONEY, 16),
    Column("Saving a month", Kind.MONEY, 16),
    Column("Why", width=80),
    Column("Action", width=20),
    Column("What to do", width=60),
    Column("Held since", Kind.INSTANT, 20),
    Column("Quiet since", Kind.INSTANT, 20),
    Column("Quiet days", Kind.NUMBER, 10),
    Column("Remarks", width=28),
    Column("Causes that apply as well", width=24),
    Column("Decision", width=14),
    Column("User id", width=38),
    Column("SKU id", width=38),
)


async def findings_table(view: View, wanted: Wanted) -> Table:
    assessment = await assessed(view.db, view.tenant, view.at, view.row)
    found = [each for each in assessment.found if _is_wanted(each, wanted)]
    waste = [each for each in found if each.is_waste]
    skus = {each.finding.sku for each in found}
    gross = [sku for sku in skus if (price := assessment.book.price_on(sku, view.at.on)) and price.tax_included]
    about = view.about(
        "Findings: seats that cost money for nothing, one cause a seat, the dearest first",
        ("Findings", str(len(found))),
        ("Savings a month of those that are waste", told(assessment.savings(waste))),
        ("Seats of them without a known price", str(sum(each.finding.saving is None for each in waste))),
        ("Prices that include tax", await view.names_of(gross) or "none"),
        ("Narrowed to", _narrowed(wanted)),
        ("Prices and savings", "A month, net of tax, at the price of the day; of a downgrade the difference of prices"),
    )
    return Table("Findings", COLUMNS, _batches(view, assessment, found), about)


def told(total: Total) -> str:
    """A sum as text; where a rate is missing, in each currency."""
    if total.total is not None:
        shown = total.total.shown()
        return f"{shown.amount:,f} {shown.currency}"
    if not total.by_currency:
        return "not known"
    parts = [money.shown() for money in total.by_currency]
    return " + ".join(f"{money.amount:,f} {money.currency}" for money in parts) + " (no rate to sum them by)"


def _is_wanted(each: Found, wanted: Wanted) -> bool:
    return (
        (wanted.causes is None or each.finding.cause in wanted.causes)
        and (wanted.tiers is None or each.finding.tier in wanted.tiers)
        and (wanted.department is None or each.standing.department == wanted.department)
    )


def _narrowed(wanted: Wanted) -> str:
    parts = {"causes": wanted.causes, "tiers": wanted.tiers}
    narrowed = [f"{name} {', '.join(sorted(values))}" for name, values in parts.items() if values is not None]
    if wanted.department is not None:
        narrowed.append(f"department {wanted.department}")
    return "; ".join(narrowed) or "nothing"


async def _batches(view: View, assessment: Assessment, found: Sequence[Found]) -> AsyncIterator[Sequence[Row]]:
    products = await view.products()
    for first in range(0, len(found), BATCH):
        some = found[first : first + BATCH]
        people = await view.users({each.user for each in some})
        await products.learn({sku for each in some for sku in skus_of(each)})
        details = await details_of(view.db, view.tenant, assessment, some)
        yield [_row(view, products, people, each) for each in details]


def skus_of(each: Found) -> set[SkuId]:
    """The products a finding speaks of."""
    better = {each.finding.better} if each.finding.better is not None else set()
    return {each.finding.sku, *each.finding.covered_by, *better}


def _row(view: View, products: Products, people: Mapping[UserId, UserRow], each: Detailed) -> Row:
    found, finding, standing = each.found, each.found.finding, each.found.standing
    person = people.get(found.user)
    who = who_is(view, each)
    return (
        finding.cause.value,
        finding.tier.value,
        view.shown_name(found.user, each.name),
        view.shown_name(found.user, None if person is None else person.user_principal_name),
        standing.department,
        standing.company,
        standing.cost_centre,
        standing.country,
        products.names[finding.sku],
        products.part_number(finding.sku),
        None if found.price is None else found.price.shown(),
        None if finding.saving is None else finding.saving.shown(),
        explained(each, who, products.names, view.at.zone),
        action_of(each).value,
        advised(each, who, products.names),
        each.held_since,
        each.quiet_since,
        each.quiet_days,
        ", ".join(remark.value for remark in finding.remarks),
        ", ".join(cause.value for cause in finding.also),
        None if each.decided is None or each.decided.decision is None else str(each.decided.decision),
        str(found.user),
        str(finding.sku),
    )


def who_is(view: View, each: Detailed) -> str:
    """The holder as the reader may see them, in a sentence."""
    return view.shown_name(each.found.user, each.name) or "A user without a name"
