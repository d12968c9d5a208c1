"""Controls over subscriptions: lost, sent elsewhere, asked to reauthorize; expired by the simulated clock.

GET /_subscriptions: all known ones with their state, and those lost. POST /_subscriptions/lose {"tenant"?, "share"?}:
forget them at once, without a word. POST /_subscriptions/redirect {"tenant"?, "url"}: Graph has another
notificationUrl. GET and POST /_subscriptions/rules {"tenant"?, ...}: names as in `SubscriptionRules`.
"""

from dataclasses import replace

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.simulator.controls import WrongWish, body_of, changed, companies_of, number, world_of
from app.simulator.notification_rules import chosen
from app.simulator.subscription_life import SubscriptionRules, lose


async def listed(request: Request) -> Response:
    world = world_of(request)
    known = [
        {
            "id": each.id,
            "tenant": each.tenant,
            "notificationUrl": each.notification_url,
            "expiresAt": each.expires_at.isoformat(),
            "byWallClock": each.by_wall,
            "live": each.lives_at(world.now) or not world.options.enforce_expiry,
            "askedAt": each.asked_at.isoformat() if each.asked_at else None,
            "pausedAt": each.paused_at.isoformat() if each.paused_at else None,
        }
        for each in world.subscriptions.values()
    ]
    lost = [{"id": each.id, "tenant": each.tenant, "at": at.isoformat()} for at, each in world.lost_subscriptions]
    return JSONResponse({"subscriptions": known, "lost": lost})


async def lose_some(request: Request) -> Response:
    world, body = world_of(request), await body_of(request)
    share = number(body, "share", 1.0, high=1.0)
    tenants = {company.id for company in companies_of(world, body)}
    struck = [each for each in world.subscriptions.values() if each.tenant in tenants and chosen(world.chance, share)]
    for each in struck:
        lose(world, each)
    return JSONResponse({"lost": [each.id for each in struck]})


async def redirect(request: Request) -> Response:
    world, body = world_of(request), await body_of(request)
    tenants = {company.id for company in companies_of(world, body)}
    if not isinstance(body.get("url"), str):
        raise WrongWish("url must be an address")
    moved = [each for each in world.subscriptions.values() if each.tenant in tenants]
    for each in moved:
        each.notification_url = body["url"]
        world.survived["subscription.redirected"] += 1
    return JSONResponse({"redirected": [each.id for each in moved]})


async def rules(request: Request) -> Response:
    """Without `tenant`: for all tenants that have no rules of their own."""
    world = world_of(request)
    body = await body_of(request) if request.method == "POST" else {}
    wanted: SubscriptionRules = world.subscription_rule
    if body.get("tenant") is not None:
        (company,) = companies_of(world, body)
        wanted = world.subscription_rules.setdefault(company.id, replace(world.subscription_rule))
    changed(wanted, SubscriptionRules().as_json(), body)
    return JSONResponse(wanted.as_json())


ROUTES = [
    Route("/_subscriptions", listed),
    Route("/_subscriptions/lose", lose_some, methods=["POST"]),
    Route("/_subscriptions/redirect", redirect, methods=["POST"]),
    Route("/_subscriptions/rules", rules, methods=["GET", "POST"]),
]
