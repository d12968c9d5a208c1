"""Controls over the companies themselves: what they own, how their calls come to be known, how their reports look.

POST /_tenants/{tenant}/premium {"on"}: Entra ID P1. POST /_tenants/{tenant}/conceal {"on"}: pseudonyms in reports.
GET and POST /_calls/rules {"tenant"?, ...}: names as in `CallRules`; for calls not announced yet. GET and POST
/_reports/rules {"tenant"?, ...}: names as in `ReportRules`. POST /_users/unsteady {"tenant"?, "share"}: how likely
somebody joins, or an account is deleted, between two pages of /users. GET /_tenants lists them all; POST /_tenants
{"users", "daysHistory"} founds another.
"""

from dataclasses import replace

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.simulator.call_rules import CallRules
from app.simulator.controls import body_of, changed, companies_of, company_of, number, world_of
from app.simulator.report_rules import ReportRules
from app.simulator.revisions import unsettle


async def tenants(request: Request) -> Response:
    world = world_of(request)
    if request.method == "POST":
        body = await body_of(request)
        users, days = number(body, "users", 120, low=20, high=1000), number(body, "daysHistory", 0, high=30)
        company = world.found_another(int(users), int(days))
        return JSONResponse({"id": company.id, "name": company.name, "domain": company.domain}, 201)
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
    company = company_of(request)
    company.premium = bool((await body_of(request)).get("on"))
    return JSONResponse({"tenant": company.id, "premium": company.premium})


async def conceal(request: Request) -> Response:
    company = company_of(request)
    company.conceal = bool((await body_of(request)).get("on"))
    return JSONResponse({"tenant": company.id, "conceal": company.conceal})


async def call_rules(request: Request) -> Response:
    world = world_of(request)
    body = await body_of(request) if request.method == "POST" else {}
    chosen = companies_of(world, body)
    for company in chosen if body else []:
        changed(company.call_rules, CallRules().as_json(), body)
        unsettle(company, [call for call in company.calls if call.versions[0].announced > world.now])
        company.announce_anew(world.now)
    return JSONResponse({company.id: company.call_rules.as_json() for company in chosen})


async def report_rules(request: Request) -> Response:
    """Without `tenant`: for all tenants that have no rules of their own."""
    world = world_of(request)
    body = await body_of(request) if request.method == "POST" else {}
    wanted: ReportRules = world.report_rule
    if body.get("tenant") is not None:
        (company,) = companies_of(world, body)
        wanted = world.report_rules.setdefault(company.id, replace(world.report_rule))
    changed(wanted, ReportRules().as_json(), body)
    return JSONResponse(wanted.as_json())


async def unsteady(request: Request) -> Response:
    world, body = world_of(request), await body_of(request)
    share = number(body, "share", 1.0, high=1.0)
    for company in companies_of(world, body):
        world.unsteady[company.id] = share
    return JSONResponse(world.unsteady)


ROUTES = [
    Route("/_tenants", tenants, methods=["GET", "POST"]),
    Route("/_tenants/{tenant}/premium", premium, methods=["POST"]),
    Route("/_tenants/{tenant}/conceal", conceal, methods=["POST"]),
    Route("/_calls/rules", call_rules, methods=["GET", "POST"]),
    Route("/_reports/rules", report_rules, methods=["GET", "POST"]),
    Route("/_users/unsteady", unsteady, methods=["POST"]),
]
