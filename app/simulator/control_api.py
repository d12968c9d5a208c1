"""The simulator's own controls, under addresses that begin with an underscore; Microsoft has nothing like them.

Here are the clock and the truth. GET /_clock; POST /_clock/advance {"days"?, "hours"?, "minutes"?, "seconds"?}: let
time pass, after which notifications are on their way (see flush).
GET /_truth/{tenant}?at=&calls_since=&calls=none&users=none: see truth.py.
The others stand in their own files, each with its list: access_controls, company_controls, fault_controls,
notification_controls, subscription_controls; consent.py has /_consent, entra.py /_token and /_keys.
"""

from datetime import timedelta

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.simulator import (
    access_controls,
    company_controls,
    fault_controls,
    notification_controls,
    subscription_controls,
    truth_versions,
)
from app.simulator.controls import WrongWish, body_of, company_of, instant, world_of
from app.simulator.truth import access_changes, truth_at


async def clock(request: Request) -> Response:
    return JSONResponse({"now": world_of(request).now.isoformat()})


async def advance(request: Request) -> Response:
    body = await body_of(request)
    try:
        by = timedelta(**{name: body.get(name, 0) for name in ("days", "hours", "minutes", "seconds")})
    except TypeError as error:
        raise WrongWish("days, hours, minutes and seconds are numbers") from error
    if by <= timedelta(0):
        raise WrongWish("time only moves forward")
    return JSONResponse({"now": world_of(request).advance(by).isoformat()})


async def truth(request: Request) -> Response:
    world, company = world_of(request), company_of(request)
    query = request.query_params
    at = instant(query["at"], "at") if "at" in query else world.now
    since = instant(query["calls_since"], "calls_since") if "calls_since" in query else None
    if not company.founded_at <= at <= world.now:
        raise WrongWish(f"at must lie between {company.founded_at.isoformat()} and {world.now.isoformat()}")
    with_calls, with_users = query.get("calls") != "none", query.get("users") != "none"
    body = truth_at(company, at, since, with_calls, with_users)
    return JSONResponse({"now": world.now.isoformat(), **body, "access": access_changes(world, company, at)})


ROUTES = [
    Route("/_clock", clock),
    Route("/_clock/advance", advance, methods=["POST"]),
    Route("/_truth/{tenant}", truth),
    *access_controls.ROUTES,
    *company_controls.ROUTES,
    *fault_controls.ROUTES,
    *notification_controls.ROUTES,
    *subscription_controls.ROUTES,
    *truth_versions.ROUTES,
]
