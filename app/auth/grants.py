"""Which customers a reseller's people were given, as the operator keeps it."""

import asyncio
from collections import OrderedDict
from typing import Any, Final, TypeAlias
from uuid import UUID

import psycopg
import psycopg_pool
from psycopg import sql

from app.domain.ids import DirectoryId, TenantId
from app.domain.period import FOREVER

EVERYBODY: Final = UUID(int=0)
"""As the person of a grant: everybody of the directory with the role."""

REMEMBERED_SECONDS = 5.0
"""So long a grant that was revoked may still open a tenant."""
REMEMBERED_MAX = 10_000

Pool: TypeAlias = psycopg_pool.AsyncConnectionPool[psycopg.AsyncConnection[tuple[Any, ...]]]

# What is open in both times is the tenant as it is now; a customer who left is in no reseller's answer.
_GRANTED = """
    SELECT DISTINCT g.tenant_id FROM reseller_grants g JOIN tenants t ON t.tenant_id = g.tenant_id
    WHERE g.directory_id = %s AND g.person IN (%s, %s)
      AND t.until_position = 9223372036854775807 AND t.valid_until = %s AND t.state <> 'OFFBOARDED'
"""


class KeptGrants:
    """The grants in the table `reseller_grants`, remembered for five seconds.

    `pool`: of the read side, and of its own: whoever asks holds a connection of the doors' pool already, and many who
    wait there for a second one would wait for each other.
    """

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._known: OrderedDict[tuple[DirectoryId, UUID], tuple[frozenset[TenantId], float]] = OrderedDict()

    async def granted_to(self, directory: DirectoryId, person: UUID) -> frozenset[TenantId]:
        who, now = (directory, person), asyncio.get_running_loop().time()
        known = self._known.get(who)
        if known is None or now >= known[1]:
            known = (await self._read(directory, person), now + REMEMBERED_SECONDS)
            self._known[who] = known
            self._known.move_to_end(who)
            while len(self._known) > REMEMBERED_MAX:
                self._known.popitem(last=False)
        return known[0]

    async def _read(self, directory: DirectoryId, person: UUID) -> frozenset[TenantId]:
        opening = sql.SQL("SET TRANSACTION READ ONLY; SET LOCAL sua.directory = {}; SET LOCAL sua.register = 'all'")
        async with self._pool.connection() as db, db.transaction():
            await db.execute(opening.format(sql.Literal(str(directory))))
            found = await db.execute(_GRANTED, (directory, person, EVERYBODY, FOREVER))
            return frozenset(TenantId(row[0]) for row in await found.fetchall())
