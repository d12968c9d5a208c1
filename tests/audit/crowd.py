"""People enough that groups of them are told of, with a product they use and pay for."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from app.domain.events import Event
from app.domain.events.licensing import ServicePlan, SkuSubscribed, Workload, WorkloadUsed
from app.domain.ids import PlanId, UserId
from tests.projections.story import E5, assigned, discovered, named

TEAMS = PlanId(UUID("57ff2da0-773e-42df-b2af-ffb7a2317929"))
"""TEAMS1: its use shows in the reports on Teams."""

DEPARTMENTS = {"Sales": 6, "Ops": 5}


def crowd(at: datetime, used_at: datetime | None = None) -> list[Event]:
    """All of it happens at one instant, but for the use of Teams: that is of the days before (or before `used_at`), by
    every other person.
    """
    plan = ServicePlan(plan=TEAMS, name="TEAMS1", applies_to="User")
    facts: list[Event] = [SkuSubscribed(happened_at=at, sku=E5, part_number="E5", applies_to="User", plans=(plan,))]
    for department, count in DEPARTMENTS.items():
        for nth in range(count):
            user = UserId(named(f"{department} {nth}"))
            facts.append(discovered(at, user, name=f"{department} {nth}", department=department))
            facts.append(assigned(at, user))
            if nth % 2 == 0:
                used = (used_at or at) - timedelta(days=nth + 1)
                facts.append(
                    WorkloadUsed(happened_at=used, user=user, workload=Workload.TEAMS, last_activity_on=used.date())
                )
    return facts
