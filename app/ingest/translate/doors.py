"""One document of Graph's in, our sightings out as plain JSON: to see what SUA makes of it without a tenant."""

from collections.abc import Callable, Mapping
from datetime import datetime
from io import BytesIO
from typing import Any, TypeVar
from uuid import UUID

from pydantic import TypeAdapter
from pydantic_core import from_json

from app.domain.events.charging import DirectRoutingCall, PstnCall
from app.domain.ids import DirectoryId
from app.domain.sightings import CallSighting, SeatSighting, SignInSighting, SkuSighting
from app.ingest.graph_errors import BadUpstreamAnswer
from app.ingest.graph_http import Json, rows
from app.ingest.reports_csv import rows_of
from app.ingest.spool import IN_CLEAR
from app.ingest.translate import calls, directory, phone_logs
from app.ingest.translate.reports import Report, ReportRow, report_row, report_with
from app.ingest.translate.sign_ins import sign_ins

Shown = list[dict[str, Any]]
T = TypeVar("T")

NOBODYS_DIRECTORY = DirectoryId(UUID(int=0))
"""A call record alone does not say whose directory it is from: then every user in it counts as another's."""


def call_record(document: bytes, seen_at: datetime, home: DirectoryId = NOBODYS_DIRECTORY) -> Shown:
    """A callRecord with its sessions (and participants) expanded. Raises as `calls.call` does."""
    record = _object(document)
    sessions, participants = _expanded(record, "sessions"), _expanded(record, "participants_v2")
    return [_shown(CallSighting, calls.call(record, sessions, participants, home, seen_at))]


def users(document: bytes, seen_at: datetime) -> Shown:
    """A page of /users with licences."""
    return [
        _shown(SeatSighting, directory.seat(row, seen_at, None, f"$.value[{at}]"))
        for at, row in enumerate(rows(_object(document), "value"))
    ]


def user_sign_ins(document: bytes, seen_at: datetime) -> Shown:
    """A page of /users with signInActivity."""
    return [
        _shown(SignInSighting, sign_ins(row, seen_at, f"$.value[{at}]"))
        for at, row in enumerate(rows(_object(document), "value"))
    ]


def skus(document: bytes, seen_at: datetime) -> Shown:
    """The answer of /subscribedSkus."""
    return [
        _shown(SkuSighting, directory.sku(row, seen_at, f"$.value[{at}]"))
        for at, row in enumerate(rows(_object(document), "value"))
    ]


def report(document: bytes, _seen_at: datetime) -> Shown:
    """A usage report: Teams activity or active users, told apart by their columns."""
    kind: Report | None = None
    shown = []
    for fields in rows_of(BytesIO(document)):
        kind = kind or report_with(fields)
        shown.append(_shown(ReportRow, report_row(kind, fields)))
    return shown


def pstn(document: bytes, _seen_at: datetime) -> Shown:
    """A page of getPstnCalls."""
    return [
        _shown(PstnCall, phone_logs.pstn_call(row, f"$.value[{at}]"))
        for at, row in enumerate(rows(_object(document), "value"))
    ]


def direct_routing(document: bytes, _seen_at: datetime) -> Shown:
    """A page of getDirectRoutingCalls."""
    return [
        _shown(DirectRoutingCall, phone_logs.direct_routing_call(row, f"$.value[{at}]"))
        for at, row in enumerate(rows(_object(document), "value"))
    ]


DOORS: Mapping[str, Callable[[bytes, datetime], Shown]] = {
    "call-record": call_record,
    "users": users,
    "sign-ins": user_sign_ins,
    "skus": skus,
    "report": report,
    "pstn": pstn,
    "direct-routing": direct_routing,
}
"""By the name an operator types."""


def _object(document: bytes) -> Json:
    try:
        parsed = from_json(document, allow_inf_nan=False)
    except ValueError as error:
        raise BadUpstreamAnswer("the document is broken JSON") from error
    if not isinstance(parsed, dict):
        raise BadUpstreamAnswer("the document is no JSON object")
    return parsed


def _expanded(record: Json, member: str) -> list[Json]:
    return [] if record.get(member) is None else rows(record, member)


def _shown(kind: type[T], sighting: T) -> dict[str, Any]:
    shown: dict[str, Any] = TypeAdapter(kind).dump_python(sighting, mode="json", context=IN_CLEAR)
    return shown
