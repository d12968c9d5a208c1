"""Once in a while the users of a page that arrived in part are taken for all there are."""

import random
from collections.abc import AsyncIterator
from typing import Any

from app.ingest import collect_directory
from app.ingest.graph_client import GraphClient

_ONE_IN = 2
_LOST = 2
_pages = GraphClient.pages


async def _pages_in_part(self: GraphClient, path: str, params: Any = None) -> AsyncIterator[Any]:
    torn = path == "/users" and random.randrange(_ONE_IN) == 0
    async for page in _pages(self, path, params):
        yield page[:-_LOST] if torn else page


async def _believed(*_: Any) -> frozenset[Any]:
    return frozenset()


GraphClient.pages = _pages_in_part  # type: ignore[method-assign]
collect_directory._still_there = _believed  # type: ignore[assignment]
