"""One look for everybody: what a burst, a crowd and an outage make of the news."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta
from itertools import pairwise
from uuid import uuid4

import httpx
import psycopg
import pytest
from graphql import ExecutionResult

from app import telemetry
from app.domain.events.licensing import SeatsChanged
from app.eventstore.store import StreamChange
from app.eventstore.streams import sku_stream
from app.graphql import live
from app.graphql.live_tidings import Listener, Tidings
from app.graphql.pool import ReadPool
from tests.graphql.conftest import bearer
from tests.graphql.station import Station, on_air, position, subscribe, until
from tests.graphql.world import CONTOSO, E5, FABRIKAM, NOON, World


@pytest.fixture
async def station(read_pool: ReadPool, world: World) -> AsyncIterator[Station]:
    async with on_air(read_pool, world) as made:
        yield made


def append(world: World, facts: int, version: int) -> None:
    """So many changes of one product's seats, in one append."""
    changed = [
        SeatsChanged(happened_at=NOON, sku=E5, enabled=version + n, warning=0, suspended=0, locked_out=0, consumed=4)
        for n in range(facts)
    ]
    world.store.append_many(CONTOSO, [StreamChange(sku_stream(E5), version, changed)], cause=uuid4(), at=NOON)


def at_least(reached: int) -> dict[str, object]:
    query = "query($t: ID!, $p: Position) { tenant(id: $t) { at(atLeast: $p) { position } } }"
    return {"query": query, "variables": {"t": str(CONTOSO), "p": str(reached)}}


async def test_of_a_burst_the_last_position_is_told_last_and_every_event_can_be_asked_about(station: Station) -> None:
    world = station.world
    before = world.tabulate(CONTOSO)
    _, version = world.store.load(CONTOSO, sku_stream(E5))

    def burst() -> None:
        for n in range(200):
            append(world, 5, version + 5 * n)
            world.tabulate(CONTOSO)

    async with station.greeted() as socket, httpx.AsyncClient(base_url=f"http://{station.address}") as http:
        await subscribe(socket)
        writing = asyncio.create_task(asyncio.to_thread(burst))
        told = [await position(socket)]
        while told[-1] < before + 1000:
            told.append(await position(socket))
            answer = await http.post("/graphql", json=at_least(told[-1]), headers=bearer("viewer"))
            view = answer.json()["data"]["tenant"]["at"]
            assert int(view["position"]) >= told[-1]
            assert answer.elapsed < timedelta(seconds=4)  # it need not wait for the tables: that would be asked again
        await writing

    assert told[0] == before
    assert told[-1] == before + 1000
    assert all(earlier < later for earlier, later in pairwise(told))
    assert len(told) <= 202


async def test_two_hundred_who_listen_cost_one_look_and_one_encoding(
    station: Station, read_pool: ReadPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = station.world
    present = world.tabulate(CONTOSO)
    encoded: list[object] = []
    looks: list[list[object]] = []

    def content(result: ExecutionResult) -> dict[str, object]:
        encoded.append(result.data)
        return {"data": result.data}

    monkeypatch.setattr(live, "_content", content)
    look = Tidings._look_at_tenants
    async with AsyncExitStack() as closing:
        sockets = [await closing.enter_async_context(station.greeted(who)) for who in ["viewer", "owner"] * 5]
        for socket in sockets:
            for number in range(20):
                await subscribe(socket, str(number))
        for socket in sockets:
            assert {await position(socket) for _ in range(20)} == {present}
        assert station.live.tidings.listeners == 200
        assert encoded == [{"tenantAdvanced": {"position": str(present)}}]

        async def counted(self: Tidings, tenants: list[object]) -> None:
            looks.append(tenants)
            await look(self, tenants)  # type: ignore[arg-type]

        monkeypatch.setattr(Tidings, "_look_at_tenants", counted)
        began = asyncio.get_running_loop().time()
        _, version = world.store.load(CONTOSO, sku_stream(E5))
        append(world, 1, version)
        world.tabulate(CONTOSO)

        for socket in sockets:
            assert {await position(socket) for _ in range(20)} == {present + 1}
        assert [each["tenantAdvanced"]["position"] for each in encoded] == [str(present), str(present + 1)]  # type: ignore[index]
        assert 1 <= len(looks) <= 4 * (asyncio.get_running_loop().time() - began) + 1
        assert {tuple(each) for each in looks} == {(CONTOSO,)}


async def test_a_reader_finds_only_the_newest_and_nothing_older_than_it_was_offered() -> None:
    listener: Listener[str] = Listener()
    listener.offer("", "five", 5)
    listener.offer("", "seven", 7)
    listener.offer("", "six, from a look that was overtaken", 6)

    assert await anext(listener) == "seven"

    listener.offer("", "seven again", 7)
    listener.offer("", "eight", 8)

    assert await anext(listener) == "eight"


async def test_nobody_is_told_of_a_tenant_they_do_not_listen_to(read_pool: ReadPool, world: World) -> None:
    tidings = Tidings(read_pool, every_seconds=0.02)
    async with tidings.of_tenant(CONTOSO) as ours, tidings.of_tenant(FABRIKAM) as theirs:
        first = await anext(ours), await anext(theirs)
        _, version = world.store.load(CONTOSO, sku_stream(E5))
        append(world, 1, version)
        reached = world.tabulate(CONTOSO)

        assert (await anext(ours)).position == reached
        assert first[0].tenant_id != first[1].tenant_id
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(anext(theirs), 0.2)
    assert tidings.listeners == 0


async def test_a_database_that_was_away_costs_no_news(
    read_pool: ReadPool, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.graphql.live_tidings.AWAY_SECONDS", 0.02)
    tidings = Tidings(read_pool, every_seconds=0.02)
    async with tidings.of_tenant(CONTOSO) as listener:
        await anext(listener)
        before = telemetry.counted().get("live.look_failed", 0)
        with monkeypatch.context() as away:
            away.setattr(read_pool, "connection", _away)
            await until(lambda: telemetry.counted().get("live.look_failed", 0) >= before + 3)
            _, version = world.store.load(CONTOSO, sku_stream(E5))
            append(world, 3, version)
            reached = world.tabulate(CONTOSO)

        assert (await anext(listener)).position == reached


def _away() -> object:
    raise psycopg.OperationalError("the server closed the connection")
