"""`/readyz`: whether everything behind the doors is there, and by name what was looked at and what is wrong."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any, ClassVar, LiteralString

import psycopg
from psycopg_pool import AsyncConnectionPool, PoolTimeout
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app.clock import Clock
from app.domain.errors import Refused, SuaError, Unavailable
from app.observe.questions import CLOCK
from app.observe.release import NEWEST_APPLIED, newest

AGAIN_S = 5
"""When to ask once more."""

LONGEST_S = 4.0
"""A check that takes longer has failed, whatever it would have said."""

SKEW_MAX = timedelta(seconds=30)
DISK_MIN_BYTES = 512 * 2**20
"""What the embedded server needs at least to go on writing its log for a while."""

Check = Callable[[], Awaitable[None]]
WritePool = AsyncConnectionPool[psycopg.AsyncConnection]


class SchemaBehind(Unavailable):
    """Migrations of this release are not applied: run `sua migrate`."""

    code: ClassVar[str] = "SCHEMA_BEHIND"


class ClockSkewed(Refused):
    """This machine's clock and the database's differ by more than 30 s: set them right (NTP)."""

    code: ClassVar[str] = "CLOCK_SKEWED"


class DiskNearlyFull(Unavailable):
    """There is less than 512 MB left where the embedded server keeps its data."""

    code: ClassVar[str] = "DISK_NEARLY_FULL"


@dataclass(frozen=True, slots=True)
class Checked:
    """`reason`: a code, or the kind of an error that has none; None: it is as it should be."""

    name: str
    ok: bool
    reason: str | None
    ms: float


def readiness(checks: Mapping[str, Check]) -> Callable[[Request], Awaitable[Response]]:
    async def ready(_: Request) -> Response:
        """200 if everything behind the doors answers, else 503 with Retry-After; both name what was tested."""
        checked = await asyncio.gather(*(_checked(name, check) for name, check in checks.items()))
        is_ready = all(each.ok for each in checked)
        told = {"ready": is_ready, "checks": [asdict(each) for each in checked]}
        headers = {"Cache-Control": "no-store"} | ({} if is_ready else {"Retry-After": str(AGAIN_S)})
        return JSONResponse(told, 200 if is_ready else 503, headers)

    return ready


async def check_schema(pool: WritePool) -> None:
    """Raises SchemaBehind. A schema that is ahead is one release's beside the next, as in any upgrade."""
    applied: int = await _asked(pool, NEWEST_APPLIED)
    if applied < newest():
        raise SchemaBehind(f"The database has migrations up to {applied:04d}, this release {newest():04d}.")


async def check_clock(pool: WritePool, wall: Clock) -> None:
    """Raises ClockSkewed."""
    servers: datetime = await _asked(pool, CLOCK)
    refuse_skew(wall.now(), servers)


def refuse_skew(ours: datetime, servers: datetime) -> None:
    skew = abs(ours - servers)
    if skew > SKEW_MAX:
        raise ClockSkewed(f"This machine's clock and the database's differ by {skew}; set them right.")


def refuse_full_disk(data_dir: Path) -> None:
    """Raises DiskNearlyFull. Nothing where there is no such folder: then no embedded server keeps its data there."""
    if data_dir.exists() and shutil.disk_usage(data_dir).free < DISK_MIN_BYTES:
        raise DiskNearlyFull(f"Less than {DISK_MIN_BYTES // 2**20} MB are free at {data_dir}.")


async def _asked(pool: WritePool, question: LiteralString) -> Any:
    """The one value that answers it."""
    async with pool.connection(timeout=2) as db:
        found = await (await db.execute(question)).fetchone()
    return None if found is None else found[0]


async def _checked(name: str, check: Check) -> Checked:
    began = perf_counter()
    try:
        async with asyncio.timeout(LONGEST_S):
            await check()
        reason = None
    except (SuaError, psycopg.Error, PoolTimeout, TimeoutError, OSError) as error:
        reason = str(getattr(error, "code", None) or type(error).__name__)
    return Checked(name, reason is None, reason, round((perf_counter() - began) * 1000, 1))
