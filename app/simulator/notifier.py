"""Sends change notifications as Microsoft Graph does.

Follows "Receive change notifications through webhooks": items of several subscriptions of one address share a POST;
an answer other than 2xx, or none within 3 seconds, is retried with growing pauses (10 seconds to answer then) until
it is given up. Pauses are scaled down so that tests need not wait four hours.
"""

import asyncio
from dataclasses import asdict, dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any

import aiohttp

if TYPE_CHECKING:
    from app.simulator.world import Subscription

FIRST_ANSWER_SECONDS = 3.0
LATER_ANSWER_SECONDS = 10.0
POSTS_AT_ONCE = 8


@dataclass(slots=True)
class NotificationRules:
    """How notifications are sent, and which faults they suffer.

    `copies`: how often each item is sent; `drop_share`: 0 to 1, never sent at all; `paused`: held back until it is
    false again; `retry_seconds`: the first pause, doubled each time; `give_up_seconds`: sum of pauses after which a
    POST is discarded (Graph: 4 hours).
    """

    batch: int = 20
    copies: int = 1
    shuffle: bool = False
    drop_share: float = 0.0
    paused: bool = False
    retry_seconds: float = 0.2
    give_up_seconds: float = 20.0

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One item to send: a call's record became visible in a version. `lifecycle` names an event instead of a call."""

    subscription: "Subscription"
    call_id: str = ""
    version: int = 0
    lifecycle: str | None = None

    @property
    def url(self) -> str:
        if self.lifecycle is not None:
            return self.subscription.lifecycle_url or self.subscription.notification_url
        return self.subscription.notification_url

    def body(self) -> dict[str, Any]:
        item: dict[str, Any] = {
            "subscriptionId": self.subscription.id,
            "subscriptionExpirationDateTime": f"{self.subscription.expires_at:%Y-%m-%dT%H:%M:%S}.000+00:00",
            "clientState": self.subscription.client_state,
            "tenantId": self.subscription.tenant,
        }
        if self.lifecycle is not None:
            return {**item, "lifecycleEvent": self.lifecycle}
        resource = f"communications/callRecords/{self.call_id}"
        data = {"@odata.type": "#Microsoft.Graph.callrecord", "@odata.id": resource, "id": self.call_id}
        change = "updated" if "updated" in self.subscription.change_type else "created"
        return {**item, "changeType": change, "resource": resource, "resourceData": data}


@dataclass(slots=True)
class Tally:
    """Items, not POSTs: sent and accepted, given up, dropped by rule, refused attempts."""

    delivered: int = 0
    failed: int = 0
    dropped: int = 0
    retries: int = 0


@dataclass(slots=True)
class Notifier:
    """Delivers in the server's event loop; `submit` may be called from any thread once `start` ran."""

    rules: NotificationRules
    rng: Random
    tally: Tally = field(default_factory=Tally)
    held: list[Delivery] = field(default_factory=list)
    _loop: asyncio.AbstractEventLoop | None = None
    _session: aiohttp.ClientSession = field(init=False)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _pending: int = 0
    _slots: asyncio.Semaphore = field(init=False)

    async def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._session = aiohttp.ClientSession()
        self._slots = asyncio.Semaphore(POSTS_AT_ONCE)

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._session.close()

    def submit(self, deliveries: list[Delivery]) -> None:
        """Take over items for sending, with the faults asked for; returns at once."""
        kept = [each for each in deliveries if self.rng.random() >= self.rules.drop_share]
        self.tally.dropped += len(deliveries) - len(kept)
        items = kept * self.rules.copies
        if self.rules.shuffle:
            self.rng.shuffle(items)
        self.held += items
        self.release()

    def release(self) -> None:
        """Send what is held back, unless sending is paused."""
        if self.rules.paused or not self.held or self._loop is None:
            return
        items, self.held = self.held, []
        self._loop.call_soon_threadsafe(self._dispatch, items)

    def _dispatch(self, items: list[Delivery]) -> None:
        self._pending += len(items)
        for batch in _batches(items, self.rules.batch):
            task = asyncio.get_running_loop().create_task(self._deliver(batch))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def flush(self) -> dict[str, int]:
        """Wait until every item handed over is delivered or given up. Held items stay pending."""
        while self._pending:  # noqa: ASYNC110 - a count to reach zero, not an event
            await asyncio.sleep(0.005)
        return {**asdict(self.tally), "pending": len(self.held)}

    async def _deliver(self, batch: list[Delivery]) -> None:
        pause, waited, answer_within = self.rules.retry_seconds, 0.0, FIRST_ANSWER_SECONDS
        body = {"value": [each.body() for each in batch]}
        try:
            while True:
                async with self._slots:
                    if await self._accepted(batch[0].url, body, answer_within):
                        self.tally.delivered += len(batch)
                        return
                if waited + pause > self.rules.give_up_seconds:
                    self.tally.failed += len(batch)
                    return
                self.tally.retries += 1
                await asyncio.sleep(pause)
                waited, pause, answer_within = waited + pause, pause * 2, LATER_ANSWER_SECONDS
        finally:
            self._pending -= len(batch)

    async def _accepted(self, url: str, body: dict[str, Any], within_seconds: float) -> bool:
        try:
            timeout = aiohttp.ClientTimeout(total=within_seconds)
            async with self._session.post(url, json=body, timeout=timeout, allow_redirects=False) as answer:
                return 200 <= answer.status < 300
        except (aiohttp.ClientError, TimeoutError):
            return False

    async def handshake(self, url: str, token: str) -> bool:
        """Validate an address: POST ?validationToken=..., expect 200, text/plain and the token within 10 seconds."""
        try:
            timeout = aiohttp.ClientTimeout(total=LATER_ANSWER_SECONDS)
            headers = {"Content-Type": "text/plain; charset=utf-8"}
            asked = self._session.post(url, params={"validationToken": token}, headers=headers, timeout=timeout)
            async with asked as answer:
                return answer.status == 200 and answer.content_type == "text/plain" and await answer.text() == token
        except (aiohttp.ClientError, TimeoutError, UnicodeDecodeError):
            return False


def _batches(items: list[Delivery], size: int) -> list[list[Delivery]]:
    """Items of one address together, at most `size` in a POST, in the order given."""
    by_url: dict[str, list[Delivery]] = {}
    for item in items:
        by_url.setdefault(item.url, []).append(item)
    return [group[at : at + size] for group in by_url.values() for at in range(0, len(group), size)]
