"""How we know: the trail of licence changes, and the log itself."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import strawberry
from strawberry.scalars import JSON

from app.domain.ids import SkuId, TenantId, UserId
from app.graphql.asked_times import checked_past
from app.graphql.context import Asked, Info
from app.graphql.errors import BadUserInput
from app.graphql.ids import part_of, thing_id
from app.graphql.paging import Connection, Page, asked_page, place
from app.graphql.scalars import Position, checked_instant, checked_text
from app.graphql.skus import Sku, sku_shown
from app.projections import event_log, licence_changes, users
from app.projections.event_log import LoggedFact
from app.projections.licence_changes import LicenceChange as ChangeRow
from app.projections.reading import Moment

TYPES_MAX = 50


@strawberry.enum(description="What happened to a licence.")
class Change(StrEnum):
    ASSIGNED = "ASSIGNED"
    CHANGED = "CHANGED"
    REMOVED = "REMOVED"
    FAILED = "FAILED"


@strawberry.type(description="One change of one licence, when it happened, and when and from what SUA learned of it.")
class LicenceChange:
    position: Position = strawberry.field(description="Its place in the tenant's log.")
    happened_at: datetime = strawberry.field(
        description="UTC. Licences are read once a day, so a removal's time trails it by up to 24 hours."
    )
    recorded_at: datetime = strawberry.field(description="When SUA learned of it, UTC.")
    change: Change
    user_id: strawberry.ID
    user_name: str | None = strawberry.field(
        description="As known now, or at `knownAt`; a pseudonym without Sua.SeePersons."
    )
    sku: Sku = strawberry.field(description="As known now, or at `knownAt`.")
    via_group: strawberry.ID | None = strawberry.field(description="The group it came from; null: assigned directly.")
    detail: str | None = strawberry.field(description="Service plans switched off, or Microsoft's word for a failure.")
    cause: strawberry.ID = strawberry.field(description="The read that showed it.")


@strawberry.type(description="One fact of the log, for auditors. Facts are never altered.")
class LoggedEvent:
    position: Position = strawberry.field(description="Its place in the tenant's log, without gaps.")
    name: str
    stream: str
    version: str = strawberry.field(description="Its place in the stream, a whole number.")
    happened_at: datetime = strawberry.field(description="When it became true, UTC.")
    recorded_at: datetime = strawberry.field(description="When SUA learned of it, UTC.")
    cause: strawberry.ID = strawberry.field(description="The snapshot run, notification or command that led to it.")
    state: JSON = strawberry.field(description="The fact as stored; null stands where it holds a personal value.")


@strawberry.type
class TenantHistory:
    tenant: strawberry.Private[TenantId]

    @strawberry.field(
        description="Who got or lost which licence, the newest knowledge first; `since` included, `until` excluded. "
        "`knownAt`: what was recorded later is left out."
    )
    async def licence_changes(
        self,
        info: Info,
        user: strawberry.ID | None = None,
        sku: strawberry.ID | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        known_at: datetime | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[LicenceChange]:
        asked = info.context
        who, what = self._part("user", "User", user), self._part("sku", "Sku", sku)
        begin, end = checked_instant("since", since), checked_instant("until", until)
        known = await self._known(asked, known_at)
        page = self._page(asked, "licenceChanges", [who, what, begin, end, known_at], first, after, known)
        return await page.filled(
            lambda limit: licence_changes.listed(
                asked.db,
                self.tenant,
                page.pinned,
                user=None if who is None else UserId(who),
                sku=None if what is None else SkuId(what),
                since=begin,
                until=end,
                after=page.after,
                limit=limit,
            ),
            lambda row: row.position,
            lambda rows: _changes_shown(asked, self.tenant, known, rows),
        )

    @strawberry.field(
        description="The log itself, the newest knowledge first. `types`: names of facts, e.g. LicenceRemoved; "
        "`since` included, `until` excluded, by when it happened. `knownAt`: what was recorded later is left out."
    )
    async def events(
        self,
        info: Info,
        types: list[str] | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        known_at: datetime | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[LoggedEvent]:
        asked = info.context
        names = None if types is None else _names(types)
        begin, end = checked_instant("since", since), checked_instant("until", until)
        known = await self._known(asked, known_at)
        page = self._page(asked, "events", [names, begin, end, known_at], first, after, known)
        return await page.filled(
            lambda limit: event_log.listed(
                asked.db,
                self.tenant,
                page.pinned,
                names=names,
                since=begin,
                until=end,
                after=page.after,
                limit=limit,
            ),
            lambda row: row.position,
            _events_shown,
        )

    async def _known(self, asked: Asked, known_at: datetime | None) -> Moment:
        """Today, as known at the instant; None: as known now. Raises as `checked_past` does."""
        checked_past("knownAt", known_at, asked.asked_at)
        return await (asked.present(self.tenant) if known_at is None else asked.moment(self.tenant, None, known_at))

    def _page(
        self, asked: Asked, field: str, arguments: Sequence[object], first: int | None, after: str | None, known: Moment
    ) -> Page[int, int]:
        """Pinned to the position the first page was asked at: what is recorded later does not shift the pages."""
        where = place(self.tenant, field, arguments)
        return asked_page(asked.cursors, asked.limits, where, first, after, known.position, int)

    def _part(self, name: str, kind: str, text: strawberry.ID | None) -> UUID | None:
        if text is None:
            return None
        part = part_of(kind, self.tenant, text)
        if part is None:
            raise BadUserInput(f"`{name}` is no id of this tenant.")
        return part


def _names(types: Sequence[str]) -> list[str]:
    if len(types) > TYPES_MAX:
        raise BadUserInput(f"`types` names at most {TYPES_MAX}.")
    return [name for name in (checked_text("types", each) for each in types) if name is not None]


async def _changes_shown(
    asked: Asked, tenant: TenantId, known: Moment, rows: Sequence[ChangeRow]
) -> list[LicenceChange]:
    named = await users.named_at(asked.db, tenant, known, list({row.user for row in rows}))
    names = {row.user: row.display_name for row in named}
    return [
        LicenceChange(
            position=Position(row.position),
            happened_at=row.happened_at,
            recorded_at=row.recorded_at,
            change=Change(row.change),
            user_id=strawberry.ID(thing_id("User", tenant, row.user)),
            user_name=asked.name_of_user(tenant, row.user, names.get(row.user)),
            sku=await sku_shown(asked, tenant, known, row.sku),
            via_group=None if row.via is None else strawberry.ID(str(row.via)),
            detail=row.detail,
            cause=strawberry.ID(str(row.cause)),
        )
        for row in rows
    ]


async def _events_shown(rows: Sequence[LoggedFact]) -> list[LoggedEvent]:
    return [
        LoggedEvent(
            position=Position(row.position),
            name=row.name,
            stream=row.stream,
            version=str(row.version),
            happened_at=row.happened_at,
            recorded_at=row.recorded_at,
            cause=strawberry.ID(str(row.cause)),
            state=JSON(row.state),
        )
        for row in rows
    ]
