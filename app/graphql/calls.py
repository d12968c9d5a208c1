"""Calls, who took part, and the time spent on them."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

import strawberry

from app.domain.events.telephony import PartyKind
from app.domain.ids import TenantId, UserId
from app.domain.telephony import Direction
from app.graphql.at_moment import AtMoment
from app.graphql.context import Asked, Info, names_below
from app.graphql.errors import BadUserInput
from app.graphql.ids import part_of, thing_id
from app.graphql.paging import Connection
from app.graphql.scalars import Seconds, checked_day, checked_text
from app.projections import call_participants, calls, users
from app.projections.call_participants import ParticipantRow
from app.projections.calls import CallRow
from app.projections.reading import Moment

WINDOW_DAYS = 7
WINDOW_DAYS_MAX = 400

CallDirection = strawberry.enum(
    Direction, name="CallDirection", description="Seen from the tenant: by who took part, never by names."
)
CallPartyKind = strawberry.enum(PartyKind, name="PartyKind", description="What Graph says a party is.")


@strawberry.type(description="One party of a call.")
class Participant:
    user_id: strawberry.ID | None = strawberry.field(description="A user of the tenant; null: somebody else.")
    name: str | None = strawberry.field(
        description="The user's name, or the number or name somebody else was shown by; a pseudonym for viewers "
        "without Sua.SeePersons. Null: not known, erased, or gone with the details of the month."
    )
    kind: CallPartyKind  # type: ignore[valid-type]
    joined_at: datetime = strawberry.field(description="UTC.")
    left_at: datetime = strawberry.field(description="UTC.")
    seconds: Seconds = strawberry.field(description="Time in the call: overlapping sessions count once.")
    failed: bool


@strawberry.type(description="A call record, in the newest revision known at the moment.")
class Call:
    id: strawberry.ID = strawberry.field(description="Of this call in this revision.")
    call_id: strawberry.ID = strawberry.field(description="Microsoft's id of the call.")
    revision: str = strawberry.field(description="Microsoft's version of the record, a whole number; it rises.")
    kind: str = strawberry.field(description="Microsoft's word, e.g. groupCall or peerToPeer.")
    modalities: list[str] = strawberry.field(description="Microsoft's words, e.g. audio, video.")
    started_at: datetime = strawberry.field(description="UTC.")
    ended_at: datetime = strawberry.field(description="UTC.")
    seconds: Seconds = strawberry.field(description="From start to end.")
    direction: CallDirection  # type: ignore[valid-type]
    organiser_id: strawberry.ID | None = strawberry.field(description="The user who organised it; null: no user.")
    participant_count: int = strawberry.field(description="Parties, not sessions.")
    failed: bool = strawberry.field(description="Nobody could be heard.")
    participants: list[Participant] = strawberry.field(description="By time of joining.")


@strawberry.type
class CallQuestions(AtMoment):
    @strawberry.field(
        description="Calls that began on the civil days [since, until) of the tenant, the newest first, without test "
        "calls. `user`: those they took part in, without months whose details are gone. By default the "
        f"{WINDOW_DAYS} days up to the moment."
    )
    async def calls(
        self,
        info: Info,
        since: date | None = None,
        until: date | None = None,
        direction: CallDirection | None = None,  # type: ignore[valid-type]
        kind: str | None = None,
        user: strawberry.ID | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[Call]:
        asked = info.context
        sort, who = checked_text("kind", kind), self._user(user)
        arguments = [since, until, direction, sort, who]
        page = self.page(info, "calls", arguments, first, after, tuple[datetime, UUID])
        begin, end = asked_window(page.pinned, since, until)
        below = names_below(info)
        # People of other directories have no id here, so they cannot be looked for by an id of theirs either.
        known = who is None or await users.found_at(asked.db, self.tenant, page.pinned, who) is not None

        async def listed(limit: int) -> Sequence[CallRow]:
            if not known:
                return ()
            return await calls.listed_at(
                asked.db,
                self.tenant,
                page.pinned,
                since=page.pinned.day_begins(begin),
                until=page.pinned.day_begins(end),
                direction=direction,
                kind=sort,
                user=who,
                after=page.after,
                limit=limit,
            )

        return await page.filled(
            listed,
            lambda row: (row.started_at, row.call),
            lambda rows: _calls_shown(asked, self.tenant, page.pinned, rows, below),
        )

    def _user(self, user: strawberry.ID | None) -> UserId | None:
        if user is None:
            return None
        part = part_of("User", self.tenant, user)
        if part is None:
            raise BadUserInput("`user` is no id of this tenant.")
        return UserId(part)


def asked_window(at: Moment, since: date | None, until: date | None) -> tuple[date, date]:
    """The days [since, until): as asked, else the last ones up to the moment."""
    end = checked_day("until", until) if until is not None else at.on + timedelta(days=1)
    begin = checked_day("since", since) if since is not None else end - timedelta(days=WINDOW_DAYS)
    if begin > end:
        raise BadUserInput(f"`since` ({begin}) lies after `until` ({end}).")
    return begin, end


async def _calls_shown(
    asked: Asked, tenant: TenantId, at: Moment, rows: Sequence[CallRow], below: frozenset[str]
) -> list[Call]:
    parties: dict[UUID, list[Participant]] = {}
    found = []
    if "participants" in below:
        found = await call_participants.of_calls(asked.db, tenant, at, [row.call for row in rows])
    people = {row.organiser for row in rows} | {each.user for each in found}
    names = await names_of(asked, tenant, at, {user for user in people if user is not None})
    for each in found:
        parties.setdefault(each.call, []).append(_participant(asked, tenant, each, names))
    return [
        Call(
            id=strawberry.ID(thing_id("Call", tenant, row.call, row.revision)),
            call_id=strawberry.ID(str(row.call)),
            revision=str(row.revision),
            kind=row.kind,
            modalities=list(row.modalities),
            started_at=row.started_at,
            ended_at=row.ended_at,
            seconds=Seconds(int((row.ended_at - row.started_at).total_seconds())),
            direction=row.direction,
            organiser_id=_own_id(tenant, row.organiser, names),
            participant_count=row.participants,
            failed=row.failed,
            participants=parties.get(row.call, []),
        )
        for row in rows
    ]


def _participant(asked: Asked, tenant: TenantId, row: ParticipantRow, names: dict[UserId, str | None]) -> Participant:
    return Participant(
        user_id=_own_id(tenant, row.user, names),
        name=_party_name(asked, tenant, row, names),
        kind=row.kind,
        joined_at=row.joined_at,
        left_at=row.left_at,
        seconds=Seconds(row.seconds),
        failed=row.failed,
    )


def _own_id(tenant: TenantId, user: UserId | None, names: dict[UserId, str | None]) -> strawberry.ID | None:
    """Id of a user of this tenant; people of other directories have none here."""
    return strawberry.ID(thing_id("User", tenant, user)) if user is not None and user in names else None


def _party_name(asked: Asked, tenant: TenantId, row: ParticipantRow, names: dict[UserId, str | None]) -> str | None:
    if row.user is not None:
        return asked.name_of_user(tenant, row.user, names.get(row.user) or row.label)
    return asked.label_of(tenant, row.label)


async def names_of(asked: Asked, tenant: TenantId, at: Moment, ids: set[UserId]) -> dict[UserId, str | None]:
    """Names of those of these users who were known at the moment."""
    found = await users.named_at(asked.db, tenant, at, list(ids))
    return {row.user: row.display_name for row in found}
