"""Every version of every call's record that could be read up to now, for comparison with what somebody kept of them."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.simulator.calls import CallVersion
from app.simulator.world import World


async def versions(request: Request) -> Response:
    """By call: number, instant from which on it could be read, start, end and legs of each version."""
    world: World = request.app.state.world
    company = world.company(str(request.path_params["tenant"]))
    if company is None:
        return JSONResponse({"error": "no such tenant"}, 400)
    calls = [
        {"id": call.id, "versions": shown}
        for call in company.calls
        if (shown := [_version(each) for each in call.versions if each.visible_at <= world.now])
    ]
    return JSONResponse({"now": world.now.isoformat(), "calls": calls})


def _version(version: CallVersion) -> dict[str, Any]:
    return {
        "version": version.version,
        "visibleAt": version.visible_at.isoformat(),
        "startedAt": version.started_at.isoformat(),
        "endedAt": version.ended_at.isoformat(),
        "sessions": len(version.sessions),
    }


ROUTES = [Route("/_truth/{tenant}/versions", versions)]
