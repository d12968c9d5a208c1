"""How tests drive the simulator: over HTTP only, as SUA would."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from app.simulator import Options, World, make_world, running
from app.simulator.world import DEFAULT_CLIENT_ID, DEFAULT_CLIENT_SECRET

TODAY = datetime(2026, 11, 23, tzinfo=UTC)
SCOPE = "https://graph.microsoft.com/.default"


@dataclass(slots=True)
class Driver:
    """A client of one running simulator, and of its first tenant unless told otherwise."""

    world: World
    base: str
    http: httpx.Client
    _token: str | None = None

    @property
    def tenants(self) -> list[str]:
        return list(self.world.companies)

    @property
    def tenant(self) -> str:
        return self.tenants[0]

    def ask_token(self, tenant: str | None = None, **form: str) -> httpx.Response:
        """Ask the token endpoint; a form field given as "" is left out."""
        whole = {
            "grant_type": "client_credentials",
            "client_id": DEFAULT_CLIENT_ID,
            "client_secret": DEFAULT_CLIENT_SECRET,
            "scope": SCOPE,
            **form,
        }
        sent = {name: value for name, value in whole.items() if value}
        return self.http.post(f"{self.base}/{tenant or self.tenant}/oauth2/v2.0/token", data=sent)

    def token(self) -> str:
        if self._token is None:
            self.control(f"/_consent/{self.tenant}/grant")
            self._token = str(self.ask_token().json()["access_token"])
        return self._token

    def graph(self, path: str, method: str = "GET", **rest: Any) -> httpx.Response:
        url = path if path.startswith("http") else f"{self.base}/v1.0{path}"
        headers = {"Authorization": f"Bearer {self.token()}"}
        return self.http.request(method, url, headers=headers, **rest)

    def pages(self, path: str) -> Iterator[dict[str, Any]]:
        following: str | None = path
        while following is not None:
            page = self.graph(following).raise_for_status().json()
            yield page
            following = page.get("@odata.nextLink")

    def items(self, path: str) -> list[dict[str, Any]]:
        return [item for page in self.pages(path) for item in page["value"]]

    def control(self, path: str, body: Any = None) -> Any:
        content = b"" if body is None else json.dumps(body).encode()
        return self.http.post(f"{self.base}{path}", content=content).raise_for_status().json()

    def truth(self, **query: str) -> Any:
        return self.http.get(f"{self.base}/_truth/{self.tenant}", params=query).raise_for_status().json()


@contextmanager
def driven(**options: Any) -> Iterator[Driver]:
    """A simulator of a small company, served and connected."""
    world = make_world(Options(**{"today": TODAY, "users": 60, **options}))
    with running(world) as base, httpx.Client(timeout=20) as http:
        yield Driver(world, base, http)


@dataclass(slots=True)
class Listener:
    """A webhook endpoint. `answers` gives the status of the n-th notification POST (from 0); handshakes are echoed."""

    url: str = ""
    answers: Callable[[int], int] = lambda _: 202
    posts: list[dict[str, Any]] = field(default_factory=list)
    handshakes: list[str] = field(default_factory=list)
    echo: bool = True

    @property
    def call_ids(self) -> list[str]:
        """Ids of the calls told of in accepted POSTs, in order of arrival."""
        return [
            item["resourceData"]["id"]
            for number, post in enumerate(self.posts)
            if 200 <= self.answers(number) < 300
            for item in post["value"]
        ]


@contextmanager
def listening() -> Iterator[Listener]:
    listener = Listener()
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            token = parse_qs(urlsplit(self.path).query).get("validationToken")
            with lock:
                status, answer = self._take(token, body)
            self.send_response(status)
            self.send_header("Content-Type", "text/plain")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def _take(self, token: list[str] | None, body: bytes) -> tuple[int, bytes]:
            if token is not None:
                listener.handshakes.append(urlsplit(self.path).path)
                return 200, token[0].encode() if listener.echo else b"no"
            listener.posts.append(json.loads(body))
            return listener.answers(len(listener.posts) - 1), b""

        def log_message(self, *_: Any) -> None:
            """Keep the test's output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    listener.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield listener
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
