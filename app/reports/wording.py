"""Figures of the monthly report in words: the same in its HTML and in its plain text."""

from app.domain.money import Money
from app.domain.price_book import Total
from app.reports.monthly import MonthlyReport
from app.reports.view import stamp
from app.reports.waste import WasteCell

UNKNOWN = "not known"


def amount(money: Money) -> str:
    shown = money.shown()
    return f"{shown.amount:,f} {shown.currency}"


def total(known: Total | None) -> str:
    """A sum; where a rate is missing, in each currency."""
    if known is None:
        return UNKNOWN
    if known.total is not None:
        return amount(known.total)
    return " + ".join(amount(money) for money in known.by_currency)


def seats(count: int) -> str:
    return "1 seat" if count == 1 else f"{count:,} seats"


def cell(known: WasteCell) -> str:
    """Seats with what they cost a month."""
    return f"{seats(known.seats)}, {total(known.saving)}" if known.seats else "none"


def month(report: MonthlyReport) -> str:
    if report.complete:
        return f"{report.since:%B %Y}"
    days = "1" if report.last.day == 1 else f"1 to {report.last.day}"
    return f"{days} {report.since:%B %Y}"


def wasted_in(report: MonthlyReport) -> str:
    """The name of what of the month's spend was wasted."""
    return f"Wasted in {month(report)}" if report.complete else f"Wasted, {month(report)}"


def wasted_spend(report: MonthlyReport) -> str:
    wasted, spend = report.wasted_spend, report.spend
    told = total(wasted.cost)
    whole = None if wasted.cost is None else wasted.cost.total
    if whole is not None and spend is not None and spend.total is not None and spend.total.amount:
        told += f" ({whole.amount / spend.total.amount:.1%} of the spend)"
    if wasted.unpriced:
        told += f", and {wasted.unpriced:,} seat-days without a price"
    return told


def wasted_a_month(report: MonthlyReport) -> str:
    """The name of what is wasted a month by the findings of the last day."""
    return f"Waste a month at the end of {report.last:%B}" if report.complete else f"Waste a month as of {report.on}"


def subject(report: MonthlyReport) -> str:
    """Without line breaks, whatever the customer is called."""
    return " ".join(f"{report.customer}: Microsoft 365 licences in {report.since:%B %Y}".split())


def change(report: MonthlyReport) -> str:
    if report.change is None:
        return f"The month before: {total(report.before)}."
    if not report.change.amount:
        return "As much as the month before."
    before = report.before and report.before.total
    share = f" ({report.change.amount / before.amount:+.1%})" if before and before.amount else ""
    sign = "+" if report.change.amount > 0 else ""
    return f"{sign}{amount(report.change)}{share} against {total(report.before)} the month before."


def unassigned(report: MonthlyReport) -> str:
    """Units that nobody holds, with what they cost a month."""
    units = report.unassigned.units
    counted = "1 unit" if units == 1 else f"{units:,} units"
    return f"{counted}, {total(report.unassigned.saving)}" if units else "none"


def reclaimable(report: MonthlyReport) -> list[str]:
    worth = report.worth
    if not worth.reassignable:
        return ["No seat was found that could be freed."]
    undated = f"; of {seats(worth.undated)} the renewal is not known" if worth.undated else ""
    told = [
        f"{seats(worth.reassignable)} could be given to others now.",
        f"Saved in the next twelve months, from the renewals on: {_of_some(worth.cashable)}{undated}.",
        f"Run rate, twelve times the monthly saving whatever is committed: {_of_some(worth.run_rate)} a year.",
    ]
    if worth.unpriced:
        told.append(f"Of {seats(worth.unpriced)} the saving is not known; the amounts leave them out.")
    return told


def _of_some(known: Total) -> str:
    """A sum of seats of which there are some: where it has no amount at all, none of theirs is known."""
    return total(known) if known.by_currency else UNKNOWN


def footing(report: MonthlyReport) -> list[str]:
    """What the figures rest on."""
    coverage = "no seat was paid for" if report.coverage is None else f"{report.coverage:.1%} of the paid seat-days"
    read = UNKNOWN if report.collected_at is None else stamp(report.collected_at)
    names = "as in the directory" if report.persons else "pseudonyms"
    known = f"known at {stamp(report.known_at)}, position {report.position} of the log"
    return [
        f"Findings as of {report.on}, at the end of the day in {report.zone}; {known}.",
        f"Licences last read: {read}. Prices cover: {coverage}.",
        f"Amounts are net of tax. Names of persons: {names}. What is not known counts as not known, never as zero.",
    ]
