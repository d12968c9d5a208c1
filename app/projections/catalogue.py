"""Every table that follows from the log."""

from app.projections import (
    activity_gaps,
    call_participants,
    call_usage,
    calls,
    coverage,
    direct_routing_calls,
    idle_licences,
    last_activity,
    licence_changes,
    licence_holdings,
    pstn_charges,
    renewals,
    sku_units,
    subscriptions,
    tenants,
    users,
)
from app.projections.projection import Projection

ALL: tuple[Projection, ...] = (
    tenants.PROJECTION,
    users.PROJECTION,
    licence_holdings.PROJECTION,
    licence_changes.PROJECTION,
    sku_units.PROJECTION,
    renewals.PROJECTION,
    idle_licences.PROJECTION,
    activity_gaps.PROJECTION,
    last_activity.PROJECTION,
    calls.PROJECTION,
    call_participants.PROJECTION,
    call_usage.PROJECTION,
    pstn_charges.PROJECTION,
    direct_routing_calls.PROJECTION,
    coverage.PROJECTION,
    subscriptions.PROJECTION,
)
