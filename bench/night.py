"""One night of 500 tenants with 200 users each: on paper, from Graph's limits, and by the schedule with a moved clock.

The paper counts requests. The simulation lets a night pass minute by minute through the real schedule table: slots,
turns of sign-ins, claims. What a read takes is measured first, on one tenant of that size, with Graph's own answering
time added, for the simulator answers faster than Graph does.
"""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import ceil
from time import perf_counter
from uuid import UUID, uuid4, uuid5
from zoneinfo import ZoneInfo

import psycopg

from app.clock import SteppedClock
from app.commands.desk import Desk
from app.commands.invite_tenant import InviteTenant, invite_tenant
from app.domain.ids import DirectoryId, RunId, TenantId
from app.domain.personal import Personal
from app.eventstore.keys import KeyRing
from app.eventstore.pools import writer_pool
from app.eventstore.store import EventStore
from app.ingest import schedule
from app.ingest.collect_directory import USERS_PER_PAGE, collect_directory
from app.ingest.collect_reports import collect_reports
from app.ingest.collect_run import Collected, Run
from app.ingest.collect_sign_ins import SIGN_INS_PER_PAGE, collect_sign_ins
from app.ingest.graph_client import GraphAccess, GraphClient
from app.ingest.schedule import Job, next_slot
from app.ingest.translate.reports import REPORTS
from app.simulator import Options, make_world, running
from bench.database import Database
from bench.figure import Figure

TENANTS = 500
USERS = 200
THREADS = 4
"""SUA_WORKER_THREADS: one worker process as it comes."""
SIGN_INS_A_MINUTE = 10
"""Graph's limit for signInActivity, over all tenants of the provider."""
GRAPH_ANSWERS_IN_S = 0.5
NIGHT_MINUTES = 300
ZONE = ZoneInfo("Europe/Berlin")
"""All in one zone: the worst night there is."""

_DAILY = (Job.LICENCES, Job.SIGN_INS, Job.REPORTS)
_EVENING = datetime(2026, 11, 23, 23, tzinfo=UTC)
_FIRST_SLOT = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)
_NAMES = UUID("5ac1e2f0-0000-4000-8000-000000000500")
_REQUESTS = {
    Job.LICENCES: 3 + ceil(USERS / USERS_PER_PAGE),
    Job.SIGN_INS: ceil(USERS / SIGN_INS_PER_PAGE),
    Job.REPORTS: ceil(USERS / USERS_PER_PAGE) + 2 * len(REPORTS),
}
"""Of one tenant. Licences: organization, subscribedSkus, directory/subscriptions, users. A report: its redirect too."""


def run(database: Database) -> list[Figure]:
    return [*_on_paper(), *_by_simulation(database)]


def _on_paper() -> list[Figure]:
    sign_ins = TENANTS * _REQUESTS[Job.SIGN_INS]
    return [
        Figure.at_least("night_paper_requests", TENANTS * sum(_REQUESTS.values()), "requests", 1),
        Figure.at_most("night_paper_sign_in_requests", sign_ins, "requests", SIGN_INS_A_MINUTE * NIGHT_MINUTES),
        Figure.at_most("night_paper_sign_in_minutes", sign_ins / SIGN_INS_A_MINUTE, "min", NIGHT_MINUTES),
        # Each tenant asks each report function once; 14 in 10 minutes are allowed.
        Figure.at_most("night_paper_requests_per_report", 1, "requests", 14),
    ]


def _by_simulation(database: Database) -> list[Figure]:
    seconds = {job: spent + _REQUESTS[job] * GRAPH_ANSWERS_IN_S for job, spent in _measured(database).items()}
    tenants = [TenantId(uuid5(_NAMES, str(number))) for number in range(TENANTS)]
    with psycopg.connect(database.writer_dsn, autocommit=True) as db:
        night = _Night(db, seconds, {tenant: next_slot(tenant, _EVENING, ZONE) for tenant in tenants})
        night.pass_until_done(_EVENING)
        outage = _Night(db, seconds, dict.fromkeys(tenants, _FIRST_SLOT))
        outage.pass_until_done(_FIRST_SLOT)
    return [
        *(Figure.at_most(f"night_{job}_takes", seconds[job], "s", 60) for job in _DAILY),
        *(Figure.at_least(f"night_{job}_done", night.tenants_done(job), "tenants", TENANTS) for job in _DAILY),
        *(Figure.at_most(f"night_{job}_over_after", night.over(job), "min", NIGHT_MINUTES + 60) for job in _DAILY),
        *(Figure.at_most(f"night_{job}_waits", night.longest_wait(job), "min", 60) for job in _DAILY),
        Figure.at_most("night_busiest_sign_in_minute", night.busiest, "requests", SIGN_INS_A_MINUTE),
        Figure.at_most("night_all_due_at_once_licences", outage.over(Job.LICENCES), "min", NIGHT_MINUTES),
        Figure.at_most("night_all_due_at_once_sign_ins", outage.over(Job.SIGN_INS), "min", NIGHT_MINUTES),
    ]


@dataclass
class _Night:
    """`seconds`: what a thread spends on each job. `slots`: when each tenant's licences are due."""

    db: psycopg.Connection
    seconds: dict[Job, float]
    slots: dict[TenantId, datetime]
    done: dict[tuple[TenantId, Job], datetime] = field(default_factory=dict)
    busiest: int = 0

    def pass_until_done(self, now: datetime) -> None:
        """Minute by minute, until all is done or a day is over."""
        self.db.execute("DELETE FROM schedule")
        for tenant, slot in self.slots.items():
            schedule.enlist(self.db, tenant, Job.LICENCES, slot)
        end = now + timedelta(days=1)
        while len(self.done) < len(self.slots) * len(_DAILY) and now < end:
            self._minute(now)
            now += timedelta(minutes=1)

    def _minute(self, now: datetime) -> None:
        """What a worker gets done in a minute: by its threads' time and, for sign-ins, by Graph's quota."""
        left, quota = THREADS * 60.0, SIGN_INS_A_MINUTE
        waiting = True
        while waiting and left > 0:
            waiting = False
            for each in schedule.due(self.db, now):
                job, tenant = each.due.job, each.due.tenant
                if left <= 0 or (job is Job.SIGN_INS and quota < _REQUESTS[job]):
                    continue
                taken = schedule.claim(self.db, each.due, now=now, lease=timedelta(minutes=10))
                if taken is None:
                    continue
                waiting = True
                left -= self.seconds[job]
                quota -= _REQUESTS[job] if job is Job.SIGN_INS else 0
                self.done[tenant, job] = now + timedelta(minutes=1)
                if job is Job.LICENCES:
                    for following in (Job.SIGN_INS, Job.REPORTS):
                        schedule.enlist(self.db, tenant, following, now)
                schedule.finish(self.db, each.due, taken, self.slots[tenant] + timedelta(days=2))
        self.busiest = max(self.busiest, SIGN_INS_A_MINUTE - quota)

    def tenants_done(self, job: Job) -> int:
        return sum(each is job for _, each in self.done)

    def over(self, job: Job) -> float:
        """Minutes after the night's first slot."""
        return (max(at for (_, each), at in self.done.items() if each is job) - _FIRST_SLOT).total_seconds() / 60

    def longest_wait(self, job: Job) -> float:
        """Minutes from a tenant's slot until the job was done."""
        waits = [at - self.slots[tenant] for (tenant, each), at in self.done.items() if each is job]
        return max(waits).total_seconds() / 60


def _measured(database: Database) -> dict[Job, float]:
    """Seconds of this machine for each read of one tenant of 200 users, the next day's, where little is new."""
    world = make_world(Options(today=_EVENING, users=USERS, calls_per_day=0))
    (directory,) = world.companies
    world.consents[directory] = ("AuditLog.Read.All", "Organization.Read.All", "Reports.Read.All", "User.Read.All")
    pool, clock, tenant = writer_pool(database.writer_dsn), SteppedClock(_EVENING), TenantId(uuid4())
    desk = Desk(EventStore(pool, KeyRing(pool, bytes(32))), clock, lambda _tenant, _position: None)
    try:
        invite_tenant(InviteTenant(tenant, "Contoso", Personal.alone("admin@contoso.example"), uuid4()), desk)
        with running(world) as url:
            access = GraphAccess(url, url, world.options.client_id, world.options.client_secret)
            asyncio.run(_reads(desk, access, DirectoryId(UUID(directory)), tenant))
            clock.step_to(world.advance(timedelta(days=1)))
            return asyncio.run(_reads(desk, access, DirectoryId(UUID(directory)), tenant))
    finally:
        pool.close()


async def _reads(desk: Desk, access: GraphAccess, directory: DirectoryId, tenant: TenantId) -> dict[Job, float]:
    spent = {}
    async with GraphClient(access, directory) as graph:
        run = Run(desk, graph, tenant, RunId(uuid4()))
        for job, collect in zip(_DAILY, (collect_directory, collect_sign_ins, collect_reports), strict=True):
            started = perf_counter()
            read: Collected = await collect(run)
            if read.failure is not None:
                raise read.failure
            spent[job] = perf_counter() - started
    return spent
