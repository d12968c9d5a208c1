"""Metrics of what the web process does with every request: counted by a dictionary, made a metric when they are read.

A counter of the library takes a lock and asks three functions each time, which is much beside what a look-up takes.
These are written by one thread, the event loop's; whoever reads them meanwhile may miss the last request. When a series
began they do not tell.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import accumulate

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector


class Tally(Collector):
    """A counter. Its labels are given by place, as many as there are names."""

    def __init__(self, name: str, documentation: str, labelnames: Sequence[str], registry: CollectorRegistry) -> None:
        self._name, self._documentation, self._labelnames = name, documentation, tuple(labelnames)
        self._times: dict[tuple[str, ...], int] = {}
        registry.register(self)

    def add(self, *labels: str) -> None:
        """Once more."""
        self._times[labels] = self._times.get(labels, 0) + 1

    def describe(self) -> Iterator[CounterMetricFamily]:
        yield CounterMetricFamily(self._name, self._documentation, labels=self._labelnames)

    def collect(self) -> Iterator[CounterMetricFamily]:
        (family,) = self.describe()
        for labels, times in self._times.copy().items():
            family.add_metric(labels, times)
        yield family


class Durations(Collector):
    """A histogram of seconds. `buckets`: what each holds at most. Labels as with a tally."""

    def __init__(
        self,
        name: str,
        documentation: str,
        labelnames: Sequence[str],
        buckets: Sequence[float],
        registry: CollectorRegistry,
    ) -> None:
        self._name, self._documentation, self._labelnames = name, documentation, tuple(labelnames)
        self._bounds = tuple(buckets)
        self._taken: dict[tuple[str, ...], list[float]] = {}
        registry.register(self)

    def observe(self, seconds: float, *labels: str) -> None:
        taken = self._taken.get(labels)
        if taken is None:
            taken = self._taken[labels] = [0] * (len(self._bounds) + 1) + [0.0]
        taken[bisect_left(self._bounds, seconds)] += 1
        taken[-1] += seconds

    def describe(self) -> Iterator[HistogramMetricFamily]:
        yield HistogramMetricFamily(self._name, self._documentation, labels=self._labelnames)

    def collect(self) -> Iterator[HistogramMetricFamily]:
        (family,) = self.describe()
        names = [*map(str, self._bounds), "+Inf"]
        for labels, taken in self._taken.copy().items():
            *times, total = taken
            family.add_metric(labels, list(zip(names, accumulate(times), strict=True)), total)
        yield family
