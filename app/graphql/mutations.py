"""What people change: prices, rules, exemptions and decisions. Each is a command, by the hand of whoever asks."""

from datetime import date
from uuid import uuid4

import strawberry

from app.commands.change_policy import AmendPolicy, amend_policy
from app.commands.decide_finding import DecideFinding, decide_finding
from app.commands.erase_person import ErasePerson, erase_person
from app.commands.exempt_seat import ExemptSeat, exempt_seat
from app.commands.lift_exemption import LiftExemption, lift_exemption
from app.commands.set_call_retention import SetCallRetention, set_call_retention
from app.commands.set_price import SetPrice, WithdrawPrice, set_price, withdraw_price
from app.domain.errors import Refused
from app.domain.events.persons import ErasureGround
from app.domain.ids import SkuId, TenantId, UserId
from app.graphql.changing import Changed, carried_out, changeable
from app.graphql.context import Asked, Info
from app.graphql.finding_types import FindingDecision
from app.graphql.findings import checked_idle_days
from app.graphql.ids import asked_part
from app.graphql.inviting import InvitationChanges
from app.graphql.policy import PolicyInput
from app.graphql.price_input import PriceInput, PriceNameInput
from app.graphql.rebuilding import RebuildOrdered, ordered
from app.graphql.scalars import checked_day, checked_words
from app.insight.assessment import Found
from app.projections import tenants

Ground = strawberry.enum(
    ErasureGround, name="ErasureGround", description="Why a person is erased (GDPR, article 17, paragraph 1)."
)


class NoSuchFinding(Refused):
    """The seat has no finding now: it is not held, is used, or is exempt. Nothing can be decided of it."""

    code = "NO_SUCH_FINDING"


@strawberry.input(description="A seat: a user with a product.")
class SeatInput:
    user: strawberry.ID = strawberry.field(description="`userId` of a user.")
    sku: strawberry.ID = strawberry.field(description="`skuId` of a product.")

    def parts(self, tenant: TenantId) -> tuple[UserId, SkuId]:
        user, sku = asked_part("user", "User", tenant, self.user), asked_part("sku", "Sku", tenant, self.sku)
        return UserId(user), SkuId(sku)


@strawberry.type(
    description="Changes to a tenant, by its administrators or the provider's. NOT_FOUND for a tenant the viewer may "
    "not see, FORBIDDEN for one they may only look at. Repeating a change adds nothing."
)
class Mutation(InvitationChanges):
    @strawberry.mutation(
        description="State what a seat of a product costs. A price of the same product, source, lot and first day is "
        "replaced; whoever asks by older knowledge still sees the old one."
    )
    async def set_price(self, info: Info, tenant: strawberry.ID, price: PriceInput) -> Changed:
        row, desk = await changeable(info.context, tenant)
        command = SetPrice(row.tenant, price.line(row.tenant), uuid4())
        return await carried_out(row.tenant, desk, lambda desk: set_price(command, desk))

    @strawberry.mutation(description="A price never held: it was a mistake.")
    async def withdraw_price(self, info: Info, tenant: strawberry.ID, price: PriceNameInput) -> Changed:
        row, desk = await changeable(info.context, tenant)
        command = WithdrawPrice(row.tenant, price.name(row.tenant), uuid4())
        return await carried_out(row.tenant, desk, lambda desk: withdraw_price(command, desk))

    @strawberry.mutation(description="Leave a seat alone: no finding is made of it before the civil day `until`.")
    async def exempt_seat(
        self,
        info: Info,
        tenant: strawberry.ID,
        seat: SeatInput,
        reason: str,
        owner: str,
        until: date | None = None,
    ) -> Changed:
        row, desk = await changeable(info.context, tenant)
        user, sku = seat.parts(row.tenant)
        command = ExemptSeat(
            tenant=row.tenant,
            user=user,
            sku=sku,
            reason=checked_words("reason", reason),
            owner=checked_words("owner", owner),
            until=None if until is None else checked_day("until", until),
            by=info.context.viewer.oid,
            cause=uuid4(),
        )
        return await carried_out(row.tenant, desk, lambda desk: exempt_seat(command, desk))

    @strawberry.mutation(description="A seat is not to be left alone any more.")
    async def lift_exemption(self, info: Info, tenant: strawberry.ID, seat: SeatInput) -> Changed:
        row, desk = await changeable(info.context, tenant)
        user, sku = seat.parts(row.tenant)
        command = LiftExemption(row.tenant, user, sku, info.context.viewer.oid, uuid4())
        return await carried_out(row.tenant, desk, lambda desk: lift_exemption(command, desk))

    @strawberry.mutation(
        description="Decide about the finding the seat has now; NO_SUCH_FINDING where it has none. `idleDays` as it "
        "was shown with."
    )
    async def decide_finding(
        self,
        info: Info,
        tenant: strawberry.ID,
        seat: SeatInput,
        decision: FindingDecision,  # type: ignore[valid-type]
        note: str | None = None,
        idle_days: int | None = None,
    ) -> Changed:
        asked = info.context
        row, desk = await changeable(asked, tenant)
        user, sku = seat.parts(row.tenant)
        finding = (await _found(asked, row.tenant, user, sku, checked_idle_days(idle_days))).finding
        command = DecideFinding(
            tenant=row.tenant,
            user=user,
            sku=sku,
            cause_found=finding.cause,
            tier=finding.tier,
            decision=decision,
            note=None if note is None else checked_words("note", note),
            by=asked.viewer.oid,
            cause=uuid4(),
        )
        return await carried_out(row.tenant, desk, lambda desk: decide_finding(command, desk))

    @strawberry.mutation(
        description="Erase a person for good: whatever they could be known by becomes unreadable, at every moment and "
        "in every fact; what they held, used and cost stays. Later reads of the directory do not bring the name back."
    )
    async def erase_person(
        self,
        info: Info,
        tenant: strawberry.ID,
        user: strawberry.ID,
        ground: Ground = ErasureGround.REQUESTED,  # type: ignore[valid-type]
    ) -> Changed:
        row, desk = await changeable(info.context, tenant)
        person = UserId(asked_part("user", "User", row.tenant, user))
        command = ErasePerson(row.tenant, person, ground, info.context.viewer.oid, uuid4())
        return await carried_out(row.tenant, desk, lambda desk: erase_person(command, desk))

    @strawberry.mutation(description="Change some of the tenant's own rules, from now on.")
    async def change_policy(self, info: Info, tenant: strawberry.ID, policy: PolicyInput) -> Changed:
        row, desk = await changeable(info.context, tenant)
        command = AmendPolicy(row.tenant, policy.changes(row.tenant), uuid4())
        return await carried_out(row.tenant, desk, lambda desk: amend_policy(command, desk))

    @strawberry.mutation(
        description="For how long it is kept who took part in calls: `days` after the last day of their month (UTC). "
        "What is gone does not come back by a longer time."
    )
    async def set_call_retention(self, info: Info, tenant: strawberry.ID, days: int) -> Changed:
        row, desk = await changeable(info.context, tenant)
        command = SetCallRetention(row.tenant, days, info.context.viewer.oid, uuid4())
        return await carried_out(row.tenant, desk, lambda desk: set_call_retention(command, desk))

    @strawberry.mutation(
        description="Build one table anew from the log, several with commas between, or `all`; the old rows answer "
        "until the new ones take their place. By the provider's administrators and operators. Returns at once; "
        "`rebuildProgress` tells how far it is. REBUILD_RUNNING while the table is being built. Rows of this release "
        "that are not what it makes of the log are replaced only with `force`."
    )
    async def rebuild_projection(
        self,
        info: Info,
        tenant: strawberry.ID,
        name: str,
        force: bool = False,
    ) -> RebuildOrdered:
        return await ordered(info.context, tenant, name, force=force)


async def _found(asked: Asked, tenant: TenantId, user: UserId, sku: SkuId, idle_days: int | None) -> Found:
    now = await asked.present(tenant)
    row = await tenants.found(asked.db, tenant, now)
    assessment = None if row is None else await asked.assessment(now, row, idle_days)
    found = () if assessment is None else assessment.found
    for each in found:
        if each.user == user and each.finding.sku == sku:
            return each
    raise NoSuchFinding("The seat has no finding now.")
