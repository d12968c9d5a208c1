"""SUA and PostGraphile, each one process over the same database, and the bearer tokens they take."""

import base64
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.error import URLError
from urllib.request import urlopen
from uuid import uuid4

import psycopg
from psycopg.conninfo import conninfo_to_dict

from bench.database import Database
from bench.graphql.customers import Customer
from tests.auth.issuing import claims_at, jwks_of, public_pem, signed

ROOT = Path(__file__).parents[2]
RIVAL = ROOT / "tools" / "bench_graphql"
POOL = 16
"""Connections of either system: SUA's default."""

START_SECONDS = 120.0
END_SECONDS = 20.0
_NODE_FROM = 22
_POLL_SECONDS = 0.1


class NotStarted(RuntimeError):
    """A system did not come up; what it said last stands in the message."""


@dataclass(frozen=True, slots=True)
class System:
    """`bearer`: the Authorization header of each customer's person, by tenant."""

    name: str
    url: str
    pid: int
    bearer: Mapping[str, str]
    owner_dsn: str

    def computed(self) -> dict[int, float]:
        """Seconds of CPU so far, by process: of the system's own and of those that serve its connections.

        Unlike time, they do not depend on what else the machine does. Empty where there is no /proc.
        """
        with psycopg.connect(self.owner_dsn) as owner:
            serving = owner.execute("SELECT pid FROM pg_stat_activity WHERE application_name = %s", (self.name,))
            pids = [self.pid, *(pid for (pid,) in serving.fetchall())]
        return {pid: seconds for pid in pids if (seconds := _computed(pid)) is not None}


@contextmanager
def issuer() -> Iterator[str]:
    """An address that serves the keys of the tokens."""

    class Keys(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer = jwks_of().replace(b"https://login.example", address.encode())
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Keys)
    address = f"http://127.0.0.1:{server.server_address[1]}"
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield address
    finally:
        server.shutdown()


@contextmanager
def sua(
    name: str,
    database: Database,
    keys: str,
    master_key: bytes,
    customers: list[Customer],
    python: Path | None = None,
    **settings: str,
) -> Iterator[System]:
    """SUA, run by this `python` (None: our own), with its defaults but for pages of 1,000 and a rate that lets one load
    generator be everybody.
    """
    port, client = _free_port(), str(uuid4())
    environment = {
        "database_url": database.writer_dsn,
        "database_read_url": database.reader_dsn,
        "login_url": keys,
        "token_jwks_url": keys,
        "token_audience": client,
        "graph_client_id": client,
        "graph_client_secret": "unused",
        "master_key": base64.b64encode(master_key).decode(),
        "pseudonym_key": base64.b64encode(secrets.token_bytes(32)).decode(),
        "pool_size": str(POOL),
        "page_size_max": "1000",
        "graphql_requests_per_minute": "100000000",
        **settings,
    }
    given = {f"SUA_{key.upper()}": value for key, value in environment.items()}
    roles = ["Sua.Customer.Viewer", "Sua.SeePersons"]
    now = datetime.now(UTC)
    bearer = {
        str(each.tenant): "Bearer "
        + signed(
            claims_at(
                now,
                aud=client,
                iss=f"{keys}/{each.directory}/v2.0",
                tid=str(each.directory),
                roles=roles,
                exp=int(now.timestamp()) + 86_400,
            )
        )
        for each in customers
    }
    command = [str(python or sys.executable), "-m", "bench.graphql.serving", str(port)]
    with _running(name, command, given, f"http://127.0.0.1:{port}/healthz") as pid:
        yield System(name, f"http://127.0.0.1:{port}/graphql", pid, bearer, database.owner_dsn)


@contextmanager
def postgraphile(database: Database, customers: list[Customer], folder: Path) -> Iterator[System]:
    """PostGraphile in production mode. Its tokens name the tenant, so that nothing has to be looked up for them."""
    port = _free_port()
    key = folder / "public.pem"
    key.write_bytes(public_pem())
    reader = conninfo_to_dict(database.reader_dsn)
    given = {
        "NODE_ENV": "production",
        "GRAPHILE_ENV": "production",
        **{f"PG{name.upper().replace('DBNAME', 'DATABASE')}": str(value) for name, value in reader.items()},
    }
    expires = int(time.time()) + 86_400
    bearer = {str(each.tenant): "Bearer " + signed({"tenant": str(each.tenant), "exp": expires}) for each in customers}
    command = [_node(), str(RIVAL / "server.js"), str(port), str(POOL), str(key)]
    with _running("postgraphile", command, given, f"http://127.0.0.1:{port}/") as pid:
        yield System("postgraphile", f"http://127.0.0.1:{port}/graphql", pid, bearer, database.owner_dsn)


def _computed(pid: int) -> float | None:
    try:
        said = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return (int(said[11]) + int(said[12])) / os.sysconf("SC_CLK_TCK")


def _node() -> str:
    """This machine's node where it is new enough for PostGraphile 5, else the one among the locked packages."""
    own = shutil.which("node")
    if own is not None:
        said = subprocess.run([own, "--version"], capture_output=True, text=True, check=True).stdout
        if int(said.lstrip("v").partition(".")[0]) >= _NODE_FROM:
            return own
    for found in sorted(RIVAL.glob("node_modules/node-*/bin/node")):
        return str(found)
    raise NotStarted(f"PostGraphile 5 needs node {_NODE_FROM} or newer.")


@contextmanager
def _running(name: str, command: list[str], given: Mapping[str, str], alive: str) -> Iterator[int]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("SUA_", "PG"))}
    with ExitStack() as ending:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**kept, **given, "PGAPPNAME": name},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        ending.callback(_ended, process)
        assert process.stderr is not None
        said: list[str] = []
        Thread(target=lambda: said.extend(process.stderr or ()), daemon=True).start()
        until = time.monotonic() + START_SECONDS
        while not _answers(alive):
            if process.poll() is not None or time.monotonic() > until:
                raise NotStarted(f"{name}: {''.join(said[-20:])}")
            time.sleep(_POLL_SECONDS)
        yield process.pid


def _ended(process: "subprocess.Popen[str]") -> None:
    process.terminate()
    try:
        process.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=2):
            return True
    except URLError as error:
        return hasattr(error, "code")
    except OSError:
        return False


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as door:
        port: int = door.getsockname()[1]
        return port


def body_of(document: str, variables: Mapping[str, object]) -> bytes:
    return json.dumps({"query": document, "variables": variables}).encode()
