"""What each process measures all the time. Names and units by Prometheus' conventions; docs/metrics.md has them all."""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector
from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector

from app.telemetry.counters import counted
from app.telemetry.tallies import Durations, Tally

REGISTRY = CollectorRegistry(auto_describe=False)
"""Of this process; what is read from the database at a scrape is in app/observe/figures.py."""

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_LONG_SECONDS = (*_SECONDS, 30.0, 60.0, 300.0, 1800.0)

GRAPH_REQUESTS = Counter(
    "sua_graph_requests",
    "Requests to Microsoft Graph that were answered, and those that were not (status `none`)",
    ["endpoint", "status"],
    registry=REGISTRY,
)
GRAPH_SECONDS = Histogram(
    "sua_graph_request_duration_seconds",
    "How long Microsoft Graph took to answer, the waiting for its limits left out",
    ["endpoint"],
    buckets=_LONG_SECONDS,
    registry=REGISTRY,
)
GRAPH_WAITED = Counter(
    "sua_graph_wait_seconds",
    "Time spent waiting for room in Graph's limits (`limits`) or before another try (`retry`)",
    ["reason"],
    registry=REGISTRY,
)
APPENDED = Counter("sua_append_facts", "Facts appended to logs", registry=REGISTRY)
APPEND_SECONDS = Histogram(
    "sua_append_duration_seconds",
    "One append, its commit included; `conflict`: another writer was faster",
    ["outcome"],
    buckets=_SECONDS,
    registry=REGISTRY,
)
PROJECTED = Counter("sua_project_facts", "Facts handed to projections", registry=REGISTRY)
PROJECT_SECONDS = Histogram(
    "sua_project_duration_seconds",
    "One batch of facts taken in by the tables of a tenant",
    buckets=_LONG_SECONDS,
    registry=REGISTRY,
)
GRAPHQL_REQUESTS = Tally(
    "sua_graphql_requests",
    "GraphQL requests by type of operation, by what became of them and by how they were answered: from what is `kept`, "
    "by a `compiled` plan, `run` in the general way, or `none`",
    ["operation", "outcome", "answer"],
    registry=REGISTRY,
)
GRAPHQL_SECONDS = Durations(
    "sua_graphql_request_duration_seconds",
    "From the first byte of a GraphQL request to its answer; event streams until they begin",
    ["operation"],
    buckets=_SECONDS,
    registry=REGISTRY,
)
WEBHOOK_ITEMS = Counter(
    "sua_webhook_items",
    "Items of notifications: `stored`, `lifecycle`, or why one was ignored",
    ["outcome"],
    registry=REGISTRY,
)
WEBHOOK_SECONDS = Histogram(
    "sua_webhook_request_duration_seconds",
    "How long a POST of Microsoft Graph took to be answered; Graph allows 3 s",
    ["status"],
    buckets=_SECONDS,
    registry=REGISTRY,
)
INBOX_WAITED = Histogram(
    "sua_inbox_wait_seconds",
    "How long a notification had waited when the fetch began that brought its call into the log",
    buckets=_LONG_SECONDS,
    registry=REGISTRY,
)
MESSAGES = Counter(
    "sua_broker_messages",
    "Messages by queue: `sent`, `done`, `failed`, `skipped`",
    ["queue", "outcome"],
    registry=REGISTRY,
)
MESSAGE_SECONDS = Histogram(
    "sua_broker_message_duration_seconds",
    "How long an actor worked at a message",
    ["actor"],
    buckets=_LONG_SECONDS,
    registry=REGISTRY,
)
HTTP_REQUESTS = Tally(
    "sua_http_requests",
    "HTTP requests to the web process by route and status",
    ["route", "status"],
    registry=REGISTRY,
)


class _Events(Collector):
    """What `count` counts. Its names stand in the sources, so they are few."""

    def collect(self) -> Iterator[CounterMetricFamily]:
        family = CounterMetricFamily("sua_events", "What happens now and then, by name", labels=["event"])
        for name, times in sorted(counted().items()):
            family.add_metric([name], times)
        yield family


REGISTRY.register(_Events())
ProcessCollector(registry=REGISTRY)
