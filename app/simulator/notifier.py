"""Sends change notifications as Microsoft Graph does.

Follows "Receive change notifications through webhooks": items of several subscriptions of one address share a POST;
an answer other than 2xx, or none within 3 seconds, is retried with growing pauses (10 seconds to answer then) until
it is given up. Pauses are scaled down so that tests need not wait four hours.
"""

import asyncio
import heapq
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

import aiohttp

from app.simulator.notification_rules import NotificationRules, chosen, reordered

if TYPE_CHECKING:
    from app.simulator.subscription_life import Subscription

FIRST_ANSWER_SECONDS = 3.0
LATER_ANSWER_SECONDS = 10.0
POSTS_AT_ONCE = 8


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
    """Items, not POSTs: accepted, given up; dropped, repeated, held back, reordered by rule; and attempts refused."""

    delivered: int = 0
    failed: int = 0
    dropped: int = 0
    repeated: int = 0
    late: int = 0
    reordered: int = 0
    retries: int = 0


@dataclass(slots=True)
class Notifier:
    """Delivers in the server's event loop; `submit` may be called from any thread once `start` ran.

    `clock` tells the simulated instant, by which late items are due. A tenant in `tenant_rules` has those of its own.
    """

    rules: NotificationRules
    rng: Random
    clock: Callable[[], datetime]
    tenant_rules: dict[str, NotificationRules] = field(default_factory=dict)
    survived: Counter[str] = field(default_factory=Counter)
    tally: Tally = field(default_factory=Tally)
    held: list[Delivery] = field(default_factory=list)
    _late: list[tuple[datetime, int, Delivery]] = field(default_factory=list)
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
        """Take over items for sending, with the faults asked for, beside late ones now due; returns at once."""
        now = self.clock()
        kept = [each for each in deliveries if not self._strikes(self._rules(each).drop_share, "dropped")]
        items = [*self._due(now), *(item for item in self._copied(kept) if not self._held_back(item, now))]
        self._reorder(items)
        self.held += items
        self.release()

    def _rules(self, item: Delivery) -> NotificationRules:
        return self.tenant_rules.get(item.subscription.tenant, self.rules)

    def _strikes(self, share: float, what: str) -> bool:
        struck = chosen(self.rng, share)
        if struck:
            self._count(what)
        return struck

    def _count(self, what: str, number: int = 1) -> None:
        setattr(self.tally, what, getattr(self.tally, what) + number)
        self.survived[f"notification.{what}"] += number

    def _copied(self, items: list[Delivery]) -> Iterator[Delivery]:
        """All of them, then all that have copies again, and those that are repeated by chance."""
        rules = [self._rules(each) for each in items]
        for round_ in range(max((each.copies for each in rules), default=0)):
            yield from (item for item, rule in zip(items, rules, strict=True) if round_ < rule.copies)
        yield from (
            item for item, rule in zip(items, rules, strict=True) if self._strikes(rule.repeat_share, "repeated")
        )

    def _held_back(self, item: Delivery, now: datetime) -> bool:
        rules = self._rules(item)
        if not self._strikes(rules.late_share, "late"):
            return False
        due = now + timedelta(minutes=self.rng.uniform(1, max(1.0, rules.late_minutes)))
        heapq.heappush(self._late, (due, self.tally.late, item))
        return True

    def _due(self, now: datetime) -> Iterator[Delivery]:
        while self._late and self._late[0][0] <= now:
            yield heapq.heappop(self._late)[2]

    def _reorder(self, items: list[Delivery]) -> None:
        """Among the items of each tenant that has a rule for it, or of all that have none."""
        for rules in (self.rules, *self.tenant_rules.values()):
            share = 1.0 if rules.shuffle else rules.reorder_share
            places = [place for place, item in enumerate(items) if self._rules(item) is rules] if share else []
            mine = [items[place] for place in places]
            if moved := reordered(mine, share, self.rng):
                self._count("reordered", moved)
            for place, item in zip(places, mine, strict=True):
                items[place] = item

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
        """Wait until every item handed over is delivered or given up. Held items stay pending, late ones waiting."""
        while self._pending:  # noqa: ASYNC110 - a count to reach zero, not an event
            await asyncio.sleep(0.005)
        return {**asdict(self.tally), "pending": len(self.held), "waiting": len(self._late)}

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
