"""`/metrics`: on a port of its own in every process, and behind a token at the web process's door."""

import hmac
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.domain.errors import Refused

PATH = "/metrics"
_SILENT_S = 10
"""How long a scraper may keep a connection without asking."""


class MetricsPortTaken(Refused):
    """Another process listens on SUA_METRICS_PORT. On one machine each process needs a port of its own."""

    code: ClassVar[str] = "METRICS_PORT_TAKEN"


def route(registry: CollectorRegistry, token: str) -> Route:
    """For the web process's own door, where strangers come by: nothing without the token, not even that it is there."""

    async def tell(request: Request) -> Response:
        if not _is_known(request.headers.get("authorization", ""), token):
            return Response(status_code=401, headers={"WWW-Authenticate": 'Bearer realm="sua metrics"'})
        encode, kind = choose_encoder(request.headers.get("accept", ""))
        body = await run_in_threadpool(encode, registry)
        return Response(body, headers={"Content-Type": kind, "Cache-Control": "no-store"})

    return Route(PATH, tell, methods=["GET"])


@contextmanager
def exposed(registry: CollectorRegistry, host: str, port: int, token: str | None) -> Iterator[int]:
    """Answer scrapes while the block lasts; yields the port, which 0 leaves to the system. Raises MetricsPortTaken."""
    try:
        server = ThreadingHTTPServer((host, port), _handler(registry, token))
    except OSError as error:
        raise MetricsPortTaken(f"SUA_METRICS_PORT {port} on {host} cannot be listened on: {error.strerror}.") from error
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, name="metrics", daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(registry: CollectorRegistry, token: str | None) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = _SILENT_S
        server_version, sys_version = "sua", ""

        def do_GET(self) -> None:
            if self.path.partition("?")[0] != PATH:
                self._answer(404)
            elif token is not None and not _is_known(self.headers.get("Authorization", ""), token):
                self._answer(401, {"WWW-Authenticate": 'Bearer realm="sua metrics"'})
            else:
                encode, kind = choose_encoder(self.headers.get("Accept", ""))
                self._answer(200, {"Content-Type": kind}, encode(registry))

        def log_message(self, *_: object) -> None:
            """A scrape every few seconds is not worth a line."""

        def _answer(self, status: int, headers: dict[str, str] | None = None, body: bytes = b"") -> None:
            self.send_response(status)
            for name, value in {**(headers or {}), "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

    return Handler


def _is_known(authorization: str, token: str) -> bool:
    return hmac.compare_digest(authorization.encode(), f"Bearer {token}".encode())
