"""Rings the fetch actor for tenants with new inbox items, after the answer and beside it."""

import asyncio
import logging
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

from app.domain.errors import Unavailable
from app.domain.ids import TenantId
from app.telemetry import count, say

_GATHER_S = 0.02


class Bell:
    """Collects tenants for a moment and rings each once, in a thread, because brokers' clients block.

    A ring that fails is counted (`webhook.ring_failed`) and dropped: the sweeper finds the items in the inbox.
    """

    def __init__(self, ring: Callable[[TenantId], None]) -> None:
        self._ring = ring
        self._waiting: set[TenantId] = set()
        self._task: asyncio.Task[None] | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="bell")

    def ring_soon(self, tenants: Iterable[TenantId]) -> None:
        """Returns at once."""
        self._waiting.update(tenants)
        if self._waiting and self._task is None:
            self._task = asyncio.create_task(self._drain())

    async def aclose(self) -> None:
        """Let what was collected be rung."""
        if self._task is not None:
            await self._task
        self._thread.shutdown(wait=False)

    async def _drain(self) -> None:
        try:
            while self._waiting:
                await asyncio.sleep(_GATHER_S)
                tenants, self._waiting = self._waiting, set()
                await asyncio.get_running_loop().run_in_executor(self._thread, self._ring_all, tenants)
        finally:
            self._task = None

    def _ring_all(self, tenants: Iterable[TenantId]) -> None:
        for tenant in tenants:
            try:
                self._ring(tenant)
            except Unavailable as error:
                count("webhook.ring_failed")
                say("webhook.ring_failed", logging.WARNING, code=error.code)
