"""Two moments held against each other: who gained, lost or holds otherwise which licence."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import strawberry

from app.domain.ids import SkuId, TenantId, UserId
from app.graphql.asked_times import checked_times
from app.graphql.at_moment import AtMoment
from app.graphql.context import Asked, Info, names_below
from app.graphql.errors import BadUserInput, CursorInvalid
from app.graphql.ids import part_of, thing_id
from app.graphql.paging import Connection, Page, asked_page, place
from app.graphql.scalars import checked_text
from app.graphql.skus import Sku, sku_shown
from app.insight import comparison
from app.insight.comparison import Difference, Moments, Outcome, Which
from app.projections import licence_holdings
from app.projections.licence_holdings import Holding
from app.projections.reading import AsOfOutOfRange, Moment

SeatOutcome = strawberry.enum(Outcome, name="SeatOutcome", description="What became of a seat between two moments.")


@strawberry.type(description="One way a seat came to its holder.")
class SeatPath:
    via_group: strawberry.ID | None = strawberry.field(description="The group it came from; null: assigned directly.")
    disabled_plans: list[strawberry.ID] = strawberry.field(description="Service plans switched off, by Microsoft's id.")
    held_since: datetime = strawberry.field(description="Since when by this path with these plans, UTC.")


@strawberry.type(description="A seat, a user with a product, that is another at this moment than at the one compared.")
class SeatDifference:
    user_id: strawberry.ID = strawberry.field(description="Taken by `user` arguments.")
    user_name: str | None = strawberry.field(
        description="A pseudonym for viewers without Sua.SeePersons. Null: none is known, or it was erased."
    )
    department: str | None = strawberry.field(
        description="At this moment; of a user not known then, at the one compared. Null: the directory does not say."
    )
    sku: Sku = strawberry.field(description="The product, as it is at this moment.")
    outcome: SeatOutcome = strawberry.field(description="What became of the seat.")  # type: ignore[valid-type]
    before: list[SeatPath] = strawberry.field(description="Held by these paths at the moment compared; empty: not.")
    after: list[SeatPath] = strawberry.field(description="Held by these paths at this moment; empty: not.")
    changed_at: datetime | None = strawberry.field(
        description="When the seat last changed before the end of the later of the two days, UTC, as known at this "
        "moment; null: by this knowledge nobody ever held it."
    )


@strawberry.type(description="How many seats of a product became what.")
class OutcomeTotal:
    sku: Sku = strawberry.field(description="The product, as it is at this moment.")
    outcome: SeatOutcome = strawberry.field(description="What became of them.")  # type: ignore[valid-type]
    seats: int = strawberry.field(description="Seats, a user with a product each.")


@strawberry.type(
    description="The difference between the licences held at another moment (before) and at this one (after): of the "
    "two states. What came and went in between is none; `licenceChanges` tells of it."
)
class Comparison:
    tenant: strawberry.Private[TenantId]
    view: strawberry.Private[AtMoment]
    then: strawberry.Private[Moment]
    day_given: strawberry.Private[bool]
    knowledge_given: strawberry.Private[bool]
    knowledge: strawberry.Private[datetime | None]
    as_of: date = strawberry.field(description="The civil day compared; its end counts.")
    before_first_fact: bool = strawberry.field(
        description="Nothing was known of the tenant then, so everything held at this moment counts as gained."
    )

    @strawberry.field(description="What was learned after it is left out of the moment compared, UTC.")
    def known_at(self, info: Info) -> datetime:
        return self.knowledge or info.context.now

    @strawberry.field(description="The seats that differ, counted by product and outcome; all, or of what is named.")
    async def totals(
        self,
        info: Info,
        sku: strawberry.ID | None = None,
        user: strawberry.ID | None = None,
        department: str | None = None,
    ) -> list[OutcomeTotal]:
        asked, now = info.context, self.view.moment
        which = self._which(sku, user, department, None)
        found = await comparison.totals(asked.db, self.tenant, Moments(self.then, now), which)
        return [
            OutcomeTotal(sku=await sku_shown(asked, self.tenant, now, each.sku), outcome=each.outcome, seats=each.seats)
            for each in found
        ]

    @strawberry.field(description="The seats that differ, by the user's name. `outcomes`: only what became these.")
    async def seats(
        self,
        info: Info,
        outcomes: list[SeatOutcome] | None = None,  # type: ignore[valid-type]
        sku: strawberry.ID | None = None,
        user: strawberry.ID | None = None,
        department: str | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[SeatDifference]:
        asked = info.context
        which = self._which(sku, user, department, outcomes)
        page = self._page(asked, which, first, after)
        below, by_name = names_below(info), asked.viewer.sees_persons(self.tenant)
        return await page.filled(
            lambda limit: comparison.differences(
                asked.db, self.tenant, page.pinned, which, by_name=by_name, after=page.after, limit=limit
            ),
            lambda row: ((by_name and row.name) or "", row.user, row.sku),
            lambda rows: _shown(asked, self.tenant, page.pinned, rows, below),
        )

    def _which(
        self,
        sku: strawberry.ID | None,
        user: strawberry.ID | None,
        department: str | None,
        outcomes: Sequence[Outcome] | None,
    ) -> Which:
        who, what = self._part("user", "User", user), self._part("sku", "Sku", sku)
        return Which(
            user=None if who is None else UserId(who),
            sku=None if what is None else SkuId(what),
            department=checked_text("department", department),
            outcomes=None if outcomes is None else tuple(sorted(set(outcomes))),
        )

    def _part(self, name: str, kind: str, text: strawberry.ID | None) -> UUID | None:
        if text is None:
            return None
        part = part_of(kind, self.tenant, text)
        if part is None:
            raise BadUserInput(f"`{name}` is no id of this tenant.")
        return part

    def _page(self, asked: Asked, which: Which, first: int | None, after: str | None) -> Page[Moments, Any]:
        """Pinned to both moments. A cursor of another than the request names is refused, as by `AtMoment.page`."""
        moments = Moments(self.then, self.view.moment)
        where = place(self.tenant, "comparedWith", [which])
        key = tuple[str, UUID, UUID]
        page = asked_page(asked.cursors, asked.limits, where, first, after, moments, key)
        then, now = page.pinned.then, page.pinned.now
        other = (
            (self.view.day_given and now.on != moments.now.on)
            or (self.view.knowledge_given and now.position != moments.now.position)
            or ((self.day_given or self.view.day_given) and then.on != moments.then.on)
            or ((self.knowledge_given or self.view.knowledge_given) and then.position != moments.then.position)
        )
        if other:
            raise CursorInvalid("`after` comes from a list at other moments; begin without it.")
        return page


@strawberry.type
class ComparisonQuestions(AtMoment):
    @strawberry.field(
        description="Licences held at this moment compared with those held at another: who gained, lost, holds them by "
        "another path or with other plans. What is left out is this moment's: its day (or the newest, where by the "
        "knowledge named that day has not begun yet in the tenant's time zone), its knowledge."
    )
    async def compared_with(
        self, info: Info, as_of: date | None = None, known_at: datetime | None = None
    ) -> Comparison:
        asked = info.context
        checked_times(asked, as_of, known_at)
        knowledge = self.knowledge if known_at is None else known_at
        try:
            then = await asked.moment(self.tenant, as_of or self.moment.on, knowledge)
        except AsOfOutOfRange:
            if as_of is not None:
                raise
            then = await asked.moment(self.tenant, None, knowledge)  # by that knowledge the day has not begun there
        return Comparison(
            tenant=self.tenant,
            view=self,
            then=then,
            day_given=as_of is not None,
            knowledge_given=known_at is not None,
            knowledge=knowledge,
            as_of=then.on,
            before_first_fact=then.before_first_fact,
        )


async def _shown(
    asked: Asked, tenant: TenantId, at: Moments, rows: Sequence[Difference], below: frozenset[str]
) -> list[SeatDifference]:
    users = sorted({row.user for row in rows})
    before = await _paths(asked, tenant, at.then, users) if "before" in below else {}
    after = await _paths(asked, tenant, at.now, users) if "after" in below else {}
    changed = await comparison.changed_at(asked.db, tenant, at, users) if "changedAt" in below else {}
    return [
        SeatDifference(
            user_id=strawberry.ID(thing_id("User", tenant, row.user)),
            user_name=asked.name_of_user(tenant, row.user, row.name),
            department=row.department,
            sku=await sku_shown(asked, tenant, at.now, row.sku),
            outcome=row.outcome,
            before=before.get((row.user, row.sku), []),
            after=after.get((row.user, row.sku), []),
            changed_at=changed.get((row.user, row.sku)),
        )
        for row in rows
    ]


async def _paths(
    asked: Asked, tenant: TenantId, at: Moment, users: Sequence[UserId]
) -> dict[tuple[UserId, SkuId], list[SeatPath]]:
    found: dict[tuple[UserId, SkuId], list[SeatPath]] = {}
    for each in await licence_holdings.held_at(asked.db, tenant, at, users):
        found.setdefault((each.user, each.sku), []).append(_path(each))
    return found


def _path(row: Holding) -> SeatPath:
    return SeatPath(
        via_group=None if row.via is None else strawberry.ID(str(row.via)),
        disabled_plans=[strawberry.ID(str(plan)) for plan in row.disabled_plans],
        held_since=row.held_since,
    )
