"""How mutations change a customer: who may, through which desk, and how to see the change afterwards."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar

import strawberry

from app.auth.viewer import Forbidden
from app.commands.desk import Desk
from app.domain.errors import Refused
from app.domain.ids import TenantId
from app.graphql.context import Asked
from app.graphql.ids import thing_id
from app.graphql.scalars import Position
from app.graphql.tenants import row_seen
from app.projections.tenants import TenantRow
from app.telemetry import bound


class ReadOnly(Refused):
    """This door answers questions and takes no changes."""

    code: ClassVar[str] = "READ_ONLY"


@strawberry.type(description="What a mutation did.")
class Changed:
    tenant_id: strawberry.ID = strawberry.field(description="Of the tenant; taken by `tenant(id:)`.")
    position: Position = strawberry.field(description="Ask `at(atLeast: position)` to be shown the change.")
    facts: int = strawberry.field(description="Facts added to the log; 0: it was known to be so.")


async def changeable(asked: Asked, id: str) -> tuple[TenantRow, Desk]:  # noqa: A002
    """The tenant and the desk to change it through.

    Raises TenantUnknown for one the viewer may not see, Forbidden for one they may only look at, ReadOnly.
    """
    row = await row_seen(asked, id)
    if not asked.viewer.may_change(row.tenant):
        raise Forbidden("You may look at this tenant and change nothing; it takes an administrator's role.")
    if asked.desk is None:
        raise ReadOnly("This address answers questions only; nothing can be changed through it.")
    return row, asked.desk


async def carried_out(tenant: TenantId, desk: Desk, act: Callable[[Desk], int]) -> Changed:
    """Run a command, which blocks, beside the event loop. Returns where the log stands after it."""
    reached: list[int] = []

    def ring(of: TenantId, position: int) -> None:
        reached.append(position)
        desk.ring(of, position)

    def work() -> tuple[int, int]:
        facts = act(replace(desk, ring=ring))
        return facts, max(reached) if reached else desk.store.head(tenant)

    with bound(tenant=tenant):
        facts, position = await asyncio.to_thread(work)
    return Changed(
        tenant_id=strawberry.ID(thing_id("Tenant", tenant)),
        position=Position(position),
        facts=facts,
    )
