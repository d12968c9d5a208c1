"""For how long who called whom is kept, as the API shows it and lets administrators set it."""

from collections.abc import AsyncIterator, Iterator

import pytest

from app.graphql.pool import open_read_pool
from tests.database import Database
from tests.graphql.changes import CHANGES
from tests.graphql.conftest import Client, asking
from tests.graphql.world import CONTOSO, World, built

RULE = "query ($id: ID!) { tenant(id: $id) { callRetention { days droppedMonths lateCalls } } }"


@pytest.fixture
def world(database: Database) -> Iterator[World]:
    with built(database.writer_dsn) as made:
        yield made


@pytest.fixture
async def client(database: Database, world: World) -> AsyncIterator[Client]:
    pool = await open_read_pool(database.reader_dsn, 4)
    async with asking(pool, world=world) as made:
        yield made
    await pool.close()


async def test_the_rule_is_ninety_days_until_the_customer_sets_another(client: Client) -> None:
    before = await client.data(RULE, "hr", id=str(CONTOSO))
    assert before["tenant"]["callRetention"] == {"days": 90, "droppedMonths": [], "lateCalls": 0}

    query, given = CHANGES["setCallRetention"]
    done = await client.data(query, "admin", id=str(CONTOSO), **given)
    wait = "query ($id: ID!, $from: Position) { tenant(id: $id) { at(atLeast: $from) { position } } }"
    await client.data(wait, "hr", id=str(CONTOSO), **{"from": done["setCallRetention"]["position"]})

    after = await client.data(RULE, "hr", id=str(CONTOSO))
    assert after["tenant"]["callRetention"]["days"] == given["days"]
    again = await client.data(query, "admin", id=str(CONTOSO), **given)
    assert (done["setCallRetention"]["facts"], again["setCallRetention"]["facts"]) == (1, 0)


async def test_a_rule_out_of_range_is_refused_by_its_code(client: Client) -> None:
    refused = await client.ask(CHANGES["setCallRetention"][0], "admin", id=str(CONTOSO), days=7)

    assert [each["extensions"]["code"] for each in refused["errors"]] == ["RETENTION_DAYS_OUT_OF_RANGE"]
