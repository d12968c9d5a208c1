"""Controls over what goes wrong on the line: faults, limits, clock skew, and the count of everything that struck.

/_faults GET: those asked for, with hits; POST: one more, or a list of them (names as in `Fault`); DELETE: none.
/_limits GET: the highest rates seen and the refusals; POST {"on"?, "scale"?}: enforce Graph's published limits,
`scale` times as fast; DELETE forgets what was counted. /_clock/skew POST {"seconds"}: Graph's clock is off by so much
from the simulated one, null for the wall's clock. /_survived GET: how often each fault struck, by kind.
"""

from datetime import timedelta

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.simulator.controls import WrongWish, body_of, number, world_of
from app.simulator.faults import read_fault


async def faults(request: Request) -> Response:
    world = world_of(request)
    if request.method == "DELETE":
        world.faults.clear()
    if request.method == "POST":
        try:
            wishes = await request.json()
            world.faults += [read_fault(wish) for wish in (wishes if isinstance(wishes, list) else [wishes])]
        except ValueError as error:
            raise WrongWish(str(error)) from error
    return JSONResponse({"faults": [each.as_json() for each in world.faults]})


async def limits(request: Request) -> Response:
    known = world_of(request).limits
    if request.method == "DELETE":
        known.windows.clear()
    if request.method == "POST":
        body = await body_of(request)
        if not isinstance(body.get("on", known.on), bool):
            raise WrongWish("on is true or false")
        known.scale = number(body, "scale", known.scale, low=0.001)
        known.on = body.get("on", known.on)
    return JSONResponse(known.as_json())


async def skew(request: Request) -> Response:
    world, body = world_of(request), await body_of(request)
    seconds = body.get("seconds")
    world.skew = None if seconds is None else timedelta(seconds=number(body, "seconds", 0, low=-86_400, high=86_400))
    return JSONResponse({"seconds": seconds, "now": world.now.isoformat(), "told": world.told_now.isoformat()})


async def survived(request: Request) -> Response:
    return JSONResponse(dict(sorted(world_of(request).survived.items())))


ROUTES = [
    Route("/_faults", faults, methods=["GET", "POST", "DELETE"]),
    Route("/_limits", limits, methods=["GET", "POST", "DELETE"]),
    Route("/_clock/skew", skew, methods=["POST"]),
    Route("/_survived", survived),
]
