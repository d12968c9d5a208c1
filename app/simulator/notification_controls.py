"""Controls over change notifications.

POST /_notifications/flush: wait until all handed over are delivered or given up; the tally. GET and POST
/_notifications/rules {"tenant"?, ...}: names as in `NotificationRules`. POST /_notifications/lifecycle {"tenant",
"event"}: to every subscription of a tenant. POST /_notifications/resend {"tenant", "calls": [ids]}: tell again of calls
visible now, without `calls` of all.
"""

from dataclasses import replace

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.simulator.controls import WrongWish, body_of, changed, companies_of, notifier_of, world_of
from app.simulator.notification_rules import SENDING, NotificationRules
from app.simulator.notifier import Delivery


async def flush(request: Request) -> Response:
    return JSONResponse(await notifier_of(request).flush())


async def rules(request: Request) -> Response:
    """Without `tenant`: for all tenants that have no rules of their own."""
    world = world_of(request)
    body = await body_of(request) if request.method == "POST" else {}
    wanted: NotificationRules = world.rules
    if body.get("tenant") is not None:
        (company,) = companies_of(world, body)
        if set(body) & set(SENDING):
            raise WrongWish(f"{', '.join(SENDING)} are for all tenants")
        wanted = world.tenant_rules.setdefault(company.id, replace(world.rules))
    changed(wanted, NotificationRules().as_json(), body)
    notifier_of(request).release()
    return JSONResponse(wanted.as_json())


async def lifecycle(request: Request) -> Response:
    body = await body_of(request)
    found = world_of(request).live_subscriptions(str(body.get("tenant")))
    notifier_of(request).submit([Delivery(each, lifecycle=str(body.get("event"))) for each in found])
    return JSONResponse({"sent": len(found)})


async def resend(request: Request) -> Response:
    world, body = world_of(request), await body_of(request)
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
    notifier_of(request).submit(sent)
    return JSONResponse({"sent": len(sent)})


ROUTES = [
    Route("/_notifications/flush", flush, methods=["POST"]),
    Route("/_notifications/rules", rules, methods=["GET", "POST"]),
    Route("/_notifications/lifecycle", lifecycle, methods=["POST"]),
    Route("/_notifications/resend", resend, methods=["POST"]),
]
