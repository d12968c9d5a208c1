"""All customers side by side, as everybody may see them."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest

from app.domain.events.tenancy import TenantInvited
from app.domain.ids import TenantId
from app.domain.personal import Personal
from app.eventstore.streams import TENANT
from app.graphql.ids import thing_id
from tests.database import Database
from tests.graphql import money_world
from tests.graphql.conftest import Client
from tests.graphql.world import CONTOSO, FABRIKAM, NOON, World

QUERY = """
query ($asOf: Date, $knownAt: DateTime, $first: Int, $after: String) {
 portfolio(asOf: $asOf, knownAt: $knownAt, first: $first, after: $after) {
  nodes { tenantId name state asOf currency seats people utilisationAssigned utilisationActive pricedCoverage
    freshness { complete } runRate { total { amount } byCurrency { amount currency } }
    waste { tier seats saving { byCurrency { amount currency } } } unassigned { byCurrency { amount currency } } }
  pageInfo { hasNextPage endCursor }
} }
"""


@pytest.fixture(scope="module")
def world(module_database: Database) -> Iterator[World]:
    with money_world.built(module_database.writer_dsn) as made:
        yield made


async def nodes(client: Client, who: str, **variables: Any) -> list[dict[str, Any]]:
    data = await client.data(QUERY, who, **variables)
    found: list[dict[str, Any]] = data["portfolio"]["nodes"]
    return found


async def test_the_provider_sees_every_customer_in_its_own_currency(client: Client) -> None:
    contoso, fabrikam = await nodes(client, "operator")

    assert contoso == {
        "tenantId": thing_id("Tenant", CONTOSO),
        "name": "Contoso",
        "state": "CONSENTED",
        "asOf": "2026-11-23",
        "currency": "EUR",
        "seats": 6,
        "people": 4,
        "utilisationAssigned": None,
        "utilisationActive": None,
        "pricedCoverage": 0.722222,
        "freshness": {"complete": True},
        "runRate": {
            "total": None,
            "byCurrency": [{"amount": "390.00", "currency": "EUR"}, {"amount": "30.00", "currency": "USD"}],
        },
        "waste": [
            {"tier": "GUARANTEED", "seats": 1, "saving": {"byCurrency": [{"amount": "39.00", "currency": "EUR"}]}},
            {
                "tier": "LIKELY",
                "seats": 4,
                "saving": {
                    "byCurrency": [{"amount": "78.00", "currency": "EUR"}, {"amount": "10.00", "currency": "USD"}]
                },
            },
        ],
        "unassigned": {"byCurrency": [{"amount": "156.00", "currency": "EUR"}]},
    }
    assert (fabrikam["name"], fabrikam["currency"], fabrikam["pricedCoverage"]) == ("Fabrikam", "USD", 0.0)
    assert (fabrikam["waste"], fabrikam["runRate"]["byCurrency"]) == ([], [])


async def test_an_earlier_day_is_told_as_it_was(client: Client) -> None:
    contoso, _ = await nodes(client, "operator", asOf="2026-09-01")
    before, _ = await nodes(client, "operator", asOf="2026-01-01")

    assert (contoso["asOf"], [each["tier"] for each in contoso["waste"]]) == ("2026-09-01", ["LIKELY"])
    assert (before["runRate"], before["waste"], before["seats"]) == (None, [], 0)


async def test_what_was_learned_later_is_left_out(client: Client) -> None:
    before, _ = await nodes(client, "operator", knownAt="2026-11-22T09:00:00Z")

    assert before["runRate"]["byCurrency"][0] == {"amount": "360.00", "currency": "EUR"}
    assert await client.code(QUERY, "operator", knownAt="2027-01-01T00:00:00Z") == "AS_OF_OUT_OF_RANGE"


async def test_a_customer_without_a_known_price_has_no_run_rate_rather_than_none_to_pay(client: Client) -> None:
    _, fabrikam = await nodes(client, "operator")

    assert (fabrikam["pricedCoverage"], fabrikam["runRate"]) == (0.0, {"total": None, "byCurrency": []})


@pytest.mark.parametrize(
    ("who", "names"), [("viewer", ["Contoso"]), ("auditor", ["Contoso"]), ("neighbour", ["Fabrikam"])]
)
async def test_a_customer_sees_themselves_alone(client: Client, who: str, names: list[str]) -> None:
    assert [each["name"] for each in await nodes(client, who)] == names


async def test_customers_come_in_pages(client: Client) -> None:
    first = (await client.data(QUERY, "operator", first=1))["portfolio"]
    second = (await client.data(QUERY, "operator", first=1, after=first["pageInfo"]["endCursor"]))["portfolio"]

    assert [each["name"] for each in (*first["nodes"], *second["nodes"])] == ["Contoso", "Fabrikam"]
    assert (first["pageInfo"]["hasNextPage"], second["pageInfo"]["hasNextPage"]) == (True, False)
    assert await client.code(QUERY, "operator", first=26) == "BAD_USER_INPUT"


async def test_a_day_that_has_begun_nowhere_is_refused(client: Client) -> None:
    assert await client.code(QUERY, "operator", asOf="2026-11-25") == "AS_OF_OUT_OF_RANGE"


async def test_a_day_that_has_begun_elsewhere_only_is_told_as_of_today(client: Client) -> None:
    contoso, _ = await nodes(client, "operator", asOf="2026-11-24")

    assert contoso["asOf"] == "2026-11-23"


async def test_nobody_without_a_tenant_gets_figures(client: Client) -> None:
    assert await client.code(QUERY, "nobody") == "FORBIDDEN"
    assert str(FABRIKAM) not in str(await client.ask(QUERY, "viewer"))


async def test_of_a_customer_just_invited_nothing_is_known_rather_than_nothing_to_pay(
    client: Client, world: World
) -> None:
    invited = TenantId(UUID(int=0xAA))
    who = TenantInvited(happened_at=NOON, customer="Adatum", contact=Personal.alone("admin@adatum.test"))
    world.append(invited, TENANT, who, at=NOON)
    world.tabulate(invited)

    adatum = next(each for each in await nodes(client, "operator") if each["name"] == "Adatum")

    assert (adatum["state"], adatum["runRate"], adatum["unassigned"], adatum["waste"]) == ("INVITED", None, None, [])
