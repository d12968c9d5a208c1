"""Tables built anew at the provider's word. Told at once; how far they are is told by `rebuildProgress`."""

import asyncio

import strawberry

from app.auth.viewer import ALL, PROVIDER_ROLES, Forbidden
from app.graphql.changing import ReadOnly
from app.graphql.context import Asked
from app.graphql.ids import thing_id
from app.graphql.scalars import Position
from app.graphql.tenants import row_seen
from app.projections import catalogue
from app.projections.generations import named


@strawberry.type(
    description="The next generation of a table will be built beside the live one, which goes on answering."
)
class RebuildOrdered:
    tenant_id: strawberry.ID = strawberry.field(description="Of the tenant.")
    projections: list[str] = strawberry.field(description="What is built, as `rebuildProgress` names it.")
    head: Position = strawberry.field(description="Facts the tenant's log held at that moment.")


async def ordered(asked: Asked, tenant: str, name: str, *, force: bool) -> RebuildOrdered:
    """Have workers build a table, or "all", anew. Raises TenantUnknown, Forbidden, ProjectionUnknown, ReadOnly,
    RebuildRunning."""
    row = await row_seen(asked, tenant)
    if asked.viewer.tenants is not ALL or not asked.viewer.roles & PROVIDER_ROLES:
        raise Forbidden("Tables are rebuilt by the provider's administrators and operators.")
    chosen = named(name, catalogue.ALL)
    desk = asked.desk
    if desk is None or desk.rebuild is None:
        raise ReadOnly("This address answers questions only; nothing can be changed through it.")
    await asyncio.to_thread(desk.rebuild, row.tenant, name, force)
    head = await asyncio.to_thread(desk.store.head, row.tenant)
    return RebuildOrdered(
        tenant_id=strawberry.ID(thing_id("Tenant", row.tenant)),
        projections=[each.name for each in chosen],
        head=Position(head),
    )
