"""The moment chosen at `at(...)`, which everything below it agrees with."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import strawberry

from app.domain.ids import TenantId
from app.graphql.context import Asked, Info
from app.graphql.errors import CursorInvalid
from app.graphql.paging import Page, asked_page, place
from app.insight.assessment import Assessment
from app.projections import tenants
from app.projections.reading import Moment
from app.projections.tenants import TenantRow


@strawberry.type
class AtMoment:
    """`row`: the tenant as it was then; None before its first fact. `..._given`: the request named it.

    `knowledge`: the instant of `knownAt`; None: now.
    """

    tenant: strawberry.Private[TenantId]
    moment: strawberry.Private[Moment]
    row: strawberry.Private[TenantRow | None]
    day_given: strawberry.Private[bool]
    knowledge_given: strawberry.Private[bool]
    knowledge: strawberry.Private[datetime | None]

    @strawberry.field(description="What was learned after it is left out, UTC.")
    def known_at(self, info: Info) -> datetime:
        return self.known_by(info.context)

    def known_by(self, asked: Asked) -> datetime:
        """The instant whose knowledge this is."""
        return self.knowledge or asked.now

    def page(
        self, info: Info, field: str, arguments: Sequence[object], first: int | None, after: str | None, key: Any
    ) -> Page[Moment, Any]:
        """A page of a list at this moment, or at the moment of the list's first page.

        A cursor of another day or other knowledge than the request names is refused; where the request leaves them
        to now, the list goes on as it was.
        """
        asked = info.context
        where = place(self.tenant, field, arguments)
        page = asked_page(asked.cursors, asked.limits, where, first, after, self.moment, key)
        other_day = self.day_given and page.pinned.on != self.moment.on
        other_knowledge = self.knowledge_given and page.pinned.position != self.moment.position
        if other_day or other_knowledge:
            raise CursorInvalid("`after` comes from a list at another moment; begin without it.")
        return page

    async def row_at(self, asked: Asked, at: Moment) -> TenantRow | None:
        """The tenant as it was at a page's moment, which may be older than this one."""
        return self.row if at == self.moment else await tenants.found(asked.db, self.tenant, at)

    async def assessment_at(self, asked: Asked, at: Moment, idle_days: int | None = None) -> Assessment | None:
        """Every finding at a page's moment; None before the tenant's first fact: there is nobody to judge."""
        row = await self.row_at(asked, at)
        return None if row is None else await asked.assessment(at, row, idle_days)
