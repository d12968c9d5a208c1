"""Customers: onboarding, what SUA can read there, their own rules, and how fresh each feed is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg

from app.domain.events.coverage import Feed, SnapshotFailed, SnapshotTaken
from app.domain.events.tenancy import (
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
from app.domain.period import FOREVER
from app.domain.policy import DEFAULT_POLICY, Policy, policy_of
from app.projections.bearings import Bearings
from app.projections.by_day import in_force_on
from app.projections.columns import Column
from app.projections.facts import Fact
from app.projections.projection import Versioned
from app.projections.reading import OPEN, Freshness, Moment, Question, in_force, known, rows
from app.projections.tenant_fold import after
from app.projections.versioned import VALID, Book, Table


@dataclass(frozen=True, slots=True)
class TenantRow:
    """`name` is the provider's word for the customer, `organisation` the directory's own. Capability None: unknown.

    `policy`: the customer's rules, whole. `consented_at`: the first consent.
    """

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
    state_reason: str | None
    state_since: datetime | None
    pstn_logs: bool | None
    direct_routing: bool | None
    renewals: bool | None
    copilot_reports: bool | None
    pstn_collected_at: datetime | None
    direct_routing_collected_at: datetime | None
    renewals_collected_at: datetime | None
    policy: Policy
    consented_at: datetime | None

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
    t.failed_feeds, t.last_failure, t.last_failure_at, t.state_reason, t.state_since,
    t.pstn_logs, t.direct_routing, t.renewals, t.copilot_reports,
    t.pstn_collected_at, t.direct_routing_collected_at, t.renewals_collected_at,
    t.rules, t.consented_at
"""


async def listed(
    db: psycopg.AsyncConnection[Any],
    tenants: Sequence[TenantId] | None,
    after: tuple[str, UUID] | None,
    limit: int,
    *,
    descending: bool = False,
) -> list[TenantRow]:
    """The customers of a `listing`."""
    return [row_of(row) for row in await rows(db, *listing(tenants, after, limit, descending=descending))]


def listing(
    tenants: Sequence[TenantId] | None, after: tuple[str, UUID] | None, limit: int, *, descending: bool = False
) -> Question:
    """Customers as they are now, by name; None: all the transaction may see. `after`: name and id of the last one."""
    beyond, way = ("<", "DESC") if descending else (">", "ASC")
    return Question(
        f"""
        SELECT {_COLUMNS} FROM tenants t
        WHERE t.until_position = {OPEN} AND t.valid_until = '9999-12-31Z'
          AND (%(tenants)s::uuid[] IS NULL OR t.tenant_id = ANY (%(tenants)s::uuid[]))
          AND (%(name)s::text IS NULL OR (t.name, t.tenant_id) {beyond} (%(name)s::text, %(id)s::uuid))
        ORDER BY t.name {way}, t.tenant_id {way} LIMIT %(limit)s
        """,
        {
            "tenants": None if tenants is None else list(tenants),
            "name": after and after[0],
            "id": after and after[1],
            "limit": limit,
        },
    )


def names(db: psycopg.Connection[Any]) -> dict[TenantId, str]:
    """What every customer that was taken in is called, those who left included."""
    query = "SELECT tenant_id, name FROM tenants WHERE until_position = %s AND valid_until = %s"
    return {TenantId(tenant): name for tenant, name in db.execute(query, (OPEN, FOREVER))}


async def found(db: psycopg.AsyncConnection[Any], tenant: TenantId, at: Moment | None = None) -> TenantRow | None:
    """One customer, now or at a moment; None where there was none."""
    if at is None:
        now = await listed(db, [tenant], None, 1)
        return now[0] if now else None
    row = await rows(db, *finding(tenant, at))
    return row_of(row[0]) if row else None


def finding(tenant: TenantId, at: Moment) -> Question:
    """One customer at a moment."""
    return Question(
        f"SELECT {_COLUMNS} FROM {known('tenants')} t WHERE {in_force('t')} LIMIT 1",
        {"tenant": tenant, "position": at.position, "at": at.at},
    )


async def found_on(
    db: psycopg.AsyncConnection[Any], tenant: TenantId, moments: Sequence[Moment]
) -> list[TenantRow | None]:
    """The same at each of some moments of one knowledge, in order of time."""
    found = await in_force_on(db, tenant, moments, "tenants", "t", _COLUMNS, "first", row_of)
    return [then[0] if then else None for then in found]


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
            Feed.PSTN: row.pstn_collected_at,
            Feed.DIRECT_ROUTING: row.direct_routing_collected_at,
            Feed.RENEWALS: row.renewals_collected_at,
        },
        failed_feeds=row.failed_feeds,
        last_failure=row.last_failure,
        last_failure_at=row.last_failure_at,
    )


def row_of(row: tuple[Any, ...]) -> TenantRow:
    """A customer by what a question of this table answers."""
    values = list(row)
    ours = DEFAULT_POLICY
    chosen = (ours.idle_days, ours.grace_days, ours.time_zone, ours.currency)
    values[10:14] = [default if value is None else value for value, default in zip(row[10:14], chosen, strict=True)]
    values[6], values[18] = tuple(row[6]), tuple(row[18])
    values[30] = ours if row[30] is None else policy_of(PolicyChanged.model_validate_json(row[30]))
    return TenantRow(*values)


def project(facts: Sequence[Fact], book: Book, _: Bearings) -> None:
    """One row a customer; each fact changes what is so from then on. Before the invitation there is none."""
    for fact in facts:
        event = fact.event
        book.change_from((), fact.at, fact.position, partial(after, event))


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
            Column("state_reason", "text"),
            Column("state_since", "timestamptz"),
            Column("pstn_logs", "boolean"),
            Column("direct_routing", "boolean"),
            Column("renewals", "boolean"),
            Column("copilot_reports", "boolean"),
            Column("pstn_collected_at", "timestamptz"),
            Column("direct_routing_collected_at", "timestamptz"),
            Column("renewals_collected_at", "timestamptz"),
            Column("rules", "text"),
            Column("consented_at", "timestamptz"),
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
    version=4,
)
