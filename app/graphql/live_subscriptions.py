"""The root of subscriptions. A resolver checks what is asked at once; its stream then has no end of its own."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import TypeAlias

import strawberry
from strawberry.types import Info as StrawberryInfo

from app.auth.viewer import Viewer
from app.domain.errors import TenantUnknown
from app.domain.ids import TenantId
from app.graphql.ids import tenant_of
from app.graphql.live_tidings import Tenants, Tidings
from app.graphql.live_types import RebuildProgress, TenantAdvanced
from app.projections.catalogue import ALL
from app.projections.rebuild import ProjectionUnknown


@dataclass(slots=True)
class Listening:
    """What a subscription has at hand: who asks, which tenants there are for them, and the news of all.

    `subject`: the tenants the subscription speaks of, once it is known; they must stay in the viewer's sight.
    """

    viewer: Viewer
    tenants: Tenants
    tidings: Tidings
    subject: Tenants = field(default_factory=frozenset)


LiveInfo: TypeAlias = StrawberryInfo[Listening, None]


@strawberry.type
class Subscription:
    @strawberry.subscription(
        description="The tenant's position: at once as it is, then whenever every table has come further. At most some "
        "four a second; what is overtaken is left out, and positions never fall. NOT_FOUND as for `tenant`."
    )
    async def tenant_advanced(self, info: LiveInfo, tenant: strawberry.ID) -> AsyncGenerator[TenantAdvanced, None]:
        listening = info.context
        found = tenant_of(tenant)
        if found is None or found not in listening.tenants:
            raise TenantUnknown("There is no such tenant for you.")
        listening.subject = frozenset({found})
        return _advances(listening.tidings, found)

    @strawberry.subscription(
        description="How far each table has come over the viewer's tenants: at once every table, or the one of that "
        "name, then each that changes, looked at every second. PROJECTION_UNKNOWN for another name."
    )
    async def rebuild_progress(self, info: LiveInfo, name: str | None = None) -> AsyncGenerator[RebuildProgress, None]:
        if name is not None and name not in {each.name for each in ALL}:
            raise ProjectionUnknown("There is no table of that name; without `name` all are told.")
        listening = info.context
        listening.subject = listening.tenants
        return _buildings(listening.tidings, listening.tenants, name)


async def _advances(tidings: Tidings, tenant: TenantId) -> AsyncGenerator[TenantAdvanced, None]:
    async with tidings.of_tenant(tenant) as listener:
        async for answer in listener:
            yield answer


async def _buildings(tidings: Tidings, tenants: Tenants, name: str | None) -> AsyncGenerator[RebuildProgress, None]:
    async with tidings.of_builds(tenants) as listener:
        async for answer in listener:
            if name is None or answer.projection == name:
                yield answer
