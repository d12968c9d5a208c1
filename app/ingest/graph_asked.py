"""One request to Microsoft Graph as operators see it: what kind, how it was answered, how long that took."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter

from app.telemetry.metrics import GRAPH_REQUESTS, GRAPH_SECONDS
from app.telemetry.tracing import span


@dataclass(slots=True)
class AskedOfGraph:
    """`status`: of the answer; `none` until there is one."""

    status: str = "none"


@contextmanager
def asking_graph(kind: str, method: str) -> Iterator[AskedOfGraph]:
    asked = AskedOfGraph()
    began = perf_counter()
    try:
        with span("graph", endpoint=kind, method=method):
            yield asked
    finally:
        GRAPH_REQUESTS.labels(kind, asked.status).inc()
        GRAPH_SECONDS.labels(kind).observe(perf_counter() - began)
