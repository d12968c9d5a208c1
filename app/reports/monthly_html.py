"""The monthly report as HTML for mail programs: tables, inline styles, nothing fetched and nothing run.

Colours are set on bars alone, in tones that stand out on white and on black; text has the reader's own.
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from html import escape

from app.domain.events.deciding import Tier
from app.domain.price_book import Total
from app.insight.finding_words import CAUSES, TIERS
from app.reports import wording
from app.reports.monthly import MonthlyReport
from app.reports.waste import SAVING_TIERS, WasteCell

BAR = "#3b82c4"
UNASSIGNED_BAR = "#8a8f98"
TIER_BARS = {Tier.GUARANTEED: "#c2410c", Tier.LIKELY: "#d19a1f", Tier.REVIEW: "#6b8fb5"}

_FONT = "font-family:Segoe UI,Helvetica,Arial,sans-serif;font-size:14px;line-height:1.45"
_CELL = "padding:5px 10px 5px 0;border-bottom:1px solid #999999;vertical-align:middle;text-align:left"
_NUMBER = f"{_CELL};text-align:right;white-space:nowrap"
_PLAIN = 'role="presentation" cellpadding="0" cellspacing="0" border="0"'


def html(report: MonthlyReport) -> str:
    """A whole document. The same report gives the same text."""
    title = f"{report.customer}: Microsoft 365 licences in {wording.month(report)}"
    return "\n".join(
        [
            '<!doctype html><html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width">',
            '<meta name="color-scheme" content="light dark">',
            f"<title>{escape(wording.subject(report))}</title></head>",
            f'<body style="margin:0;padding:16px;{_FONT}">',
            f'<table {_PLAIN} width="100%" style="max-width:720px;{_FONT}"><tr><td>',
            f'<h1 style="font-size:20px;margin:0 0 12px">{escape(title)}</h1>',
            *_figures(report),
            *_waste(report),
            *_list("What could be saved", wording.reclaimable(report)),
            *_largest(report),
            *_payers(report),
            *_list("What is not known", report.unknowns),
            *(f'<p style="font-size:12px;margin:10px 0 0">{escape(line)}</p>' for line in wording.footing(report)),
            "</td></tr></table></body></html>\n",
        ]
    )


def _figures(report: MonthlyReport) -> Iterator[str]:
    yield f'<table {_PLAIN} width="100%" style="{_FONT};margin-bottom:8px"><tr>'
    for name, value in (
        ("Spend", wording.total(report.spend)),
        (wording.wasted_in(report), wording.total(report.wasted_spend.cost)),
        (wording.wasted_a_month(report), wording.total(report.wasted)),
    ):
        yield (
            f'<td width="33%" style="padding:0 12px 4px 0;vertical-align:top">{name}<br>'
            f'<strong style="font-size:22px">{escape(value)}</strong></td>'
        )
    yield "</tr></table>"
    yield f'<p style="margin:0 0 6px">{escape(wording.change(report))}</p>'
    told = f"{wording.wasted_in(report)}: {wording.wasted_spend(report)}."
    yield f'<p style="margin:0 0 6px">{escape(told)}</p>'


def _waste(report: MonthlyReport) -> Iterator[str]:
    yield _heading(f"{wording.wasted_a_month(report)}, by cause and tier")
    legend = "&ensp;".join(f"{_swatch(TIER_BARS[tier])}&nbsp;{TIERS[tier]}" for tier in SAVING_TIERS)
    yield f'<p style="margin:0 0 6px;font-size:12px">{legend}</p>'
    yield from _table(["Cause", *(TIERS[tier].capitalize() for tier in SAVING_TIERS), "Together"])
    unassigned = _size(report.unassigned.saving)
    most = max([unassigned, *(_size(line.whole.saving) for line in report.waste)])
    for line in report.waste:
        bars = [(TIER_BARS[tier], _size(each.saving)) for tier, each in zip(SAVING_TIERS, line.cells, strict=True)]
        cells = "".join(f'<td style="{_NUMBER}">{_counted(each)}</td>' for each in line.cells)
        yield (
            f'<tr><th scope="row" style="{_CELL};font-weight:normal">{escape(CAUSES[line.cause])}'
            f'{_bar(bars, most)}</th>{cells}<td style="{_NUMBER}"><strong>{_counted(line.whole)}</strong></td></tr>'
        )
    blank = f'<td style="{_CELL}"></td>' * len(SAVING_TIERS)
    yield (
        f'<tr><th scope="row" style="{_CELL};font-weight:normal">Assigned to nobody, beyond the buffer'
        f"{_bar([(UNASSIGNED_BAR, unassigned)], most)}</th>{blank}"
        f'<td style="{_NUMBER}"><strong>{_broken(wording.unassigned(report))}</strong></td></tr>'
    )
    yield (
        f'<tr><th scope="row" style="{_CELL}">All</th>{blank}'
        f'<td style="{_NUMBER}"><strong>{escape(wording.total(report.wasted))}</strong></td></tr></table>'
    )


def _largest(report: MonthlyReport) -> Iterator[str]:
    if not report.largest:
        return
    yield _heading("The largest findings")
    yield '<ol style="margin:0;padding-left:20px">'
    for each in report.largest:
        yield f'<li style="margin-bottom:6px">{escape(each.why)}<br><em>{escape(each.advice)}</em></li>'
    yield "</ol>"


def _payers(report: MonthlyReport) -> Iterator[str]:
    yield _heading("Cost by department")
    yield from _table(["Department", "", "Cost"])
    most = max((_size(payer.cost) for payer in report.payers), default=Decimal(0))
    for payer in report.payers:
        yield (
            f'<tr><th scope="row" style="{_CELL};font-weight:normal">{escape(payer.name)}</th>'
            f'<td width="50%" style="{_CELL}">{_bar([(BAR, _size(payer.cost))], most)}</td>'
            f'<td style="{_NUMBER}">{escape(wording.total(payer.cost))}</td></tr>'
        )
    yield (
        f'<tr><th scope="row" style="{_CELL}">Total</th><td style="{_CELL}"></td>'
        f'<td style="{_NUMBER}"><strong>{escape(wording.total(report.spend))}</strong></td></tr></table>'
    )


def _list(title: str, sentences: Iterable[str]) -> Iterator[str]:
    items = "".join(f'<li style="margin-bottom:4px">{escape(each)}</li>' for each in sentences)
    if items:
        yield _heading(title)
        yield f'<ul style="margin:0;padding-left:20px">{items}</ul>'


def _heading(title: str) -> str:
    return f'<h2 style="font-size:16px;margin:22px 0 8px">{escape(title)}</h2>'


def _table(titles: Iterable[str]) -> Iterator[str]:
    look = f"{_FONT};border-collapse:collapse"
    yield f'<table cellpadding="0" cellspacing="0" border="0" width="100%" style="{look}"><tr>'
    for nth, title in enumerate(titles):
        yield f'<th scope="col" style="{_NUMBER if nth else _CELL};font-size:12px">{escape(title)}</th>'
    yield "</tr>"


def _counted(cell: WasteCell) -> str:
    return _broken(wording.cell(cell)) if cell.seats else ""


def _broken(counted: str) -> str:
    """The count above its amount."""
    count, _, amount = counted.partition(", ")
    return f"{escape(count)}<br>{escape(amount)}" if amount else escape(count)


def _size(known: Total | None) -> Decimal:
    """How long a bar is; nothing where there is no one sum."""
    return max(Decimal(0), known.total.amount) if known is not None and known.total is not None else Decimal(0)


def _bar(parts: Iterable[tuple[str, Decimal]], most: Decimal) -> str:
    """Coloured cells, the longest bar as wide as its place. For eyes only: the figures stand beside it."""
    drawn = [(colour, int(100 * size / most)) for colour, size in parts if most and size > 0]
    cells = [_coloured(colour, max(1, width)) for colour, width in drawn]
    if not cells:
        return ""
    rest = 100 - sum(max(1, width) for _, width in drawn)
    filling = f'<td width="{rest}%" style="font-size:0;line-height:0">&nbsp;</td>' if rest > 0 else ""
    row = "".join(cells) + filling
    return f'<table {_PLAIN} aria-hidden="true" width="100%" style="margin-top:2px"><tr>{row}</tr></table>'


def _coloured(colour: str, width: int) -> str:
    look = f"background-color:{colour};height:10px;font-size:0;line-height:0"
    return f'<td width="{width}%" bgcolor="{colour}" height="10" style="{look}">&nbsp;</td>'


def _swatch(colour: str) -> str:
    return f'<span aria-hidden="true" style="background-color:{colour}">&emsp;</span>'
