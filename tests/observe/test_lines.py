"""A log line says which tenant and which cause it is about, and which trace, wherever it is said."""

import asyncio
import json
import logging
from collections.abc import Iterator
from uuid import UUID

import dramatiq
import pytest
from dramatiq.brokers.stub import StubBroker
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from app.observe.messages import Counted
from app.telemetry import JsonLines, bound, count, counted, log, say
from app.telemetry.metrics import REGISTRY
from app.telemetry.tracing import span, trace_id
from tests.observe.conftest import scraped

TENANT, CAUSE = UUID(int=7), UUID(int=8)


class Lines(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(JsonLines())
        self.said: list[dict[str, object]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(json.loads(self.format(record)))


@pytest.fixture
def lines() -> Iterator[list[dict[str, object]]]:
    handler, level = Lines(), log.level
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    yield handler.said
    log.removeHandler(handler)
    log.setLevel(level)


def test_what_is_bound_is_on_each_line_inside_and_on_none_after(lines: list[dict[str, object]]) -> None:
    with bound(tenant=TENANT):
        with bound(cause=CAUSE, feed=None):
            say("inner", items=3)
        say("outer")
    say("after")

    about = [{name: value for name, value in line.items() if name not in ("at", "level")} for line in lines]
    assert about == [
        {"event": "inner", "tenant": str(TENANT), "cause": str(CAUSE), "items": 3},
        {"event": "outer", "tenant": str(TENANT)},
        {"event": "after"},
    ]


def test_threads_and_tasks_begun_inside_are_about_the_same(lines: list[dict[str, object]]) -> None:
    async def work() -> None:
        with bound(tenant=TENANT):
            await asyncio.gather(asyncio.to_thread(say, "thread"), asyncio.create_task(said("task")))

    async def said(event: str) -> None:
        say(event)

    asyncio.run(work())

    assert sorted((str(line["event"]), line["tenant"]) for line in lines) == [
        ("task", str(TENANT)),
        ("thread", str(TENANT)),
    ]


def test_a_value_said_goes_before_one_bound(lines: list[dict[str, object]]) -> None:
    with bound(tenant=TENANT):
        say("other", tenant=CAUSE)

    assert lines[0]["tenant"] == str(CAUSE)


def test_a_line_names_its_trace_where_one_is_kept(lines: list[dict[str, object]], caught: InMemorySpanExporter) -> None:
    with span("work"):
        say("inside")
        known = trace_id()
    say("outside")

    (ended,) = caught.get_finished_spans()
    assert known == f"{ended.context.trace_id:032x}"
    assert [line.get("trace_id") for line in lines] == [known, None]


def test_an_error_is_told_by_kind_and_place_and_not_by_what_it_says(lines: list[dict[str, object]]) -> None:
    try:
        raise ValueError("Frida Fabrikam")
    except ValueError:
        log.exception("work.failed")

    assert lines[0]["error"] == "ValueError"
    assert "Frida" not in json.dumps(lines)


def test_what_is_counted_is_told_to_prometheus() -> None:
    before = counted().get("tested.thing", 0)
    count("tested.thing", 2)

    assert scraped(REGISTRY)["sua_events_total"][("tested.thing",)] == before + 2


def test_an_actors_lines_are_about_its_tenant_and_its_messages_are_counted(lines: list[dict[str, object]]) -> None:
    broker = StubBroker()
    broker.add_middleware(Counted())

    @dramatiq.actor(broker=broker, queue_name="tested", max_retries=0, throws=ValueError)
    def work(tenant: str, fails: bool) -> None:
        say("at.work")
        if fails:
            raise ValueError

    before = scraped(REGISTRY).get("sua_broker_messages_total", {})
    for fails in (False, True):
        work.send(str(TENANT), fails)
    worker = dramatiq.Worker(broker, worker_timeout=50, worker_threads=1)
    worker.start()
    broker.join("tested", fail_fast=False)
    worker.join()
    worker.stop()

    after = scraped(REGISTRY)["sua_broker_messages_total"]
    grown = {labels: by - before.get(labels, 0) for labels, by in after.items() if "tested" in labels}
    assert grown == {("sent", "tested"): 2, ("done", "tested"): 1, ("failed", "tested"): 1}
    assert [line["tenant"] for line in lines if line["event"] == "at.work"] == [str(TENANT)] * 2
