"""OpenTelemetry's tracer, and its exporter to a collector. Imported only where traces are wanted: it takes a second."""

import logging
from collections.abc import Sequence

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExportResult
from opentelemetry.sdk.trace.sampling import ParentBasedTraceIdRatio
from typing_extensions import override

from app.telemetry import count, say

TRACES = "/v1/traces"

_SEND_S = 2
"""How long a batch may take to send, and so how long a collector that is away holds up the end of a process."""


class Exporter(OTLPSpanExporter):
    """Says once that a collector does not take spans, and once that it does again; counts those it did not."""

    _away = False

    @override
    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        result = super().export(spans)
        away = result is not SpanExportResult.SUCCESS
        if away:
            count("traces.unsent", len(spans))
        if away is not self._away:
            self._away = away
            say("traces.collector_away" if away else "traces.collector_back", logging.WARNING)
        return result


def provider_of(endpoint: str, headers: dict[str, str], share: float, process: str) -> TracerProvider:
    """Sends in batches, beside the work. Shut down, it sends what is left."""
    resource = Resource.create({"service.name": f"sua-{process}", "service.namespace": "sua"})
    provider = TracerProvider(resource=resource, sampler=ParentBasedTraceIdRatio(share), shutdown_on_exit=False)
    exporter = Exporter(endpoint=f"{endpoint.rstrip('/')}{TRACES}", headers=headers, timeout=_SEND_S)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    return provider
