"""A file on its way: what fails cuts it off, who leaves leaves nothing behind, and only so many are made at once."""

import asyncio
import contextlib
import socket
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
import uvicorn
from starlette.types import Message

from app.clock import SteppedClock
from app.domain.events import Event
from app.domain.events.licensing import LicenceAssigned, LicenceRemoved
from app.domain.ids import TenantId, UserId
from app.eventstore.pools import DatabaseDown
from app.graphql.pool import ReadPool
from app.projections import licence_changes
from app.reports import door
from app.reports.door import TransferCut
from app.reports.table import Row
from tests.graphql.conftest import bearer
from tests.graphql.world import CONTOSO, E5, JUNE, NOON, World, user_id
from tests.reports.conftest import Client, asgi

HISTORY = "licence-history"
CHANGES = 2400


@pytest.fixture(scope="module")
def long_history(world: World) -> None:
    """More than one page of changes, and more than one chunk of bytes."""
    facts: list[Event] = []
    for nth in range(CHANGES // 2):
        user, at = user_id(10 + nth % 10), JUNE + timedelta(minutes=nth)
        facts.append(LicenceAssigned(happened_at=at, user=user, sku=E5, via=None, disabled_plans=()))
        facts.append(LicenceRemoved(happened_at=at + timedelta(seconds=1), user=user, sku=E5, via=None))
    world.seats(CONTOSO, facts, at=NOON)
    world.tabulate(CONTOSO)


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The database goes away after the first page."""
    listed = licence_changes.listed

    async def once(*arguments: Any, after: int | None, **others: Any) -> list[licence_changes.LicenceChange]:
        if after is not None:
            raise DatabaseDown("The database does not answer.")
        return await listed(*arguments, after=after, **others)

    monkeypatch.setattr(licence_changes, "listed", once)


@contextlib.contextmanager
def served(pool: ReadPool, world: World) -> Iterator[tuple[uvicorn.Server, socket.socket]]:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        app = asgi(pool, world, SteppedClock(NOON), [])
        yield uvicorn.Server(uvicorn.Config(app, lifespan="off", log_config=None)), taken


@pytest.mark.usefixtures("long_history", "failing")
async def test_a_database_that_goes_away_cuts_a_csv_file_off(read_pool: ReadPool, world: World) -> None:
    with served(read_pool, world) as (server, taken):
        serving = asyncio.create_task(server.serve([taken]))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/exports/{CONTOSO}/{HISTORY}.csv"
        got: list[bytes] = []
        with pytest.raises(httpx.RemoteProtocolError):
            await _read(url, got)
        server.should_exit = True
        await serving

    assert b"".join(got).startswith(b"\xef\xbb\xbfHappened,")


async def _read(url: str, got: list[bytes]) -> None:
    async with httpx.AsyncClient() as http, http.stream("GET", url, headers=bearer("hr")) as answer:
        assert answer.status_code == 200
        async for chunk in answer.aiter_bytes():
            got += [chunk]


@pytest.mark.usefixtures("long_history", "failing")
async def test_a_workbook_that_cannot_be_ended_never_begins(client: Client) -> None:
    before = len(client.exported())

    assert await client.refused(f"{HISTORY}.xlsx") == (503, "DATABASE_DOWN")
    assert len(client.exported()) == before


@pytest.mark.usefixtures("long_history")
async def test_a_long_history_comes_whole_page_after_page(client: Client) -> None:
    content = await client.file(f"{HISTORY}.csv")

    positions = [int(line.split(b",")[2]) for line in content.split(b"\r\n")[1:-1]]
    assert len(positions) > CHANGES
    assert positions == sorted(set(positions), reverse=True)


@pytest.mark.usefixtures("long_history")
async def test_nothing_leaves_that_could_not_be_recorded(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise DatabaseDown("The database does not answer.")

    monkeypatch.setattr(door, "record_export", refuse)

    assert await client.refused(f"{HISTORY}.csv") == (503, "DATABASE_DOWN")
    assert await client.refused(f"{HISTORY}.xlsx") == (503, "DATABASE_DOWN")


@pytest.mark.usefixtures("long_history")
@pytest.mark.parametrize("ending", ["csv", "xlsx"])
async def test_a_client_that_leaves_leaves_nothing_behind(
    read_pool: ReadPool, world: World, ending: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    app = asgi(read_pool, world, SteppedClock(NOON), [])
    for _ in range(door.AT_ONCE + 1):
        first_bytes = asyncio.Event()

        async def receive(gone: asyncio.Event = first_bytes) -> Message:
            await gone.wait()
            return {"type": "http.disconnect"}

        async def send(message: Message, gone: asyncio.Event = first_bytes) -> None:
            if message["type"] == "http.response.body":
                gone.set()
                await asyncio.Event().wait()  # a client that takes no byte more

        await asyncio.wait_for(app(scope_of(f"{HISTORY}.{ending}"), receive, send), 20)

    assert list(tmp_path.iterdir()) == []
    assert read_pool.get_stats()["pool_available"] == read_pool.get_stats()["pool_size"]


@pytest.mark.usefixtures("long_history")
async def test_a_client_that_takes_nothing_is_given_up(
    read_pool: ReadPool, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "STALL_SECONDS", 0.05)
    app = asgi(read_pool, world, SteppedClock(NOON), [])

    async def forever(*_: Message) -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: Message) -> None:
        if message["type"] == "http.response.body":
            await forever()

    with pytest.raises(TransferCut):
        await app(scope_of(f"{HISTORY}.csv"), forever, send)


async def test_only_so_many_are_made_at_once(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    going, go = asyncio.Semaphore(0), asyncio.Event()

    async def slow(*_: object, **__: object) -> AsyncIterator[Sequence[Row]]:
        going.release()
        await go.wait()
        yield []

    monkeypatch.setattr("app.reports.licence_history._batches", slow)
    busy = [asyncio.create_task(client.get(f"{HISTORY}.csv")) for _ in range(door.AT_ONCE)]
    for _ in busy:
        await going.acquire()

    refused = await client.get(f"{HISTORY}.csv")
    go.set()
    served = await asyncio.gather(*busy)

    assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
    assert refused.json()["errors"][0]["extensions"]["code"] == "EXPORTS_BUSY"
    assert [answer.status_code for answer in served] == [200] * door.AT_ONCE
    assert (await client.get(f"{HISTORY}.csv")).status_code == 200


async def test_one_file_is_one_state_of_the_database(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is tabulated while a file is made is not in it."""
    listed = licence_changes.listed
    new = UserId(uuid4())

    async def late(*arguments: Any, **others: Any) -> list[licence_changes.LicenceChange]:
        if others["after"] is None:
            await asyncio.to_thread(_assign, client.world, CONTOSO, new)
        return await listed(*arguments, **others)

    monkeypatch.setattr(licence_changes, "listed", late)
    first = await client.file(f"{HISTORY}.csv")
    monkeypatch.setattr(licence_changes, "listed", listed)
    second = await client.file(f"{HISTORY}.csv")

    assert (str(new).encode() in first, str(new).encode() in second) == (False, True)


def _assign(world: World, tenant: TenantId, user: UserId) -> None:
    fact = LicenceAssigned(happened_at=JUNE, user=user, sku=E5, via=None, disabled_plans=())
    world.seats(tenant, [fact], at=NOON)
    world.tabulate(tenant)


def scope_of(file: str, who: str = "hr") -> dict[str, Any]:
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "GET",
        "path": f"/exports/{CONTOSO}/{file}",
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in bearer(who).items()],
    }
