"""One batch of a tenant's items: fetched several at a time, taken into the log as they come, settled."""

import asyncio
import logging
from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from time import monotonic

from app.commands.call_known import known_start
from app.commands.record_call import RecordCall, record_call, record_calls
from app.domain.errors import ConcurrentAppend, Unavailable
from app.domain.ids import TenantId
from app.ingest import dead_letters, inbox, schedule
from app.ingest.call_records import KEPT_BY_GRAPH, CallForgotten, read_pages, sighted
from app.ingest.dead_letters import CALLS, reason_of
from app.ingest.fetch_outcome import Fetched, asks_for_permissions, is_fault, outcome_of, rest_after, stops_turn
from app.ingest.graph_client import GraphClient
from app.ingest.graph_errors import GraphNotFound
from app.ingest.inbox import Claimed, Settled
from app.ingest.schedule import Job
from app.ingest.workshop import Workshop
from app.telemetry import bound, count, say
from app.telemetry.metrics import INBOX_WAITED
from app.telemetry.tracing import following, span, traceparent


class Batch:
    """Works a claim off. What comes while the log is being written goes into its next append, all together.

    Afterwards `rest`: how long the tenant need not be tried again; `faults`: bugs and damage met, each of which cost
    its own item an attempt and no other.
    """

    def __init__(self, client: GraphClient, shop: Workshop, tenant: TenantId, until: float) -> None:
        self.rest = timedelta(0)
        self.faults: list[BaseException] = []
        self._client = client
        self._shop = shop
        self._tenant = tenant
        self._until = until
        self._stopped_by: BaseException | None = None
        self._permissions_asked_for = False

    async def work_off(self, claimed: Sequence[Claimed], still_here: Callable[[], None]) -> None:
        """Returns when each is settled. `still_here` renews the turn, well within every lease."""
        waiting, finished = deque(claimed), asyncio.Queue[Fetched | None]()
        runners = [
            asyncio.create_task(self._run(waiting, finished))
            for _ in range(min(len(claimed), self._shop.access.concurrency))
        ]
        held, running = {each.call: each for each in claimed}, len(runners)
        try:
            while running:
                arrived = await _arrived(finished, self._shop.lease.total_seconds() / 3)
                running -= arrived.count(None)
                fetched = [each for each in arrived if each is not None]
                for each in fetched:
                    del held[each.claimed.call]
                await asyncio.to_thread(self._take_in, fetched, list(held.values()), still_here)
        finally:
            for task in runners:
                task.cancel()
            await asyncio.gather(*runners, return_exceptions=True)
        await asyncio.to_thread(self._give_back, list(held.values()))

    async def _run(self, waiting: deque[Claimed], finished: "asyncio.Queue[Fetched | None]") -> None:
        """Fetch one after the other, until the turn is over or something stops the whole tenant."""
        try:
            while waiting and self._stopped_by is None and monotonic() < self._until:
                fetched = await self._fetched(waiting.popleft())
                if stops_turn(fetched.error):
                    self._stopped_by = fetched.error
                finished.put_nowait(fetched)
        finally:
            finished.put_nowait(None)

    async def _fetched(self, claimed: Claimed) -> Fetched:
        parent = claimed.traces[-1] if claimed.traces else None
        with bound(cause=claimed.delivery), span("fetch", parent, links=claimed.traces[:-1], tenant=str(self._tenant)):
            return replace(await self._tried(claimed), trace=traceparent())

    async def _tried(self, claimed: Claimed) -> Fetched:
        try:
            pages = await read_pages(self._client, claimed.call)
        except GraphNotFound as error:
            return Fetched(claimed, error=await asyncio.to_thread(self._missing, claimed, error))
        except Exception as error:  # noqa: BLE001 - the item's alone; `faults` raises what is a bug
            return Fetched(claimed, error=error)
        try:
            return Fetched(claimed, sighted(pages, claimed.call, self._client.directory, self._shop.desk.now()))
        except Exception as error:  # noqa: BLE001
            return Fetched(claimed, error=error, payload=pages.as_one())

    def _missing(self, claimed: Claimed, error: GraphNotFound) -> Exception:
        """Not there yet; or no more, if the call is older than Graph keeps records."""
        desk = self._shop.desk
        started_at = known_start(self._tenant, claimed.call, desk)
        if claimed.waited >= KEPT_BY_GRAPH or (started_at is not None and desk.now() - started_at >= KEPT_BY_GRAPH):
            return CallForgotten(f"Call {claimed.call} is older than Graph keeps records.")
        return error

    def _take_in(self, fetched: list[Fetched], held: list[Claimed], still_here: Callable[[], None]) -> None:
        """Record what was fetched, then settle it: a kill between the two costs a fetch and adds nothing."""
        errors = self._recorded([each for each in fetched if each.sighting is not None])
        errors |= {each.claimed.call: each.error for each in fetched if each.sighting is None}
        outcomes = [outcome_of(each.claimed, errors[each.claimed.call], self._shop.first_wait) for each in fetched]
        with self._shop.database() as db:
            inbox.settle(db, self._tenant, outcomes)
            inbox.renew(db, self._tenant, held, self._shop.lease)
            done = [str(each.claimed.call) for each in outcomes if each.state == "DONE"]
            dead_letters.settle(db, self._tenant, CALLS, done)
            for each in fetched:
                if each.payload is not None and each.error is not None:
                    dead_letters.keep(db, self._tenant, CALLS, str(each.claimed.call), each.payload, each.error)
            if not self._permissions_asked_for and any(map(asks_for_permissions, errors.values())):
                self._permissions_asked_for = True
                schedule.enlist(db, self._tenant, Job.PERMISSIONS, self._shop.desk.now())
        still_here()
        self._tell(fetched, errors, outcomes)

    def _recorded(self, fetched: Sequence[Fetched]) -> dict[object, BaseException | None]:
        """Append all in one transaction; one by one where that fails, so that each call answers for itself only."""
        commands = [
            RecordCall(self._tenant, each.sighting, each.claimed.delivery)
            for each in fetched
            if each.sighting is not None
        ]
        origins = {each.claimed.delivery: each.trace for each in fetched if each.trace is not None}
        with following(origins):
            return self._recorded_together(fetched, commands)

    def _recorded_together(
        self, fetched: Sequence[Fetched], commands: Sequence[RecordCall]
    ) -> dict[object, BaseException | None]:
        try:
            record_calls(commands, self._shop.desk)
        except ConcurrentAppend:
            pass
        except Unavailable:
            raise
        except Exception:  # noqa: BLE001 - met again below, by the call whose it is
            count("fetch.append_split")
        else:
            return {each.claimed.call: None for each in fetched}
        return {command.sighting.call.call: self._recorded_alone(command) for command in commands}

    def _recorded_alone(self, command: RecordCall) -> BaseException | None:
        try:
            record_call(command, self._shop.desk)
        except Exception as error:  # noqa: BLE001 - the item's alone; `faults` raises what is a bug
            return error
        return None

    def _give_back(self, held: list[Claimed]) -> None:
        """What the turn did not come to."""
        error = self._stopped_by
        if error is not None:
            self.rest = rest_after(error, self._shop.first_wait)
        code = None if error is None else reason_of(error)
        with self._shop.database() as db:
            inbox.settle(db, self._tenant, [Settled(each, "UNTRIED", code, self.rest) for each in held])

    def _tell(
        self, fetched: Iterable[Fetched], errors: dict[object, BaseException | None], outcomes: Iterable[Settled]
    ) -> None:
        for each in fetched:
            error = errors[each.claimed.call]
            if is_fault(error):
                self.faults.append(error)
                count("fetch.fault")
                told = {"call": each.claimed.call, "error": type(error).__name__, "code": reason_of(error)}
                say("fetch.fault", logging.ERROR, **told)
        reasons: Counter[str] = Counter()
        for outcome in outcomes:
            count(f"fetch.{outcome.state.lower()}")
            if outcome.state == "DONE":
                INBOX_WAITED.observe(outcome.claimed.waited.total_seconds())
            if outcome.reason is not None:
                reasons[outcome.reason] += 1
        if reasons:
            say("fetch.failed", logging.WARNING, tenant=self._tenant, **reasons)


async def _arrived(finished: "asyncio.Queue[Fetched | None]", seconds: float) -> list[Fetched | None]:
    """What has come; waits for something, but not longer than that."""
    arrived = []
    try:
        async with asyncio.timeout(seconds):
            arrived.append(await finished.get())
    except TimeoutError:
        return []
    while not finished.empty():
        arrived.append(finished.get_nowait())
    return arrived
