"""`graph`: a pretended Graph of one test."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.ingest.graph.pretend import Pretend, pretending


@pytest_asyncio.fixture
async def graph() -> AsyncIterator[Pretend]:
    async with pretending() as pretend:
        yield pretend
