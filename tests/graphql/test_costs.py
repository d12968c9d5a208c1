"""What seats cost, what acting is worth and what is about to be renewed; every amount worked out by hand.

An E5 costs 39 EUR a month (known until 22 November: 36), 10 are paid and 4 held; a PLANNER 10 USD without a rate,
3 paid and 1 held; of TOOLBOX no price is known, 5 are paid and 1 is held. October has 31 days.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.database import Database
from tests.graphql import money_world
from tests.graphql.conftest import Client
from tests.graphql.money_world import PLANNER, TOOLBOX
from tests.graphql.world import CONTOSO, E5, World

COSTS = """
query ($id: ID!, $knownAt: DateTime, $month: String!, $by: CostGrouping!, $invoice: InvoiceInput) {
  tenant(id: $id) { at(knownAt: $knownAt) { costs(month: $month, groupBy: $by, invoice: $invoice) {
    month since until complete coverage
    groups { key label seatDays unpricedSeatDays cost { total { amount } byCurrency { amount currency } } }
    central { label seatDays unpricedSeatDays cost { byCurrency { amount currency } } }
    unallocated { seatDays cost { byCurrency { amount currency } } }
    variance { seatDays cost { byCurrency { amount currency } } }
    total { seatDays unpricedSeatDays cost { total { amount } byCurrency { amount currency } } }
    unpriced { sku { partNumber } seatDays }
  } } }
}
"""


@pytest.fixture(scope="module")
def world(module_database: Database) -> Iterator[World]:
    with money_world.built(module_database.writer_dsn) as made:
        yield made


def money(cost: dict[str, Any] | None) -> dict[str, str] | None:
    return None if cost is None else {each["currency"]: each["amount"] for each in cost["byCurrency"]}


async def october(client: Client, by: str = "DEPARTMENT", **variables: Any) -> dict[str, Any]:
    data = await client.data(COSTS, id=str(CONTOSO), month="2026-10", by=by, **variables)
    costs: dict[str, Any] = data["tenant"]["at"]["costs"]
    return costs


async def test_a_month_is_paid_by_the_departments_that_held_the_seats(client: Client) -> None:
    costs = await october(client)

    assert (costs["since"], costs["until"], costs["complete"]) == ("2026-10-01", "2026-11-01", True)
    assert [
        (each["key"], each["seatDays"], each["unpricedSeatDays"], money(each["cost"])) for each in costs["groups"]
    ] == [("Ops", 62, 31, {"EUR": "39.00"}), ("Sales", 93, 0, {"EUR": "78.00", "USD": "10.00"})]
    assert (costs["central"]["seatDays"], money(costs["central"]["cost"])) == (372, {"EUR": "234.00", "USD": "20.00"})
    assert (costs["unallocated"]["seatDays"], money(costs["unallocated"]["cost"])) == (31, {"EUR": "39.00"})
    assert money(costs["variance"]["cost"]) == {}
    assert (costs["total"]["seatDays"], money(costs["total"]["cost"])) == (558, {"EUR": "390.00", "USD": "30.00"})
    assert costs["total"]["cost"]["total"] is None
    assert costs["unpriced"] == [{"sku": {"partNumber": "TOOLBOX"}, "seatDays": 155}]
    assert costs["coverage"] == pytest.approx((558 - 155) / 558, abs=1e-6)


async def test_a_price_corrected_in_arrears_restates_the_month_under_new_knowledge_only(client: Client) -> None:
    before = await october(client, knownAt="2026-11-22T09:00:00Z")
    after = await october(client, knownAt="2026-11-22T11:00:00Z")

    assert money(before["total"]["cost"]) == {"EUR": "360.00", "USD": "30.00"}
    assert money(after["total"]["cost"]) == {"EUR": "390.00", "USD": "30.00"}


async def test_products_pay_for_themselves(client: Client) -> None:
    costs = await october(client, by="SKU")

    assert {each["label"]: money(each["cost"]) for each in costs["groups"]} == {
        "Microsoft 365 E5": {"EUR": "390.00"},
        "PLANNER": {"USD": "30.00"},
        "TOOLBOX": None,
    }
    assert {each["key"] for each in costs["groups"]} == {str(E5), str(PLANNER), str(TOOLBOX)}


async def test_a_running_month_is_reckoned_up_to_the_day(client: Client) -> None:
    data = await client.data(COSTS, id=str(CONTOSO), month="2026-11", by="DEPARTMENT")

    costs = data["tenant"]["at"]["costs"]
    assert (costs["until"], costs["complete"]) == ("2026-11-24", False)
    assert money(costs["total"]["cost"]) == {"EUR": "299.00", "USD": "23.00"}


async def test_a_month_tells_how_much_of_it_was_wasted(client: Client) -> None:
    """Dora is off for two weeks on the 15th: 17 days; 4 units of E5 and 2 of TOOLBOX are left beyond the buffer.

    Who is idle nobody can say: sign-in times were not read since August.
    """
    part = "seatDays unpricedSeatDays cost { byCurrency { amount currency } }"
    data = await client.data(
        f"""query ($id: ID!) {{ tenant(id: $id) {{ at {{ costs(month: "2026-10") {{ wasted {{
          total {{ {part} }} unassigned {{ {part} }} downgrades {{ {part} }}
          byCause {{ cause wasted {{ {part} }} }} byTier {{ tier wasted {{ {part} }} }}
          bySku {{ sku {{ partNumber }} wasted {{ {part} }} }}
        }} }} }} }} }}""",
        id=str(CONTOSO),
    )

    wasted = data["tenant"]["at"]["costs"]["wasted"]
    assert told(wasted["total"]) == (203, 62, {"EUR": "177.39"})
    assert told(wasted["unassigned"]) == (186, 62, {"EUR": "156.00"})
    assert [(each["cause"], told(each["wasted"])) for each in wasted["byCause"]] == [
        ("DISABLED", (17, 0, {"EUR": "21.39"}))
    ]
    assert [(each["tier"], told(each["wasted"])) for each in wasted["byTier"]] == [
        ("GUARANTEED", (17, 0, {"EUR": "21.39"}))
    ]
    assert {each["sku"]["partNumber"]: told(each["wasted"]) for each in wasted["bySku"]} == {
        "SPE_E5": (141, 0, {"EUR": "177.39"}),
        "TOOLBOX": (62, 62, None),
    }
    assert told(wasted["downgrades"]) == (0, 0, {})


def told(part: dict[str, Any]) -> tuple[int, int, dict[str, str] | None]:
    return part["seatDays"], part["unpricedSeatDays"], money(part["cost"])


@pytest.mark.parametrize(
    ("month", "code"),
    [("2026-12", "AS_OF_OUT_OF_RANGE"), ("2026-13", "BAD_USER_INPUT"), ("202610", "BAD_USER_INPUT")],
)
async def test_a_month_that_is_none_is_refused(client: Client, month: str, code: str) -> None:
    assert await client.code(COSTS, id=str(CONTOSO), month=month, by="SKU") == code


@pytest.mark.parametrize(
    ("invoice", "code"),
    [
        ({"amount": "1,000", "currency": "EUR"}, "BAD_USER_INPUT"),
        ({"amount": "10", "currency": "eur"}, "CURRENCY_UNKNOWN"),
    ],
)
async def test_an_invoice_that_is_none_is_refused(client: Client, invoice: dict[str, str], code: str) -> None:
    assert await client.code(COSTS, id=str(CONTOSO), month="2026-10", by="SKU", invoice=invoice) == code


async def test_a_trend_has_a_point_for_each_month(client: Client) -> None:
    data = await client.data(
        """query ($id: ID!, $sku: ID!) { tenant(id: $id) { at {
          all: licenceTrend(from: "2026-09-01", to: "2026-11-01") {
            on enabled held unpricedUnits runRate { total { amount } byCurrency { amount currency } } }
          one: licenceTrend(from: "2026-10-01", to: "2026-10-03", grain: DAY, sku: $sku) {
            on enabled held runRate { total { amount } } }
        } } }""",
        id=str(CONTOSO),
        sku=str(E5),
    )

    points = data["tenant"]["at"]["all"]
    assert [(each["on"], each["enabled"], each["held"], each["unpricedUnits"]) for each in points] == [
        ("2026-09-30", 18, 6, 5),
        ("2026-10-31", 18, 6, 5),
    ]
    assert [money(each["runRate"]) for each in points] == [{"EUR": "390.00", "USD": "30.00"}] * 2
    assert data["tenant"]["at"]["one"] == [
        {"on": "2026-10-01", "enabled": 10, "held": 4, "runRate": {"total": {"amount": "390.00"}}},
        {"on": "2026-10-02", "enabled": 10, "held": 4, "runRate": {"total": {"amount": "390.00"}}},
    ]


async def test_a_trend_backwards_or_of_too_many_points_is_refused(client: Client) -> None:
    query = """query ($id: ID!, $from: Date!, $to: Date!) { tenant(id: $id) { at {
      licenceTrend(from: $from, to: $to, grain: DAY) { on } } } }"""

    backwards = await client.code(query, id=str(CONTOSO), **{"from": "2026-10-02", "to": "2026-10-01"})
    long = await client.code(query, id=str(CONTOSO), **{"from": "2025-01-01", "to": "2026-11-01"})

    assert (backwards, long) == ("BAD_USER_INPUT", "TREND_TOO_LONG")


async def test_products_tell_units_nobody_holds_beyond_the_buffer_and_how_far_they_are_used(client: Client) -> None:
    data = await client.data(
        """query ($id: ID!) { tenant(id: $id) { at {
          skuFindings { sku { name partNumber } class usable enabled held active unassigned buffer netUnassigned
            overAssigned suspendedWithHolders atRisk atRiskOn utilisationAssigned utilisationActive
            price { amount } saving { amount currency } }
          utilisation { assigned active units pricedUnits unpricedUnits runRate { byCurrency { amount currency } } }
        } } }""",
        id=str(CONTOSO),
    )

    found = {each["sku"]["partNumber"]: each for each in data["tenant"]["at"]["skuFindings"]}
    assert found["SPE_E5"] == {
        "sku": {"name": "Microsoft 365 E5", "partNumber": "SPE_E5"},
        "class": "PAID",
        "usable": 10,
        "enabled": 10,
        "held": 4,
        "active": 1,
        "unassigned": 6,
        "buffer": 2,
        "netUnassigned": 4,
        "overAssigned": 0,
        "suspendedWithHolders": 0,
        "atRisk": 0,
        "atRiskOn": None,
        "utilisationAssigned": 0.4,
        "utilisationActive": 0.1,
        "price": {"amount": "39.00"},
        "saving": {"amount": "156.00", "currency": "EUR"},
    }
    assert (found["TOOLBOX"]["netUnassigned"], found["TOOLBOX"]["saving"]) == (2, None)
    assert (found["PLANNER"]["netUnassigned"], found["PLANNER"]["saving"]["amount"]) == (0, "0.00")
    used = data["tenant"]["at"]["utilisation"]
    assert (used["assigned"], used["units"], used["pricedUnits"], used["unpricedUnits"]) == (None, 18, 13, 5)
    assert money(used["runRate"]) == {"EUR": "390.00", "USD": "30.00"}


async def test_savings_are_told_by_tier_now_from_the_next_renewal_and_as_a_rate(client: Client) -> None:
    """Of ten E5 paid eight are committed, so two seats can be cashed: eleven months and 22 days from 1 December on."""
    worth = """tier reassignableNow cashableSeats unpricedSeats undatedSeats
      cashableIn12Months { byCurrency { amount currency } } runRateTimes12 { byCurrency { amount currency } }"""
    data = await client.data(
        f"""query ($id: ID!) {{ tenant(id: $id) {{ at {{ savings {{ all {{ {worth} }} byTier {{ {worth} }}
          realised {{ seats monthly {{ byCurrency {{ amount }} }} items {{ on }} }} }} }} }} }}""",
        id=str(CONTOSO),
    )

    savings = data["tenant"]["at"]["savings"]
    guaranteed, likely = savings["byTier"]
    assert (guaranteed["tier"], guaranteed["reassignableNow"], guaranteed["cashableSeats"]) == ("GUARANTEED", 1, 1)
    assert money(guaranteed["cashableIn12Months"]) == {"EUR": "457.60"}
    assert money(guaranteed["runRateTimes12"]) == {"EUR": "468.00"}
    assert (likely["tier"], likely["reassignableNow"], likely["cashableSeats"]) == ("LIKELY", 4, 3)
    assert (likely["unpricedSeats"], likely["undatedSeats"]) == (1, 1)
    assert money(likely["cashableIn12Months"]) == {"EUR": "457.60", "USD": "117.33"}
    assert money(likely["runRateTimes12"]) == {"EUR": "936.00", "USD": "120.00"}
    assert money(savings["all"]["runRateTimes12"]) == {"EUR": "1404.00", "USD": "120.00"}
    assert savings["realised"] == {"seats": 0, "monthly": {"byCurrency": []}, "items": []}


async def test_renewals_tell_what_need_not_be_renewed(client: Client) -> None:
    query = """query ($id: ID!, $until: Date) { tenant(id: $id) { at { renewals(until: $until) {
      on days seats status trial sku { name } price { amount } monthly { amount } reclaimableSeats
      reclaimable { amount currency } } } } }"""

    data = await client.data(query, id=str(CONTOSO))
    before = await client.data(query, id=str(CONTOSO), until="2027-02-01")

    assert data["tenant"]["at"]["renewals"] == [
        {
            "on": "2027-02-01",
            "days": 70,
            "seats": 10,
            "status": "Enabled",
            "trial": False,
            "sku": {"name": "Microsoft 365 E5"},
            "price": {"amount": "39"},
            "monthly": {"amount": "390.00"},
            "reclaimableSeats": 2,
            "reclaimable": {"amount": "78.00", "currency": "EUR"},
        }
    ]
    assert before["tenant"]["at"]["renewals"] == []
    assert await client.code(query, id=str(CONTOSO), until="2026-11-22") == "BAD_USER_INPUT"


async def test_prices_are_listed_as_they_were_known(client: Client) -> None:
    query = """query ($id: ID!, $knownAt: DateTime, $on: Date, $sku: ID) { tenant(id: $id) { at(knownAt: $knownAt) {
      prices(on: $on, sku: $sku) { sku { partNumber } source lot amount { amount currency } per term
        effectiveFrom effectiveUntil quantity commitFloor taxIncluded } } } }"""

    now = await client.data(query, id=str(CONTOSO))
    before = await client.data(query, id=str(CONTOSO), sku=str(E5), knownAt="2026-11-22T09:00:00Z")
    early = await client.data(query, id=str(CONTOSO), on="2026-05-31")

    amounts = {each["sku"]["partNumber"]: each["amount"]["amount"] for each in now["tenant"]["at"]["prices"]}
    assert amounts == {"SPE_E5": "39", "PLANNER": "10"}
    assert before["tenant"]["at"]["prices"] == [
        {
            "sku": {"partNumber": "SPE_E5"},
            "source": "CONTRACT",
            "lot": "",
            "amount": {"amount": "36", "currency": "EUR"},
            "per": "MONTH",
            "term": "MONTHLY",
            "effectiveFrom": "2026-06-01",
            "effectiveUntil": None,
            "quantity": None,
            "commitFloor": 8,
            "taxIncluded": False,
        }
    ]
    assert early["tenant"]["at"]["prices"] == []


@pytest.mark.parametrize("who", ["neighbour"])
async def test_a_neighbour_sees_no_amount(client: Client, who: str) -> None:
    content = await client.ask(COSTS, who, id=str(CONTOSO), month="2026-10", by="SKU")

    assert content["data"] == {"tenant": None}
    assert [error["extensions"]["code"] for error in content["errors"]] == ["NOT_FOUND"]
