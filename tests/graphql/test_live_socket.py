"""graphql-transport-ws, spoken by a real client with a real server."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from app.domain.events.coverage import Feed
from app.graphql.pool import ReadPool
from tests.graphql.conftest import bearer
from tests.graphql.station import Station, closed, expiring, heard, on_air, position, say, subscribe
from tests.graphql.world import CONTOSO, FABRIKAM, NOON, World


@pytest.fixture
async def station(read_pool: ReadPool, world: World) -> AsyncIterator[Station]:
    async with on_air(read_pool, world) as made:
        yield made


async def test_the_present_position_comes_at_once_and_the_next_when_it_is_reached(station: Station) -> None:
    before = station.world.tabulate(CONTOSO)
    async with station.greeted() as socket:
        await subscribe(socket)

        assert await position(socket) == before

        station.world.read(CONTOSO, Feed.REPORTS, NOON)
        after = station.world.tabulate(CONTOSO)

        assert await position(socket) == after == before + 1
    await station.quiet()


async def test_an_answer_has_the_shape_that_was_asked_for(station: Station) -> None:
    query = "subscription($t: ID!) { news: tenantAdvanced(tenant: $t) { __typename at: recordedAt tenantId } }"
    async with station.greeted() as socket:
        await subscribe(socket, "7", query, t=str(CONTOSO))

        message = await heard(socket)

        assert message["id"] == "7"
        assert message["payload"]["data"]["news"] == {
            "__typename": "TenantAdvanced",
            "at": NOON.isoformat(),
            "tenantId": "VGVuYW50OjdlMDAwMDAwLTAwMDAtNDAwMC04MDAwLTAwMDAwMDAwMDAwYw",
        }


async def test_every_table_tells_how_far_it_has_come(station: Station) -> None:
    head = str(station.world.tabulate(CONTOSO))
    query = "subscription { rebuildProgress(name: %s) { projection position head behind stopped } }"
    async with station.greeted() as socket:
        await subscribe(socket, "1", query % '"users"', unused=None)

        told = (await heard(socket))["payload"]["data"]["rebuildProgress"]

        assert told == {"projection": "users", "position": head, "head": head, "behind": "0", "stopped": 0}

        await subscribe(socket, "2", query % '"no_such_table"', unused=None)

        assert (await heard(socket))["payload"][0]["extensions"] == {"code": "PROJECTION_UNKNOWN"}


async def test_a_table_of_another_release_counts_as_stopped_until_it_is_rebuilt(station: Station) -> None:
    query = 'subscription { rebuildProgress(name: "calls") { stopped } }'
    change = "UPDATE checkpoints SET version = version %s WHERE tenant_id = %%s AND projection = 'calls'"
    async with station.greeted() as socket:
        await subscribe(socket, "1", query, unused=None)
        stopped = [await heard(socket)]
        for sign in ("+ 1", "- 1"):
            with station.world.pool.connection() as db:
                db.execute((change % sign).encode(), (CONTOSO,))
            stopped.append(await heard(socket))

    assert [each["payload"]["data"]["rebuildProgress"]["stopped"] for each in stopped] == [0, 1, 0]


@pytest.mark.parametrize("tenant", [str(FABRIKAM), "7e000000-0000-4000-8000-0000000000ff", "rubbish"])
async def test_anothers_tenant_answers_like_none(station: Station, tenant: str) -> None:
    async with station.greeted() as socket:
        await subscribe(socket, "1", tenant=tenant)

        refused = await heard(socket)

        assert (refused["id"], refused["type"]) == ("1", "error")
        assert refused["payload"][0]["message"] == "There is no such tenant for you."
        assert refused["payload"][0]["extensions"] == {"code": "NOT_FOUND"}

        await subscribe(socket, "1")

        assert await position(socket) > 0


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{ viewer { name } }", "WRONG_TRANSPORT"),
        ("mutation { __typename }", "WRONG_TRANSPORT"),
        ("subscription {", "GRAPHQL_PARSE_FAILED"),
        ("subscription { nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { __schema { types { name } } }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription($tenant: Int!) { rebuildProgress { stopped } }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { rebuildProgress { " + "stopped " * 60 + "} }", "QUERY_TOO_COSTLY"),
    ],
)
async def test_what_cannot_be_listened_to_is_refused_by_its_code(station: Station, query: str, code: str) -> None:
    async with station.greeted() as socket:
        await subscribe(socket, "1", query)

        refused = await heard(socket)

        assert (refused["type"], refused["payload"][0]["extensions"]["code"]) == ("error", code)


async def test_a_completed_subscription_says_no_more_and_its_id_is_free(station: Station) -> None:
    async with station.greeted() as socket:
        await subscribe(socket)
        before = await position(socket)
        await say(socket, id="1", type="complete")
        await station.quiet()
        await subscribe(socket)

        assert await position(socket) == before


async def test_the_handshakes_header_carries_the_token_as_well(station: Station) -> None:
    async with station.dialled(additional_headers=bearer("viewer")) as socket:
        await say(socket, type="connection_init")

        assert await heard(socket) == {"type": "connection_ack"}


@pytest.mark.parametrize(
    ("messages", "code"),
    [
        (["nonsense"], 4400),
        (['{"type": "hello"}'], 4400),
        (['{"id": 5}'], 4400),
        ([b"{}"], 4400),
        (['{"type": "connection_init", "payload": [1]}'], 4400),
        (['{"id": "1", "type": "subscribe", "payload": {"query": "subscription { x }"}}'], 4401),
        (['{"type": "connection_init"}'], 4403),
        (['{"type": "connection_init", "payload": {"authorization": "Bearer nonsense"}}'], 4403),
        (['{"type": "ping", "payload": "%s"}' % ("x" * 70_000)], 1009),
    ],
)
async def test_who_does_not_keep_to_the_protocol_is_closed_by_its_code(
    station: Station, messages: list[Any], code: int
) -> None:
    async with station.dialled() as socket:
        for message in messages:
            await socket.send(message)

        assert (await closed(socket))[0] == code


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ({"type": "connection_init"}, 4429),
        ({"type": "subscribe", "id": "1", "payload": {"query": "subscription { rebuildProgress { head } }"}}, 4409),
        ({"type": "subscribe", "id": "2", "payload": {"query": 5}}, 4400),
        ({"type": "subscribe", "payload": {"query": "subscription { rebuildProgress { head } }"}}, 4400),
    ],
)
async def test_an_acknowledged_socket_is_held_to_the_protocol_as_well(
    station: Station, message: dict[str, Any], code: int
) -> None:
    async with station.greeted() as socket:
        await subscribe(socket)
        await say(socket, **message)

        assert (await closed(socket))[0] == code
    await station.quiet()


async def test_who_may_see_nothing_is_closed_as_forbidden(station: Station) -> None:
    async with station.dialled() as socket:
        await say(socket, type="connection_init", payload=bearer("nobody"))

        assert await closed(socket) == (4403, "FORBIDDEN: Your account has no role that opens a tenant here.")


async def test_a_socket_of_another_protocol_is_closed(station: Station) -> None:
    async with station.dialled(subprotocols=None) as socket:
        assert await closed(socket) == (4406, "Speak graphql-transport-ws")


async def test_who_never_introduces_themselves_is_closed(read_pool: ReadPool, world: World) -> None:
    async with on_air(read_pool, world, init=0.1) as station, station.dialled() as socket:
        await say(socket, type="ping")

        assert await closed(socket) == (4408, "Connection initialisation timeout")


async def test_a_ping_is_answered_and_a_client_that_says_nothing_is_dropped(read_pool: ReadPool, world: World) -> None:
    async with on_air(read_pool, world, ping=0.1) as station, station.greeted() as socket:
        await say(socket, type="ping")

        assert await heard(socket) == {"type": "pong"}
        assert await closed(socket) == (1001, "No pong came")


async def test_the_end_of_the_token_is_the_end_of_the_socket(station: Station) -> None:
    async with station.dialled() as socket:
        await say(socket, type="connection_init", payload={"Authorization": expiring(1)})
        assert await heard(socket) == {"type": "connection_ack"}
        await subscribe(socket)
        assert await position(socket) > 0

        assert await closed(socket) == (4401, "UNAUTHENTICATED: The token has expired; connect again with a new one.")
    await station.quiet()


async def test_a_tenant_that_goes_out_of_sight_ends_the_socket(read_pool: ReadPool, world: World) -> None:
    async with on_air(read_pool, world, recheck=0.1) as station, station.greeted() as socket:
        await subscribe(socket)
        assert await position(socket) > 0
        with world.pool.connection() as db:
            db.execute("UPDATE tenants SET state = 'OFFBOARDED' WHERE tenant_id = %s", (CONTOSO,))
        try:
            assert (await closed(socket))[0] == 4403
        finally:
            with world.pool.connection() as db:
                db.execute("UPDATE tenants SET state = 'CONSENTED' WHERE tenant_id = %s", (CONTOSO,))


async def test_places_are_limited_by_socket_and_by_viewer(read_pool: ReadPool, world: World) -> None:
    async with (
        on_air(read_pool, world, per_socket=2, per_viewer=3, sockets_per_viewer=2) as station,
        station.greeted() as one,
        station.greeted() as other,
        station.dialled() as third,
    ):
        for socket in (one, other):
            for name in ("1", "2", "3"):
                await subscribe(socket, name)
        told = [(await heard(socket)) for socket in (one, other) for _ in range(3)]
        await say(third, type="connection_init", payload=bearer("viewer"))

        refused = [each["payload"][0]["extensions"]["code"] for each in told if each["type"] == "error"]
        assert refused == ["TOO_MANY_SUBSCRIPTIONS"] * 3
        assert station.live.tidings.listeners == 3
        assert (await closed(third))[0] == 4429


@pytest.mark.parametrize(
    ("origin", "welcome"),
    [("https://portal.example", True), ("https://evil.example", False), ("null", False), ("https://", False)],
)
async def test_pages_from_elsewhere_open_no_socket_unless_they_are_named(
    read_pool: ReadPool, world: World, origin: str, welcome: bool
) -> None:
    async with on_air(read_pool, world, allowed_origins=frozenset({"https://portal.example"})) as station:
        if welcome:
            async with station.dialled(origin=origin) as socket:
                assert socket.subprotocol == "graphql-transport-ws"
        else:
            with pytest.raises(InvalidStatus) as refused:
                async with station.dialled(origin=origin):
                    pass
            assert refused.value.response.status_code == 403


async def test_a_page_of_this_very_host_opens_a_socket(station: Station) -> None:
    async with station.dialled(origin=f"http://{station.address}") as socket:
        assert socket.subprotocol == "graphql-transport-ws"
