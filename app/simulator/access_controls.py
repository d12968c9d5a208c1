"""Controls over consent, permissions and credentials: taken away and given back.

POST /_access {"tenant"?, "state"?, "missing"?, "at_once"?}: `state` is ok, withdrawn (700016), blocked (53003),
disabled (7000112) or gone (90002); `missing` the roles that tokens lack and Graph refuses (403), [] for none. Without
`tenant` all of them. `at_once` (true): Graph refuses tokens issued before, too.
POST /_credential {"state"}: our own secret is ok, wrong (7000215), expired (7000222), or our certificate (700027).
GET tells how things stand, and every change with its simulated instant.
"""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.simulator import access
from app.simulator.access import CREDENTIALS, STATES, Access
from app.simulator.controls import WrongWish, body_of, companies_of, world_of
from app.simulator.world import ROLES


async def tenants_access(request: Request) -> Response:
    world = world_of(request)
    if request.method == "POST":
        body = await body_of(request)
        state, missing, at_once = body.get("state"), body.get("missing"), body.get("at_once", True)
        if state is not None and state not in STATES:
            raise WrongWish(f"state must be one of {', '.join(STATES)}")
        if missing is not None and not (isinstance(missing, list) and set(missing) <= set(ROLES)):
            raise WrongWish(f"missing must be a list of roles out of {', '.join(ROLES)}")
        if state is missing is None or not isinstance(at_once, bool):
            raise WrongWish("say a state or what is missing; at_once is true or false")
        for company in companies_of(world, body):
            if state is not None:
                access.put(world, company.id, state, at_once)
            if missing is not None:
                access.lack(world, company.id, frozenset(missing), at_once)
    standing = {tenant: world.access.get(tenant, Access()) for tenant in world.companies}
    changes = [{"at": each.at.isoformat(), "tenant": each.tenant, "what": each.what} for each in world.access_changes]
    listed = [
        {"tenant": tenant, "state": each.state, "missing": sorted(each.missing)} for tenant, each in standing.items()
    ]
    return JSONResponse({"tenants": listed, "changes": changes})


async def credential(request: Request) -> Response:
    world = world_of(request)
    if request.method == "POST":
        state = (await body_of(request)).get("state")
        if state not in CREDENTIALS:
            raise WrongWish(f"state must be one of {', '.join(CREDENTIALS)}")
        world.credential = str(state)
        world.access_changes.append(access.Change(world.now, None, f"credential {state}"))
    return JSONResponse({"state": world.credential})


ROUTES = [
    Route("/_access", tenants_access, methods=["GET", "POST"]),
    Route("/_credential", credential, methods=["GET", "POST"]),
]
