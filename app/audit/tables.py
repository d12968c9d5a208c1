"""Every table that follows from the log, and what the replay says its rows are at a moment.

A table without an entry here is a table nobody compares; a test refuses that.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from app.audit import rows_of_calls, rows_of_seats, rows_of_tenant
from app.audit.replay import WholeReplay

Key = tuple[Any, ...]
Row = tuple[Any, ...]
Expected = Callable[[WholeReplay], Mapping[Key, Row]]


class Kind(Enum):
    """Which of a table's rows are those of a moment."""

    SPANS = (
        "since_position <= %(position)s AND until_position > %(position)s"
        " AND valid_from < %(at)s AND valid_until >= %(at)s"
    )
    """Known at its position and true at its instant."""
    KNOWN = "since_position <= %(position)s AND until_position > %(position)s"
    ADDED = "since_position <= %(position)s"
    """Rows are only ever added."""
    TRAIL = "position <= %(position)s"
    GAPS = (
        "since_position <= %(position)s AND until_position > %(position)s"
        " AND gap_from < %(week_before)s AND gap_until >= %(judged_at)s"
    )
    """The gap of a week or more a user was in; a shorter one may still be moved in place."""
    NEWEST = "true"
    """Overwritten in place by what is newer still."""
    PRESENT = "tenant_id IS NOT NULL"
    """What a fold needs of itself, overwritten in place: compared at the position the table has reached only."""


@dataclass(frozen=True, slots=True)
class Compared:
    """`read`: what makes the values of a column comparable, where they are stored as text."""

    table: str
    kind: Kind
    key: tuple[str, ...]
    values: tuple[str, ...]
    expected: Expected
    read: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)


_PLACE = ("department", "company", "cost_centre", "country")
_PHONE = ("user_id", "label", "kind", "caller", "callee", "began_at", "ended_at", "seconds")

COMPARED: tuple[Compared, ...] = (
    Compared(
        "tenants",
        Kind.SPANS,
        (),
        rows_of_tenant.TENANT_COLUMNS,
        rows_of_tenant.tenants,
        {"rules": rows_of_tenant.rules_read},
    ),
    Compared("users", Kind.SPANS, ("user_id",), rows_of_seats.USER_COLUMNS, rows_of_seats.users),
    Compared(
        "licence_holdings",
        Kind.SPANS,
        ("user_id", "sku_id", "via_id"),
        ("disabled_plans",),
        rows_of_seats.licence_holdings,
    ),
    Compared(
        "licence_changes",
        Kind.TRAIL,
        ("position",),
        ("happened_at", "recorded_at", "user_id", "sku_id", "via_id", "change", "detail", "cause"),
        rows_of_seats.licence_changes,
    ),
    Compared("idle_licences", Kind.SPANS, ("user_id", "sku_id"), ("held_since", "paths"), rows_of_seats.idle_licences),
    Compared("licence_costs", Kind.SPANS, ("user_id", "sku_id"), ("paths", *_PLACE), rows_of_seats.licence_costs),
    Compared("licence_cost_holders", Kind.SPANS, ("user_id",), _PLACE, rows_of_seats.licence_cost_holders),
    Compared(
        "findings",
        Kind.SPANS,
        ("user_id", "sku_id"),
        (
            "exempt_reason",
            "exempt_owner",
            "exempt_until",
            "exempted_by",
            "decision",
            "cause",
            "tier",
            "note",
            "decided_at",
            "decided_by",
        ),
        rows_of_seats.findings,
    ),
    Compared("activity_gaps", Kind.GAPS, ("user_id", "grade"), ("gap_from", "gap_until"), rows_of_seats.activity_gaps),
    Compared("workload_gaps", Kind.GAPS, ("user_id", "source"), ("gap_from", "gap_until"), rows_of_seats.workload_gaps),
    Compared(
        "last_activity", Kind.NEWEST, ("user_id", "source"), ("at", "since_position"), rows_of_seats.last_activity
    ),
    Compared("adoption", Kind.ADDED, ("source", "day", "user_id"), ("since_position",), rows_of_seats.adoption),
    Compared(
        "sku_units",
        Kind.SPANS,
        ("sku_id",),
        ("part_number", "applies_to", "enabled", "warning", "suspended", "locked_out", "consumed", "plans"),
        rows_of_tenant.sku_units,
    ),
    Compared(
        "renewals",
        Kind.SPANS,
        ("sku_id", "purchase"),
        ("seats", "trial", "status", "created_at", "next_change_at"),
        rows_of_tenant.renewals,
    ),
    Compared(
        "prices",
        Kind.KNOWN,
        ("sku_id", "source", "lot", "effective_from"),
        ("amount", "currency", "per", "term", "effective_until", "quantity", "commit_floor", "tax_included"),
        rows_of_tenant.prices,
    ),
    Compared(
        "exchange_rates",
        Kind.KNOWN,
        ("base", "quote", "rated_on"),
        ("rate", "source"),
        rows_of_tenant.exchange_rates,
    ),
    Compared(
        "rate_cards",
        Kind.KNOWN,
        ("carrier", "effective_from"),
        ("currency", "lines"),
        rows_of_tenant.rate_cards,
        {"lines": rows_of_tenant.lines_read},
    ),
    Compared(
        "subscriptions",
        Kind.KNOWN,
        ("feed",),
        ("subscription", "expires_at", "created_at", "renewed_at", "lost_at", "lost_reason"),
        rows_of_tenant.subscriptions,
    ),
    Compared("calls", Kind.KNOWN, ("call_id",), rows_of_calls.CALL_COLUMNS, rows_of_calls.calls),
    Compared(
        "call_participants",
        Kind.KNOWN,
        ("call_id", "party_key"),
        ("user_id", "party_kind", "label", "directory_id", "joined_at", "left_at", "seconds", "failed"),
        rows_of_calls.call_participants,
    ),
    Compared(
        "call_usage",
        Kind.KNOWN,
        ("user_id", "day", "direction"),
        ("calls", "seconds", "failed_calls"),
        rows_of_calls.call_usage,
    ),
    Compared(
        "call_usage_days",
        Kind.KNOWN,
        ("day", "span"),
        ("calls", "seconds", "failed_calls", "users"),
        rows_of_calls.call_usage_days,
    ),
    Compared("call_retention", Kind.KNOWN, (), ("days", "dropped"), rows_of_calls.call_retention),
    Compared(
        "call_usage_shares",
        Kind.PRESENT,
        ("call_id",),
        ("day", "direction", "users", "seconds", "failed"),
        rows_of_calls.call_usage_shares,
    ),
    Compared(
        "call_coverage",
        Kind.KNOWN,
        ("hour",),
        ("notified", "fetched", "listed", "missing", "pass"),
        rows_of_calls.call_coverage,
    ),
    Compared(
        "call_coverage_calls",
        Kind.PRESENT,
        ("call_id",),
        ("hour", "revision", "notified"),
        rows_of_calls.call_coverage_calls,
    ),
    Compared(
        "missing_calls",
        Kind.KNOWN,
        ("call_id",),
        ("revision", "started_at", "missing_since"),
        rows_of_calls.missing_calls,
    ),
    Compared("calls_listed", Kind.KNOWN, (), ("covered_since", "listed_at"), rows_of_calls.calls_listed),
    Compared(
        "pstn_charges",
        Kind.KNOWN,
        ("row_id",),
        (
            *_PHONE,
            "shared_id",
            "charge",
            "connection_charge",
            "currency",
            "destination",
            "destination_context",
            "usage_country",
            "tenant_country",
            "conference",
            "licence_capability",
            "inventory_type",
            "operator",
            "counted_by",
        ),
        rows_of_calls.pstn_charges,
    ),
    Compared(
        "direct_routing_calls",
        Kind.KNOWN,
        ("row_id",),
        (
            *_PHONE,
            "correlation_id",
            "connected_at",
            "invited_at",
            "failed_at",
            "successful",
            "sip_code",
            "sip_phrase",
            "end_reason",
            "trunk",
            "media_location",
            "signalling_location",
            "media_bypass",
        ),
        rows_of_calls.direct_routing_calls,
    ),
)
