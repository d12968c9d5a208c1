"""What becomes of an item after a try to fetch its call, and of the tenant's turn."""

import random
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeGuard

from app.domain.errors import Refused, Unavailable
from app.domain.sightings import CallSighting
from app.ingest.call_records import KEPT_BY_GRAPH, CallForgotten
from app.ingest.dead_letters import reason_of
from app.ingest.graph_errors import (
    ConsentLost,
    CredentialRefused,
    GraphForbidden,
    GraphGone,
    GraphThrottled,
    GraphUnavailable,
    RecordUnusable,
    TenantBlocked,
    TenantGone,
    TokenRefused,
    TokenUnavailable,
)
from app.ingest.inbox import Claimed, Settled
from app.ingest.limiter import LimitsUnavailable

ATTEMPTS_MAX = 33
"""With the waits below: about a day."""

WAIT_MAX = timedelta(hours=1)

ACCESS_LOST = (ConsentLost, TenantBlocked, TenantGone, TokenRefused)
"""The customer's directory does not let SUA in."""

_HOPELESS = (GraphGone, RecordUnusable, CallForgotten)
"""Nothing that time heals. A 404 is not among them: a record may be announced before it can be read."""

_WHOLE_TENANT = (*ACCESS_LOST, CredentialRefused, GraphThrottled, LimitsUnavailable, TokenUnavailable)
"""What stops all calls of the tenant alike, so that no item is to blame for it."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a try brought: a sighting, or an error and perhaps the payload that led to it.

    `trace`: the traceparent what follows from it goes on with.
    """

    claimed: Claimed
    sighting: CallSighting | None = None
    error: BaseException | None = None
    payload: object = None
    trace: str | None = None


def outcome_of(claimed: Claimed, error: BaseException | None, first_wait: timedelta) -> Settled:
    if error is None:
        return Settled(claimed, "DONE")
    code = reason_of(error)
    if isinstance(error, _WHOLE_TENANT):
        if isinstance(error, ACCESS_LOST) and claimed.waited >= KEPT_BY_GRAPH:
            return Settled(claimed, "DEAD", CallForgotten.code)
        return Settled(claimed, "UNTRIED", code, rest_after(error, first_wait))
    if isinstance(error, _HOPELESS) or claimed.attempts >= ATTEMPTS_MAX:
        return Settled(claimed, "DEAD", code)
    asked = error.retry_after if isinstance(error, GraphUnavailable) else None
    wait = max(wait_after(claimed.attempts, first_wait), timedelta(seconds=asked or 0))
    return Settled(claimed, "PENDING", code, wait)


def stops_turn(error: BaseException | None) -> TypeGuard[Refused | Unavailable]:
    """Whether the tenant's other calls would meet the same."""
    return isinstance(error, _WHOLE_TENANT)


def asks_for_permissions(error: BaseException | None) -> bool:
    """Whether the tenant's permissions are to be looked at."""
    return isinstance(error, (*ACCESS_LOST, GraphForbidden))


def is_fault(error: BaseException | None) -> TypeGuard[BaseException]:
    """Neither Graph's doing nor an outage: somebody has to mend SUA."""
    return error is not None and not isinstance(error, Refused | Unavailable)


def rest_after(error: BaseException, first_wait: timedelta) -> timedelta:
    """How long nobody need try the tenant again: as long as Graph asks for; half an hour where SUA is not let in."""
    if isinstance(error, GraphThrottled | GraphUnavailable) and error.retry_after is not None:
        return timedelta(seconds=error.retry_after)
    if isinstance(error, GraphThrottled | Unavailable) and not isinstance(error, CredentialRefused):
        return 6 * first_wait
    return 360 * first_wait


def wait_after(attempts: int, first_wait: timedelta) -> timedelta:
    """How long an item waits after so many attempts: doubled up to an hour, less a random part up to half."""
    ceiling = min(WAIT_MAX, first_wait * (1 << min(attempts - 1, 16)))
    return ceiling * (1 - random.random() / 2)  # noqa: S311 - spreads load, guards nothing
