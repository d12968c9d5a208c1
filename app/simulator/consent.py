"""The consent page of the simulated Entra.

Follows "Admin consent on the Microsoft identity platform": whoever consents picks the tenant; success and failure both
come back by redirect, and failure carries admin_consent=True as well. Withdrawing takes the roles from new tokens.
"""

from html import escape
from urllib.parse import urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from app.simulator.access import granted, withdrawn
from app.simulator.graph_http import GRAPH_AUDIENCE
from app.simulator.world import ROLES, World

DECLINED = "AADSTS65004: User declined to consent to access the app."


async def consent_page(request: Request) -> Response:
    """Ask, or with `auto=accept|decline` (and `as_tenant`) answer at once."""
    query = dict(request.query_params)
    problem = _problem(request, query)
    if problem is not None:
        return HTMLResponse(f"<!doctype html><title>Sign in</title><p>{escape(problem)}</p>", 400)
    if "auto" in query:
        return _answer(request, query, query["auto"] == "accept")
    if "answer" in query:
        return _answer(request, query, query["answer"] == "Accept")
    return HTMLResponse(_page(request, query))


def _problem(request: Request, query: dict[str, str]) -> str | None:
    world: World = request.app.state.world
    if query.get("client_id") != world.options.client_id:
        return f"AADSTS700016: Application with identifier '{query.get('client_id')}' was not found."
    if urlsplit(query.get("redirect_uri", "")).scheme not in ("http", "https"):
        return "AADSTS50011: The redirect URI specified in the request is not registered."
    if not query.get("scope"):
        return "AADSTS900144: The request must contain the following parameter: 'scope'."
    if not _offered(request):
        return "AADSTS90002: Tenant not found."
    return None


def _offered(request: Request) -> list[str]:
    """The tenants the person consenting may act for: the one in the path, or any."""
    world: World = request.app.state.world
    asked = str(request.path_params["tenant"])
    if asked == "organizations":
        return list(world.companies)
    company = world.company(asked)
    return [company.id] if company is not None else []


def _answer(request: Request, query: dict[str, str], accepted: bool) -> Response:
    world: World = request.app.state.world
    offered = _offered(request)
    tenant = query.get("as_tenant", offered[0])
    if tenant not in offered:
        return HTMLResponse("<!doctype html><title>Sign in</title><p>AADSTS50020: No such account here.</p>", 400)
    back = {"admin_consent": "True"}
    if accepted and f"{GRAPH_AUDIENCE}/.default" in query["scope"].split():
        granted(world, tenant, ROLES)
        back |= {"tenant": tenant, "scope": " ".join(f"{GRAPH_AUDIENCE}/{role}" for role in ROLES)}
    elif accepted:
        back |= {"error": "invalid_scope", "error_description": "AADSTS70011: Only .default asks for app permissions."}
    else:
        back |= {"error": "consent_required", "error_description": DECLINED}
    if "state" in query:
        back["state"] = query["state"]
    joint = "&" if urlsplit(query["redirect_uri"]).query else "?"
    return RedirectResponse(f"{query['redirect_uri']}{joint}{urlencode(back)}", 302)


def _page(request: Request, query: dict[str, str]) -> str:
    world: World = request.app.state.world
    hidden = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in query.items()
        if name != "as_tenant"
    )
    choices = "".join(
        f'<option value="{tenant}">{escape(world.companies[tenant].name)} ({tenant})</option>'
        for tenant in _offered(request)
    )
    wanted = "".join(f"<li>{role}</li>" for role in ROLES)
    return (
        '<!doctype html><html lang="en"><title>Permissions requested</title><h1>Permissions requested</h1>'
        f"<p>Review for your organisation.</p><ul>{wanted}</ul><form>{hidden}"
        f'<p><label>Organisation <select name="as_tenant">{choices}</select></label></p>'
        '<button name="answer" value="Accept">Accept</button> <button name="answer" value="Decline">Decline</button>'
        "</form></html>"
    )


async def grant(request: Request) -> Response:
    """Consent without the page; `roles` may be fewer, or none."""
    world: World = request.app.state.world
    tenant = str(request.path_params["tenant"])
    if tenant not in world.companies:
        return JSONResponse({"error": "no such tenant"}, 400)
    body = await request.body()
    roles = (await request.json()).get("roles", ROLES) if body else ROLES
    granted(world, tenant, tuple(roles))
    return JSONResponse({"tenant": tenant, "roles": list(roles)})


async def withdraw(request: Request) -> Response:
    """Remove the app from a tenant: no new tokens. With `{"immediately": true}` Graph refuses old ones too (403)."""
    world: World = request.app.state.world
    tenant = str(request.path_params["tenant"])
    if tenant not in world.companies:
        return JSONResponse({"error": "no such tenant"}, 400)
    body = await request.body()
    withdrawn(world, tenant, bool(body and (await request.json()).get("immediately")))
    return JSONResponse({"tenant": tenant, "roles": []})


ROUTES = [
    Route("/_consent/{tenant}/grant", grant, methods=["POST"]),
    Route("/_consent/{tenant}/withdraw", withdraw, methods=["POST"]),
    Route("/{tenant}/v2.0/adminconsent", consent_page),
]
