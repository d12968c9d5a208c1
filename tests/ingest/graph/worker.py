"""What a worker process of its own does with a limit. Apart from the tests, so that it starts quickly."""

import asyncio
import time

from psycopg_pool import ConnectionPool

from app.ingest.limiter import Limiter
from app.ingest.limits import Limit, Scope


def used_slots(dsn: str, limit: Limit, seconds: float) -> list[float]:
    """What one worker process does with a limit when it has more to ask than it may: when it used each slot."""

    async def ask() -> list[float]:
        used = []
        with ConnectionPool(dsn, min_size=1, max_size=3, open=True) as pool:
            shared, until = Limiter(pool), time.time() + seconds

            async def worker() -> None:
                while time.time() < until:
                    answer = await shared.admit([Scope("everybody", limit)], 0.2)
                    await asyncio.sleep(answer.wait_s)
                    if answer.granted:
                        used.append(time.time())

            await asyncio.gather(*(worker() for _ in range(4)))
        return used

    return asyncio.run(ask())
