"""Files hold the figures GraphQL gives, to the cent, at any moment on both axes."""

from decimal import Decimal
from typing import Any

import pytest

from tests.graphql.world import BERT, CONTOSO, E5, FABRIKAM
from tests.reports.conftest import E3, Client
from tests.reports.tables import csv_rows, sheets

FINDINGS = """
query ($id: ID!, $asOf: Date, $causes: [Cause!], $tiers: [Tier!], $department: String) {
  tenant(id: $id) { at(asOf: $asOf) { findings(first: 100, causes: $causes, tiers: $tiers, department: $department) {
    nodes { cause tier text userName department price { amount currency } saving { amount currency }
            sku { partNumber } remedy { action text } quietDays }
} } } }
"""
COSTS = """
query ($id: ID!, $asOf: Date, $month: String!, $by: CostGrouping!) {
  tenant(id: $id) { at(asOf: $asOf) { costs(month: $month, groupBy: $by) {
    groups { ...line } central { ...line } unallocated { ...line } variance { ...line } total { ...line } coverage
} } } }
fragment line on CostGroup { label seatDays unpricedSeatDays cost { total { amount currency } } }
"""


def records(content: bytes) -> list[dict[str, str]]:
    titles, *rows = csv_rows(content)
    return [dict(zip(titles, row, strict=True)) for row in rows]


def money(amount: dict[str, str] | None) -> tuple[str, str]:
    return ("", "") if amount is None else (amount["amount"], amount["currency"])


@pytest.mark.parametrize("who", ["hr", "viewer"])
@pytest.mark.parametrize(
    "query",
    [
        {},
        {"asOf": "2026-10-31"},
        {"causes": ["IDLE"]},
        {"tiers": ["LIKELY", "REVIEW"]},
        {"department": "Sales"},
        {"department": "Nowhere"},
    ],
)
async def test_findings_are_those_of_graphql(client: Client, who: str, query: dict[str, Any]) -> None:
    data = await client.ask(FINDINGS, who, id=str(CONTOSO), **query)

    found = records(await client.file("findings.csv", who, **query))

    assert [
        (
            *(row[title] for title in ("Cause", "Tier", "Why", "User", "Department")),
            (row["Price a month"], row["Price a month, currency"]),
            (row["Saving a month"], row["Saving a month, currency"]),
            *(row[title] for title in ("Part number", "Action", "What to do", "Quiet days")),
        )
        for row in found
    ] == [
        (
            *(each["cause"], each["tier"], each["text"], each["userName"], each["department"] or ""),
            money(each["price"]),
            money(each["saving"]),
            *(each["sku"]["partNumber"], each["remedy"]["action"], each["remedy"]["text"]),
            "" if each["quietDays"] is None else str(each["quietDays"]),
        )
        for each in data["tenant"]["at"]["findings"]["nodes"]
    ]


async def test_an_unknown_price_is_an_empty_cell_and_no_zero(client: Client) -> None:
    found = {row["SKU id"]: row for row in records(await client.file("findings.csv"))}
    workbook = sheets(await client.file("findings.xlsx"))["Findings"]

    assert set(found) == {str(E3), str(E5)}
    assert [found[str(E3)][each] for each in ("Price a month", "Saving a month")] == ["", ""]
    assert (found[str(E5)]["Saving a month"], found[str(E5)]["User id"]) == ("57.10", str(BERT))
    saving = workbook[0].index("Saving a month")
    assert [row[saving] for row in workbook[1:]] == [57.1, None]


@pytest.mark.parametrize("by", ["DEPARTMENT", "COST_CENTRE", "COUNTRY", "COMPANY", "SKU"])
@pytest.mark.parametrize("month", ["2026-11", "2026-10", "2026-06"])
async def test_costs_are_those_of_graphql(client: Client, by: str, month: str) -> None:
    data = await client.ask(COSTS, "viewer", id=str(CONTOSO), month=month, by=by)
    costs = data["tenant"]["at"]["costs"]

    found = records(await client.file("costs.csv", "viewer", month=month, groupBy=by.lower()))
    workbook = sheets(await client.file("costs.xlsx", "viewer", month=month, groupBy=by))[f"Costs {month}"]

    lines = [*costs["groups"], *(costs[each] for each in ("central", "unallocated", "variance", "total"))]
    assert [
        (next(iter(row.values())), row["Seat-days"], row["Seat-days without price"], row["Cost in EUR"])
        for row in found
    ] == [
        (
            line["label"],
            str(line["seatDays"]),
            str(line["unpricedSeatDays"]),
            money(line["cost"] and line["cost"]["total"])[0],
        )
        for line in lines
    ]
    assert [row[4] for row in workbook[1:]] == [
        None if line["cost"] is None else float(line["cost"]["total"]["amount"]) for line in lines
    ]


@pytest.mark.parametrize("by", ["DEPARTMENT", "SKU"])
async def test_the_lines_of_a_file_sum_to_its_total(client: Client, by: str) -> None:
    *lines, total = records(await client.file("costs.csv", groupBy=by, month="2026-11"))

    amounts = [Decimal(row["Cost in EUR"]) for row in lines if row["Cost in EUR"]]
    assert total["Line"] == "TOTAL"
    assert sum(amounts) == Decimal(total["Cost in EUR"]) == Decimal("437.77")


async def test_costs_are_of_the_last_whole_month_by_cost_centre_unless_asked_otherwise(client: Client) -> None:
    assert await client.file("costs.csv") == await client.file("costs.csv", month="2026-10", groupBy="COST_CENTRE")


async def test_what_was_not_known_then_is_not_in_a_file_of_then(client: Client) -> None:
    then = records(await client.file("costs.csv", month="2026-10", knownAt="2026-11-22T00:00:00Z"))
    now = records(await client.file("costs.csv", month="2026-10"))

    assert {row["Cost in USD"] for row in then if row["Seat-days"] != "0"} == {""}
    assert now[-1]["Cost in EUR"] == "571.00"


async def test_the_history_tells_each_change_with_both_times(client: Client) -> None:
    found = records(await client.file("licence-history.csv"))

    removed = [row for row in found if row["Change"] == "REMOVED"]
    assert [(row["Happened"], row["Recorded"], row["User"], row["Part number"]) for row in removed] == [
        ("2026-10-01T03:00:00Z", "2026-10-01T03:00:00Z", "Dora Au", "SPE_E5")
    ]
    assert len(found) == 7
    assert [row["Department"] for row in found if row["User"] == "Cleo See"] == ["Ops"]


@pytest.mark.parametrize(("query", "count"), [({"month": "2026-10"}, 1), ({"asOf": "2026-09-30"}, 6)])
async def test_the_history_can_be_narrowed(client: Client, query: dict[str, str], count: int) -> None:
    assert len(records(await client.file("licence-history.csv", **query))) == count


async def test_a_month_of_history_begins_and_ends_where_the_customer_is(client: Client) -> None:
    june = records(await client.file("licence-history.csv", month="2026-06"))

    assert {row["Happened"] for row in june} == {"2026-06-01T08:00:00Z"}
    assert records(await client.file("licence-history.csv", month="2026-05")) == []


async def test_no_file_of_one_customer_names_another(client: Client) -> None:
    for kind in ("findings", "costs", "licence-history"):
        content = (await client.file(f"{kind}.csv", "operator")).decode()
        assert "Fabrikam" not in content
        assert str(FABRIKAM) not in content
