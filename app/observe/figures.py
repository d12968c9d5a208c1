"""What a scrape tells of the whole installation, read from the database; every process tells the same.

Labels: a tenant's id, a projection, a feed, a state, a kind of alert, and nothing else, so that a tenant adds at most
TENANT_SERIES series, whatever its people do. While the database is away `sua_database_up` is 0 and the rest is absent:
a figure that could not be read is not told as the last one known.
"""

import shutil
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Any, LiteralString

import psycopg
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from app.clock import Clock
from app.eventstore.pools import Connection, Pool
from app.observe import questions
from app.telemetry import count

KEPT_S = 5.0
"""Scrapes within so long share an answer, however many ask."""

TENANT_SERIES = 20
"""The most a tenant adds."""

_WAIT_S = 2.0
"""For a connection: a scrape without the database has to end well within Prometheus' ten seconds."""

_LONGEST = "SET LOCAL statement_timeout = '5s'"

Row = tuple[Any, ...]
Families = list[GaugeMetricFamily]


@dataclass(frozen=True, slots=True)
class Figure:
    """`labels`: the columns before the value, in order."""

    name: str
    help: str
    labels: tuple[str, ...] = ()

    def of(self, rows: Iterable[Sequence[object]]) -> GaugeMetricFamily:
        family = GaugeMetricFamily(self.name, self.help, labels=self.labels)
        for *labels, value in rows:
            family.add_metric([str(label) for label in labels], float(str(value)))
        return family


UP = Figure("sua_database_up", "1: the database answered this scrape; 0: it did not, and its figures are absent")
LAG_FACTS = Figure(
    "sua_projection_lag_facts", "Facts a table has not taken in, of the tenant furthest behind", ("projection",)
)
LAG_SECONDS = Figure(
    "sua_projection_lag_seconds",
    "Since the oldest fact a table has not taken in was recorded, of the tenant furthest behind; 0: none",
    ("projection",),
)
STOPPED = Figure("sua_projection_stopped_tenants", "Tenants for which a table has stopped", ("projection",))
TENANT_LAG_FACTS = Figure("sua_tenant_lag_facts", "Facts the slowest table that goes on has not taken in", ("tenant",))
TENANT_LAG_SECONDS = Figure(
    "sua_tenant_lag_seconds", "As sua_projection_lag_seconds, of the slowest table that goes on", ("tenant",)
)
TENANT_STOPPED = Figure("sua_tenant_stopped_projections", "Tables that have stopped for the tenant", ("tenant",))
LOG_FACTS = Figure("sua_log_facts", "Facts in the tenant's log", ("tenant",))
INBOX = Figure("sua_inbox_items", "Notifications that wait (PENDING) or were given up (DEAD)", ("tenant", "state"))
INBOX_AGE = Figure(
    "sua_inbox_oldest_age_seconds", "Since the oldest item of that state was received", ("tenant", "state")
)
DEAD_LETTERS = Figure("sua_dead_letters", "Payloads that could not be translated", ("tenant",))
COVERAGE = Figure(
    "sua_coverage_missing_hours",
    "Hours of the last 30 days that no listing has covered, or whose calls are not all there; the last 3 h left out",
    ("tenant",),
)
SUBSCRIPTION = Figure(
    "sua_subscription_expiry_seconds", "Until the notification subscription ends; 0: there is none", ("tenant",)
)
READS = Figure("sua_read_age_seconds", "Since a feed was last read completely", ("tenant", "feed"))
LATE_CALLS = Figure(
    "sua_late_call_records",
    "Call records and log rows that came when the details of their month were gone: counted, not stored",
    ("tenant",),
)
ALERTS = Figure("sua_alerts_open", "Alerts that last, as in `sua alerts`", ("kind",))
DATABASE_BYTES = Figure("sua_database_size_bytes", "Of the whole database on disk")
LOG_BYTES = Figure("sua_log_size_bytes", "Of the table of facts with its indexes on disk")
SKEW = Figure("sua_clock_skew_seconds", "How far this machine's clock is ahead of the database's")
DISK_FREE = Figure("sua_disk_free_bytes", "Free where SUA_DATA_DIR is")
DISK_SIZE = Figure("sua_disk_size_bytes", "Size of the file system SUA_DATA_DIR is on")

ALL = (
    *(UP, LAG_FACTS, LAG_SECONDS, STOPPED, TENANT_LAG_FACTS, TENANT_LAG_SECONDS, TENANT_STOPPED, LOG_FACTS),
    *(INBOX, INBOX_AGE, DEAD_LETTERS, COVERAGE, SUBSCRIPTION, READS, LATE_CALLS, ALERTS, DATABASE_BYTES, LOG_BYTES),
    *(SKEW, DISK_FREE, DISK_SIZE),
)


@dataclass(slots=True, eq=False)
class Installation(Collector):
    """Reads them at a scrape. `clock`: the one SUA goes by; `wall`: this machine's, to be held against the server's."""

    pool: Pool
    clock: Clock
    wall: Clock
    data_dir: Path
    elapsed: Callable[[], float] = monotonic
    _lock: Lock = field(default_factory=Lock)
    _read_at: float = float("-inf")
    _kept: Families = field(default_factory=list)

    def collect(self) -> Iterator[GaugeMetricFamily]:
        with self._lock:
            if self.elapsed() - self._read_at >= KEPT_S:
                self._kept = [*self._of_database(), *of_disk(self.data_dir)]
                self._read_at = self.elapsed()
            kept = self._kept
        yield from kept

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Names without a look at the database, which may be away while a process starts."""
        return (GaugeMetricFamily(figure.name, figure.help, labels=figure.labels) for figure in ALL)

    def _of_database(self) -> Families:
        try:
            with self.pool.connection(timeout=_WAIT_S) as db:
                db.execute(_LONGEST)
                return [UP.of([(1,)]), *self._read(db)]
        except psycopg.Error:  # PoolTimeout among them
            # Also a schema of before the tables asked for: the rest of the scrape is worth having.
            count("metrics.database_unread")
            return [UP.of([(0,)])]

    def _read(self, db: Connection) -> Families:
        given = {"now": self.clock.now(), "open": questions.OPEN}

        def rows(question: LiteralString) -> list[Row]:
            return db.execute(question, given).fetchall()

        inbox = rows(questions.INBOX)
        ((database_bytes, log_bytes),) = rows(questions.SIZES)
        ((server_now,),) = rows(questions.CLOCK)
        return [
            *of_lags(rows(questions.LAGS)),
            LOG_FACTS.of(rows(questions.LOGS)),
            INBOX.of((tenant, state, items) for tenant, state, items, _ in inbox),
            INBOX_AGE.of((tenant, state, age) for tenant, state, _, age in inbox),
            DEAD_LETTERS.of(rows(questions.DEAD_LETTERS)),
            COVERAGE.of(rows(questions.COVERAGE)),
            SUBSCRIPTION.of(rows(questions.SUBSCRIPTIONS)),
            READS.of(rows(questions.READS)),
            LATE_CALLS.of(rows(questions.LATE_CALLS)),
            ALERTS.of(rows(questions.ALERTS)),
            DATABASE_BYTES.of([(database_bytes,)]),
            LOG_BYTES.of([(log_bytes,)]),
            SKEW.of([((self.wall.now() - server_now).total_seconds(),)]),
        ]


def of_lags(rows: Iterable[Row]) -> Families:
    """Rows of `questions.LAGS` by projection and by tenant. A table that stopped is told apart."""
    facts: dict[str, int] = defaultdict(int)
    seconds: dict[str, float] = defaultdict(float)
    stopped: dict[str, int] = defaultdict(int)
    by_tenant: dict[object, tuple[int, float, int]] = {}
    for tenant, projection, behind, stands, behind_s in rows:
        late = behind_s or 0.0  # None: what it has not taken in was erased with its tenant just now
        facts[projection] = max(facts[projection], behind)
        seconds[projection] = max(seconds[projection], late)
        stopped[projection] += stands
        known = by_tenant.get(tenant, (0, 0.0, 0))
        going = (max(known[0], behind), max(known[1], late)) if not stands else known[:2]
        by_tenant[tenant] = (*going, known[2] + stands)
    return [
        LAG_FACTS.of(facts.items()),
        LAG_SECONDS.of(seconds.items()),
        STOPPED.of(stopped.items()),
        TENANT_LAG_FACTS.of((tenant, each[0]) for tenant, each in by_tenant.items()),
        TENANT_LAG_SECONDS.of((tenant, each[1]) for tenant, each in by_tenant.items()),
        TENANT_STOPPED.of((tenant, each[2]) for tenant, each in by_tenant.items()),
    ]


def of_disk(data_dir: Path) -> Families:
    """Of the nearest folder above it that is there; without the embedded server none may have been made."""
    there = next(folder for folder in (data_dir.absolute(), *data_dir.absolute().parents) if folder.exists())
    usage = shutil.disk_usage(there)
    return [DISK_FREE.of([(usage.free,)]), DISK_SIZE.of([(usage.total,)])]
