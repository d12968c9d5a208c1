"""The simulator's own controls, under addresses that begin with an underscore; Microsoft has nothing like them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.simulator.company import Company
from app.simulator.faults import read_fault
from app.simulator.notifier import Delivery, Notifier
from app.simulator.truth import truth_at
from app.simulator.world import World


class WrongWish(Exception):
    """A control request that cannot be met; the text says why."""


def _world(request: Request) -> World:
    world: World = request.app.state.world
    return world


def _notifier(request: Request) -> Notifier:
    notifier: Notifier = request.app.state.notifier
    return notifier


def _company(request: Request) -> Company:
    company = _world(request).company(str(request.path_params["tenant"]))
    if company is None:
        raise WrongWish("no such tenant")
    return company


async def _body(request: Request) -> dict[str, Any]:
    raw = await request.body()
    body = await request.json() if raw else {}
    if not isinstance(body, dict):
        raise WrongWish("the body must be a JSON object")
    return body


def _instant(text: str, name: str) -> datetime:
    try:
        parsed = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError as error:
        raise WrongWish(f"{name} is not an instant") from error
    return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)


async def clock(request: Request) -> Response:
    return JSONResponse({"now": _world(request).now.isoformat()})


async def advance(request: Request) -> Response:
    """Let `days`, `hours` or `minutes` pass. Notifications are on their way when this answers; see flush."""
    body = await _body(request)
    try:
        by = timedelta(**{name: body.get(name, 0) for name in ("days", "hours", "minutes")})
    except TypeError as error:
        raise WrongWish("days, hours and minutes are numbers") from error
    if by <= timedelta(0):
        raise WrongWish("time only moves forward")
    return JSONResponse({"now": _world(request).advance(by).isoformat()})


async def truth(request: Request) -> Response:
    world, company = _world(request), _company(request)
    query = request.query_params
    at = _instant(query["at"], "at") if "at" in query else world.now
    since = _instant(query["calls_since"], "calls_since") if "calls_since" in query else None
    if not company.founded_at <= at <= world.now:
        raise WrongWish(f"at must lie between {company.founded_at.isoformat()} and {world.now.isoformat()}")
    body = truth_at(company, at, since, query.get("calls") != "none")
    return JSONResponse({"now": world.now.isoformat(), **body})


async def tenants(request: Request) -> Response:
    world = _world(request)
    listed = [
        {
            "id": company.id,
            "name": company.name,
            "domain": company.domain,
            "premium": company.premium,
            "conceal": company.conceal,
            "roles": list(world.consents.get(company.id, ())),
            "foundedAt": company.founded_at.isoformat(),
        }
        for company in world.companies.values()
    ]
    return JSONResponse({"tenants": listed})


async def premium(request: Request) -> Response:
    """Give a tenant Entra ID P1, or take it away."""
    company = _company(request)
    company.premium = bool((await _body(request)).get("on"))
    return JSONResponse({"tenant": company.id, "premium": company.premium})


async def conceal(request: Request) -> Response:
    """Show pseudonyms instead of names in usage reports, or names again."""
    company = _company(request)
    company.conceal = bool((await _body(request)).get("on"))
    return JSONResponse({"tenant": company.id, "conceal": company.conceal})


async def faults(request: Request) -> Response:
    """GET: those asked for, with hits; POST: one more, or a list of them; DELETE: none."""
    world = _world(request)
    if request.method == "DELETE":
        world.faults.clear()
    if request.method == "POST":
        wishes = await request.json()
        try:
            world.faults += [read_fault(wish) for wish in (wishes if isinstance(wishes, list) else [wishes])]
        except ValueError as error:
            raise WrongWish(str(error)) from error
    return JSONResponse(
        {"faults": [{"path": each.path, "kind": each.kind, "hits": each.hits} for each in world.faults]}
    )


async def flush(request: Request) -> Response:
    return JSONResponse(await _notifier(request).flush())


async def notification_rules(request: Request) -> Response:
    """GET the rules; POST changes some of them (names as in `NotificationRules`)."""
    rules = _world(request).rules
    for name, value in (await _body(request)).items():
        known = rules.as_json().get(name)
        if known is None or not isinstance(value, (int, float)) or isinstance(value, bool) != isinstance(known, bool):
            raise WrongWish(f"{name} is no rule, or its value is of another type")
        setattr(rules, name, value)
    _notifier(request).release()
    return JSONResponse(rules.as_json())


async def lifecycle(request: Request) -> Response:
    """Send a lifecycle event, {"tenant", "event"}, to every subscription of a tenant."""
    body = await _body(request)
    found = _world(request).live_subscriptions(str(body.get("tenant")))
    _notifier(request).submit([Delivery(each, lifecycle=str(body.get("event"))) for each in found])
    return JSONResponse({"sent": len(found)})


async def resend(request: Request) -> Response:
    """Notify again of a tenant's calls visible now: {"tenant", "calls": [ids]}, without `calls` all of them."""
    world, body = _world(request), await _body(request)
    company = world.company(str(body.get("tenant")))
    if company is None:
        raise WrongWish("no such tenant")
    wanted = body.get("calls")
    sent = [
        Delivery(subscription, call.id, version.version)
        for call in company.calls
        if (wanted is None or call.id in wanted) and (version := call.version_at(world.now)) is not None
        for subscription in world.live_subscriptions(company.id)
    ]
    _notifier(request).submit(sent)
    return JSONResponse({"sent": len(sent)})


async def refused(_: Request, error: Exception) -> Response:
    return JSONResponse({"error": str(error)}, 400)


ROUTES = [
    Route("/_clock", clock),
    Route("/_clock/advance", advance, methods=["POST"]),
    Route("/_truth/{tenant}", truth),
    Route("/_tenants", tenants),
    Route("/_tenants/{tenant}/premium", premium, methods=["POST"]),
    Route("/_tenants/{tenant}/conceal", conceal, methods=["POST"]),
    Route("/_faults", faults, methods=["GET", "POST", "DELETE"]),
    Route("/_notifications/flush", flush, methods=["POST"]),
    Route("/_notifications/rules", notification_rules, methods=["GET", "POST"]),
    Route("/_notifications/lifecycle", lifecycle, methods=["POST"]),
    Route("/_notifications/resend", resend, methods=["POST"]),
]
