"""One notification is one trace, from the POST to the tables, through whatever process each step runs in."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

import dramatiq
import psycopg
import pytest
from dramatiq.brokers.stub import StubBroker
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from pydantic import SecretStr

from app.broker import INGEST, PROJECT
from app.eventstore.keys import KeyRing
from app.eventstore.pools import writer_pool
from app.eventstore.store import EventStore
from app.ingest import actors as ingesting
from app.observe.exporting import exported
from app.observe.messages import Counted
from app.observe.traces_kept import forget_old
from app.projections import actors as projecting
from app.settings import Settings
from app.telemetry import counted
from app.telemetry.tracing import following, origins_of, span, spans, traceparent, tracing
from tests.database import Database
from tests.ingest.inbox.conftest import Customer, subscribed
from tests.journeys.processes import free_port
from tests.observe.collector import collecting
from tests.observe.conftest import catching

CHAIN = ("webhook", "inbox", "fetch", "append", "project")
ID = UUID(int=7)
ELSEWHERE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
BESIDE = "00-1af7651916cd43dd8448eb211c80319c-c7ad6b7169203331-01"


def working(broker: StubBroker, queue: str) -> None:
    """A worker of its own until the queue is empty: threads that know nothing of whoever sent."""
    worker = dramatiq.Worker(broker, worker_timeout=50, worker_threads=2)
    worker.start()
    broker.join(queue)
    worker.join()
    worker.stop()


def carried_through(customer: Customer, database: Database) -> None:
    """A day's calls notified to the web process, fetched by one worker, tabulated by another, each on its own pool."""
    customer.office.let_pass(days=1)
    fetcher, projector = StubBroker(), StubBroker()
    for broker in (fetcher, projector):
        broker.add_middleware(Counted())
    fetch = ingesting.register(fetcher, customer.office.shop).fetch
    fetch(customer.tenant)
    working(fetcher, INGEST)
    with writer_pool(database.writer_dsn) as pool:
        ring = projecting.register(projector, pool, EventStore(pool, KeyRing(pool, bytes(32))))
        ring(customer.tenant, 0)
        working(projector, PROJECT)


@dataclass(frozen=True, slots=True)
class Days:
    """A day whose traces nobody wanted, and one whose spans were caught. `kept`: rows that name a trace after each."""

    database: Database
    kept: tuple[int, int]
    spans: Sequence[ReadableSpan]

    def traces(self) -> list[list[ReadableSpan]]:
        """Those that a POST began, each as its spans."""
        found: dict[int, list[ReadableSpan]] = defaultdict(list)
        for each in self.spans:
            found[each.context.trace_id].append(each)
        return [trace for trace in found.values() if any(each.name == "webhook" for each in trace)]


@pytest.fixture(scope="module")
def days(module_database: Database) -> Iterator[Days]:
    with subscribed(module_database) as customer:
        carried_through(customer, module_database)
        without = rows_that_name_a_trace(module_database)
        with catching() as caught:
            carried_through(customer, module_database)
            spans = caught.get_finished_spans()
        yield Days(module_database, (without, rows_that_name_a_trace(module_database)), spans)


def rows_that_name_a_trace(database: Database) -> int:
    with psycopg.connect(database.owner_dsn) as db:
        (rows,) = db.execute("SELECT count(traceparent) + (SELECT count(*) FROM traces) FROM inbox").fetchone() or (0,)
        return int(rows)


def lineage(ended: ReadableSpan, among: Iterable[ReadableSpan]) -> tuple[str, ...]:
    """Names from the trace's first span down to this one."""
    by_id = {each.context.span_id: each for each in among}
    names = [ended.name]
    while ended.parent is not None:
        ended = by_id[ended.parent.span_id]
        names.append(ended.name)
    return tuple(reversed(names))


def test_one_post_is_one_trace_through_all_processes(days: Days) -> None:
    traces = days.traces()
    ends = [lineage(each, trace) for trace in traces for each in trace if each.name == "project"]

    assert [sum(each.name == "webhook" for each in trace) for trace in traces] == [1] * len(traces)
    assert set(ends) == {CHAIN}
    # A call notified twice is fetched once, for the newest notification; the older one's trace ends in the inbox.
    fetched = [trace for trace in traces if any(each.name == "fetch" for each in trace)]
    assert len(ends) >= len(fetched) > 0


def test_the_steps_of_a_trace_begin_in_their_order(days: Days) -> None:
    complete = [trace for trace in days.traces() if {each.name for each in trace} >= set(CHAIN)]
    begun = [[min(each.start_time or 0 for each in trace if each.name == name) for name in CHAIN] for trace in complete]

    assert complete
    assert begun == [sorted(steps) for steps in begun]


def test_without_an_exporter_nothing_is_written_down(days: Days) -> None:
    without, wanted = days.kept

    assert without == 0
    assert wanted > 0


def test_what_is_stored_and_hashed_of_a_fact_does_not_know_of_traces(days: Days) -> None:
    with psycopg.connect(days.database.owner_dsn) as db:
        states = [bytes(state) for (state,) in db.execute("SELECT state FROM events")]
        columns = db.execute("SELECT * FROM events LIMIT 0").description or ()

    traces = {f"{each.context.trace_id:032x}".encode() for each in days.spans}
    assert states
    assert not [column.name for column in columns if "trace" in column.name]
    assert not any(trace in state for state in states for trace in traces)


def test_which_trace_a_cause_belongs_to_is_forgotten_after_a_week(days: Days) -> None:
    with psycopg.connect(days.database.owner_dsn) as db:
        aged = db.execute("UPDATE traces SET noted_at = now() - interval '7 days 1 minute'").rowcount
        db.execute("INSERT INTO traces (tenant_id, cause, traceparent) VALUES (%s, %s, %s)", (ID, ID, ELSEWHERE))

    with writer_pool(days.database.writer_dsn) as pool:
        forgotten = forget_old(pool)

    assert aged > 0
    assert forgotten == aged


def test_a_span_elsewhere_is_gone_on_with_and_an_odd_one_begins_anew(caught: InMemorySpanExporter) -> None:
    with span("kept", ELSEWHERE, links=[BESIDE, "nonsense"]):
        inside = traceparent()
    with span("new", "nonsense"):
        pass

    kept, new = caught.get_finished_spans()
    assert inside is not None
    assert inside.split("-")[1] == ELSEWHERE.split("-")[1]
    assert kept.parent is not None
    assert f"{kept.parent.span_id:016x}" == ELSEWHERE.split("-")[2]
    assert [f"{link.context.span_id:016x}" for link in kept.links] == [BESIDE.split("-")[2]]
    assert new.parent is None


def test_of_an_error_its_kind_is_kept_and_not_what_it_says(caught: InMemorySpanExporter) -> None:
    with pytest.raises(ValueError, match="Frida"), span("failing"):
        raise ValueError("Frida Fabrikam is not a number")

    (failed,) = caught.get_finished_spans()
    assert failed.status.description == "ValueError"
    assert "Frida" not in failed.to_json()


def test_a_collector_that_is_away_costs_spans_and_nothing_else() -> None:
    before = counted().get("traces.unsent", 0)

    with exported(Settings.load(otlp_endpoint=f"http://127.0.0.1:{free_port()}"), "tested"):
        with span("work"):
            inside = traceparent()
        wanted = tracing()

    assert (inside is not None, wanted, tracing()) == (True, True, False)
    assert counted()["traces.unsent"] == before + 1


def test_a_collector_gets_what_is_left_when_a_process_ends() -> None:
    with collecting() as collector:
        settings = Settings.load(otlp_endpoint=f"{collector.url}/", otlp_headers=SecretStr("X-Key = hunter2, other=1"))
        with exported(settings, "tested"), span("work"):
            pass

    assert list(collector.spans.values()) == [{("work", "sua-tested")}]
    assert collector.secrets == {"hunter2"}


def test_a_share_of_none_keeps_no_trace_and_says_so_to_who_goes_on() -> None:
    settings = Settings.load(otlp_endpoint=f"http://127.0.0.1:{free_port()}", trace_share=0.0)
    with exported(settings, "tested"), span("work"):
        inside = traceparent()

    assert inside is not None
    assert int(inside.rsplit("-", 1)[1], 16) & 1 == 0  # W3C: not sampled


def test_without_a_tracer_all_of_it_is_nothing() -> None:
    with span("a", ELSEWHERE), spans("b", {}) as going_on, following({}):
        assert (tracing(), traceparent(), dict(going_on), origins_of([])) == (False, None, {}, {})
