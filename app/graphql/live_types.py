"""What subscriptions tell. One answer is made per news and shared by everybody who listens to it."""

from datetime import datetime
from typing import TypeAlias

import strawberry

from app.domain.ids import TenantId
from app.graphql.ids import thing_id
from app.graphql.scalars import Position
from app.projections.building import Building
from app.projections.heads import Head

Frames: TypeAlias = dict[tuple[str, str, str], bytes]
"""The answer in JSON, by document, operation and variables: encoded once, however many asked it in those words."""


@strawberry.type(description="A tenant's tables have come as far as this.")
class TenantAdvanced:
    tenant_id: strawberry.ID = strawberry.field(description="The tenant's `id`.")
    position: Position = strawberry.field(
        description='The last fact every table took in; "0": none yet. `at(atLeast: position)` answers at once.'
    )
    recorded_at: datetime | None = strawberry.field(description="When SUA learned that fact, UTC; null: none yet.")
    frames: strawberry.Private[Frames]

    @classmethod
    def of(cls, tenant: TenantId, head: Head) -> "TenantAdvanced":
        return cls(
            tenant_id=strawberry.ID(thing_id("Tenant", tenant)),
            position=Position(head.position),
            recorded_at=head.recorded_at,
            frames={},
        )


@strawberry.type(
    description="How far one table of the read side has come, over all tenants the viewer may see. While a table is "
    "built anew its old rows go on answering; the new ones take their place tenant by tenant, and until then count "
    "here."
)
class RebuildProgress:
    projection: str = strawberry.field(description="The table's projection, as `sua projections status` names it.")
    position: Position = strawberry.field(description="Facts taken in, as a sum over the tenants.")
    head: Position = strawberry.field(description="Facts there are, as a sum over the tenants.")
    behind: Position = strawberry.field(description="Facts not taken in yet: `head` less `position`.")
    stopped: int = strawberry.field(
        description="Tenants whose rows met a fact that could not be taken in, or were built by another release: they "
        "stand still until they are rebuilt."
    )
    under_way: int = strawberry.field(description="Tenants for which the table is being built anew, or is to be.")
    failed: int = strawberry.field(
        description="Tenants whose newest rebuild ended without new rows: a fact could not be taken in, or the table "
        "says something else than it. `sua projections status` tells which, and why."
    )
    frames: strawberry.Private[Frames]

    @classmethod
    def of(cls, building: Building) -> "RebuildProgress":
        return cls(
            projection=building.projection,
            position=Position(building.position),
            head=Position(building.head),
            behind=Position(building.head - building.position),
            stopped=building.stopped,
            under_way=building.under_way,
            failed=building.failed,
            frames={},
        )
