"""Graph's logs of telephone calls: getPstnCalls and getDirectRoutingCalls, with the truth about them.

Follows "callRecord: getPstnCalls" (toDateTime included) and "callRecord: getDirectRoutingCalls" (toDateTime excluded):
at most 90 days apart, dates without quotes in the address, 1,000 rows a page, further pages by $skip, and an
`@odata.count` that counts the page and not the whole.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.simulator.controls import WrongWish
from app.simulator.graph_http import Call, GraphError, guarded
from app.simulator.phone_log_rows import LogRow, country_of, logs_at, masked
from app.simulator.world import World

ROWS_PER_PAGE = 1000
DAYS_MAX = 90
RECORDS = "/communications/callRecords"
WINDOW = "(fromDateTime={since},toDateTime={until})"
PSTN, DIRECT_ROUTING = "getPstnCalls", "getDirectRoutingCalls"
NEVER = "0001-01-01T00:00:00Z"


async def pstn(call: Call) -> Response:
    since, until = _window(call)
    asked = [row for row in logs_at(call.company, call.now).pstn if since <= row.started_at < until + timedelta(days=1)]
    return _page(call, PSTN, asked, lambda row: _pstn_json(row, call.now))


async def direct_routing(call: Call) -> Response:
    since, until = _window(call)
    asked = [row for row in logs_at(call.company, call.now).direct_routing if since <= row.started_at < until]
    return _page(call, DIRECT_ROUTING, asked, _direct_json)


def _window(call: Call) -> tuple[datetime, datetime]:
    given = [call.request.path_params[name] for name in ("since", "until")]
    try:
        since, until = (datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC) for text in given)
    except ValueError as error:
        raise GraphError(400, "BadRequest", f"Invalid date range '{given}'.") from error
    if not since <= until <= since + timedelta(days=DAYS_MAX):
        raise GraphError(400, "BadRequest", f"The range must be at most {DAYS_MAX} days long.")
    return since, until


def _page(call: Call, function: str, rows: list[LogRow], shown: Any) -> Response:
    skip = call.query.get("$skip", "0")
    if not skip.isdigit():
        raise GraphError(400, "BadRequest", f"Invalid $skip '{skip}'.")
    page = rows[int(skip) : int(skip) + ROWS_PER_PAGE]
    body: dict[str, Any] = {
        "@odata.context": f"{call.root}/$metadata#Collection(microsoft.graph.callRecords.{function})",
        "@odata.count": len(page),
    }
    reached = int(skip) + len(page)
    if reached < len(rows):
        body["@odata.nextLink"] = f"{call.root}{call.request.url.path.removeprefix('/v1.0')}?$skip={reached}"
    return JSONResponse({**body, "value": [shown(row) for row in page]})


def _pstn_json(row: LogRow, at: datetime) -> dict[str, Any]:
    out = row.kind == "user_out"
    return {
        **_shared_json(row),
        "callId": row.call,
        "startDateTime": _text(row.started_at),
        "endDateTime": _text(row.ended_at),
        "callType": row.kind,
        "callerNumber": row.caller,
        "calleeNumber": row.callee,
        "charge": float(row.charge_at(at)),
        "connectionCharge": float(row.connection_charge),
        "currency": row.currency,
        "usageCountryCode": "DE",
        "tenantCountryCode": "DE",
        "destinationContext": ("Domestic" if country_of(row.callee) == "DE" else "International") if out else None,
        "destinationName": country_of(row.callee) if out else "",
        "conferenceId": "" if row.kind != "conf_in" else str(int(row.id[:8], 16)),
        "licenseCapability": "MCOPSTNPP",
        "inventoryType": "Subscriber",
        "operator": "Microsoft",
        "callDurationSource": "microsoft",
    }


def _direct_json(row: LogRow) -> dict[str, Any]:
    failed = row.answered_at is None
    return {
        **_shared_json(row),
        "correlationId": row.call,
        "inviteDateTime": _text(row.invited_at),
        "startDateTime": NEVER if row.answered_at is None else _text(row.answered_at),
        "failureDateTime": _text(row.ended_at) if failed else NEVER,
        "endDateTime": _text(row.ended_at),
        "callType": row.kind,
        "successfulCall": not failed,
        "callerNumber": masked(row.caller),
        "calleeNumber": masked(row.callee),
        "mediaPathLocation": "DEFR",
        "signalingLocation": "EUNO",
        "finalSipCode": 486 if failed else 0,
        "callEndSubReason": 540486 if failed else 540000,
        "finalSipCodePhrase": "Busy Here" if failed else "BYE",
        "trunkFullyQualifiedDomainName": "sbc1.contoso.example",
        "mediaBypassEnabled": False,
    }


def _shared_json(row: LogRow) -> dict[str, Any]:
    user = row.user
    return {
        "id": row.id,
        "userId": None if user is None else user.id,
        "userPrincipalName": None if user is None else user.upn,
        "userDisplayName": None if user is None else user.name,
        "duration": row.seconds,
    }


def _text(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.%f0Z")


async def truth(request: Request) -> Response:
    """GET: the rows of both logs that have appeared up to `at` (now, if not given), with what they charge then.

    A row's `call` is the call record it belongs to; failed attempts belong to none that is listed.
    """
    world: World = request.app.state.world
    company = world.company(str(request.path_params["tenant"]))
    if company is None:
        raise WrongWish("no such tenant")
    try:
        at = datetime.fromisoformat(request.query_params.get("at", world.now.isoformat()).replace(" ", "+"))
    except ValueError as error:
        raise WrongWish("at is not an instant") from error
    logs = logs_at(company, at)
    return JSONResponse(
        {
            "at": at.isoformat(),
            "pstn": [_true(row, at) for row in logs.pstn],
            "directRouting": [_true(row, at) for row in logs.direct_routing],
        }
    )


def _true(row: LogRow, at: datetime) -> dict[str, Any]:
    return {
        "id": row.id,
        "call": row.call,
        "user": None if row.user is None else row.user.id,
        "kind": row.kind,
        "startedAt": row.started_at.isoformat(),
        "seconds": row.seconds,
        "charge": str(row.charge_at(at)),
        "connectionCharge": str(row.connection_charge),
        "currency": row.currency,
        "successful": row.answered_at is not None,
    }


ROUTES = [
    Route(f"{RECORDS}/{PSTN}{WINDOW}", guarded("CallRecords.Read.All", pstn)),
    Route(f"{RECORDS}/{DIRECT_ROUTING}{WINDOW}", guarded("CallRecords.Read.All", direct_routing)),
]
CONTROLS = [Route("/_truth/{tenant}/phone_logs", truth)]
