"""Which seats cost money for nothing, through the door; every amount worked out by hand from the definitions."""

from collections.abc import Iterator
from typing import Any

import pytest

from app.graphql.ids import thing_id
from tests.database import Database
from tests.graphql import money_world
from tests.graphql.conftest import Client
from tests.graphql.money_world import PLANNER, TOOLBOX
from tests.graphql.world import BERT, CLEO, CONTOSO, DORA, E5, FABRIKAM, STAFF, World

LIST = """
query ($id: ID!, $asOf: Date, $knownAt: DateTime, $days: Int, $causes: [Cause!], $tiers: [Tier!],
       $department: String, $sku: ID, $user: ID, $first: Int, $after: String) {
  tenant(id: $id) { at(asOf: $asOf, knownAt: $knownAt) {
    findings(idleDays: $days, causes: $causes, tiers: $tiers, department: $department, sku: $sku, user: $user,
             first: $first, after: $after) {
      nodes { cause tier sku { skuId } userName saving { amount currency } }
      pageInfo { hasNextPage endCursor }
    }
  } }
}
"""
NAMES = {str(E5): "E5", str(PLANNER): "PLANNER", str(TOOLBOX): "TOOLBOX"}


@pytest.fixture(scope="module")
def world(module_database: Database) -> Iterator[World]:
    with money_world.built(module_database.writer_dsn) as made:
        yield made


def told(found: dict[str, Any]) -> list[tuple[str, str, str, str, str | None]]:
    return [
        (
            each["userName"].split()[0],
            NAMES[each["sku"]["skuId"]],
            each["cause"],
            each["tier"],
            each["saving"] and f"{each['saving']['amount']} {each['saving']['currency']}",
        )
        for each in found["tenant"]["at"]["findings"]["nodes"]
    ]


async def listed(client: Client, **variables: Any) -> list[tuple[str, str, str, str, str | None]]:
    return told(await client.data(LIST, id=str(CONTOSO), **variables))


async def test_findings_come_the_dearest_first_and_those_of_unknown_worth_last(client: Client) -> None:
    assert await listed(client) == [
        ("Bert", "E5", "IDLE", "LIKELY", "39.00 EUR"),
        ("Cleo", "E5", "NEVER_USED", "LIKELY", "39.00 EUR"),
        ("Dora", "E5", "DISABLED", "GUARANTEED", "39.00 EUR"),
        ("Bert", "PLANNER", "IDLE", "LIKELY", "10.00 USD"),
        ("Cleo", "TOOLBOX", "NEVER_USED", "LIKELY", None),
    ]


async def test_an_earlier_day_has_the_findings_of_that_day(client: Client) -> None:
    found = await listed(client, asOf="2026-09-01")

    assert found == [
        ("Cleo", "E5", "NEVER_USED", "LIKELY", "39.00 EUR"),
        ("Cleo", "TOOLBOX", "NEVER_USED", "LIKELY", None),
    ]


async def test_a_price_corrected_in_arrears_moves_what_is_known_and_leaves_older_knowledge(client: Client) -> None:
    before = await listed(client, asOf="2026-09-01", knownAt="2026-11-22T09:00:00Z")
    after = await listed(client, asOf="2026-09-01", knownAt="2026-11-22T11:00:00Z")

    assert before[0] == ("Cleo", "E5", "NEVER_USED", "LIKELY", "36.00 EUR")
    assert after[0] == ("Cleo", "E5", "NEVER_USED", "LIKELY", "39.00 EUR")


async def test_another_number_of_idle_days_moves_the_line(client: Client) -> None:
    at_145 = await listed(client, days=145, user=str(BERT), sku=str(E5))
    at_144 = await listed(client, days=144, user=str(BERT), sku=str(E5))

    assert at_145 == []
    assert at_144 == [("Bert", "E5", "IDLE", "LIKELY", "39.00 EUR")]


@pytest.mark.parametrize(
    ("wanted", "who"),
    [
        ({"causes": ["DISABLED"]}, ["Dora"]),
        ({"tiers": ["GUARANTEED", "REVIEW"]}, ["Dora"]),
        ({"department": "Ops"}, ["Cleo", "Cleo"]),
        ({"sku": str(PLANNER)}, ["Bert"]),
        ({"user": thing_id("User", CONTOSO, CLEO)}, ["Cleo", "Cleo"]),
        ({"causes": []}, []),
    ],
)
async def test_everything_asked_for_must_fit(client: Client, wanted: dict[str, Any], who: list[str]) -> None:
    assert [each[0] for each in await listed(client, **wanted)] == who


async def test_pages_follow_each_other_without_gap_or_repeat(client: Client) -> None:
    pages, after = [], None
    while True:
        data = await client.data(LIST, id=str(CONTOSO), first=2, after=after)
        pages.append([each[:2] for each in told(data)])
        info = data["tenant"]["at"]["findings"]["pageInfo"]
        after = info["endCursor"]
        if not info["hasNextPage"]:
            break

    assert pages == [
        [("Bert", "E5"), ("Cleo", "E5")],
        [("Dora", "E5"), ("Bert", "PLANNER")],
        [("Cleo", "TOOLBOX")],
    ]


async def test_a_cursor_of_other_arguments_is_refused(client: Client) -> None:
    data = await client.data(LIST, id=str(CONTOSO), first=1)
    after = data["tenant"]["at"]["findings"]["pageInfo"]["endCursor"]

    assert await client.code(LIST, id=str(CONTOSO), first=1, after=after, days=91) == "INVALID_CURSOR"


@pytest.mark.parametrize("days", [0, 6, 3661])
async def test_too_few_or_too_many_idle_days_are_refused(client: Client, days: int) -> None:
    assert await client.code(LIST, id=str(CONTOSO), days=days) == "IDLE_DAYS_OUT_OF_RANGE"


async def test_a_finding_tells_what_stands_behind_it(client: Client) -> None:
    data = await client.data(
        """query ($id: ID!, $user: ID!) { tenant(id: $id) { at { findings(user: $user) { nodes {
          text price { amount } quietSince quietDays band disabledSince heldSince department sku { name class }
          evidence { source at } decision { decision } remedy { action groups text } remarks also
        } } } } }""",
        id=str(CONTOSO),
        user=str(DORA),
    )

    assert data["tenant"]["at"]["findings"]["nodes"] == [
        {
            "text": "The account of Dora Au has been disabled since 1 October 2026 and still holds Microsoft 365 E5; "
            "it costs 39.00 EUR a month.",
            "price": {"amount": "39.00"},
            "quietSince": "2026-08-30T09:00:00+00:00",
            "quietDays": 85,
            "band": 60,
            "disabledSince": "2026-10-01T03:00:00+00:00",
            "heldSince": "2026-06-01T08:00:00+00:00",
            "department": None,
            "sku": {"name": "Microsoft 365 E5", "class": "PAID"},
            "evidence": [
                {"source": "interactive", "at": "2026-08-30T09:00:00+00:00"},
                {"source": "successful", "at": "2026-08-30T09:00:00+00:00"},
            ],
            "decision": None,
            "remedy": {
                "action": "REMOVE_FROM_GROUP",
                "groups": [str(STAFF)],
                "text": f"Take Dora Au out of group {STAFF}, or change the rule of a dynamic group.",
            },
            "remarks": ["BY_GROUP"],
            "also": [],
        }
    ]


async def test_each_finding_is_explained_in_one_sentence(client: Client) -> None:
    data = await client.data(
        "query ($id: ID!) { tenant(id: $id) { at { findings { nodes { text } } } } }", id=str(CONTOSO)
    )

    bert = "Bert Tal was last active on 1 July 2026, 145 days ago, and holds"
    cleo = "since 1 June 2026 and was never seen to use anything"
    dora = "The account of Dora Au has been disabled since 1 October 2026 and still holds Microsoft 365 E5"
    assert [each["text"] for each in data["tenant"]["at"]["findings"]["nodes"]] == [
        f"{bert} Microsoft 365 E5; it costs 39.00 EUR a month.",
        f"Cleo See has held Microsoft 365 E5 {cleo}; it costs 39.00 EUR a month.",
        f"{dora}; it costs 39.00 EUR a month.",
        f"{bert} PLANNER; it costs 10.00 USD a month.",
        f"Cleo See has held TOOLBOX {cleo}; what it costs is not known.",
    ]


async def test_without_the_role_nobody_is_named(client: Client) -> None:
    query = """query ($id: ID!) { tenant(id: $id) { at { findings { nodes { userName text remedy { text } } } } } }"""

    content = await client.ask(query, "viewer", id=str(CONTOSO))

    nodes = content["data"]["tenant"]["at"]["findings"]["nodes"]
    assert [name for name in ("Bert", "Cleo", "Dora") if name in str(content)] == []
    assert nodes[0]["userName"].startswith("Person ")
    assert nodes[0]["text"].startswith(nodes[0]["userName"])


async def test_before_the_first_fact_nothing_is_found(client: Client) -> None:
    data = await client.data(
        """query ($id: ID!) { tenant(id: $id) { at(asOf: "2026-01-01") {
          findings { nodes { id } } findingTotals(groupBy: CAUSE) { groups { key } total { seats } }
          skuFindings { held } utilisation { units } savings { all { reassignableNow } } renewals { days }
          costs(month: "2026-01") { month } exemptions { nodes { reason } } prices { lot }
          licenceTrend(from: "2025-12-01", to: "2026-01-01") { on } pstnCosts { since }
        } } }""",
        id=str(CONTOSO),
    )

    assert data["tenant"]["at"] == {
        "findings": {"nodes": []},
        "findingTotals": {"groups": [], "total": {"seats": 0}},
        "skuFindings": [],
        "utilisation": None,
        "savings": None,
        "renewals": [],
        "costs": None,
        "exemptions": {"nodes": []},
        "prices": [],
        "licenceTrend": [],
        "pstnCosts": None,
    }


async def test_what_nothing_shows_is_counted_and_saves_nothing(client: Client) -> None:
    data = await client.data(
        """query ($id: ID!) { tenant(id: $id) { at { findings { nodes {
          tier cause remarks saving { amount } text remedy { action } } } } } }""",
        "neighbour",
        id=str(FABRIKAM),
    )

    (finding,) = data["tenant"]["at"]["findings"]["nodes"]
    assert (finding["tier"], finding["remedy"]["action"]) == ("UNVERIFIABLE", "REVIEW")
    assert finding["text"] == (
        "Nobody can say whether Frida Fabrikam uses Microsoft 365 E5: nothing that shows activity was read of late."
    )


async def test_a_neighbour_finds_nothing_here(client: Client) -> None:
    content = await client.ask(LIST, "neighbour", id=str(CONTOSO))

    assert [error["extensions"]["code"] for error in content["errors"]] == ["NOT_FOUND"]
    assert content["data"] == {"tenant": None}
