"""Where this process's traces go: to an OTLP collector, or nowhere."""

from collections.abc import Iterator
from contextlib import contextmanager

from app.settings import Settings
from app.telemetry.tracing import trace_with


@contextmanager
def exported(settings: Settings, process: str) -> Iterator[None]:
    """While the block lasts spans are collected and sent, beside the work; without SUA_OTLP_ENDPOINT none are begun. A
    collector that is away costs spans and nothing else."""
    if settings.otlp_endpoint is None:
        yield
        return
    from app.observe.otlp import provider_of

    provider = provider_of(settings.otlp_endpoint, headers_of(settings), settings.trace_share, process)
    trace_with(provider)
    try:
        yield
    finally:
        trace_with(None)
        provider.shutdown()


def headers_of(settings: Settings) -> dict[str, str]:
    given = "" if settings.otlp_headers is None else settings.otlp_headers.get_secret_value()
    pairs = [part.partition("=") for part in given.split(",") if part.strip()]
    return {name.strip().lower(): value.strip() for name, _, value in pairs}
