"""How far the tables are: awaited before an answer, told beside it."""

import asyncio
from collections.abc import Mapping

import psycopg
from graphql import ExecutionResult

from app.clock import Clock
from app.domain.ids import TenantId
from app.graphql.context import Asked
from app.graphql.pool import ReadPool
from app.projections import reading
from app.projections.heads import Head, heads_of

POLL_SECONDS = 0.05


async def reached(pool: ReadPool, clock: Clock, wanted: Mapping[TenantId, int], until: float) -> bool:
    """Wait, in short looks of their own, until the tables have come that far. False: not in time.

    `until`: by the event loop's own clock.
    """
    while asyncio.get_running_loop().time() < until:
        async with pool.connection() as db, reading.scope(db, sorted(wanted)):
            moments = [await reading.moment(db, each, None, None, clock.now()) for each in sorted(wanted)]
        if all(moment.position >= wanted[each] for moment, each in zip(moments, sorted(wanted), strict=True)):
            return True
        await asyncio.sleep(POLL_SECONDS)
    return False


async def heads_below(asked: Asked, result: ExecutionResult) -> Mapping[TenantId, Head]:
    """How far the tables are in the answer's own snapshot; nothing where the snapshot broke with the answer."""
    try:
        return await heads_of(asked.db, sorted(asked.touched))
    except psycopg.Error:
        if not result.errors:
            raise
        return {}
