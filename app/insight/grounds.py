"""What all of a tenant's holders are judged by at a moment: its rules, its products, and what could be observed."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import psycopg

from app.domain.ids import PlanId, SkuId, TenantId
from app.domain.licensing import read_cutoff
from app.domain.policy import Policy
from app.domain.sku_class import SkuClass
from app.domain.standing import Ground, Source
from app.insight.product_classes import Bought, bought_if_read, class_of
from app.projections import sku_units
from app.projections.reading import Moment
from app.projections.sku_units import SkuUnits
from app.projections.tenants import TenantRow

CALLS_REACH_BACK = timedelta(days=30)
"""How far calls from before the consent are read: Graph keeps records no longer."""

_REPORTED = frozenset(Source) - {Source.COPILOT, Source.TELEPHONE, Source.CONFERENCE}


async def ground_at(
    db: psycopg.AsyncConnection[Any], tenant: TenantId, at: Moment, row: TenantRow, policy: Policy
) -> Ground:
    """The ground of a moment. `row`: the tenant's at that moment. `policy`: its rules, or those asked for instead."""
    units = await sku_units.listed_at(db, tenant, at)
    return ground_of(at, row, policy, units, await bought_if_read(db, tenant, at, row))


def ground_of(at: Moment, row: TenantRow, policy: Policy, units: Sequence[SkuUnits], bought: Bought | None) -> Ground:
    """The same of products and purchases already read. `bought` None: purchases were never read."""
    return Ground(
        on=at.on,
        policy=policy,
        observable=row.observable(at),
        observed=observed_at(at, row, policy),
        plans=_plans(units),
        classes=_classes(units, bought),
    )


def observed_at(at: Moment, row: TenantRow, policy: Policy) -> frozenset[Source]:
    """The sources whose silence says something: read of late, and those of calls for the longest of the idle days.

    Reports name each person's last day of use however long ago; calls are known from 30 days before the consent on.
    """
    observed: set[Source] = set()
    if row.reports is True and row.concealed_names is False and _read_of_late(row.reports_collected_at, at):
        observed |= _REPORTED
        if row.copilot_reports is True:
            observed.add(Source.COPILOT)
    longest = max([policy.idle_days, *(days for _, days in policy.sku_idle_days)])
    cutoff = at.day_begins(at.known_on - timedelta(days=longest))
    if row.consented_at is not None and row.consented_at - CALLS_REACH_BACK <= cutoff:
        calls = _read_of_late(row.calls_collected_at, at)
        if calls:
            observed.add(Source.TELEPHONE)
        if calls or (row.pstn_logs is True and _read_of_late(row.pstn_collected_at, at)):
            observed.add(Source.CONFERENCE)
    return frozenset(observed)


def _read_of_late(collected_at: datetime | None, at: Moment) -> bool:
    return collected_at is not None and collected_at >= read_cutoff(at.known_on, ZoneInfo(at.zone))


def _plans(units: Sequence[SkuUnits]) -> Mapping[SkuId, frozenset[PlanId]]:
    """Of the products the tenant's own list describes."""
    return {each.sku: frozenset(each.plans) for each in units if each.part_number is not None}


def _classes(units: Sequence[SkuUnits], bought: Bought | None) -> Mapping[SkuId, SkuClass]:
    """Of the products that are described and counted. A price of 0, which makes one free, is the market's to see."""
    return {
        unit.sku: class_of(unit.sku, unit.applies_to, unit.enabled, bought)
        for unit in units
        if unit.applies_to is not None and unit.enabled is not None
    }
