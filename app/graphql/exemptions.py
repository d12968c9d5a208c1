"""Seats that are to be left alone."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import strawberry

from app.domain.ids import TenantId
from app.graphql.at_moment import AtMoment
from app.graphql.context import Asked, Info
from app.graphql.ids import thing_id
from app.graphql.paging import Connection
from app.graphql.skus import Sku, sku_shown
from app.projections import findings, users
from app.projections.findings import DecidedSeat
from app.projections.reading import Moment


@strawberry.type(description="That a seat is to be left alone: no finding is made of it meanwhile.")
class Exemption:
    user_id: strawberry.ID = strawberry.field(description="Taken by `user` arguments.")
    user_name: str | None = strawberry.field(description="A pseudonym for viewers without Sua.SeePersons.")
    sku: Sku
    reason: str | None = strawberry.field(
        description="Null: the viewer lacks Sua.SeePersons: people write names into it."
    )
    owner: str | None = strawberry.field(
        description="Who answers for it; a pseudonym without Sua.SeePersons. Null: the person was erased."
    )
    until: date | None = strawberry.field(description="The first civil day it no longer holds; null: without end.")
    by: strawberry.ID | None = strawberry.field(description="Object id, in their own directory, of who said so.")


@strawberry.type
class ExemptionQuestions(AtMoment):
    @strawberry.field(description="Seats exempt on the day, by user and product; held or not.")
    async def exemptions(self, info: Info, first: int | None = None, after: str | None = None) -> Connection[Exemption]:
        asked = info.context
        page = self.page(info, "exemptions", [], first, after, tuple[UUID, UUID])
        return await page.filled(
            lambda limit: findings.exempted(asked.db, self.tenant, page.pinned, after=page.after, limit=limit),
            lambda row: (row.user, row.sku),
            lambda rows: _shown(asked, self.tenant, page.pinned, rows),
        )


async def _shown(asked: Asked, tenant: TenantId, at: Moment, rows: Sequence[DecidedSeat]) -> list[Exemption]:
    named = await users.named_at(asked.db, tenant, at, list({row.user for row in rows}))
    names = {row.user: row.display_name for row in named}
    return [
        Exemption(
            user_id=strawberry.ID(thing_id("User", tenant, row.user)),
            user_name=asked.name_of_user(tenant, row.user, names.get(row.user)),
            sku=await sku_shown(asked, tenant, at, row.sku),
            reason=(row.exempt_reason or None) if asked.viewer.sees_persons(tenant) else None,
            owner=asked.label_of(tenant, row.exempt_owner),
            until=row.exempt_until,
            by=None if row.exempted_by is None else strawberry.ID(str(row.exempted_by)),
        )
        for row in rows
    ]
