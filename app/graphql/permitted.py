"""What a viewer may change at a customer, told beforehand so that a portal need not guess from roles."""

from datetime import datetime

import strawberry

from app.domain.access import State
from app.domain.ids import TenantId
from app.graphql.context import Asked, Info
from app.projections.tenants import TenantRow


@strawberry.type(
    description="What the viewer may change here and now. False: the mutation would be refused, for lack of a role, "
    "because the customer has left, or because this address takes no changes."
)
class MayChange:
    prices: bool = strawberry.field(description="`setPrice`, `withdrawPrice`.")
    policy: bool = strawberry.field(description="`changePolicy`.")
    exemptions: bool = strawberry.field(description="`exemptSeat`, `liftExemption`.")
    decisions: bool = strawberry.field(description="`decideFinding`.")
    call_retention: bool = strawberry.field(description="`setCallRetention`.")
    persons: bool = strawberry.field(description="`erasePerson`.")
    invitation: bool = strawberry.field(description="`remindTenant`; before they consent `withdrawInvitation`, too.")

    @classmethod
    def of(cls, asked: Asked, row: TenantRow) -> "MayChange":
        desk, viewer = asked.desk, asked.viewer
        may = desk is not None and viewer.may_change(row.tenant)
        here = may and State(row.state) is not State.OFFBOARDED
        invites = desk is not None and desk.inviting is not None and viewer.may_invite
        return cls(
            prices=here,
            policy=here,
            exemptions=here,
            decisions=here,
            call_retention=may,
            persons=may,
            invitation=invites and State(row.state) is not State.OFFBOARDED,
        )


@strawberry.type(description="A consent link that is still valid. The link itself is told only when it is made.")
class OpenInvitation:
    made_at: datetime = strawberry.field(description="When the newest link was made, UTC.")
    expires_at: datetime = strawberry.field(description="Until when it is valid, UTC.")


@strawberry.type
class PermittedQuestions:
    tenant: strawberry.Private[TenantId]
    row: strawberry.Private[TenantRow]

    @strawberry.field(description="What the viewer may change here.")
    def may_change(self, info: Info) -> MayChange:
        return MayChange.of(info.context, self.row)

    @strawberry.field(
        description="The newest consent link that is still valid. Null: there is none, or the viewer is none of the "
        "provider's administrators."
    )
    async def invitation(self, info: Info) -> OpenInvitation | None:
        left = State(self.row.state) is State.OFFBOARDED
        link = None if left else (await info.context.open_links()).get(self.tenant)
        return None if link is None else OpenInvitation(made_at=link.made_at, expires_at=link.expires_at)
