"""Customers: onboarding, what SUA can read there, their own rules, and how fresh each feed is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg

from app.domain.events import Event
from app.domain.events.coverage import Feed, SnapshotFailed, SnapshotTaken
from app.domain.events.tenancy import (
    Capability,
    CapabilityChanged,
    ConsentGranted,
    ConsentWithdrawn,
    PermissionsChanged,
    PolicyChanged,
    TenantInvited,
    TenantOffboarded,
)
from app.domain.ids import DirectoryId, TenantId
from app.domain.licensing import read_cutoff
from app.domain.policy import DEFAULT_POLICY
from app.projections.bearings import Bearings
from app.projections.columns import Column
from app.projections.facts import Fact, Instant, instant
from app.projections.projection import Versioned
from app.projections.reading import OPEN, Freshness, Moment, in_force, known, rows
from app.projections.versioned import VALID, Book, Table, Value


@dataclass(frozen=True, slots=True)
class TenantRow:
    """`name` is the provider's word for the customer, `organisation` the directory's own. Capability None: unknown."""

    tenant: TenantId
    name: str
    organisation: str | None
    directory: DirectoryId | None
    default_domain: str | None
    state: str
    permissions: tuple[str, ...]
    entra_p1: bool | None
    concealed_names: bool | None
    reports: bool | None
    idle_days: int
    grace_days: int
    time_zone: str
    currency: str
    licences_collected_at: datetime | None
    sign_ins_collected_at: datetime | None
    reports_collected_at: datetime | None
    calls_collected_at: datetime | None
    failed_feeds: tuple[str, ...]
    last_failure: str | None
    last_failure_at: datetime | None

    def observable(self, at: Moment) -> bool:
        """Can inactivity be told from blindness? For the row of a moment, at that moment (definitions: observable)."""
        since = read_cutoff(at.known_on, ZoneInfo(at.zone))
        sign_ins, reports = self.sign_ins_collected_at, self.reports_collected_at
        if self.entra_p1 is True and sign_ins is not None and sign_ins >= since:
            return True
        named = self.reports is True and self.concealed_names is False
        return named and reports is not None and reports >= since


_COLUMNS = """
    t.tenant_id, t.name, t.organisation, t.directory_id, t.default_domain, t.state, t.permissions,
    t.entra_p1, t.concealed_names, t.reports, t.idle_days, t.grace_days, t.time_zone, t.currency,
    t.licences_collected_at, t.sign_ins_collected_at, t.reports_collected_at, t.calls_collected_at,
    t.failed_feeds, t.last_failure, t.last_failure_at
"""


async def listed(
    db: psycopg.AsyncConnection[Any],
    tenants: Sequence[TenantId] | None,
    after: tuple[str, UUID] | None,
    limit: int,
) -> list[TenantRow]:
    """Customers as they are now, by name; None: all the transaction may see. `after`: name and id of the last one."""
    found = await rows(
        db,
        f"""
        SELECT {_COLUMNS} FROM tenants t
        WHERE t.until_position = {OPEN} AND t.valid_until = '9999-12-31Z'
          AND (%(tenants)s::uuid[] IS NULL OR t.tenant_id = ANY (%(tenants)s::uuid[]))
          AND (%(name)s::text IS NULL OR (t.name, t.tenant_id) > (%(name)s::text, %(id)s::uuid))
        ORDER BY t.name, t.tenant_id LIMIT %(limit)s
        """,
        {
            "tenants": None if tenants is None else list(tenants),
            "name": after and after[0],
            "id": after and after[1],
            "limit": limit,
        },
    )
    return [_row(row) for row in found]


async def found(db: psycopg.AsyncConnection[Any], tenant: TenantId, at: Moment | None = None) -> TenantRow | None:
    """One customer, now or at a moment; None where there was none."""
    if at is None:
        now = await listed(db, [tenant], None, 1)
        return now[0] if now else None
    row = await rows(
        db,
        f"SELECT {_COLUMNS} FROM {known('tenants')} t WHERE {in_force('t')} LIMIT 1",
        {"tenant": tenant, "position": at.position, "at": at.at},
    )
    return _row(row[0]) if row else None


async def freshness_at(db: psycopg.AsyncConnection[Any], tenant: TenantId, at: Moment) -> Freshness:
    """How far answers about this moment can be trusted."""
    row = await found(db, tenant, at)
    if row is None:
        return Freshness(None, False, False, at.before_first_fact, dict.fromkeys(Feed))
    collected = row.licences_collected_at
    return Freshness(
        collected_at=collected,
        complete=collected is not None and not row.failed_feeds,
        estimated=collected is not None and collected.astimezone(ZoneInfo(at.zone)).date() < at.on,
        before_first_fact=at.before_first_fact,
        feeds={
            Feed.LICENCES: collected,
            Feed.SIGN_INS: row.sign_ins_collected_at,
            Feed.REPORTS: row.reports_collected_at,
            Feed.CALLS: row.calls_collected_at,
        },
        failed_feeds=row.failed_feeds,
        last_failure=row.last_failure,
        last_failure_at=row.last_failure_at,
    )


def _row(row: tuple[Any, ...]) -> TenantRow:
    values = list(row)
    ours = DEFAULT_POLICY
    chosen = (ours.idle_days, ours.grace_days, ours.time_zone, ours.currency)
    values[10:14] = [default if value is None else value for value, default in zip(row[10:14], chosen, strict=True)]
    values[6], values[18] = tuple(row[6]), tuple(row[18])
    return TenantRow(*values)


class _Values(NamedTuple):
    """What a row says, as the columns stand."""

    name: str
    organisation: str | None = None
    directory_id: DirectoryId | None = None
    default_domain: str | None = None
    state: str = "INVITED"
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


def project(facts: Sequence[Fact], book: Book, _: Bearings) -> None:
    """One row a customer; each fact changes what is so from then on. Before the invitation there is none."""
    for fact in facts:
        event = fact.event
        book.change_from((), fact.at, fact.position, partial(_after, event))


def _after(event: Event, before: Value | None) -> Value | None:
    if isinstance(event, TenantInvited):
        return _Values(event.customer) if before is None else _Values(*before)._replace(name=event.customer)
    if before is None:
        return None
    was = _Values(*before)
    match event:
        case ConsentGranted():
            return was._replace(
                organisation=event.organisation,
                directory_id=event.directory,
                default_domain=event.default_domain,
                state="CONSENTED",
                permissions=event.permissions,
            )
        case ConsentWithdrawn():
            return was._replace(state="WITHDRAWN")
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
            )
        case TenantOffboarded():
            return was._replace(state="OFFBOARDED")
        case SnapshotTaken() | SnapshotFailed():
            return _after_read(was, event)
        case _:
            return was


def _able(was: _Values, event: CapabilityChanged) -> _Values:
    match event.capability:
        case Capability.ENTRA_P1:
            return was._replace(entra_p1=event.available)
        case Capability.CONCEALED_NAMES:
            return was._replace(concealed_names=event.available)
        case Capability.REPORTS:
            return was._replace(reports=event.available)
        case _:
            return was


def _after_read(was: _Values, event: SnapshotTaken | SnapshotFailed) -> _Values:
    others = {feed for feed in was.failed_feeds if feed != event.feed}
    if isinstance(event, SnapshotFailed):
        return was._replace(
            failed_feeds=tuple(sorted({*others, event.feed.value})),
            last_failure=f"{event.feed}: {event.reason}",
            last_failure_at=instant(event.happened_at),
        )
    read = was._replace(failed_feeds=tuple(sorted(others)))
    match event.feed:
        case Feed.LICENCES:
            return read._replace(licences_collected_at=_later(was.licences_collected_at, instant(event.happened_at)))
        case Feed.SIGN_INS:
            return read._replace(sign_ins_collected_at=_later(was.sign_ins_collected_at, instant(event.happened_at)))
        case Feed.REPORTS:
            return read._replace(reports_collected_at=_later(was.reports_collected_at, instant(event.happened_at)))
        case Feed.CALLS:
            return read._replace(calls_collected_at=_later(was.calls_collected_at, instant(event.happened_at)))
        case _:
            return read


def _later(known: Instant | None, at: Instant) -> Instant:
    return at if known is None else max(known, at)


PROJECTION = Versioned(
    table=Table(
        "tenants",
        key=(),
        place=VALID,
        values=(
            Column("name", "text"),
            Column("organisation", "text"),
            Column("directory_id", "uuid"),
            Column("default_domain", "text"),
            Column("state", "text"),
            Column("permissions", "text[]"),
            Column("entra_p1", "boolean"),
            Column("concealed_names", "boolean"),
            Column("reports", "boolean"),
            Column("idle_days", "integer"),
            Column("grace_days", "integer"),
            Column("time_zone", "text"),
            Column("currency", "text"),
            Column("licences_collected_at", "timestamptz"),
            Column("sign_ins_collected_at", "timestamptz"),
            Column("reports_collected_at", "timestamptz"),
            Column("calls_collected_at", "timestamptz"),
            Column("failed_feeds", "text[]"),
            Column("last_failure", "text"),
            Column("last_failure_at", "timestamptz"),
        ),
    ),
    facts=frozenset(
        {
            TenantInvited,
            ConsentGranted,
            ConsentWithdrawn,
            PermissionsChanged,
            CapabilityChanged,
            PolicyChanged,
            TenantOffboarded,
            SnapshotTaken,
            SnapshotFailed,
        }
    ),
    looked_up=lambda _: {},
    project=project,
)
