"""What is tallied is told as the library's own metrics tell it."""

from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

from app.telemetry.tallies import Durations, Tally

BOUNDS: Final = (0.005, 0.1, 1.0, 10.0)
LABELS: Final = st.tuples(st.sampled_from(["/graphql", 'say "no"\n']), st.sampled_from(["200", "503"]))
SECONDS: Final = st.one_of(st.sampled_from([0.0, *BOUNDS]), st.floats(0, 100))


def told(registry: CollectorRegistry) -> list[str]:
    """Every line but those of when a series began: a tally does not know."""
    lines = generate_latest(registry).decode().splitlines()
    return sorted(line for line in lines if "_created" not in line)


@pytest.mark.parametrize("name", ["asked", "asked_total", "took", "took_bucket"])
def test_a_name_is_taken_once(name: str) -> None:
    registry = CollectorRegistry(auto_describe=False)
    Tally("asked", "How often", ["route"], registry)
    Durations("took", "How long", ["route"], BOUNDS, registry)

    with pytest.raises(ValueError, match="Duplicated"):
        Counter(name, "Another", registry=registry)


@given(st.lists(LABELS))
def test_a_tally_counts_as_a_counter_does(counted: list[tuple[str, str]]) -> None:
    ours, theirs = CollectorRegistry(), CollectorRegistry()
    tally = Tally("asked", "How often", ["route", "status"], ours)
    counter = Counter("asked", "How often", ["route", "status"], registry=theirs)
    for route, status in counted:
        tally.add(route, status)
        counter.labels(route, status).inc()

    assert told(ours) == told(theirs)


@given(st.lists(st.tuples(LABELS, SECONDS)))
def test_durations_fill_the_buckets_a_histogram_does(observed: list[tuple[tuple[str, str], float]]) -> None:
    ours, theirs = CollectorRegistry(), CollectorRegistry()
    durations = Durations("took", "How long", ["route", "status"], BOUNDS, ours)
    histogram = Histogram("took", "How long", ["route", "status"], buckets=BOUNDS, registry=theirs)
    for labels, seconds in observed:
        durations.observe(seconds, *labels)
        histogram.labels(*labels).observe(seconds)

    assert told(ours) == told(theirs)
