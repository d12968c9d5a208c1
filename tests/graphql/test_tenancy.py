"""No byte of another tenant, whoever asks, and whichever lock is open."""

import json
from datetime import UTC, datetime
from uuid import UUID

import pytest

from app.domain.events.tenancy import TenantOffboarded
from app.domain.ids import DirectoryId, TenantId
from app.eventstore.streams import TENANT
from app.graphql.ids import thing_id
from app.graphql.pool import ReadPool, TenantRegister, UnsafeRole, open_read_pool
from app.projections import (
    calls,
    event_log,
    licence_changes,
    licence_holdings,
    reading,
    tenants,
    user_listing,
    users,
)
from tests.database import Database
from tests.graphql.conftest import PROVIDER_DIRECTORY, TOKENS, Client
from tests.graphql.world import (
    ANNA,
    CANARY,
    CONTOSO,
    CONTOSO_DIRECTORY,
    FABRIKAM,
    FABRIKAM_DIRECTORY,
    FRIDA,
    NOON,
    NUMBER,
    World,
    onboard,
)

EVERYTHING = """
query ($id: ID!, $user: ID!) {
  tenants { nodes { id name } }
  tenant(id: $id) {
    name organisation domain freshness { collectedAt }
    licenceChanges { nodes { userName userId } }
    events { nodes { name state } }
    at {
      skus { partNumber } licenceSummary { held }
      users { nodes { name userPrincipalName department holdings { heldSince } activity { state } } }
      user(id: $user) { name }
      idleLicences { nodes { userName } }
      findings { nodes { userName text department remedy { text } } } exemptions { nodes { userName owner } }
      findingTotals(groupBy: DEPARTMENT) { groups { key label } } savings { realised { items { userId } } }
      calls { nodes { callId participants { name } } }
      callUsage { key calls }
    }
  }
}
"""
ABSENT = "7e000000-0000-4000-8000-0000000000ee"
CUSTOMERS = ["viewer", "admin", "auditor", "hr", "pretender"]


@pytest.mark.parametrize("who", CUSTOMERS)
async def test_a_customers_viewer_sees_the_own_tenant_and_nothing_of_the_neighbour(client: Client, who: str) -> None:
    own = await client.ask(EVERYTHING, who, id=str(CONTOSO), user=str(ANNA))
    foreign = await client.ask(EVERYTHING, who, id=str(FABRIKAM), user=str(FRIDA))

    assert own["data"]["tenant"]["name"] == "Contoso"
    assert [each["name"] for each in own["data"]["tenants"]["nodes"]] == ["Contoso"]
    assert foreign["data"]["tenant"] is None
    assert CANARY not in json.dumps([own, foreign])
    assert "abrikam" not in json.dumps([own, foreign])


@pytest.mark.parametrize("who", [*CUSTOMERS, "neighbour", "operator"])
async def test_a_foreign_tenant_and_one_that_does_not_exist_answer_alike(client: Client, who: str) -> None:
    absent = await client.ask(EVERYTHING, who, id=ABSENT, user=str(FRIDA))
    foreign = str(CONTOSO if who == "neighbour" else ABSENT if who == "operator" else FABRIKAM)

    refused = [
        await client.ask(EVERYTHING, who, id=name, user=str(FRIDA))
        for name in (foreign, thing_id("Tenant", FABRIKAM if who != "operator" else CONTOSO)[:-3], "garbage", "")
    ]

    assert absent["errors"][0]["extensions"]["code"] == "NOT_FOUND"
    for answer in refused:
        assert answer["errors"] == absent["errors"]
        assert answer["data"]["tenant"] is None


async def test_a_foreign_user_and_one_that_does_not_exist_answer_alike(client: Client) -> None:
    query = "query ($id: ID!, $user: ID!) { tenant(id: $id) { at { user(id: $user) { name } } } }"
    names = [str(FRIDA), ABSENT, thing_id("User", FABRIKAM, FRIDA), thing_id("User", FABRIKAM, ANNA), "garbage", ""]

    answers = [await client.ask(query, id=str(CONTOSO), user=name) for name in names]

    assert all(answer == answers[0] for answer in answers)
    assert answers[0]["errors"][0]["extensions"]["code"] == "NOT_FOUND"


async def test_the_provider_sees_all_tenants_and_pseudonyms_for_their_people(client: Client) -> None:
    content = await client.data(EVERYTHING, "operator", id=str(FABRIKAM), user=str(FRIDA))

    assert [each["name"] for each in content["tenants"]["nodes"]][:2] == ["Contoso", "Fabrikam"]
    assert content["tenant"]["at"]["user"]["name"].startswith("Person ")
    assert CANARY not in json.dumps(content)


@pytest.mark.parametrize("who", ["reseller", "nobody", "stranger"])
async def test_who_has_no_tenant_gets_nothing(client: Client, who: str) -> None:
    content = await client.ask("{ viewer { name } tenants { nodes { name } } }", who)

    assert [error["extensions"]["code"] for error in content["errors"]] == ["FORBIDDEN"]
    assert "data" not in content


async def test_without_the_role_people_have_stable_pseudonyms_everywhere(client: Client) -> None:
    plain = await client.data(EVERYTHING, "hr", id=str(CONTOSO), user=str(ANNA))
    hidden = await client.data(EVERYTHING, "viewer", id=str(CONTOSO), user=str(ANNA))
    again = await client.data(EVERYTHING, "admin", id=str(CONTOSO), user=str(ANNA))

    text = json.dumps(hidden)
    assert NUMBER in json.dumps(plain)
    assert [name for name in ("Anna", "anna@", "Bert", "Cleo", NUMBER) if name in text] == []
    anna = hidden["tenant"]["at"]["user"]["name"]
    assert again["tenant"]["at"]["user"]["name"] == anna
    parties = [each["name"] for call in hidden["tenant"]["at"]["calls"]["nodes"] for each in call["participants"]]
    assert anna in parties


async def test_names_cannot_be_guessed_by_searching_without_the_role(client: Client) -> None:
    query = """query ($id: ID!) { tenant(id: $id) { at { users(filter: {search: "Anna"}) { nodes { id } } } } }"""

    assert await client.code(query, "viewer", id=str(CONTOSO)) == "BAD_USER_INPUT"


async def test_row_level_security_holds_where_the_tenant_filter_is_the_attackers(read_pool: ReadPool) -> None:
    async with read_pool.connection() as db, reading.scope(db, [CONTOSO]):
        now = await reading.moment(db, CONTOSO, None, None, NOON)
        since, until = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)

        own = await user_listing.listed_at(db, CONTOSO, now, after=None, limit=100)
        seen = [
            await user_listing.listed_at(db, FABRIKAM, now, after=None, limit=100),
            await users.found_at(db, FABRIKAM, now, FRIDA),
            await licence_holdings.held_at(db, FABRIKAM, now, [FRIDA]),
            await licence_changes.listed(db, FABRIKAM, 1000, after=None, limit=100),
            await event_log.listed(db, FABRIKAM, 1000, after=None, limit=100),
            await calls.listed_at(db, FABRIKAM, now, since=since, until=until, after=None, limit=100),
            await tenants.found(db, FABRIKAM),
        ]
        everyone = await (await db.execute("SELECT DISTINCT tenant_id FROM users")).fetchall()

    assert len(own) == 14
    assert [each for each in seen if each] == []
    assert everyone == [(CONTOSO,)]


@pytest.mark.parametrize(
    "table",
    ["tenants", "users", "licence_holdings", "licence_changes", "activity_gaps", "calls", "call_usage", "events"],
)
async def test_outside_a_scope_and_after_one_a_connection_sees_nothing(read_pool: ReadPool, table: str) -> None:
    async with read_pool.connection() as db:
        before = await (await db.execute(f"SELECT count(*) FROM {table}".encode())).fetchone()
        async with reading.scope(db, [CONTOSO, FABRIKAM]):
            inside = await (await db.execute(f"SELECT count(*) > 0 FROM {table}".encode())).fetchone()
        after = await (await db.execute(f"SELECT count(*) FROM {table}".encode())).fetchone()

    assert (before, inside, after) == ((0,), (True,), (0,))


async def test_the_register_tells_tenants_by_directory_and_is_closed_again(read_pool: ReadPool) -> None:
    async with read_pool.connection() as db:
        register = TenantRegister(db)

        assert await register.of_directory(CONTOSO_DIRECTORY) == {CONTOSO}
        assert await register.of_directory(FABRIKAM_DIRECTORY) == {FABRIKAM}
        assert await register.of_directory(PROVIDER_DIRECTORY) == frozenset()
        assert await (await db.execute("SELECT count(*) FROM tenants")).fetchone() == (0,)


async def test_an_offboarded_customer_is_out_and_the_provider_still_sees_it(client: Client, world: World) -> None:
    gone, directory = TenantId(UUID(int=0x60E)), DirectoryId(UUID(TOKENS["stranger"]["tid"]))
    onboard(world, gone, "Gone", directory)
    world.tabulate(gone)
    before = await client.data("{ tenants { nodes { name } } }", "stranger")

    world.append(gone, TENANT, TenantOffboarded(happened_at=NOON), at=NOON, after=3)
    world.tabulate(gone)
    after = await client.ask("{ tenants { nodes { name } } }", "stranger")
    provider = await client.data("query ($id: ID!) { tenant(id: $id) { name state } }", "operator", id=str(gone))

    assert before["tenants"]["nodes"] == [{"name": "Gone"}]
    assert [error["extensions"]["code"] for error in after["errors"]] == ["FORBIDDEN"]
    assert provider["tenant"] == {"name": "Gone", "state": "OFFBOARDED"}


async def test_a_role_that_row_level_security_does_not_bind_is_refused_at_start(module_database: Database) -> None:
    with pytest.raises(UnsafeRole):
        await open_read_pool(module_database.owner_dsn, 1)
