"""The monthly report as plain text, for mail programs that show no HTML."""

from collections.abc import Iterator

from app.insight.finding_words import CAUSES, TIERS
from app.reports import wording
from app.reports.monthly import MonthlyReport
from app.reports.waste import SAVING_TIERS


def text(report: MonthlyReport) -> str:
    return "\n".join(_lines(report)) + "\n"


def _lines(report: MonthlyReport) -> Iterator[str]:
    yield f"{report.customer}: Microsoft 365 licences in {wording.month(report)}"
    yield ""
    yield f"Spend: {wording.total(report.spend)}. {wording.change(report)}"
    yield f"{wording.wasted_in(report)}: {wording.wasted_spend(report)}"
    yield f"{wording.wasted_a_month(report)}: {wording.total(report.wasted)}"
    for line in report.waste:
        yield f"- {CAUSES[line.cause]}: {wording.cell(line.whole)}"
        for tier, cell in zip(SAVING_TIERS, line.cells, strict=True):
            if cell.seats:
                yield f"    {TIERS[tier]}: {wording.cell(cell)}"
    yield f"- Assigned to nobody, beyond the buffer: {wording.unassigned(report)}"
    yield ""
    yield "What could be saved"
    yield from (f"- {sentence}" for sentence in wording.reclaimable(report))
    if report.largest:
        yield ""
        yield "The largest findings"
        for each in report.largest:
            yield f"- {each.why} {each.advice}"
    yield ""
    yield "Cost by department"
    yield from (f"- {payer.name}: {wording.total(payer.cost)}" for payer in report.payers)
    yield f"- Total: {wording.total(report.spend)}"
    if report.unknowns:
        yield ""
        yield "What is not known"
        yield from (f"- {sentence}" for sentence in report.unknowns)
    yield ""
    yield from wording.footing(report)
