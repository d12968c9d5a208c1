"""The actors of queue `ingest`, and the sweeper that rings for what is due.

Messages carry a tenant and nothing else. The inbox and the schedule say what there is to do, so a message that is
lost, late or repeated changes nothing, and none is retried: the sweeper rings again. So an outage is an ordinary end of
an actor, told in one line; anything else that leaves one is told as the fault it is.
"""

import asyncio
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from uuid import UUID

import dramatiq

from app.broker import AFTER_ALL_ELSE, INGEST, ringing
from app.domain.errors import Unavailable
from app.domain.ids import TenantId
from app.ingest import consent_attempts, dead_letters, inbox, limiter, schedule, subscription_rows
from app.ingest.bell import Bell
from app.ingest.call_records import KEPT_BY_GRAPH
from app.ingest.feeds import carry_out
from app.ingest.fetch import fetch_due
from app.ingest.schedule import Due, Job
from app.ingest.workshop import Workshop

DONE_KEPT = timedelta(days=7)
DEAD_KEPT = KEPT_BY_GRAPH + timedelta(days=7)
"""A week to look at what nobody can fetch any more; what was missed for good the coverage ledger says."""
ATTEMPTS_KEPT = timedelta(days=1)

_FETCH_LIMIT_MS = 30 * 60_000
_READ_LIMIT_MS = 8 * 3_600_000
"""A daily read of a large tenant waits long for sign-ins (10 requests a minute)."""

SHORT = frozenset({Job.CONSENT, Job.SUBSCRIPTION, Job.PERMISSIONS})
"""A few requests each, and somebody waits for them or notifications end; long reads let them pass."""


@dataclass(frozen=True, slots=True)
class IngestRings:
    """Tell the workers to look. Both raise BrokerDown, which loses nothing."""

    fetch: Callable[[TenantId], None]
    job: Callable[[Due], None]


def register(broker: dramatiq.Broker, shop: Workshop) -> IngestRings:
    """Declare the actors on a broker; returns how to ring them."""

    @dramatiq.actor(broker=broker, queue_name=INGEST, max_retries=0, throws=Unavailable, time_limit=_FETCH_LIMIT_MS)
    def fetch_calls(tenant: str) -> None:
        wanted = TenantId(UUID(tenant))
        if asyncio.run(fetch_due(shop, wanted)):
            ring_fetch(wanted)

    def carry_out_and_follow(tenant: str, job: str) -> None:
        if carry_out(shop, Due(TenantId(UUID(tenant)), Job(job))):
            for ring in _following(shop, rings, TenantId(UUID(tenant))):
                ring()

    @dramatiq.actor(broker=broker, queue_name=INGEST, max_retries=0, throws=Unavailable, time_limit=_FETCH_LIMIT_MS)
    def carry_out_short_job(tenant: str, job: str) -> None:
        carry_out_and_follow(tenant, job)

    @dramatiq.actor(
        broker=broker,
        queue_name=INGEST,
        max_retries=0,
        throws=Unavailable,
        time_limit=_READ_LIMIT_MS,
        priority=AFTER_ALL_ELSE,
    )
    def carry_out_job(tenant: str, job: str) -> None:
        carry_out_and_follow(tenant, job)

    def ring_fetch(tenant: TenantId) -> None:
        with ringing():
            fetch_calls.send(str(tenant))

    def ring_job(due: Due) -> None:
        with ringing():
            actor = carry_out_short_job if due.job in SHORT else carry_out_job
            actor.send(str(due.tenant), str(due.job))

    rings = IngestRings(ring_fetch, ring_job)
    return rings


def _following(shop: Workshop, rings: IngestRings, tenant: TenantId) -> Iterator[Callable[[], None]]:
    """What a job has left to be done for its tenant: others wait for it, and calls found missing are to be fetched."""
    with shop.database() as db:
        jobs = [each.due for each in schedule.due(db, shop.desk.now()) if each.due.tenant == tenant]
        fetch = inbox.has_due(db, tenant)
    yield from (partial(rings.job, due) for due in jobs)
    if fetch:
        yield partial(rings.fetch, tenant)


def tick(shop: Workshop, rings: IngestRings, bell: Bell | None = None) -> int:
    """Ring for every tenant with items or jobs due: new, put off, or left behind by a worker that died.

    `bell` remembers what was rung for already; without it everything is. Returns how many rings. Raises Unavailable
    when the database or the broker is away; the next tick makes up for it.
    """
    remembered = bell or Bell()
    with shop.database() as db:
        tenants = inbox.due_tenants(db)
        jobs = schedule.due(db, shop.desk.now())
    waiting: list[tuple[TenantId | Due, Hashable, Callable[[], None]]] = [
        *((tenant, since, partial(rings.fetch, tenant)) for tenant, since in tenants),
        *((each.due, each, partial(rings.job, each.due)) for each in jobs),
    ]
    remembered.keep({key for key, _, _ in waiting})
    wanted = [each for each in waiting if remembered.wants(each[0], each[1])]
    for key, stamp, ring in wanted:
        ring()
        remembered.rung(key, stamp)
    return len(wanted)


def tidy(shop: Workshop) -> None:
    """Delete what is over: done and hopeless inbox items, old dead letters, full buckets, consents never come back.

    Once an hour is enough.
    """
    with shop.database() as db:
        inbox.forget_done(db, DONE_KEPT)
        inbox.forget_hopeless(db, DEAD_KEPT)
        dead_letters.forget_old(db)
        limiter.forget_idle(db)
        subscription_rows.forget_ended(db, shop.desk.now())
        consent_attempts.forget_old(db, shop.desk.now() - ATTEMPTS_KEPT)
