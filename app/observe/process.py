"""Everything by which one running process can be watched, set up and taken down together."""

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry

from app.clock import Clock, SystemClock
from app.eventstore.pools import Pool
from app.observe.exporting import exported
from app.observe.exposition import exposed
from app.observe.figures import Installation
from app.settings import Settings
from app.telemetry import say
from app.telemetry.metrics import REGISTRY


@contextmanager
def observed(settings: Settings, pool: Pool, clock: Clock, process: str) -> Iterator[None]:
    """While the block lasts: traces go where they are wanted, and `/metrics` answers on SUA_METRICS_PORT, if set."""
    with exported(settings, process):
        if settings.metrics_port is None:
            yield
            return
        token = None if settings.metrics_token is None else settings.metrics_token.get_secret_value()
        registry = whole(settings, pool, clock)
        with exposed(registry, settings.metrics_host, settings.metrics_port, token) as port:
            say("metrics.exposed", host=settings.metrics_host, port=port)
            yield


def whole(settings: Settings, pool: Pool, clock: Clock) -> CollectorRegistry:
    """What this process measures, and what the database tells of the installation."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(REGISTRY)
    registry.register(Installation(pool, clock, SystemClock(), settings.data_dir))
    return registry
