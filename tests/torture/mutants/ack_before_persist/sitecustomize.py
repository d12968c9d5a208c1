"""202 is said before the inbox has committed."""

import asyncio
from typing import Any

from app.ingest import webhooks

_LATER_S = 0.3
_kept: set[Any] = set()
_take = webhooks.GraphDoors._take


async def _take_later(self: webhooks.GraphDoors, items: Any) -> None:
    async def later() -> None:
        await asyncio.sleep(_LATER_S)
        await _take(self, items)

    task = asyncio.ensure_future(later())
    _kept.add(task)
    task.add_done_callback(_forget)


def _forget(done: Any) -> None:
    _kept.discard(done)
    if not done.cancelled():
        done.exception()


webhooks.GraphDoors._take = _take_later  # type: ignore[method-assign]
