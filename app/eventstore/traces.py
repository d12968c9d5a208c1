"""An append as operators see it: how long it took, and in which traces. None of it is part of a fact."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from time import perf_counter
from uuid import UUID

from app.domain.errors import ConcurrentAppend
from app.domain.ids import TenantId
from app.eventstore.appending import Placed
from app.eventstore.pools import Connection
from app.telemetry.metrics import APPEND_SECONDS, APPENDED
from app.telemetry.tracing import origins_of, spans, tracing

_OUTCOMES = {outcome: APPEND_SECONDS.labels(outcome) for outcome in ("done", "conflict", "failed")}

# The newest append of a cause is the one its next projection follows.
_NOTE = """
    INSERT INTO traces (tenant_id, cause, traceparent)
    SELECT %s, cause, traceparent FROM unnest(%s::uuid[], %s::text[]) AS noted (cause, traceparent)
    ON CONFLICT (tenant_id, cause) DO UPDATE SET traceparent = excluded.traceparent, noted_at = excluded.noted_at
"""


@contextmanager
def watched(placed: Sequence[Placed]) -> Iterator[Mapping[UUID, str]]:
    """Yields by cause how its trace goes on after the append; empty where no traces are kept."""
    began = perf_counter()
    outcome = "failed"
    try:
        if tracing():
            parents = origins_of({each.cause for each in placed})
            with spans("append", parents, facts=len(placed)) as going_on:
                yield going_on
        else:
            yield {}
        outcome = "done"
        APPENDED.inc(len(placed))
    except ConcurrentAppend:
        outcome = "conflict"
        raise
    finally:
        _OUTCOMES[outcome].observe(perf_counter() - began)


def note(db: Connection, tenant: TenantId, going_on: Mapping[UUID, str]) -> None:
    """Before the append, so that whoever reads its facts finds the traces; noted for nothing where it fails.

    In one order, so that two appends for the same causes wait for each other and never both.
    """
    if going_on:
        causes = sorted(going_on)
        db.execute(_NOTE, (tenant, causes, [going_on[cause] for cause in causes]), prepare=True)
