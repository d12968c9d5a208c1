"""Spans caught in memory, and what a scrape says as a table."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TypeAlias

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client.registry import Collector

from app.telemetry.tracing import trace_with

Series: TypeAlias = dict[tuple[str, ...], float]


@contextmanager
def catching() -> Iterator[InMemorySpanExporter]:
    """Every span this process ends inside the block."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    trace_with(provider)
    try:
        yield exporter
    finally:
        trace_with(None)
        provider.shutdown()


@pytest.fixture
def caught() -> Iterator[InMemorySpanExporter]:
    with catching() as exporter:
        yield exporter


def scraped(collector: Collector) -> Mapping[str, Series]:
    """Values by name, and by the labels' values in alphabetical order of the labels."""
    found: dict[str, Series] = {}
    for family in collector.collect():
        for sample in family.samples:
            labels = tuple(value for _, value in sorted(sample.labels.items()))
            found.setdefault(sample.name, {})[labels] = sample.value
    return found
