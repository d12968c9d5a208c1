"""`make conformance`: the audit of GraphQL over HTTP against the door, over a database of its own."""

import asyncio
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import uvicorn
from starlette.applications import Starlette

from app.clock import SteppedClock
from app.graphql.pool import open_read_pool
from tests.database import EMBEDDED, running
from tests.graphql.conftest import asgi, bearer
from tests.graphql.world import NOON, built

HERE = Path(__file__).parent
LONGEST_SECONDS = 60


@asynccontextmanager
async def served(app: Starlette) -> AsyncIterator[str]:
    """The application on a free port of this machine, in this event loop: its address."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
        serving = asyncio.create_task(server.serve([door]))
        try:
            yield f"http://127.0.0.1:{door.getsockname()[1]}"
        finally:
            server.should_exit = True
            await serving


async def audited(app: Starlette) -> tuple[int, str]:
    """The audit's exit code and what it printed."""
    headers = [f"{name}: {value}" for name, value in bearer("hr").items()]
    async with served(app) as address:
        command = ["node", str(HERE / "audit.js"), f"{address}/graphql", *headers]
        asked = await asyncio.to_thread(
            subprocess.run, command, capture_output=True, text=True, timeout=LONGEST_SECONDS, check=False
        )
    return asked.returncode, asked.stdout + asked.stderr


async def _audited_over(reader_dsn: str) -> tuple[int, str]:
    pool = await open_read_pool(reader_dsn, 4)
    try:
        return await audited(asgi(pool, SteppedClock(NOON)))
    finally:
        await pool.close()


def main() -> int:
    with (
        running(EMBEDDED) as cluster,
        cluster.migrated() as template,
        cluster.database(template) as database,
        built(database.writer_dsn),
    ):
        code, told = asyncio.run(_audited_over(database.reader_dsn))
    sys.stdout.write(told)
    return code


if __name__ == "__main__":
    sys.exit(main())
