"""Subscriptions as server-sent events, heard by a real client of a real server."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from app.domain.events.coverage import Feed
from app.graphql.pool import ReadPool
from tests.graphql.conftest import bearer
from tests.graphql.station import ADVANCED, Station, expiring, on_air
from tests.graphql.world import CONTOSO, FABRIKAM, NOON, World

END = {"event": "complete", "data": ""}
BOTH = {"accept": "application/graphql-response+json, application/json, text/event-stream"}


@pytest.fixture
async def station(read_pool: ReadPool, world: World) -> AsyncIterator[Station]:
    async with on_air(read_pool, world) as made:
        yield made


async def events(response: httpx.Response) -> AsyncIterator[dict[str, str]]:
    """Each event; a heartbeat is one without members."""
    members: dict[str, str] = {}
    async for line in response.aiter_lines():
        if line == "":
            yield members
            members = {}
        elif not line.startswith(":"):
            name, _, value = line.partition(":")
            members[name] = value.removeprefix(" ")


def told(event: dict[str, str]) -> Any:
    assert event["event"] == "next"
    return json.loads(event["data"])


def code(event: dict[str, str]) -> str:
    (error,) = told(event)["errors"]
    return str(error["extensions"]["code"])


async def test_the_present_position_comes_at_once_and_the_next_when_it_is_reached(station: Station) -> None:
    before = station.world.tabulate(CONTOSO)
    async with station.stream() as response:
        heard = events(response)

        assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert response.headers["cache-control"] == "no-cache, no-transform"
        assert told(await anext(heard)) == {"data": {"tenantAdvanced": {"position": str(before)}}}

        station.world.read(CONTOSO, Feed.REPORTS, NOON)
        station.world.tabulate(CONTOSO)

        assert told(await anext(heard)) == {"data": {"tenantAdvanced": {"position": str(before + 1)}}}


async def test_a_client_that_goes_away_frees_everything(station: Station) -> None:
    for _ in range(3):
        async with station.stream() as response:
            heard = events(response)
            await anext(heard)
            assert station.live.tidings.listeners == 1

        await station.quiet()

    names = {task.get_name() for task in asyncio.all_tasks()}
    assert "live-poller" not in names
    assert station.live._taken == {}


async def test_a_quiet_stream_beats(read_pool: ReadPool, world: World) -> None:
    async with on_air(read_pool, world, heartbeat=0.05) as station, station.stream() as response:
        heard = events(response)
        await anext(heard)

        assert [await anext(heard), await anext(heard)] == [{}, {}]


async def test_the_end_of_the_token_is_the_end_of_the_stream(station: Station) -> None:
    async with station.stream(headers={"authorization": expiring(1)}) as response:
        heard = [event async for event in events(response)]

        assert told(heard[0])["data"]["tenantAdvanced"] is not None
        assert code(heard[1]) == "UNAUTHENTICATED"
        assert heard[2:] == [END]
    await station.quiet()


@pytest.mark.parametrize(
    ("query", "variables", "expected"),
    [
        (ADVANCED, {"tenant": str(FABRIKAM)}, "NOT_FOUND"),
        (ADVANCED, {"tenant": None}, "BAD_USER_INPUT"),
        ("{ viewer { name } }", {}, "WRONG_TRANSPORT"),
        ("mutation { __typename }", {}, "WRONG_TRANSPORT"),
        ("subscription {", {}, "GRAPHQL_PARSE_FAILED"),
        ("subscription { a: rebuildProgress { head } b: rebuildProgress { head } }", {}, "GRAPHQL_VALIDATION_FAILED"),
    ],
)
async def test_what_cannot_be_listened_to_is_told_in_the_stream(
    station: Station, query: str, variables: dict[str, Any], expected: str
) -> None:
    async with station.stream(query, **variables) as response:
        heard = [event async for event in events(response)]

        assert response.status_code == 200
        assert [code(event) for event in heard[:-1]] == [expected]
        assert heard[-1] == END


@pytest.mark.parametrize(
    ("headers", "status", "expected"),
    [
        ({"authorization": "Bearer nonsense"}, 401, "UNAUTHENTICATED"),
        (bearer("nobody"), 403, "FORBIDDEN"),
        ({"accept": "application/json"}, 400, "WRONG_TRANSPORT"),
        ({"accept": "text/css"}, 406, "NOT_ACCEPTABLE"),
    ],
)
async def test_who_may_not_listen_is_refused_by_status(
    station: Station, headers: dict[str, str], status: int, expected: str
) -> None:
    async with station.stream(headers=headers) as response:
        content = json.loads(await response.aread())

        assert response.status_code == status
        assert content["errors"][0]["extensions"]["code"] == expected


async def test_a_client_that_takes_both_gets_json_for_questions_and_a_stream_for_subscriptions(
    station: Station,
) -> None:
    async with station.stream("{ __typename }", headers=BOTH) as response:
        assert json.loads(await response.aread())["data"] == {"__typename": "Query"}
    async with station.stream(headers=BOTH) as response:
        assert told(await anext(events(response)))["data"]["tenantAdvanced"] is not None


async def test_every_stream_counts_against_the_viewers_places(read_pool: ReadPool, world: World) -> None:
    async with on_air(read_pool, world, per_viewer=1) as station, station.stream() as first:
        listening = events(first)
        await anext(listening)
        async with station.stream() as second, station.stream(who="owner") as others:
            assert code(await anext(events(second))) == "TOO_MANY_SUBSCRIPTIONS"
            assert "data" in told(await anext(events(others)))
