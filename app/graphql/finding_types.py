"""A finding as clients see it: what is wrong with a seat, how sure that is, what it costs, and what to do."""

from collections.abc import Sequence
from datetime import datetime

import strawberry

from app.domain.events.deciding import Cause, Decision, Tier
from app.domain.findings import Remark
from app.domain.ids import SkuId, TenantId
from app.graphql.context import Asked
from app.graphql.ids import thing_id, version_id
from app.graphql.money import Money
from app.graphql.node_type import Node
from app.graphql.skus import Sku, sku_shown
from app.graphql.users import ActivitySource
from app.insight.assessment import Assessment, Found
from app.insight.explained import Action, action_of, advised, explained
from app.insight.finding_details import Detailed, details_of
from app.projections.findings import DecidedSeat

FindingCause = strawberry.enum(
    Cause, name="Cause", description="Why a seat costs money for nothing: the first that applies, in this order."
)
FindingTier = strawberry.enum(
    Tier, name="Tier", description="How far a saving can be counted on. UNVERIFIABLE: counted, and no money."
)
FindingRemark = strawberry.enum(
    Remark, name="FindingRemark", description="What somebody who acts on a finding should know besides."
)
FindingDecision = strawberry.enum(
    Decision,
    name="Decision",
    description="ACCEPTED: the seat is to be freed. DECLINED: it stays. DONE: somebody says that it was freed.",
)
RemedyAction = strawberry.enum(
    Action,
    name="RemedyAction",
    description="REMOVE_BOTH: assigned directly and by a group. REVIEW: a person should look first.",
)


@strawberry.type(description="What would end a finding.")
class Remedy:
    action: RemedyAction  # type: ignore[valid-type]
    groups: list[strawberry.ID] = strawberry.field(
        description="Groups the seat comes from, by Microsoft's id. Of a dynamic group the rule has to change."
    )
    text: str = strawberry.field(description="What to do, in one English sentence.")


@strawberry.type(description="What somebody decided about the finding a seat had.")
class FindingDecided:
    decision: FindingDecision  # type: ignore[valid-type]
    cause: FindingCause = strawberry.field(description="Of the finding it was about.")  # type: ignore[valid-type]
    tier: FindingTier = strawberry.field(description="Of the finding it was about.")  # type: ignore[valid-type]
    note: str | None = strawberry.field(
        description="Null: there is none, or the viewer lacks Sua.SeePersons: people write names into it."
    )
    at: datetime | None = strawberry.field(description="UTC.")
    by: strawberry.ID | None = strawberry.field(description="Object id, in their own directory, of who decided.")


@strawberry.type(description="What is wrong with one seat: a user with a product, by however many paths.")
class Finding(Node):
    id: strawberry.ID = strawberry.field(description="Of this finding at this moment.")
    cause: FindingCause  # type: ignore[valid-type]
    tier: FindingTier  # type: ignore[valid-type]
    remarks: list[FindingRemark]  # type: ignore[valid-type]
    also: list[FindingCause] = strawberry.field(  # type: ignore[valid-type]
        description="Later causes that apply as well; they save nothing more."
    )
    text: str = strawberry.field(description="The finding in one plain English sentence.")
    sku: Sku
    covered_by: list[Sku] = strawberry.field(description="Of an OVERLAP: products held as well that cover this one.")
    better: Sku | None = strawberry.field(description="Of a DOWNGRADE: the product to hold instead.")
    price: Money | None = strawberry.field(description="Of the seat, a month, net, that day. Null: unknown, not zero.")
    saving: Money | None = strawberry.field(
        description="A month, net; of a DOWNGRADE the difference of prices. Null: unknown, not zero."
    )
    user_id: strawberry.ID = strawberry.field(description="Taken by `user` arguments.")
    user_name: str | None = strawberry.field(description="A pseudonym for viewers without Sua.SeePersons.")
    department: str | None = strawberry.field(description="At the moment, as the next three.")
    company: str | None
    cost_centre: str | None
    country: str | None
    held_since: datetime | None = strawberry.field(description="Held by any path without a break since then, UTC.")
    quiet_since: datetime | None = strawberry.field(
        description="The last sign of what is missing: of the person, or of the product's use for SKU_IDLE, UTC. "
        "Null: never any, or no gap of a week."
    )
    quiet_days: int | None = strawberry.field(description="Civil days since `quietSince`.")
    band: int | None = strawberry.field(
        description="The greatest of 30, 60, 90 and 180 days the seat has been quiet for more than; null: none of them."
    )
    disabled_since: datetime | None = strawberry.field(description="The account is disabled since then, UTC.")
    evidence: list[ActivitySource] = strawberry.field(
        description="Newest sign of life by source, as far as it lies before the moment."
    )
    decision: FindingDecided | None = strawberry.field(description="What was decided last of this seat; null: nothing.")
    remedy: Remedy


async def findings_shown(
    asked: Asked, tenant: TenantId, assessment: Assessment, some: Sequence[Found], idle_days: int | None
) -> list[Finding]:
    """A page of findings, as this viewer may see the people in them. `idle_days`: as they were judged by."""
    days = () if idle_days is None else (idle_days,)
    at = assessment.at
    names = await asked.product_names(tenant, at, {sku for each in some for sku in _skus_of(each)})

    async def sku(of: SkuId) -> Sku:
        return await sku_shown(asked, tenant, at, of)

    shown = []
    for each in await details_of(asked.db, tenant, assessment, some):
        found, finding, standing = each.found, each.found.finding, each.found.standing
        name = asked.name_of_user(tenant, found.user, each.name)
        who = name or "A user without a name"
        shown.append(
            Finding(
                id=strawberry.ID(version_id("Finding", tenant, at, found.user, finding.sku, *days)),
                cause=finding.cause,
                tier=finding.tier,
                remarks=list(finding.remarks),
                also=list(finding.also),
                text=explained(each, who, names, at.zone),
                sku=await sku(finding.sku),
                covered_by=[await sku(cover) for cover in finding.covered_by],
                better=None if finding.better is None else await sku(finding.better),
                price=Money.of_known(found.price),
                saving=Money.of_known(finding.saving),
                user_id=strawberry.ID(thing_id("User", tenant, found.user)),
                user_name=name,
                department=standing.department,
                company=standing.company,
                cost_centre=standing.cost_centre,
                country=standing.country,
                held_since=each.held_since,
                quiet_since=each.quiet_since,
                quiet_days=each.quiet_days,
                band=each.band,
                disabled_since=each.disabled_since,
                evidence=[ActivitySource(source=sign.source, at=sign.at) for sign in each.evidence],
                decision=_decided(each.decided, persons=asked.viewer.sees_persons(tenant)),
                remedy=_remedy(each, who, names),
            )
        )
    return shown


def _skus_of(each: Found) -> set[SkuId]:
    better = {each.finding.better} if each.finding.better is not None else set()
    return {each.finding.sku, *each.finding.covered_by, *better}


def _remedy(each: Detailed, who: str, names: dict[SkuId, str]) -> Remedy:
    return Remedy(
        action=action_of(each),
        groups=[strawberry.ID(str(group)) for group in each.groups],
        text=advised(each, who, names),
    )


def _decided(row: DecidedSeat | None, *, persons: bool) -> FindingDecided | None:
    if row is None or row.decision is None or row.cause is None or row.tier is None:
        return None
    return FindingDecided(
        decision=row.decision,
        cause=row.cause,
        tier=row.tier,
        note=row.note if persons else None,
        at=row.decided_at,
        by=None if row.decided_by is None else strawberry.ID(str(row.decided_by)),
    )
