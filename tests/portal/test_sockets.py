"""Sockets by a browser's session: only for the portal's own pages, and only while it lasts."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest
import uvicorn
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Origin, Subprotocol

from app.graphql.live import PROTOCOL, LiveTerms
from tests.graphql.station import until
from tests.portal.place import Browser, Place


@dataclass(frozen=True, slots=True)
class Station:
    """The portal behind a real server, and a browser that has signed on there."""

    origin: str
    browser: Browser

    @asynccontextmanager
    async def dialled(self, **headers: str) -> AsyncIterator[ClientConnection]:
        """A socket as a browser opens it, with its cookies; it has said hello."""
        cookie = f"sua_local={self.browser.http.cookies['sua_local']}"
        given = {"cookie": cookie} | {name.replace("_", "-"): value for name, value in headers.items()}
        origin = given.pop("origin", None)
        options: dict[str, Any] = {"subprotocols": [Subprotocol(PROTOCOL)], "proxy": None}
        address = self.origin.replace("http", "ws", 1) + "/graphql"
        said = None if origin is None else Origin(origin)
        async with connect(address, origin=said, additional_headers=given, **options) as opened:
            await opened.send(json.dumps({"type": "connection_init"}))
            yield opened


@pytest.fixture
async def station(place: Place) -> AsyncIterator[Station]:
    listening = socket.create_server(("127.0.0.1", 0))
    origin = f"http://127.0.0.1:{listening.getsockname()[1]}"
    place.terms = replace(place.terms, public_url=origin)
    place.settings = replace(place.settings, live=LiveTerms(recheck=0.2))
    app = place.app()
    config = uvicorn.Config(app, lifespan="off", log_config=None, access_log=False, timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve([listening]))
    await until(lambda: server.started)
    async with place.browser(app) as browser:
        await browser.signs_on()
        await browser.session()
        yield Station(origin, browser)
    server.should_exit = True
    await serving


async def ending(opened: ClientConnection) -> tuple[int | None, str]:
    """Code and reason, whatever is said before."""
    try:
        while True:
            await asyncio.wait_for(opened.recv(), 5)
    except ConnectionClosed:
        return opened.close_code, opened.close_reason or ""


async def test_a_page_of_the_portal_listens_by_its_session(station: Station) -> None:
    async with station.dialled(origin=station.origin) as opened:
        told = [json.loads(await opened.recv())["type"] for _ in range(2)]

    assert "connection_ack" in told


@pytest.mark.parametrize("headers", [{}, {"origin": "own", "sec_fetch_site": "same-site"}, {"origin": "secured"}])
async def test_a_socket_that_no_page_of_the_portal_opened_is_refused(station: Station, headers: dict[str, str]) -> None:
    origins = {"own": station.origin, "secured": station.origin.replace("http:", "https:")}
    given = {name: origins.get(value, value) for name, value in headers.items()}

    async with station.dialled(**given) as opened:
        code, reason = await ending(opened)

    assert code == 4403
    assert reason.startswith("CSRF_REFUSED")


async def test_a_socket_from_another_site_is_refused_at_its_handshake(station: Station) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with station.dialled(origin="https://evil.test"):
            pass

    assert refused.value.response.status_code == 403


async def test_a_socket_is_closed_when_its_session_has_ended(station: Station) -> None:
    async with station.dialled(origin=station.origin) as opened:
        assert "connection_ack" in [json.loads(await opened.recv())["type"] for _ in range(2)]
        csrf = {"origin": station.origin, "x-sua-csrf": station.browser.csrf}
        await station.browser.http.post("/auth/logout", headers=csrf)
        code, reason = await ending(opened)

    assert code == 4401
    assert reason.startswith("SESSION_EXPIRED")
