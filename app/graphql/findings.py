"""Which seats cost money for nothing, one by one and summed."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar
from uuid import UUID

import strawberry

from app.domain.events.deciding import Cause, Tier
from app.domain.ids import SkuId, UserId
from app.domain.policy import LONGEST_DAYS, SHORTEST_IDLE_DAYS, IdleDaysOutOfRange
from app.graphql.at_moment import AtMoment
from app.graphql.context import Info
from app.graphql.finding_totals import FindingGrouping, FindingTotals, totals_shown
from app.graphql.finding_types import Finding, FindingCause, FindingTier, findings_shown
from app.graphql.ids import asked_part
from app.graphql.paging import Connection
from app.graphql.scalars import checked_text
from app.insight.assessment import Found, rank

C = TypeVar("C", Cause, Tier)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which findings; None: any. Also what a cursor belongs to, so the order of lists must not matter."""

    causes: tuple[Cause, ...] | None = None
    tiers: tuple[Tier, ...] | None = None
    department: str | None = None
    sku: SkuId | None = None
    user: UserId | None = None

    def holds(self, each: Found) -> bool:
        return (
            (self.causes is None or each.finding.cause in self.causes)
            and (self.tiers is None or each.finding.tier in self.tiers)
            and (self.department is None or each.standing.department == self.department)
            and (self.sku is None or each.finding.sku == self.sku)
            and (self.user is None or each.user == self.user)
        )


@strawberry.type
class FindingQuestions(AtMoment):
    @strawberry.field(
        description="Seats that cost money for nothing, or may; one cause a seat, the dearest first, those of unknown "
        "worth last. `idleDays`: civil days without activity for every product, by default the tenant's own rules. "
        "Exempt seats are left out."
    )
    async def findings(
        self,
        info: Info,
        causes: list[FindingCause] | None = None,  # type: ignore[valid-type]
        tiers: list[FindingTier] | None = None,  # type: ignore[valid-type]
        department: str | None = None,
        sku: strawberry.ID | None = None,
        user: strawberry.ID | None = None,
        idle_days: int | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[Finding]:
        asked = info.context
        wanted = Wanted(
            causes=_chosen(causes),
            tiers=_chosen(tiers),
            department=checked_text("department", department),
            sku=None if sku is None else SkuId(asked_part("sku", "Sku", self.tenant, sku)),
            user=None if user is None else UserId(asked_part("user", "User", self.tenant, user)),
        )
        days = checked_idle_days(idle_days)
        page = self.page(info, "findings", [wanted, days], first, after, tuple[Decimal | None, UUID, UUID])
        assessment = await self.assessment_at(asked, page.pinned, days)
        found = [] if assessment is None else [each for each in assessment.found if wanted.holds(each)]

        async def question(limit: int) -> Sequence[Found]:
            begin = 0 if page.after is None else bisect_right(found, _rank(*page.after), key=rank)
            return found[begin : begin + limit]

        async def shown(some: Sequence[Found]) -> list[Finding]:
            return [] if assessment is None else await findings_shown(asked, self.tenant, assessment, some, days)

        return await page.filled(question, lambda each: (each.worth, each.user, each.finding.sku), shown)

    @strawberry.field(
        description="Findings counted and summed. Groups of DEPARTMENT, COMPANY, COST_CENTRE and COUNTRY with fewer "
        "than five holders are one group for viewers without Sua.SeePersons. By GROUP a seat counts for each group it "
        "comes from."
    )
    async def finding_totals(
        self,
        info: Info,
        group_by: FindingGrouping,
        causes: list[FindingCause] | None = None,  # type: ignore[valid-type]
        tiers: list[FindingTier] | None = None,  # type: ignore[valid-type]
        idle_days: int | None = None,
    ) -> FindingTotals:
        asked = info.context
        wanted = Wanted(causes=_chosen(causes), tiers=_chosen(tiers))
        assessment = await self.assessment_at(asked, self.moment, checked_idle_days(idle_days))
        return await totals_shown(asked, self.tenant, assessment, group_by, wanted.holds)


def checked_idle_days(days: int | None) -> int | None:
    if days is not None and not SHORTEST_IDLE_DAYS <= days <= LONGEST_DAYS:
        raise IdleDaysOutOfRange(f"`idleDays` lies between {SHORTEST_IDLE_DAYS} and {LONGEST_DAYS}, not {days}.")
    return days


def _chosen(values: Sequence[C] | None) -> tuple[C, ...] | None:
    return None if values is None else tuple(sorted(set(values), key=str))


def _rank(worth: Decimal | None, user: UUID, sku: UUID) -> tuple[bool, Decimal, UserId, SkuId]:
    return worth is None, -(worth or Decimal(0)), UserId(user), SkuId(sku)
