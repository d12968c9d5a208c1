"""What each fact changes about a customer's row."""

from typing import Any, NamedTuple

from app.domain.access import State, state_without
from app.domain.events import Event
from app.domain.events.coverage import SnapshotFailed, SnapshotTaken
from app.domain.events.tenancy import (
    CapabilityChanged,
    ConsentGranted,
    ConsentWithdrawn,
    PermissionsChanged,
    PolicyChanged,
    TenantInvited,
    TenantOffboarded,
)
from app.domain.ids import DirectoryId
from app.projections.facts import Instant, instant
from app.projections.versioned import Value


class Values(NamedTuple):
    """What a row says, as the columns stand."""

    name: str
    organisation: str | None = None
    directory_id: DirectoryId | None = None
    default_domain: str | None = None
    state: str = State.INVITED.value
    permissions: tuple[str, ...] = ()
    entra_p1: bool | None = None
    concealed_names: bool | None = None
    reports: bool | None = None
    idle_days: int | None = None
    grace_days: int | None = None
    time_zone: str | None = None
    currency: str | None = None
    licences_collected_at: Instant | None = None
    sign_ins_collected_at: Instant | None = None
    reports_collected_at: Instant | None = None
    calls_collected_at: Instant | None = None
    failed_feeds: tuple[str, ...] = ()
    last_failure: str | None = None
    last_failure_at: Instant | None = None
    state_reason: str | None = None
    state_since: Instant | None = None
    pstn_logs: bool | None = None
    direct_routing: bool | None = None
    renewals: bool | None = None
    copilot_reports: bool | None = None
    pstn_collected_at: Instant | None = None
    direct_routing_collected_at: Instant | None = None
    renewals_collected_at: Instant | None = None
    rules: str | None = None
    consented_at: Instant | None = None


def after(event: Event, before: Value | None) -> Value | None:
    if isinstance(event, TenantInvited):
        if before is not None:
            return Values(*before)._replace(name=event.customer)
        return Values(event.customer, state_since=instant(event.happened_at))
    if before is None:
        return None
    was = Values(*before)
    match event:
        case ConsentGranted():
            return _standing(was, State.CONSENTED, event)._replace(
                organisation=event.organisation,
                directory_id=event.directory,
                default_domain=event.default_domain,
                permissions=event.permissions,
                consented_at=_earlier(was.consented_at, instant(event.happened_at)),
            )
        case ConsentWithdrawn():
            return _standing(was, state_without(event.reason), event, event.reason)
        case PermissionsChanged():
            return was._replace(permissions=event.permissions)
        case CapabilityChanged():
            return _able(was, event)
        case PolicyChanged():
            return was._replace(
                idle_days=event.idle_days,
                grace_days=event.grace_days,
                time_zone=event.time_zone,
                currency=event.currency,
                rules=event.model_dump_json(),
            )
        case TenantOffboarded():
            return _standing(was, State.OFFBOARDED, event)
        case SnapshotTaken() | SnapshotFailed():
            return _after_read(was, event)
        case _:
            return was


def _standing(was: Values, state: State, event: Event, reason: str | None = None) -> Values:
    """`state_since`: since when the customer stands there, which another reason for the same state does not change."""
    since = was.state_since if was.state == state else instant(event.happened_at)
    return was._replace(state=state.value, state_reason=reason, state_since=since)


def _able(was: Values, event: CapabilityChanged) -> Values:
    opened: dict[str, Any] = {event.capability.value: event.available}
    return was._replace(**opened)


def _after_read(was: Values, event: SnapshotTaken | SnapshotFailed) -> Values:
    others = {feed for feed in was.failed_feeds if feed != event.feed}
    if isinstance(event, SnapshotFailed):
        return was._replace(
            failed_feeds=tuple(sorted({*others, event.feed.value})),
            last_failure=f"{event.feed}: {event.reason}",
            last_failure_at=instant(event.happened_at),
        )
    read = was._replace(failed_feeds=tuple(sorted(others)))
    column = f"{event.feed}_collected_at"
    known: Instant | None = getattr(was, column)
    collected: dict[str, Any] = {column: _later(known, instant(event.happened_at))}
    return read._replace(**collected)


def _later(known: Instant | None, at: Instant) -> Instant:
    return at if known is None else max(known, at)


def _earlier(known: Instant | None, at: Instant) -> Instant:
    return at if known is None else min(known, at)
