"""Rows of the PSTN and Direct Routing logs.

Only the id and a time are needed of a row; all else may be missing in any of Graph's shapes of none. What a row tells
is kept as Graph tells it, since it is what was billed.
"""

import re
from datetime import datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import BeforeValidator, Field, StrictBool

from app.domain.events.charging import DirectRoutingCall, PstnCall
from app.domain.ids import LogRowId, UserId
from app.domain.personal import Personal
from app.ingest.graph_errors import RecordUnusable
from app.ingest.graph_http import Json
from app.ingest.graph_types import Guid, Instant, Row, Text, read_as

_CURRENCY = re.compile(r"[A-Z]{3}")


def _whole(value: object) -> object:
    """Direct Routing rows tell some numbers with a fraction, or as text."""
    if isinstance(value, str):
        value = value.strip() or None
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    try:
        return int(Decimal(str(value)))
    except (ArithmeticError, ValueError) as error:
        raise ValueError("no number") from error


def _decimal(value: object) -> object:
    """JSON numbers arrive as floats; their shortest text is what Graph wrote."""
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError("no amount")
    try:
        return Decimal(str(value))
    except ArithmeticError as error:
        raise ValueError("no amount") from error


_Int32 = Annotated[int, Field(ge=-(2**31), lt=2**31)]
_Plausible = Annotated[Decimal, Field(gt=-(10**12), lt=10**12, allow_inf_nan=False)]
Whole = Annotated[_Int32 | None, BeforeValidator(_whole)]
Amount = Annotated[_Plausible | None, BeforeValidator(_decimal)]


class PhoneLogRow(Row):
    id: Guid
    user_id: Text | None = None
    user_principal_name: Text | None = None
    user_display_name: Text | None = None
    start_date_time: Instant = None
    end_date_time: Instant = None
    duration: Whole = None
    call_type: Text | None = None
    caller_number: Text | None = None
    callee_number: Text | None = None


class PstnCallLogRow(PhoneLogRow):
    call_id: Text | None = None
    charge: Amount = None
    connection_charge: Amount = None
    currency: Text | None = None
    usage_country_code: Text | None = None
    tenant_country_code: Text | None = None
    destination_context: Text | None = None
    destination_name: Text | None = None
    conference_id: Text | None = None
    license_capability: Text | None = None
    inventory_type: Text | None = None
    operator: Text | None = None
    call_duration_source: Text | None = None


class DirectRoutingLogRow(PhoneLogRow):
    correlation_id: Text | None = None
    invite_date_time: Instant = None
    failure_date_time: Instant = None
    successful_call: StrictBool | None = None
    media_path_location: Text | None = None
    signaling_location: Text | None = None
    final_sip_code: Whole = None
    call_end_sub_reason: Whole = None
    final_sip_code_phrase: Text | None = None
    trunk_fully_qualified_domain_name: Text | None = None
    media_bypass_enabled: StrictBool | None = None


def pstn_call(row: Json, path: str = "$") -> PstnCall:
    """Raises RecordUnusable for a row without any time, or with a charge in no currency."""
    read = read_as(PstnCallLogRow, row, path)
    user = _guid(read.user_id)
    return PstnCall(
        row=LogRowId(read.id),
        user=None if user is None else UserId(user),
        label=_label(read, user),
        kind=read.call_type or None,
        caller=_alone(read.caller_number),
        callee=_alone(read.callee_number),
        began_at=_first(read.start_date_time, read.end_date_time),
        ended_at=read.end_date_time,
        seconds=read.duration,
        shared_id=read.call_id or None,
        charge=read.charge,
        connection_charge=read.connection_charge,
        currency=_currency(read),
        destination=read.destination_name or None,
        destination_context=read.destination_context or None,
        usage_country=read.usage_country_code or None,
        tenant_country=read.tenant_country_code or None,
        conference=read.conference_id or None,
        licence_capability=read.license_capability or None,
        inventory_type=read.inventory_type or None,
        operator=read.operator or None,
        counted_by=read.call_duration_source or None,
    )


def direct_routing_call(row: Json, path: str = "$") -> DirectRoutingCall:
    """Raises RecordUnusable for a row without any time."""
    read = read_as(DirectRoutingLogRow, row, path)
    user = _guid(read.user_id)
    return DirectRoutingCall(
        row=LogRowId(read.id),
        user=None if user is None else UserId(user),
        label=_label(read, user),
        kind=read.call_type or None,
        caller=_alone(read.caller_number),
        callee=_alone(read.callee_number),
        began_at=_first(read.start_date_time, read.invite_date_time, read.failure_date_time, read.end_date_time),
        ended_at=read.end_date_time,
        seconds=read.duration,
        correlation=_guid(read.correlation_id),
        connected_at=read.start_date_time,
        invited_at=read.invite_date_time,
        failed_at=read.failure_date_time,
        successful=read.successful_call,
        sip_code=read.final_sip_code,
        sip_phrase=read.final_sip_code_phrase or None,
        end_reason=read.call_end_sub_reason,
        trunk=read.trunk_fully_qualified_domain_name or None,
        media_location=read.media_path_location or None,
        signalling_location=read.signaling_location or None,
        media_bypass=read.media_bypass_enabled,
    )


def _first(*times: datetime | None) -> datetime:
    found = next((each for each in times if each is not None), None)
    if found is None:
        raise RecordUnusable("no time says when the call was")
    return found


def _currency(read: PstnCallLogRow) -> str | None:
    currency = (read.currency or "").strip().upper()
    if _CURRENCY.fullmatch(currency):
        return currency
    if read.charge or read.connection_charge:
        raise RecordUnusable("a charge in no currency")
    return None


def _label(read: PhoneLogRow, user: UUID | None) -> Personal | None:
    """Our own users' names stand in their seats."""
    return None if user is not None else _alone(read.user_principal_name or read.user_display_name)


def _alone(value: str | None) -> Personal | None:
    return Personal.alone(value) if value else None


def _guid(text: str | None) -> UUID | None:
    """None also for the null GUID, which names nobody."""
    try:
        found = UUID(text or "")
    except ValueError:
        return None
    return found if found.int else None
