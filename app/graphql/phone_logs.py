"""Telephone calls as the PSTN and Direct Routing logs tell them: what they cost and how they went.

Never added to the calls of call records, which tell usage; which record a row belongs to is only a link.
"""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from uuid import UUID

import strawberry

from app.domain import money
from app.domain.ids import TenantId, UserId
from app.graphql.at_moment import AtMoment
from app.graphql.calls import asked_window
from app.graphql.context import Asked, Info, names_below
from app.graphql.ids import thing_id, version_id
from app.graphql.money import Money
from app.graphql.paging import Connection
from app.graphql.scalars import Seconds
from app.projections import direct_routing_calls, pstn_charges, users
from app.projections.direct_routing_calls import DirectRoutingRow
from app.projections.pstn_charges import LikelyCall, PstnChargeRow
from app.projections.reading import Moment


@strawberry.enum(description="How sure it is that a call record is of the same call.")
class LinkConfidence(Enum):
    CERTAIN = strawberry.enum_value("CERTAIN", description="By Microsoft's correlation id.")
    PROBABLE = strawberry.enum_value("PROBABLE", description="User, start (60 seconds either way) and number agree.")
    POSSIBLE = strawberry.enum_value("POSSIBLE", description="User and start agree; the number is not known.")


@strawberry.type(description="The call record of the same call.")
class CallLink:
    call_id: strawberry.ID = strawberry.field(description="`callId` of the call.")
    confidence: LinkConfidence


@strawberry.type(description="A row of the PSTN log, as last corrected: a call Microsoft carried.")
class PstnCall:
    id: strawberry.ID = strawberry.field(description="Of this row at this moment.")
    row_id: strawberry.ID = strawberry.field(description="Microsoft's id of the row.")
    shared_call_id: str | None = strawberry.field(description="Microsoft's callId: several rows may have one.")
    user_id: strawberry.ID | None = strawberry.field(description="A user of the tenant; null: a bot or somebody else.")
    name: str | None = strawberry.field(
        description="The user's name, or what Microsoft calls somebody else; a pseudonym for viewers without "
        "Sua.SeePersons. Null: not known, or erased."
    )
    kind: str | None = strawberry.field(description="Microsoft's word, e.g. user_out, conf_in, ucap_in.")
    started_at: datetime = strawberry.field(description="UTC.")
    ended_at: datetime | None = strawberry.field(description="UTC.")
    seconds: Seconds | None = strawberry.field(description="As Microsoft counts them.")
    caller: str | None = strawberry.field(description="Who called, a number, often masked; a pseudonym as for `name`.")
    callee: str | None = strawberry.field(description="Who was called; as `caller`.")
    charge: Money | None = strawberry.field(description="Null: not told.")
    connection_charge: Money | None = strawberry.field(
        description="Whether it is part of `charge` Microsoft does not say. Null: not told."
    )
    destination: str | None = strawberry.field(description="Where the call went, in Microsoft's words.")
    destination_context: str | None = strawberry.field(description="Domestic or International.")
    usage_country: str | None = strawberry.field(description="Country code of the user.")
    tenant_country: str | None = strawberry.field(description="Country code of the tenant.")
    conference_id: str | None = strawberry.field(description="Of the audio conference, if it was one.")
    licence_capability: str | None = strawberry.field(description="Microsoft's word for what paid, e.g. MCOPSTN1.")
    inventory_type: str | None = strawberry.field(description="Microsoft's word for the user's number.")
    operator: str | None
    duration_source: str | None = strawberry.field(description="Who measured the length: microsoft or operator.")
    call: CallLink | None = strawberry.field(description="Only ever probable. Null: none fits, or the row has no user.")


@strawberry.type(description="A row of the Direct Routing log: a call over the tenant's own trunk.")
class DirectRoutingCall:
    id: strawberry.ID = strawberry.field(description="Of this row at this moment.")
    row_id: strawberry.ID = strawberry.field(description="Microsoft's id of the row.")
    user_id: strawberry.ID | None = strawberry.field(description="A user of the tenant; null: a bot or somebody else.")
    name: str | None = strawberry.field(description="As of a PSTN call.")
    kind: str | None = strawberry.field(description="Microsoft's word, e.g. ByotOut.")
    began_at: datetime = strawberry.field(description="UTC; of a call that was never answered, its invitation.")
    connected_at: datetime | None = strawberry.field(description="UTC. Null: never answered.")
    invited_at: datetime | None = strawberry.field(description="UTC.")
    failed_at: datetime | None = strawberry.field(description="UTC. Null: it did not fail.")
    ended_at: datetime | None = strawberry.field(description="UTC.")
    seconds: Seconds | None = strawberry.field(description="As Microsoft counts them.")
    successful: bool | None
    caller: str | None = strawberry.field(description="Who called, a number, often masked; a pseudonym as for `name`.")
    callee: str | None = strawberry.field(description="Who was called; as `caller`.")
    sip_code: int | None = strawberry.field(description="The final SIP code; 0 of a call that went well.")
    sip_phrase: str | None
    end_reason: int | None = strawberry.field(description="Microsoft's code of why it ended.")
    trunk: str | None = strawberry.field(description="Name of the session border controller.")
    media_location: str | None
    signalling_location: str | None
    media_bypass: bool | None
    call: CallLink | None = strawberry.field(description="Certain. Null: its record is not known.")


@strawberry.type
class PhoneLogQuestions(AtMoment):
    @strawberry.field(
        description="Rows of the PSTN log for calls that began on the civil days [since, until) of the tenant, the "
        "newest first. By default the 7 days up to the moment; rows appear one to two days after the call."
    )
    async def pstn_calls(
        self,
        info: Info,
        since: date | None = None,
        until: date | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[PstnCall]:
        asked = info.context
        page = self.page(info, "pstnCalls", [since, until], first, after, tuple[datetime, UUID])
        begin, end = asked_window(page.pinned, since, until)
        below = names_below(info)
        return await page.filled(
            lambda limit: pstn_charges.listed_at(
                asked.db,
                self.tenant,
                page.pinned,
                since=page.pinned.day_begins(begin),
                until=page.pinned.day_begins(end),
                after=page.after,
                limit=limit,
            ),
            lambda row: (row.began_at, row.row),
            lambda rows: _pstn_shown(asked, self.tenant, page.pinned, rows, below),
        )

    @strawberry.field(
        description="Rows of the Direct Routing log for calls that began on the civil days [since, until) of the "
        "tenant, the newest first. By default the 7 days up to the moment."
    )
    async def direct_routing_calls(
        self,
        info: Info,
        since: date | None = None,
        until: date | None = None,
        first: int | None = None,
        after: str | None = None,
    ) -> Connection[DirectRoutingCall]:
        asked = info.context
        page = self.page(info, "directRoutingCalls", [since, until], first, after, tuple[datetime, UUID])
        begin, end = asked_window(page.pinned, since, until)
        below = names_below(info)
        return await page.filled(
            lambda limit: direct_routing_calls.listed_at(
                asked.db,
                self.tenant,
                page.pinned,
                since=page.pinned.day_begins(begin),
                until=page.pinned.day_begins(end),
                after=page.after,
                limit=limit,
            ),
            lambda row: (row.began_at, row.row),
            lambda rows: _direct_shown(asked, self.tenant, page.pinned, rows, below),
        )


async def _pstn_shown(
    asked: Asked, tenant: TenantId, at: Moment, rows: Sequence[PstnChargeRow], below: frozenset[str]
) -> list[PstnCall]:
    names = await _names(asked, tenant, at, rows)
    likely = {}
    if "call" in below:
        likely = await pstn_charges.likely_calls(asked.db, tenant, at, rows)
    return [
        PstnCall(
            id=strawberry.ID(version_id("PstnCall", tenant, at, row.row)),
            row_id=strawberry.ID(str(row.row)),
            shared_call_id=row.shared_id,
            user_id=_own_id(tenant, row.user, names),
            name=_name(asked, tenant, row, names),
            kind=row.kind,
            started_at=row.began_at,
            ended_at=row.ended_at,
            seconds=_seconds(row.seconds),
            caller=asked.label_of(tenant, row.caller),
            callee=asked.label_of(tenant, row.callee),
            charge=_money(row.charge, row.currency),
            connection_charge=_money(row.connection_charge, row.currency),
            destination=row.destination,
            destination_context=row.destination_context,
            usage_country=row.usage_country,
            tenant_country=row.tenant_country,
            conference_id=row.conference,
            licence_capability=row.licence_capability,
            inventory_type=row.inventory_type,
            operator=row.operator,
            duration_source=row.counted_by,
            call=_likely(likely.get(row.row)),
        )
        for row in rows
    ]


async def _direct_shown(
    asked: Asked, tenant: TenantId, at: Moment, rows: Sequence[DirectRoutingRow], below: frozenset[str]
) -> list[DirectRoutingCall]:
    names = await _names(asked, tenant, at, rows)
    recorded = {}
    if "call" in below:
        recorded = await direct_routing_calls.recorded_calls(asked.db, tenant, at, [row.row for row in rows])
    return [
        DirectRoutingCall(
            id=strawberry.ID(version_id("DirectRoutingCall", tenant, at, row.row)),
            row_id=strawberry.ID(str(row.row)),
            user_id=_own_id(tenant, row.user, names),
            name=_name(asked, tenant, row, names),
            kind=row.kind,
            began_at=row.began_at,
            connected_at=row.connected_at,
            invited_at=row.invited_at,
            failed_at=row.failed_at,
            ended_at=row.ended_at,
            seconds=_seconds(row.seconds),
            successful=row.successful,
            caller=asked.label_of(tenant, row.caller),
            callee=asked.label_of(tenant, row.callee),
            sip_code=row.sip_code,
            sip_phrase=row.sip_phrase,
            end_reason=row.end_reason,
            trunk=row.trunk,
            media_location=row.media_location,
            signalling_location=row.signalling_location,
            media_bypass=row.media_bypass,
            call=_certain(recorded.get(row.row)),
        )
        for row in rows
    ]


def _likely(found: LikelyCall | None) -> CallLink | None:
    if found is None:
        return None
    return CallLink(call_id=strawberry.ID(str(found.call)), confidence=LinkConfidence(found.likeness.value))


def _certain(found: UUID | None) -> CallLink | None:
    return None if found is None else CallLink(call_id=strawberry.ID(str(found)), confidence=LinkConfidence.CERTAIN)


def _money(amount: Decimal | None, currency: str | None) -> Money | None:
    return None if amount is None or currency is None else Money.exact(money.Money(amount, currency))


def _seconds(seconds: int | None) -> Seconds | None:
    return None if seconds is None else Seconds(seconds)


Names = dict[UserId, str | None]
"""Of the users of the tenant among those of a page; people of other directories are not in it."""


async def _names(
    asked: Asked, tenant: TenantId, at: Moment, rows: Sequence[PstnChargeRow] | Sequence[DirectRoutingRow]
) -> Names:
    ids = {row.user for row in rows if row.user is not None}
    found = await users.named_at(asked.db, tenant, at, list(ids))
    return {row.user: row.display_name for row in found}


def _own_id(tenant: TenantId, user: UserId | None, names: Names) -> strawberry.ID | None:
    return strawberry.ID(thing_id("User", tenant, user)) if user is not None and user in names else None


def _name(asked: Asked, tenant: TenantId, row: PstnChargeRow | DirectRoutingRow, names: Names) -> str | None:
    if row.user is not None:
        return asked.name_of_user(tenant, row.user, names.get(row.user))
    return asked.label_of(tenant, row.label)
