"""What cannot be changed, who may not change anything, and that nothing is written then."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from app.graphql.pool import ReadPool
from tests.database import Database
from tests.graphql import money_world
from tests.graphql.changes import CHANGES, DECIDE, PRICE, SEAT
from tests.graphql.conftest import Client, asking
from tests.graphql.money_world import TOOLBOX
from tests.graphql.world import ANNA, CONTOSO, E5, FABRIKAM, FRIDA, World


@pytest.fixture(scope="module")
def world(module_database: Database) -> Iterator[World]:
    with money_world.built(module_database.writer_dsn) as made:
        yield made


@pytest.fixture
async def client(read_pool: ReadPool, world: World) -> AsyncIterator[Client]:
    async with asking(read_pool, world=world) as made:
        yield made


@pytest.mark.parametrize(
    ("name", "variables", "code"),
    [
        ("changePolicy", {"policy": {"idleDays": 0}}, "IDLE_DAYS_OUT_OF_RANGE"),
        ("changePolicy", {"policy": {"timeZone": "Europe/Atlantis"}}, "TIME_ZONE_UNKNOWN"),
        ("changePolicy", {"policy": {"currency": "XXQ"}}, "CURRENCY_UNKNOWN"),
        ("changePolicy", {"policy": {"bufferShare": "2"}}, "BUFFER_SHARE_OUT_OF_RANGE"),
        ("changePolicy", {"policy": {"bufferShare": "1e9"}}, "BAD_USER_INPUT"),
        ("changePolicy", {"policy": {"graceDays": None}}, "BAD_USER_INPUT"),
        ("changePolicy", {"policy": {"pool": "OWNER"}}, "POOL_OWNER_MISMATCH"),
        ("changePolicy", {"policy": {"neededPlans": ["nothing"]}}, "BAD_USER_INPUT"),
        ("exemptSeat", {"seat": {"user": str(ANNA), "sku": str(TOOLBOX)}}, "SEAT_NOT_HELD"),
        ("exemptSeat", {"seat": {"user": str(FRIDA), "sku": str(E5)}}, "SEAT_NOT_HELD"),
        ("exemptSeat", {"until": "2026-11-23"}, "EXEMPTION_OVER"),
        ("exemptSeat", {"reason": ""}, "REASON_LENGTH_OUT_OF_RANGE"),
        ("exemptSeat", {"reason": "a\0b"}, "BAD_USER_INPUT"),
        ("setPrice", {"price": PRICE | {"sku": "nothing"}}, "BAD_USER_INPUT"),
        ("setPrice", {"price": PRICE | {"amount": "1,234.00"}}, "BAD_USER_INPUT"),
        ("setPrice", {"price": PRICE | {"amount": "-1"}}, "PRICE_AMOUNT_REFUSED"),
        ("setPrice", {"price": PRICE | {"currency": "EURO"}}, "CURRENCY_UNKNOWN"),
        ("setPrice", {"price": PRICE | {"effectiveUntil": "2026-06-01"}}, "PRICE_PERIOD_EMPTY"),
        ("setPrice", {"price": PRICE | {"lot": "=1+1"}}, "PRICE_NAME_REFUSED"),
        ("withdrawPrice", {"price": {"sku": str(TOOLBOX), "effectiveFrom": "2026-06-01"}}, "PRICE_UNKNOWN"),
    ],
)
async def test_what_cannot_be_is_refused_by_its_name_and_nothing_is_written(
    client: Client, world: World, name: str, variables: dict[str, Any], code: str
) -> None:
    head = world.store.head(CONTOSO)
    query, usual = CHANGES[name]

    refused = await client.code(query, "admin", **{"id": str(CONTOSO), **usual, **variables})

    assert (refused, world.store.head(CONTOSO)) == (code, head)


REFUSALS = [
    *((who, CONTOSO, "FORBIDDEN") for who in ("viewer", "auditor", "hr", "pretender", "operator")),
    *((who, FABRIKAM, "NOT_FOUND") for who in ("viewer", "auditor", "hr", "pretender", "admin")),
    ("operator", FABRIKAM, "FORBIDDEN"),
    ("neighbour", CONTOSO, "NOT_FOUND"),
    *((who, tenant, "FORBIDDEN") for who in ("reseller", "nobody", "stranger") for tenant in (CONTOSO, FABRIKAM)),
]


async def test_nobody_but_administrators_changes_anything_and_only_where_they_are(client: Client, world: World) -> None:
    heads = [world.store.head(tenant) for tenant in (CONTOSO, FABRIKAM)]

    found = {
        (who, tenant, name): await client.code(query, who, **{**usual, "id": str(tenant)})
        for who, tenant, _ in REFUSALS
        for name, (query, usual) in CHANGES.items()
    }

    assert found == {(who, tenant, name): code for who, tenant, code in REFUSALS for name in CHANGES}
    assert [world.store.head(tenant) for tenant in (CONTOSO, FABRIKAM)] == heads


@pytest.mark.parametrize(
    ("seat", "days"),
    [({"user": str(ANNA), "sku": str(E5)}, None), ({"user": str(ANNA), "sku": str(ANNA)}, None), (SEAT, 145)],
)
async def test_where_there_is_no_finding_nothing_can_be_decided(
    client: Client, world: World, seat: dict[str, str], days: int | None
) -> None:
    head = world.store.head(CONTOSO)

    code = await client.code(DECIDE, "admin", id=str(CONTOSO), seat=seat, decision="DONE", days=days)

    assert (code, world.store.head(CONTOSO)) == ("NO_SUCH_FINDING", head)


@pytest.mark.parametrize("name", CHANGES)
async def test_a_door_without_a_desk_says_so(read_pool: ReadPool, world: World, name: str) -> None:
    query, usual = CHANGES[name]
    head = world.store.head(CONTOSO)

    async with asking(read_pool) as client:
        code = await client.code(query, "admin", **{"id": str(CONTOSO), **usual})
        refused = await client.code(query, "viewer", **{"id": str(CONTOSO), **usual})

    assert (code, refused, world.store.head(CONTOSO)) == ("READ_ONLY", "FORBIDDEN", head)
