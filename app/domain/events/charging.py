"""Facts about telephone calls, from Graph's PSTN and Direct Routing logs. They tell cost; call records tell usage.

The two sources are never added up: a telephone call has a record and a row here, and often several rows.
"""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict

from app.domain.events.base import Event
from app.domain.ids import LogRowId, UserId
from app.domain.personal import Personal


class PhoneCall(BaseModel):
    """What the rows of both logs have in common. Words that Graph may add to (`kind`) are kept as Graph says them.

    `row` alone is unique. `user` None: a bot or an unknown; then `label` names who it was, if Graph does. Users' names
    stand in their seats. `caller` and `callee` are numbers, often masked (`+12345678***`), or free text.
    `began_at` is the start, else the earliest time told. `seconds`: the length as Graph counts it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    row: LogRowId
    user: UserId | None
    label: Personal | None
    kind: str | None
    caller: Personal | None
    callee: Personal | None
    began_at: AwareDatetime
    ended_at: AwareDatetime | None
    seconds: int | None


class PstnCall(PhoneCall):
    """One row of the PSTN log: a call that Microsoft carried and charges for.

    `shared_id` is Graph's callId, which several rows may have. `charge` and `connection_charge` are in `currency`
    (ISO 4217); whether the one contains the other Graph does not say, so they stay apart. None: not told.
    `counted_by`: who measured the length, Microsoft or the operator.
    """

    shared_id: str | None
    charge: Decimal | None
    connection_charge: Decimal | None
    currency: str | None
    destination: str | None
    destination_context: str | None
    usage_country: str | None
    tenant_country: str | None
    conference: str | None
    licence_capability: str | None
    inventory_type: str | None
    operator: str | None
    counted_by: str | None


class DirectRoutingCall(PhoneCall):
    """One row of the Direct Routing log: a call over the customer's own trunk. Microsoft charges nothing for it.

    `correlation` is the id of the call record, where there is one. `connected_at` None: it was never
    answered, and began with the invitation.
    """

    correlation: UUID | None
    connected_at: AwareDatetime | None
    invited_at: AwareDatetime | None
    failed_at: AwareDatetime | None
    successful: bool | None
    sip_code: int | None
    sip_phrase: str | None
    end_reason: int | None
    """Microsoft's sub-reason of the call's end."""
    trunk: str | None
    media_location: str | None
    signalling_location: str | None
    media_bypass: bool | None


class PstnCallCharged(Event):
    """Microsoft's PSTN log has this row. Said again, whole, when the row was corrected: the newest counts.

    `happened_at` is when the call began.
    """

    name: ClassVar[str] = "PstnCallCharged"
    schema_version: ClassVar[int] = 2
    call: PstnCall


class DirectRoutingCallLogged(Event):
    """The Direct Routing log has this row. Said again, whole, when the row was corrected: the newest counts.

    `happened_at` is when the call began.
    """

    name: ClassVar[str] = "DirectRoutingCallLogged"
    schema_version: ClassVar[int] = 2
    call: DirectRoutingCall


class CallWay(StrEnum):
    """Which way a call went, as a carrier sees its customer."""

    OUT = "out"
    IN = "in"


class RateRow(BaseModel):
    """What a carrier takes for calls to some numbers (for calls in: from them), at some times.

    `prefix`: first digits of the numbers, as E.164, without the plus; '': all. `weekdays`: Monday is 1; none: all.
    `begins`, `ends`: minutes of the day in the customer's time zone, the end excluded; a call's start decides.
    `setup_fee` is taken once for a call that was answered, with `fee_on_attempt` for any. Answered calls last at least
    `minimum_seconds`, and are rounded up to `first_seconds`, then to steps of `next_seconds`: 60/1 or 1/1.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    prefix: str
    way: CallWay
    weekdays: tuple[int, ...]
    begins: int
    ends: int
    setup_fee: Decimal
    per_minute: Decimal
    minimum_seconds: int
    first_seconds: int
    next_seconds: int
    fee_on_attempt: bool


class RateCardSet(Event):
    """From a day on, a carrier takes these prices, whole. Said again for the same day: the newest counts.

    `carrier`: the trunk (its domain name) of Direct Routing, or the operator of Operator Connect, in small letters.
    """

    name: ClassVar[str] = "RateCardSet"
    carrier: str
    currency: str
    effective_from: date
    rows: tuple[RateRow, ...]
