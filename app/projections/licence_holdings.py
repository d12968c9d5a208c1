"""Who held what, from when until when, by which path."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

import psycopg

from app.domain.events.licensing import LicenceAssigned, LicenceChanged, LicenceRemoved
from app.domain.ids import GroupId, PlanId, SkuId, TenantId, UserId
from app.projections.bearings import Bearings
from app.projections.columns import Column
from app.projections.facts import Fact
from app.projections.projection import Versioned, users_of
from app.projections.reading import Moment, in_force, known, rows
from app.projections.versioned import VALID, Book, Table, Value

DIRECT = UUID(int=0)
"""Stored in place of a group where a licence was assigned directly: keys have no nulls."""


@dataclass(frozen=True, slots=True)
class Holding:
    """`via` None: assigned directly. The same SKU by two paths is two holdings and one seat."""

    user: UserId
    sku: SkuId
    via: GroupId | None
    disabled_plans: tuple[PlanId, ...]
    held_since: datetime


async def held_at(
    db: psycopg.AsyncConnection[Any], tenant: TenantId, at: Moment, users: Sequence[UserId]
) -> list[Holding]:
    """Licences these users held at a moment, by user, SKU and path. `held_since` is of this path and these plans."""
    found = await rows(
        db,
        f"""
        SELECT h.user_id, h.sku_id, h.via_id, h.disabled_plans, h.valid_from FROM {known("licence_holdings")} h
        WHERE {in_force("h")} AND h.user_id = ANY (%(users)s::uuid[])
        ORDER BY h.user_id, h.sku_id, h.via_id
        """,
        {"tenant": tenant, "position": at.position, "at": at.at, "users": list(users)},
    )
    return [
        Holding(user, sku, None if via == DIRECT else GroupId(via), tuple(plans), since)
        for user, sku, via, plans, since in found
    ]


_FACTS = (LicenceAssigned, LicenceChanged, LicenceRemoved)


def project(facts: Sequence[Fact], book: Book, _: Bearings) -> None:
    """One row for each SKU a user holds by one path."""
    for fact in facts:
        event = fact.event
        if not isinstance(event, _FACTS):
            continue
        key = (event.user.int, event.sku.int, (event.via or DIRECT).int)
        if isinstance(event, LicenceAssigned):
            book.set_from(key, fact.at, fact.position, _plans(event))
        elif isinstance(event, LicenceRemoved):
            book.set_from(key, fact.at, fact.position, None)
        else:
            book.change_from(key, fact.at, fact.position, partial(_replanned, event))


def _replanned(event: LicenceChanged, before: Value | None) -> Value | None:
    return None if before is None else _plans(event)


def _plans(event: LicenceAssigned | LicenceChanged) -> Value:
    return (tuple([plan.int for plan in event.disabled_plans]),)


PROJECTION = Versioned(
    table=Table(
        "licence_holdings",
        key=(Column("user_id", "uuid"), Column("sku_id", "uuid"), Column("via_id", "uuid")),
        place=VALID,
        values=(Column("disabled_plans", "uuid[]"),),
    ),
    facts=frozenset(_FACTS),
    looked_up=users_of,
    project=project,
    version=2,
)
