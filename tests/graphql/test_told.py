"""What every answer tells of itself in `extensions`: its cost, and how far the tables it follows from have come."""

from datetime import timedelta

from app.domain.events.coverage import Feed
from app.graphql.ids import thing_id
from tests.graphql.conftest import Client
from tests.graphql.world import CONTOSO, FABRIKAM, NOON, World

NAME = "query ($id: ID!) { tenant(id: $id) { name } }"
PAGE = "query ($n: Int) { tenants(first: $n) { nodes { id name } } }"
CONTOSO_ID, FABRIKAM_ID = thing_id("Tenant", CONTOSO), thing_id("Tenant", FABRIKAM)


async def test_the_cost_is_told_as_it_was_measured_with_these_variables(client: Client) -> None:
    few, many = await client.ask(PAGE, n=2), await client.ask(PAGE, n=100)

    assert few["extensions"]["cost"] == {"depth": 3, "aliases": 0, "fields": 4, "nodes": 2}
    assert many["extensions"]["cost"] == {"depth": 3, "aliases": 0, "fields": 4, "nodes": 100}


async def test_a_refused_document_tells_its_cost_and_no_position(client: Client) -> None:
    answer = await client.ask("{ tenants { nodes { nothing } } }")

    assert answer["extensions"] == {"cost": {"depth": 3, "aliases": 0, "fields": 3, "nodes": 50}}


async def test_the_time_told_is_the_one_facts_are_recorded_by(client: Client) -> None:
    of_nobody, of_tenant = await client.ask("{ viewer { name } }"), await client.ask(NAME, id=str(CONTOSO))

    assert (of_nobody["extensions"]["now"], of_tenant["extensions"]["now"]) == (NOON.isoformat(), NOON.isoformat())


async def test_the_position_told_is_the_one_below_at(client: Client) -> None:
    answer = await client.ask("query ($id: ID!) { tenant(id: $id) { at { position } } }", id=str(CONTOSO))

    position = answer["data"]["tenant"]["at"]["position"]
    assert answer["extensions"]["position"] == {CONTOSO_ID: position}


async def test_every_tenant_asked_about_is_told_and_no_other(client: Client) -> None:
    listed = await client.ask(PAGE, "owner", n=10)
    own = await client.ask(PAGE, "viewer", n=10)
    portfolio = await client.ask("{ portfolio { nodes { name } } }", "owner")
    nobody = await client.ask("{ viewer { name } }")
    foreign = await client.ask(NAME, "viewer", id=str(FABRIKAM))

    told = [set(each["extensions"].get("position", {})) for each in (listed, own, portfolio, nobody, foreign)]
    assert told == [{CONTOSO_ID, FABRIKAM_ID}, {CONTOSO_ID}, {CONTOSO_ID, FABRIKAM_ID}, set(), set()]
    assert listed["extensions"]["lag"].keys() == listed["extensions"]["position"].keys()


async def test_the_lag_is_the_facts_not_tabulated_yet_and_the_age_of_the_newest_that_is(
    client: Client, world: World
) -> None:
    world.read(FABRIKAM, Feed.LICENCES, NOON - timedelta(minutes=5))
    position = world.tabulate(FABRIKAM)
    world.read(FABRIKAM, Feed.LICENCES, NOON - timedelta(minutes=2))
    behind = (await client.ask(NAME, "neighbour", id=str(FABRIKAM)))["extensions"]
    world.tabulate(FABRIKAM)
    level = (await client.ask(NAME, "neighbour", id=str(FABRIKAM)))["extensions"]

    assert (behind["position"], behind["lag"]) == (
        {FABRIKAM_ID: str(position)},
        {FABRIKAM_ID: {"facts": 1, "seconds": 300}},
    )
    assert (level["position"], level["lag"]) == (
        {FABRIKAM_ID: str(position + 1)},
        {FABRIKAM_ID: {"facts": 0, "seconds": 120}},
    )
