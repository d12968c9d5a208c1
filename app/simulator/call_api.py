"""Graph's call records: list, get with nested paging, sessions, participants.

Follows "List callRecords" (filter on startDateTime only, no $expand, 60 a page), "Get callRecord" and "List
sessions" (60 a page), participants_v2 (130 a page). Records of calls older than 30 days are gone.
"""

import re
from datetime import datetime, timedelta
from typing import Any

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.simulator import call_shapes, calls
from app.simulator.calls import CallVersion
from app.simulator.graph_http import (
    Call,
    GraphError,
    collection,
    guarded,
    next_link,
    page_size,
    parse_instant,
    skip_token,
)

RECORDS = "/communications/callRecords"
KEPT_FOR = timedelta(days=30)
CONDITION = re.compile(r"^startDateTime (ge|gt|le|lt) (\S+)$")


async def list_records(call: Call) -> Response:
    if "$expand" in call.query:
        raise GraphError(400, "BadRequest", "Query option 'Expand' is not allowed.")
    conditions = _conditions(call.query.get("$filter"))
    after = tuple(skip_token(call) or ("", ""))
    visible = []
    for each in call.company.calls:
        version = _visible(call, each)
        if version is not None and all(_meets(version.started_at, *one) for one in conditions):
            key = (version.started_at.isoformat(), each.id)
            if key > after:
                visible.append((key, each, version))
    visible.sort(key=lambda row: row[0])
    size = page_size(call, 60, 60)
    page = visible[:size]
    following = next_link(call, RECORDS, page[-1][0]) if len(visible) > size else None
    records = [call_shapes.record_json(each, version, call.world.skew) for _, each, version in page]
    return collection(call, "communications/callRecords", records, following)


def _conditions(text: str | None) -> list[tuple[str, datetime]]:
    if text is None:
        return []
    found = []
    for part in re.split(r"\s+and\s+", text.strip()):
        match = CONDITION.match(part.strip())
        if match is None:
            raise GraphError(400, "BadRequest", f"Invalid filter clause: '{part}'.")
        found.append((match[1], parse_instant(match[2])))
    return found


def _meets(value: datetime, comparison: str, bound: datetime) -> bool:
    match comparison:
        case "ge":
            return value >= bound
        case "gt":
            return value > bound
        case "le":
            return value <= bound
        case _:
            return value < bound


def _visible(call: Call, record: calls.Call) -> CallVersion | None:
    version = record.version_at(call.now)
    if version is None or version.started_at < call.now - KEPT_FOR:
        return None
    return version


def _find(call: Call) -> tuple[calls.Call, CallVersion]:
    wanted = str(call.request.path_params["call_id"])
    record = call.company.call(wanted)
    version = _visible(call, record) if record is not None else None
    if (
        record is not None
        and version is None
        and record.versions[0].announced <= call.now < record.versions[0].visible_at
    ):
        call.world.survived["calls.not_yet_readable"] += 1
    if record is None or version is None:
        raise GraphError(404, "NotFound", f"Call record with id {wanted} was not found.")
    return record, version


async def get_record(call: Call) -> Response:
    record, version = _find(call)
    expand = call.query.get("$expand", "")
    body: dict[str, Any] = {
        "@odata.context": f"{call.root}/$metadata#communications/callRecords/$entity",
        **call_shapes.record_json(record, version, call.world.skew),
    }
    if "sessions" in expand:
        _embed(body, "sessions", _sessions_page(call, record, version, 0, "segments" in expand))
    if "participants_v2" in expand:
        _embed(body, "participants_v2", _participants_page(call, record, version, 0))
    return JSONResponse(body)


def _embed(body: dict[str, Any], name: str, page: tuple[list[dict[str, Any]], str | None]) -> None:
    items, following = page
    body[name] = items
    if following is not None:
        body[f"{name}@odata.nextLink"] = following


def _sessions_page(
    call: Call, record: calls.Call, version: CallVersion, start: int, with_segments: bool
) -> tuple[list[dict[str, Any]], str | None]:
    size = page_size(call, 60, 60)
    page = version.sessions[start : start + size]
    items = [call_shapes.session_json(each, with_segments) for each in page]
    if start + size >= len(version.sessions):
        return items, None
    return items, _nested_link(call, record, "sessions", start + size, "segments" if with_segments else None)


def _participants_page(
    call: Call, record: calls.Call, version: CallVersion, start: int
) -> tuple[list[dict[str, Any]], str | None]:
    size = page_size(call, 130, 130)
    parties = calls.parties_of(version)
    items = [call_shapes.participant_json(each) for each in parties[start : start + size]]
    return items, _nested_link(call, record, "participants_v2", start + size) if start + size < len(parties) else None


def _nested_link(call: Call, record: calls.Call, name: str, start: int, expand: str | None = None) -> str:
    """A next link inside a record leads to the collection's own address, not back to the record."""
    token = next_link(call, "", start).rpartition("%24skiptoken=")[2]
    wanted = f"%24expand={expand}&" if expand else ""
    return f"{call.root}{RECORDS}/{record.id}/{name}?{wanted}%24skiptoken={token}"


async def list_sessions(call: Call) -> Response:
    record, version = _find(call)
    with_segments = "segments" in call.query.get("$expand", "")
    items, following = _sessions_page(call, record, version, int(skip_token(call) or 0), with_segments)
    return collection(call, f"communications/callRecords('{record.id}')/sessions", items, following)


async def list_participants(call: Call) -> Response:
    record, version = _find(call)
    items, following = _participants_page(call, record, version, int(skip_token(call) or 0))
    return collection(call, f"communications/callRecords('{record.id}')/participants_v2", items, following)


ROUTES = [
    Route(path, guarded("CallRecords.Read.All", handler))
    for path, handler in (
        (RECORDS, list_records),
        (f"{RECORDS}/{{call_id}}", get_record),
        (f"{RECORDS}/{{call_id}}/sessions", list_sessions),
        (f"{RECORDS}/{{call_id}}/participants_v2", list_participants),
    )
]
