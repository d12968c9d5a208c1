"""Connections of the read side, which may see only what row-level security shows them."""

import asyncio
import select
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any, ClassVar, Final, Never, TypeAlias, cast
from weakref import WeakKeyDictionary

import psycopg
import psycopg_pool
from psycopg import sql

from app.auth.viewer import ALL, Everything
from app.domain.errors import Refused
from app.domain.ids import DirectoryId, TenantId
from app.domain.period import FOREVER
from app.graphql.errors import DatabaseDown
from app.projections.reading import OPEN, Question, rows

BORROW_SECONDS = 2.0
START_SECONDS = 5.0
RECONNECT_SECONDS = 4.0
"""How long the pool goes on trying by itself, ever more slowly; after that each request is a try."""

RESTED_SECONDS = 5.0

_DIRECTORIES_MAX: Final = 10_000
"""Whose tenants are remembered as they are written: the same are asked about all the time."""

Db: TypeAlias = psycopg.AsyncConnection[tuple[Any, ...]]
ReadPool: TypeAlias = psycopg_pool.AsyncConnectionPool[Db]


class UnsafeRole(Refused):
    """The read side's database role could see past row-level security. Nothing is served with it."""

    code: ClassVar[str] = "UNSAFE_ROLE"


async def open_read_pool(dsn: str, size: int) -> ReadPool:
    """An open pool of checked connections. Raises `DatabaseDown` within 5 s, or `UnsafeRole`. Close it at the end."""
    pool: ReadPool = psycopg_pool.AsyncConnectionPool(
        dsn,
        min_size=1,
        max_size=size,
        timeout=BORROW_SECONDS,
        reconnect_timeout=RECONNECT_SECONDS,
        kwargs={"autocommit": True, "connect_timeout": int(START_SECONDS)},
        configure=_configure,
        check=_check,
        open=False,
        name="sua-read",
    )
    try:
        await pool.open(wait=True, timeout=START_SECONDS)
        async with pool.connection() as db:
            await check_role(db)
    except (psycopg.OperationalError, psycopg_pool.PoolTimeout) as error:
        await pool.close()
        raise DatabaseDown("The read side's database does not answer.") from error
    except UnsafeRole:
        await pool.close()
        raise
    return pool


async def _configure(db: Db) -> None:
    """Times are told in UTC, and read as text, too, whatever the server is set to."""
    await db.execute("SET datestyle = 'ISO, YMD'; SET timezone = 'UTC'")


async def _check(db: Db) -> None:
    """Raise where the connection is broken, before it is given to a request.

    A server that went away, or closed the connection, has said so: there is something to read on a connection on which
    nothing was asked. Only then, or after so long a rest that a network between may have dropped it, is it asked.
    """
    now = asyncio.get_running_loop().time()
    rested = now - _lent.get(db, 0.0)
    _lent[db] = now
    if rested > RESTED_SECONDS or _has_something_to_read(db):
        await psycopg_pool.AsyncConnectionPool.check_connection(db)


_lent: WeakKeyDictionary[Db, float] = WeakKeyDictionary()
"""When each connection was last given to a request, by the event loop's clock."""


def _has_something_to_read(db: Db) -> bool:
    watch = select.poll()
    watch.register(db.pgconn.socket, select.POLLIN)
    return bool(watch.poll(0))


class _GivenBack:
    def __getattr__(self, name: str) -> Never:
        raise psycopg.OperationalError("The connection was given back.")


GIVEN_BACK = cast("Db", _GivenBack())
"""Stands in for a connection that is somebody else's by now. What is asked of it fails as of one that was lost."""


async def check_role(db: Db) -> None:
    """Row-level security does not bind superusers, roles with BYPASSRLS, nor (unless forced) owners of a table."""
    row = await (
        await db.execute(
            """
            SELECT r.rolsuper, r.rolbypassrls, EXISTS (
                SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p', 'v', 'm')
                  AND pg_has_role(r.oid, c.relowner, 'MEMBER'))
            FROM pg_roles r WHERE r.rolname = current_user
            """
        )
    ).fetchone()
    faults = ["is a superuser", "has BYPASSRLS", "owns tables"]
    found = [fault for fault, there in zip(faults, row or (True, True, True), strict=True) if there]
    if found:
        raise UnsafeRole(f"The read side's database role {' and '.join(found)}; connect as sua_reader.")


class TenantRegister:
    """Which tenants there are, read in transactions of their own before the viewer's tenants are known.

    The policy `register` on the table of tenants opens, for one transaction, one directory's rows or all.
    """

    def __init__(self, db: Db) -> None:
        self._db = db

    async def of_directory(self, directory: DirectoryId) -> frozenset[TenantId]:
        opening = sql.SQL("SET LOCAL sua.directory = {}").format(sql.Literal(str(directory)))
        return tenants_in(await self._read(opening, registered(directory)))

    async def seen(self, tenants: frozenset[TenantId] | Everything) -> frozenset[TenantId]:
        """The tenants by id, where they are not: all there are."""
        if tenants is not ALL:
            return tenants
        return tenants_in(await self._read(sql.SQL("SET LOCAL sua.register = 'all'"), _EVERYBODY))

    async def _read(self, opening: sql.Composable, question: Question) -> list[tuple[Any, ...]]:
        async with self._db.transaction():
            await self._db.execute(sql.SQL("SET TRANSACTION READ ONLY; {}").format(opening))
            return await rows(self._db, *question)


def registered(directory: DirectoryId) -> Question:
    """The directory's tenants as they are now; offboarded ones are none."""
    return Question(
        f"SELECT DISTINCT t.tenant_id FROM tenants t WHERE t.directory_id = %(directory)s AND {_REGISTERED}",  # noqa: S608
        {"directory": directory, "open": OPEN, "forever": FOREVER},
    )


def changed(supposed: Mapping[DirectoryId, Collection[TenantId]]) -> Question:
    """A row of each of these directories whose tenants are others now."""
    return Question(
        "SELECT s.directory_id FROM unnest(%(directories)s::uuid[], %(tenants)s::text[]) AS s (directory_id, tenants)"  # noqa: S608
        " WHERE s.tenants::uuid[] <> ARRAY("
        f"SELECT DISTINCT t.tenant_id FROM tenants t WHERE t.directory_id = s.directory_id AND {_REGISTERED}"
        " ORDER BY t.tenant_id)",
        {
            "directories": list(supposed),
            "tenants": [_as_array(frozenset(tenants)) for tenants in supposed.values()],
            "open": OPEN,
            "forever": FOREVER,
        },
    )


@lru_cache(_DIRECTORIES_MAX)
def _as_array(tenants: frozenset[TenantId]) -> str:
    return f"{{{','.join(map(str, sorted(tenants)))}}}"


_REGISTERED: Final = "t.until_position = %(open)s AND t.valid_until = %(forever)s AND t.state <> 'OFFBOARDED'"

_EVERYBODY: Final = Question(
    "SELECT DISTINCT tenant_id FROM tenants WHERE until_position = %(open)s AND valid_until = %(forever)s",
    {"open": OPEN, "forever": FOREVER},
)
"""Every tenant there is or was."""


def tenants_in(found: Sequence[tuple[Any, ...]]) -> frozenset[TenantId]:
    """Of the register's rows."""
    return frozenset(TenantId(tenant) for (tenant,) in found)


SNAPSHOT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"
"""Before the first look at a table: everything in the transaction is then read from one state of the database."""
