"""A batch as operators see it: how long its tables took, and the traces of what led to its facts."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from time import perf_counter
from uuid import UUID

from app.domain.ids import TenantId
from app.eventstore.envelope import Recorded
from app.eventstore.pools import Connection
from app.telemetry.metrics import PROJECT_SECONDS, PROJECTED
from app.telemetry.tracing import SPANS_AT_ONCE, spans, tracing


@contextmanager
def watched(db: Connection, tenant: TenantId, facts: Sequence[Recorded]) -> Iterator[None]:
    """Around a batch taken in. Each trace that one of its first causes belongs to gets a span here."""
    began = perf_counter()
    if tracing():
        with spans("project", _noted(db, tenant, facts), tenant=str(tenant), facts=len(facts)):
            yield
    else:
        yield
    PROJECTED.inc(len(facts))
    PROJECT_SECONDS.observe(perf_counter() - began)


def _noted(db: Connection, tenant: TenantId, facts: Sequence[Recorded]) -> Mapping[UUID, str]:
    causes = list(islice(dict.fromkeys(each.cause for each in facts), SPANS_AT_ONCE))
    query = "SELECT cause, traceparent FROM traces WHERE tenant_id = %s AND cause = ANY (%s)"
    return dict(db.execute(query, (tenant, causes)).fetchall())
