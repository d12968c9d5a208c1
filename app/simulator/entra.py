"""The simulated Entra: client-credentials tokens, OIDC discovery, keys, and tokens for the provider's own API.

Follows "Microsoft identity platform and the OAuth 2.0 client credentials flow" and "Microsoft Entra authentication
and authorization error codes". A token for Graph is issued even when no permission was granted, then without roles.
"""

from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.simulator import assertions
from app.simulator.access import CREDENTIALS, REFUSALS
from app.simulator.entra_errors import EntraError
from app.simulator.graph_http import GRAPH_AUDIENCE
from app.simulator.sign_on import redeemed
from app.simulator.world import World

SHARED_AUTHORITIES = ("common", "organizations", "consumers")


def base_url(request: Request) -> str:
    return str(request.base_url).rstrip("/")


async def token(request: Request) -> Response:
    form = {name: values[-1] for name, values in parse_qs((await request.body()).decode()).items()}
    world: World = request.app.state.world
    try:
        if form.get("grant_type") == "authorization_code":
            check_secret(world, form, str(request.url))
            return JSONResponse(redeemed(world, form, base_url(request)))
        return JSONResponse(_issue(world, str(request.path_params["tenant"]), form, str(request.url)))
    except EntraError as error:
        return error.response()


def _issue(world: World, tenant: str, form: dict[str, str], address: str) -> dict[str, Any]:
    if tenant in SHARED_AUTHORITIES:
        text = "The grant type is not supported over the /common or /consumers endpoints. Use the tenant's endpoint."
        raise EntraError(400, "invalid_request", 9001023, text)
    company = world.company(tenant)
    if company is None:
        raise EntraError(400, "invalid_request", 90002, f"Tenant '{tenant}' not found.")
    _check_access(world, company.id)
    if form.get("grant_type") != "client_credentials":
        raise EntraError(400, "unsupported_grant_type", 70003, "The app requested an unsupported grant type.")
    if form.get("scope") != f"{GRAPH_AUDIENCE}/.default":
        raise EntraError(400, "invalid_scope", 70011, f"The provided value for scope {form.get('scope')} is not valid.")
    client_id = form.get("client_id", "")
    if client_id != world.options.client_id or company.id not in world.consents:
        text = f"Application with identifier '{client_id}' was not found in the directory '{company.name}'."
        raise EntraError(400, "unauthorized_client", 700016, text)
    check_secret(world, form, address)
    return _graph_token(world, company.id)


def _check_access(world: World, tenant: str) -> None:
    """Refuse where the tenant has blocked, disabled or lost the app, as its access says."""
    access = world.access.get(tenant)
    if access is not None and access.state in REFUSALS:
        raise EntraError(*REFUSALS[access.state])


def check_secret(world: World, form: dict[str, str], address: str) -> None:
    """Raise `EntraError` where the app does not prove itself."""
    assertion = form.get("client_assertion")
    if assertion is not None and form.get("client_assertion_type") == assertions.TYPE:
        fault = "is refused" if world.credential != "ok" else assertions.fault(world, assertion, address)
        if fault is not None:
            raise EntraError(401, "invalid_client", 700027, f"The client assertion {fault}.")
        return
    refusal = CREDENTIALS[world.credential]
    if refusal is not None:
        raise EntraError(401, "invalid_client", *refusal)
    if "client_secret" not in form:
        text = "The request body must contain the following parameter: 'client_assertion' or 'client_secret'."
        raise EntraError(401, "invalid_client", 7000218, text)
    if form["client_secret"] != world.options.client_secret:
        raise EntraError(401, "invalid_client", 7000215, "Invalid client secret provided.")


def _graph_token(world: World, tenant: str) -> dict[str, Any]:
    lifetime = world.options.token_seconds
    claims: dict[str, Any] = {
        "aud": GRAPH_AUDIENCE,
        "iss": f"https://sts.windows.net/{tenant}/",
        "appid": world.options.client_id,
        "appidacr": "1",
        "idtyp": "app",
        "tid": tenant,
        "oid": world.options.client_id,
        "sub": world.options.client_id,
        "ver": "1.0",
    }
    access = world.access.get(tenant)
    roles = [role for role in world.consents[tenant] if access is None or role not in access.missing]
    if roles:
        claims["roles"] = roles
    signed = world.keys.sign(claims, lifetime)
    return {"token_type": "Bearer", "expires_in": lifetime, "ext_expires_in": lifetime, "access_token": signed}


async def discovery(request: Request) -> Response:
    """The OIDC metadata. Behind TLS (`X-Forwarded-Proto: https`) its addresses are https, which MSAL insists on."""
    tenant = str(request.path_params["tenant"])
    world: World = request.app.state.world
    company = world.company(tenant)
    gone = company is None or (company.id in world.access and world.access[company.id].state == "gone")
    if tenant not in SHARED_AUTHORITIES and gone:
        return EntraError(400, "invalid_tenant", 90002, f"Tenant '{tenant}' not found.").response()
    base = base_url(request)
    issuer_tenant = "{tenantid}" if tenant in SHARED_AUTHORITIES else tenant
    secure = request.headers.get("x-forwarded-proto") == "https"
    here = f"{'https' + base.removeprefix('http') if secure and base.startswith('http:') else base}/{tenant}"
    return JSONResponse(
        {
            "issuer": f"{base}/{issuer_tenant}/v2.0",
            "authorization_endpoint": f"{here}/oauth2/v2.0/authorize",
            "token_endpoint": f"{here}/oauth2/v2.0/token",
            "end_session_endpoint": f"{here}/oauth2/v2.0/logout",
            "jwks_uri": f"{here}/discovery/v2.0/keys",
            "response_types_supported": ["code", "id_token"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"],
        }
    )


async def keys(request: Request) -> Response:
    world: World = request.app.state.world
    return JSONResponse(world.keys.jwks(f"{base_url(request)}/{{tenantid}}/v2.0"))


async def rotate_keys(request: Request) -> Response:
    world: World = request.app.state.world
    return JSONResponse({"kid": world.keys.rotate()})


async def api_token(request: Request) -> Response:
    """Mint an access token for the provider's own API, in Entra's v2.0 shape. `tid` and `aud` are needed."""
    world: World = request.app.state.world
    asked: Any = await request.json()
    if not isinstance(asked, dict) or not _is_guid(asked.get("tid")) or not asked.get("aud"):
        return JSONResponse({"error": "tid (a GUID) and aud are needed"}, 400)
    lifetime = int(asked.get("expires_in", 3599))
    oid = str(asked.get("oid") or UUID(int=world.rng.getrandbits(128), version=4))
    claims: dict[str, Any] = {
        "iss": f"{base_url(request)}/{asked['tid']}/v2.0",
        "ver": "2.0",
        "oid": oid,
        "sub": oid,
        "azpacr": "0",
        "idtyp": "user" if asked.get("scp") else "app",
    }
    claims |= {name: value for name, value in asked.items() if name != "expires_in" and value is not None}
    return JSONResponse(
        {"access_token": world.keys.sign(claims, lifetime), "token_type": "Bearer", "expires_in": lifetime}
    )


def _is_guid(value: object) -> bool:
    try:
        UUID(str(value))
    except ValueError:
        return False
    return True


ROUTES = [
    Route("/_token", api_token, methods=["POST"]),
    Route("/_keys/rotate", rotate_keys, methods=["POST"]),
    Route("/{tenant}/oauth2/v2.0/token", token, methods=["POST"]),
    Route("/{tenant}/v2.0/.well-known/openid-configuration", discovery),
    Route("/{tenant}/.well-known/openid-configuration", discovery),
    Route("/{tenant}/discovery/v2.0/keys", keys),
]
