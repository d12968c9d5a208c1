"""The monthly report: its figures are those of GraphQL, its pages are what mail programs show."""

from datetime import UTC, date, datetime
from decimal import Decimal
from html.parser import HTMLParser

import hypothesis.strategies as st
import pytest
from hypothesis import given

from app.domain.cost_report import parts_of, shown_parts
from app.domain.money import Money
from app.domain.price_book import Total, added
from app.graphql.pool import ReadPool
from app.projections.reading import AsOfOutOfRange
from app.reports.monthly_html import html
from app.reports.monthly_text import text
from app.reports.wording import month, subject
from tests.graphql.world import CONTOSO
from tests.reports.conftest import Client
from tests.reports.given import EMPTY, REPORT, RUNNING, euros
from tests.reports.looking import month_of

NOVEMBER = date(2026, 11, 1)
QUERY = """
query ($id: ID!, $asOf: Date, $month: String!, $causes: [Cause!]) { tenant(id: $id) { at(asOf: $asOf) {
  costs(month: $month, groupBy: DEPARTMENT) {
    groups { label cost { total { amount } } } total { cost { total { amount } } }
    wasted { total { cost { total { amount } } } }
  }
  findingTotals(groupBy: CAUSE, causes: $causes, tiers: [GUARANTEED, LIKELY, REVIEW]) {
    groups { key seats saving { total { amount } } } total { seats saving { total { amount } } }
  }
  findings(first: 3, causes: $causes) { nodes { text saving { amount } remedy { text } } }
  savings { all { reassignableNow runRateTimes12 { total { amount } } } }
} } }
"""
CAUSES = ["DISABLED", "NEVER_USED", "IDLE", "OVERLAP", "SKU_IDLE"]


def shown(total: Total | None) -> str | None:
    return None if total is None or total.total is None else f"{total.total.shown().amount:f}"


@pytest.mark.parametrize(("begins", "ends"), [(NOVEMBER, "2026-11-23"), (date(2026, 10, 1), "2026-10-31")])
async def test_the_figures_are_those_of_graphql(client: Client, read_pool: ReadPool, begins: date, ends: str) -> None:
    data = await client.ask(QUERY, id=str(CONTOSO), asOf=ends, month=f"{begins:%Y-%m}", causes=CAUSES)
    at = data["tenant"]["at"]

    report = await month_of(read_pool, begins)

    assert shown(report.spend) == at["costs"]["total"]["cost"]["total"]["amount"]
    assert shown(report.wasted_spend.cost) == at["costs"]["wasted"]["total"]["cost"]["total"]["amount"]
    departments = {each["label"]: each["cost"]["total"]["amount"] for each in at["costs"]["groups"]}
    assert {each.name: shown(each.cost) for each in report.payers if each.name in departments} == departments
    groups = at["findingTotals"]["groups"]
    assert {(line.cause.value, line.whole.seats, shown(line.whole.saving)) for line in report.waste} == {
        (each["key"], each["seats"], each["saving"]["total"]["amount"]) for each in groups
    }
    total = at["findingTotals"]["total"]
    assert report.wasted_seats.seats == total["seats"]
    assert (shown(report.wasted_seats.saving) or "0.00") == total["saving"]["total"]["amount"]
    priced = [each for each in at["findings"]["nodes"] if each["saving"] is not None]
    told = [(each["text"], each["remedy"]["text"]) for each in priced if each["saving"]["amount"] != "0.00"]
    assert [(each.why, each.advice) for each in report.largest] == told
    savings = at["savings"]["all"]
    assert report.worth.reassignable == savings["reassignableNow"]
    assert shown(report.worth.run_rate) == savings["runRateTimes12"]["total"]["amount"]


async def test_a_running_month_is_told_up_to_today_and_what_is_unknown_is_named(read_pool: ReadPool) -> None:
    report = await month_of(read_pool, NOVEMBER)

    assert (report.last, report.complete, report.change) == (date(2026, 11, 23), False, None)
    assert (shown(report.spend), shown(report.before)) == ("437.77", "571.00")
    assert (report.unassigned.units, shown(report.unassigned.saving)) == (4, "228.40")
    assert shown(report.wasted) == "285.50"
    assert report.unknowns == (
        "No price is known of all days of Microsoft 365 E3: 83.3% of the paid seat-days have one.",
        "Wasted seats whose price is not known, and which the amounts leave out: 1.",
    )


async def test_without_a_month_it_is_the_last_whole_one_with_the_change_to_the_one_before(read_pool: ReadPool) -> None:
    report = await month_of(read_pool, None)

    assert (report.since, report.last, report.complete) == (date(2026, 10, 1), date(2026, 10, 31), True)
    assert report.change == Money(Decimal("0.00"), "EUR")


async def test_the_same_month_known_at_the_same_time_gives_the_same_letter(read_pool: ReadPool) -> None:
    known_at = datetime(2026, 11, 23, 12, tzinfo=UTC)

    first, second = [await month_of(read_pool, NOVEMBER, known_at) for _ in range(2)]

    assert (html(first), text(first)) == (html(second), text(second))


async def test_a_month_that_has_not_begun_is_refused(read_pool: ReadPool) -> None:
    with pytest.raises(AsOfOutOfRange):
        await month_of(read_pool, date(2026, 12, 1))


async def test_names_are_pseudonyms_unless_asked_for(read_pool: ReadPool) -> None:
    named, hidden = [await month_of(read_pool, NOVEMBER, persons=persons) for persons in (True, False)]

    assert "Bert Tal" in html(named)
    assert "Bert Tal" not in html(hidden) + text(hidden)
    assert "Person " in html(hidden)


@pytest.mark.parametrize("report", [REPORT, RUNNING, EMPTY])
def test_the_page_holds_nothing_that_runs_or_is_fetched(report: object) -> None:
    page = Page()
    page.feed(html(report))  # type: ignore[arg-type]
    page.close()

    assert page.open == []
    assert page.tags <= {
        *("html", "head", "meta", "title", "body", "table", "tr", "td", "th", "h1", "h2", "p"),
        *("ul", "ol", "li", "br", "strong", "em", "span"),
    }
    assert page.attributes <= {
        *("lang", "charset", "name", "content", "role", "cellpadding", "cellspacing", "border", "width", "height"),
        *("style", "bgcolor", "aria-hidden", "scope"),
    }
    assert "url(" not in html(report)  # type: ignore[arg-type]
    assert "://" not in html(report)  # type: ignore[arg-type]


def test_what_a_customer_wrote_is_text() -> None:
    page = html(REPORT)

    assert "<script>" not in page
    assert "&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; holds" in page
    assert "Contoso &amp; Söhne &lt;GmbH&gt;" in page


def test_every_figure_of_the_page_stands_in_the_text_as_well() -> None:
    page, plain = html(REPORT), text(REPORT)

    for figure in (
        "48,210.40 EUR",
        "7,485.00 EUR",
        "41,022.00 EUR",
        "82,044.00 EUR",
        "-12.60 EUR",
        "648.00 EUR",
        "98.1%",
    ):
        assert figure in page
        assert figure in plain


def test_bars_are_as_long_as_what_they_stand_for() -> None:
    page = Page()
    page.feed(html(REPORT))

    bars = [row for row in page.bars if row]
    assert bars[:6] == [[63], [11, 4], [86, 13], [5], [17], [100]]
    assert len(page.bars) == 5 + 12


def test_no_amount_has_no_bar_and_nothing_known_is_no_zero() -> None:
    page, plain = html(EMPTY), text(EMPTY)

    assert "0.00" not in page + plain
    assert "not known" in page
    assert 'height="10"' not in page


def test_a_month_so_far_says_so() -> None:
    assert (month(REPORT), month(RUNNING)) == ("October 2026", "1 to 23 October 2026")
    assert subject(REPORT) == "Contoso & Söhne <GmbH>: Microsoft 365 licences in October 2026"


@given(st.lists(st.lists(st.decimals(0, 1000, places=4), min_size=1, max_size=4), min_size=1, max_size=5))
def test_tiers_sum_to_their_cause_and_causes_to_the_whole(amounts: list[list[Decimal]]) -> None:
    parts = [[euros(str(amount)) for amount in row] for row in amounts]
    wholes = shown_parts([added(row) for row in parts])

    for row, whole in zip(parts, wholes, strict=True):
        assert whole is not None
        assert added(parts_of(whole, row)) == whole


class Page(HTMLParser):
    """A page taken apart: its tags, its attributes, the widths of its bars' coloured cells."""

    VOID = frozenset({"meta", "br"})

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.open: list[str] = []
        self.bars: list[list[int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.add(tag)
        self.attributes |= given.keys()
        if tag not in self.VOID:
            self.open.append(tag)
        if tag == "table" and "aria-hidden" in given:
            self.bars.append([])
        if tag == "td" and "bgcolor" in given:
            self.bars[-1].append(int(str(given["width"]).rstrip("%")))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
