"""What people change through the door, who may, and that a change shows from its position on."""

from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import UUID

import pytest

from app.graphql.ids import thing_id
from app.graphql.pool import ReadPool, open_read_pool
from tests.database import Database
from tests.graphql import money_world
from tests.graphql.changes import CHANGES
from tests.graphql.conftest import Client, asking
from tests.graphql.money_world import TOOLBOX
from tests.graphql.world import BERT, CONTOSO, DORA, E5, World


@pytest.fixture
def world(database: Database) -> Iterator[World]:
    with money_world.built(database.writer_dsn) as made:
        yield made


@pytest.fixture
async def read_pool(database: Database, world: World) -> AsyncIterator[ReadPool]:
    pool = await open_read_pool(database.reader_dsn, 4)
    yield pool
    await pool.close()


@pytest.fixture
async def client(read_pool: ReadPool, world: World) -> AsyncIterator[Client]:
    async with asking(read_pool, world=world) as made:
        yield made


async def changed(client: Client, name: str, who: str = "admin", **variables: Any) -> dict[str, Any]:
    query, usual = CHANGES[name]
    data = await client.data(query, who, **{"id": str(CONTOSO), **usual, **variables})
    answer: dict[str, Any] = data[name]
    return answer


async def seen_from(client: Client, position: str, selection: str, who: str = "hr") -> dict[str, Any]:
    query = f"query ($id: ID!, $from: Position) {{ tenant(id: $id) {{ at(atLeast: $from) {{ {selection} }} }} }}"
    data = await client.data(query, who, id=str(CONTOSO), **{"from": position})
    answer: dict[str, Any] = data["tenant"]["at"]
    return answer


async def test_a_price_set_shows_from_its_position_on(client: Client) -> None:
    done = await changed(client, "setPrice")
    again = await changed(client, "setPrice")

    shown = await seen_from(
        client, done["position"], "findings { nodes { userName sku { partNumber } price { amount } } }"
    )
    priced = [each["price"] for each in shown["findings"]["nodes"] if each["sku"]["partNumber"] == "TOOLBOX"]
    assert (done["facts"], again["facts"]) == (1, 0)
    assert done["tenantId"] == thing_id("Tenant", CONTOSO)
    assert int(again["position"]) == int(done["position"])
    assert priced == [{"amount": "4.50"}]


async def test_a_price_withdrawn_is_unknown_and_older_knowledge_keeps_it(client: Client) -> None:
    done = await changed(client, "withdrawPrice")

    selection = f"""prices(sku: "{E5}") {{ lot }}"""
    now = await seen_from(client, done["position"], selection)
    before = await client.data(
        f"""query ($id: ID!) {{ tenant(id: $id) {{ at(knownAt: "2026-11-22T11:00:00Z") {{ {selection} }} }} }}""",
        id=str(CONTOSO),
    )
    assert now == {"prices": []}
    assert before["tenant"]["at"] == {"prices": [{"lot": ""}]}


async def test_an_exempt_seat_has_no_finding_until_it_is_lifted(client: Client) -> None:
    exempt = await changed(client, "exemptSeat", until="2027-01-01")
    selection = f"""findings(user: "{BERT}", sku: "{E5}") {{ nodes {{ cause }} }}
      findingTotals(groupBy: CAUSE) {{ exemptSeats }}
      exemptions {{ nodes {{ userName sku {{ partNumber }} reason owner until by }} }}"""
    during = await seen_from(client, exempt["position"], selection)
    hidden = await seen_from(client, exempt["position"], "exemptions { nodes { userName owner reason } }", "viewer")
    lifted = await changed(client, "liftExemption")
    after = await seen_from(client, lifted["position"], selection)

    assert (during["findings"]["nodes"], during["findingTotals"]) == ([], {"exemptSeats": 1})
    (row,) = during["exemptions"]["nodes"]
    assert row.pop("by") is not None
    assert row == {
        "userName": "Bert Tal",
        "sku": {"partNumber": "SPE_E5"},
        "reason": "Parental leave",
        "owner": "Hanna Roth",
        "until": "2027-01-01",
    }
    assert [each["owner"].startswith("Person ") for each in hidden["exemptions"]["nodes"]] == [True]
    assert [each["reason"] for each in hidden["exemptions"]["nodes"]] == [None]
    assert after["findings"]["nodes"] == [{"cause": "IDLE"}]
    assert (after["findingTotals"], after["exemptions"]["nodes"]) == ({"exemptSeats": 0}, [])


async def test_a_decision_names_the_finding_the_seat_had(client: Client) -> None:
    done = await changed(client, "decideFinding", note="Ask the manager first")

    shown = await seen_from(
        client,
        done["position"],
        f"""findings(user: "{BERT}", sku: "{E5}") {{ nodes {{ decision {{ decision cause tier note at by }} }} }}""",
    )
    (decision,) = [each["decision"] for each in shown["findings"]["nodes"]]
    assert decision.pop("by") is not None
    assert decision == {
        "decision": "ACCEPTED",
        "cause": "IDLE",
        "tier": "LIKELY",
        "note": "Ask the manager first",
        "at": "2026-11-23T12:00:00+00:00",
    }


async def test_rules_left_out_stay_as_they_are(client: Client) -> None:
    first = await changed(
        client,
        "changePolicy",
        policy={"idleDays": 60, "bufferShare": "0.1", "skuIdleDays": [{"sku": str(TOOLBOX), "days": 200}]},
    )
    second = await changed(client, "changePolicy", policy={"pool": "OWNER", "poolOwner": "IT"})
    same = await changed(client, "changePolicy", policy={"idleDays": 60})

    data = await client.data(
        """query ($id: ID!) { tenant(id: $id) { policy { idleDays graceDays disabledDays timeZone currency bufferShare
          bufferMin graceBilled pool poolOwner skuIdleDays { skuId days } neededPlans unneededPlans connectionFeeInside
        } } }""",
        id=str(CONTOSO),
    )
    assert (first["facts"], second["facts"], same["facts"]) == (1, 1, 0)
    assert data["tenant"]["policy"] == {
        "idleDays": 60,
        "graceDays": 30,
        "disabledDays": 14,
        "timeZone": "UTC",
        "currency": "EUR",
        "bufferShare": "0.1",
        "bufferMin": 2,
        "graceBilled": False,
        "pool": "OWNER",
        "poolOwner": "IT",
        "skuIdleDays": [{"skuId": str(TOOLBOX), "days": 200}],
        "neededPlans": [],
        "unneededPlans": [],
        "connectionFeeInside": False,
    }


async def test_rules_move_the_findings_from_their_day_on(client: Client) -> None:
    done = await changed(client, "changePolicy", policy={"idleDays": 145})

    shown = await seen_from(client, done["position"], f"""findings(user: "{BERT}") {{ nodes {{ cause }} }}""")
    earlier = await client.data(
        f"""query ($id: ID!) {{ tenant(id: $id) {{ at(asOf: "2026-11-22") {{
          findings(user: "{BERT}") {{ nodes {{ cause }} }} }} }} }}""",
        id=str(CONTOSO),
    )
    assert shown["findings"]["nodes"] == []
    assert earlier["tenant"]["at"]["findings"]["nodes"] == [{"cause": "IDLE"}, {"cause": "IDLE"}]


@pytest.mark.parametrize("name", [name for name in CHANGES if name != "liftExemption"])
@pytest.mark.parametrize("who", ["admin", "owner"])
async def test_administrators_of_the_customer_and_of_the_provider_may(client: Client, who: str, name: str) -> None:
    assert (await changed(client, name, who))["facts"] == 1


async def test_several_changes_of_one_document_are_made_in_order_and_once(client: Client, world: World) -> None:
    head = world.store.head(CONTOSO)
    query = """mutation ($id: ID!) {
      one: changePolicy(tenant: $id, policy: {idleDays: 60}) { position facts }
      two: changePolicy(tenant: $id, policy: {idleDays: 61}) { position facts }
    }"""

    data = await client.data(query, "admin", id=str(CONTOSO))

    assert [(each["position"], each["facts"]) for each in data.values()] == [(str(head + 1), 1), (str(head + 2), 1)]
    assert world.store.head(CONTOSO) == head + 2


async def test_a_seat_freed_after_a_decision_and_no_longer_paid_is_a_saving_realised(
    client: Client, world: World
) -> None:
    await changed(client, "decideFinding", seat={"user": str(DORA), "sku": str(E5)})
    position = money_world.dora_leaves_and_a_unit_goes(world)

    shown = await seen_from(
        client,
        str(position),
        """savings { realised { seats unpricedSeats monthly { byCurrency { amount currency } }
          items { cause tier way on monthly { amount } } } }""",
    )

    assert shown["savings"]["realised"] == {
        "seats": 1,
        "unpricedSeats": 0,
        "monthly": {"byCurrency": [{"amount": "39.00", "currency": "EUR"}]},
        "items": [
            {
                "cause": "DISABLED",
                "tier": "GUARANTEED",
                "way": "LOWERED",
                "on": "2026-11-23",
                "monthly": {"amount": "39.00"},
            }
        ],
    }


async def test_a_person_erased_is_nameless_at_every_moment_and_keeps_their_seat(client: Client) -> None:
    whose = f'user(id: "{BERT}") {{ name userPrincipalName erasedAt holdings {{ sku {{ partNumber }} }} }}'
    before = await seen_from(client, "1", whose)

    done = await changed(client, "erasePerson")
    again = await changed(client, "erasePerson")

    shown = await seen_from(client, done["position"], whose)
    assert (done["facts"], again["facts"]) == (1, 0)
    assert (before["user"]["name"], before["user"]["erasedAt"]) == ("Bert Tal", None)
    assert (shown["user"]["name"], shown["user"]["userPrincipalName"]) == (None, None)
    assert shown["user"]["erasedAt"] is not None
    assert shown["user"]["holdings"] == before["user"]["holdings"]
    refused = await client.ask(CHANGES["erasePerson"][0], "admin", id=str(CONTOSO), user=str(UUID(int=1)))
    assert [each["extensions"]["code"] for each in refused["errors"]] == ["NOT_FOUND"]
