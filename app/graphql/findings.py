"""Which seats cost money for nothing, one by one and summed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import strawberry

from app.domain.events.deciding import Cause, Tier
from app.domain.ids import SkuId, UserId
from app.domain.policy import LONGEST_DAYS, SHORTEST_IDLE_DAYS, IdleDaysOutOfRange
from app.domain.waste_report import Place
from app.graphql.at_moment import AtMoment
from app.graphql.context import Info
from app.graphql.finding_order import FindingOrder, findings_in_order, key_kind
from app.graphql.finding_totals import FindingGrouping, FindingTotals, totals_shown
from app.graphql.finding_types import Finding, FindingCause, FindingTier, findings_shown
from app.graphql.ids import asked_part
from app.graphql.ordering import Ranked, place_after
from app.graphql.paging import Connection
from app.graphql.scalars import checked_text
from app.insight.assessment import Found
from app.insight.standings import Standing

C = TypeVar("C", Cause, Tier)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which findings; None: any. Also what a cursor belongs to, so the order of lists must not matter."""

    causes: tuple[Cause, ...] | None = None
    tiers: tuple[Tier, ...] | None = None
    department: str | None = None
    company: str | None = None
    cost_centre: str | None = None
    country: str | None = None
    sku: SkuId | None = None
    user: UserId | None = None

    @property
    def place(self) -> dict[FindingGrouping, str]:
        """Of which people alone."""
        said = {
            FindingGrouping.DEPARTMENT: self.department,
            FindingGrouping.COMPANY: self.company,
            FindingGrouping.COST_CENTRE: self.cost_centre,
            FindingGrouping.COUNTRY: self.country,
        }
        return {by: value for by, value in said.items() if value is not None}

    def holds(self, each: Found) -> bool:
        return (
            (self.causes is None or each.finding.cause in self.causes)
            and (self.tiers is None or each.finding.tier in self.tiers)
            and self.holds_seat(each.standing, each.finding.sku)
        )

    def holds_seat(self, of: Standing, sku: SkuId) -> bool:
        """Whether a seat is one of those meant, whatever is wrong with it."""
        return (
            (self.department is None or of.department == self.department)
            and (self.company is None or of.company == self.company)
            and (self.cost_centre is None or of.cost_centre == self.cost_centre)
            and (self.country is None or of.country == self.country)
            and (self.sku is None or sku == self.sku)
            and (self.user is None or of.user == self.user)
        )


@strawberry.type
class FindingQuestions(AtMoment):
    @strawberry.field(
        description="Seats that cost money for nothing, or may; one cause a seat, by default the dearest first, those "
        "of unknown worth last. `idleDays`: civil days without activity for every product, by default the tenant's own "
        "rules. Exempt seats are left out."
    )
    async def findings(
        self,
        info: Info,
        causes: list[FindingCause] | None = None,  # type: ignore[valid-type]
        tiers: list[FindingTier] | None = None,  # type: ignore[valid-type]
        department: str | None = None,
        company: str | None = None,
        cost_centre: str | None = None,
        country: str | None = None,
        sku: strawberry.ID | None = None,
        user: strawberry.ID | None = None,
        idle_days: int | None = None,
        order_by: FindingOrder = FindingOrder.WORTH,
        descending: bool | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[Finding]:
        asked = info.context
        wanted = self._wanted(causes, tiers, Place(department, company, cost_centre, country), sku, user)
        days = checked_idle_days(idle_days)
        down = order_by is FindingOrder.WORTH if descending is None else descending
        arguments = [wanted, days, order_by.name, down]
        page = self.page(info, "findings", arguments, first, after, key_kind(order_by))
        assessment = await self.assessment_at(asked, page.pinned, days)
        if assessment is None:
            return await page.filled(_nothing, _key_of, _nothing)
        found = [each for each in assessment.found if wanted.holds(each)]
        ranked = await findings_in_order(asked, self.tenant, assessment, found, order_by, descending=down)

        async def question(limit: int) -> Sequence[Ranked[Found]]:
            begin = 0
            if page.after is not None:
                begin = place_after(ranked, page.after[0], page.after[1:], descending=down)
            return ranked[begin : begin + limit]

        async def shown(some: Sequence[Ranked[Found]]) -> list[Finding]:
            return await findings_shown(asked, self.tenant, assessment, [each.item for each in some], days)

        return await page.filled(question, _key_of, shown)

    @strawberry.field(
        description="Findings counted and summed. Groups of DEPARTMENT, COMPANY, COST_CENTRE and COUNTRY with fewer "
        "than five holders are one group for viewers without Sua.SeePersons; narrowed to such: GROUP_TOO_SMALL. "
        "By GROUP a seat counts for each group it comes from."
    )
    async def finding_totals(
        self,
        info: Info,
        group_by: FindingGrouping,
        causes: list[FindingCause] | None = None,  # type: ignore[valid-type]
        tiers: list[FindingTier] | None = None,  # type: ignore[valid-type]
        department: str | None = None,
        company: str | None = None,
        cost_centre: str | None = None,
        country: str | None = None,
        sku: strawberry.ID | None = None,
        user: strawberry.ID | None = None,
        idle_days: int | None = None,
    ) -> FindingTotals:
        asked = info.context
        wanted = self._wanted(causes, tiers, Place(department, company, cost_centre, country), sku, user)
        assessment = await self.assessment_at(asked, self.moment, checked_idle_days(idle_days))
        return await totals_shown(
            asked, self.tenant, assessment, group_by, wanted.holds, wanted.holds_seat, wanted.place
        )

    def _wanted(
        self,
        causes: Sequence[Cause] | None,
        tiers: Sequence[Tier] | None,
        place: Place,
        sku: strawberry.ID | None,
        user: strawberry.ID | None,
    ) -> Wanted:
        return Wanted(
            causes=_chosen(causes),
            tiers=_chosen(tiers),
            department=checked_text("department", place.department),
            company=checked_text("company", place.company),
            cost_centre=checked_text("costCentre", place.cost_centre),
            country=checked_text("country", place.country),
            sku=None if sku is None else SkuId(asked_part("sku", "Sku", self.tenant, sku)),
            user=None if user is None else UserId(asked_part("user", "User", self.tenant, user)),
        )


async def _nothing(_: object) -> list[Any]:
    """Before the first fact there is nobody to judge."""
    return []


def _key_of(each: Ranked[Found]) -> tuple[object, ...]:
    return each.value, *each.tie


def checked_idle_days(days: int | None) -> int | None:
    if days is not None and not SHORTEST_IDLE_DAYS <= days <= LONGEST_DAYS:
        raise IdleDaysOutOfRange(f"`idleDays` lies between {SHORTEST_IDLE_DAYS} and {LONGEST_DAYS}, not {days}.")
    return days


def _chosen(values: Sequence[C] | None) -> tuple[C, ...] | None:
    return None if values is None else tuple(sorted(set(values), key=str))
