"""Graph's change notification subscriptions on call records.

Follows "Create subscription", "Update subscription", "Reauthorize subscription" and the call-records notification
page: both addresses are validated while the request waits, the same subscription twice is 409, a life over an hour
needs a lifecycle address, and none is longer than 4,230 minutes.
"""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.simulator.company import new_id
from app.simulator.graph_http import Call, GraphError, collection, guarded, parse_instant
from app.simulator.notifier import Notifier
from app.simulator.subscription_life import Subscription

LONGEST = timedelta(minutes=4230)
SHORTEST = timedelta(minutes=45)
WITHOUT_LIFECYCLE = timedelta(hours=1)
RESOURCE = "communications/callRecords"
LOOPBACK = ("127.0.0.1", "localhost", "::1")
GUARD = "CallRecords.Read.All"


async def _json(call: Call) -> dict[str, Any]:
    try:
        body = await call.request.json()
    except ValueError as error:
        raise GraphError(400, "BadRequest", "Unable to read JSON request payload.") from error
    if not isinstance(body, dict):
        raise GraphError(400, "BadRequest", "The payload must be an object.")
    return body


async def create(call: Call) -> Response:
    body = await _json(call)
    for name in ("resource", "changeType", "notificationUrl", "expirationDateTime"):
        if not isinstance(body.get(name), str):
            raise GraphError(400, "InvalidRequest", f"'{name}' is a required property.")
    if body["resource"].strip("/").partition("?")[0] != RESOURCE:
        raise GraphError(400, "InvalidRequest", f"Resource '{body['resource']}' is not supported.")
    if not set(body["changeType"].split(",")) <= {"created", "updated"}:
        raise GraphError(400, "InvalidRequest", "Unsupported changeType.")
    if len(body.get("clientState") or "") > 128:
        raise GraphError(400, "InvalidRequest", "ClientState is longer than 128 characters.")
    expires_at, life, by_wall = _expiry(call, body["expirationDateTime"])
    lifecycle_url = body.get("lifecycleNotificationUrl")
    if lifecycle_url is None and life > WITHOUT_LIFECYCLE:
        text = "lifecycleNotificationUrl is a required property for subscription creation on this resource."
        raise GraphError(400, "InvalidRequest", text)
    _refuse_duplicate(call, body)
    for url in (body["notificationUrl"], lifecycle_url):
        if url is not None:
            await _validate(call, url)
    _refuse_duplicate(call, body)
    subscription = Subscription(
        new_id(call.world.rng),
        call.company.id,
        body["resource"],
        body["changeType"],
        body["notificationUrl"],
        lifecycle_url,
        body.get("clientState"),
        expires_at,
        by_wall,
        call.now,
    )
    call.world.subscriptions[subscription.id] = subscription
    context = {"@odata.context": f"{call.root}/$metadata#subscriptions/$entity"}
    return JSONResponse({**context, **_shape(call, subscription)}, 201)


def _expiry(call: Call, text: str) -> tuple[datetime, timedelta, bool]:
    """When it ends, how long it lives, and whether by the wall clock.

    A caller whose clock follows the simulator's is judged by that one, as Graph believes it to be; one that names an
    instant out of its reach is taken to live by the wall clock.
    """
    wanted = parse_instant(text)
    for now, by_wall in ((call.world.told_now, False), (datetime.now(UTC), True)):
        if timedelta(0) < wanted - now <= LONGEST:
            ends = max(wanted, now + SHORTEST)
            return ends, ends - now, by_wall
    raise GraphError(400, "InvalidRequest", f"Subscription expiration can only be {LONGEST} in the future.")


def _refuse_duplicate(call: Call, body: dict[str, Any]) -> None:
    for each in call.world.live_subscriptions(call.company.id):
        if (each.resource.strip("/"), each.change_type) == (body["resource"].strip("/"), body["changeType"]):
            text = f"Subscription Id {each.id} already exists for the requested combination"
            raise GraphError(409, "ExtensionError", text)


async def _validate(call: Call, url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in LOOPBACK:
        raise GraphError(400, "InvalidRequest", "The notification address must use https.")
    notifier: Notifier = call.request.app.state.notifier
    token = f"Validation: Testing client application reachability for subscription Request-Id: {new_id(call.world.rng)}"
    if not await notifier.handshake(url, token):
        raise GraphError(400, "ValidationError", f"Subscription validation request failed for '{url}'.")


def _shape(call: Call, subscription: Subscription) -> dict[str, Any]:
    return {
        "id": subscription.id,
        "resource": subscription.resource,
        "applicationId": call.app_id,
        "changeType": subscription.change_type,
        "clientState": None,
        "notificationUrl": subscription.notification_url,
        "lifecycleNotificationUrl": subscription.lifecycle_url,
        "notificationQueryOptions": None,
        "expirationDateTime": subscription.expires_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "creatorId": call.app_id,
        "includeResourceData": None,
        "latestSupportedTlsVersion": "v1_2",
        "encryptionCertificate": None,
        "encryptionCertificateId": None,
        "notificationUrlAppId": None,
    }


async def listed(call: Call) -> Response:
    found = [_shape(call, each) for each in call.world.live_subscriptions(call.company.id)]
    return collection(call, "subscriptions", found)


def _find(call: Call) -> Subscription:
    wanted = str(call.request.path_params["subscription_id"])
    found = next((each for each in call.world.live_subscriptions(call.company.id) if each.id == wanted), None)
    if found is None:
        raise GraphError(404, "ResourceNotFound", "The object was not found.")
    return found


async def one(call: Call) -> Response:
    return JSONResponse(_shape(call, _find(call)))


async def update(call: Call) -> Response:
    subscription, body = _find(call), await _json(call)
    if not set(body) <= {"expirationDateTime", "notificationUrl"}:
        raise GraphError(400, "InvalidRequest", "Only expirationDateTime and notificationUrl can be updated.")
    if "notificationUrl" in body:
        await _validate(call, str(body["notificationUrl"]))
        subscription.notification_url = str(body["notificationUrl"])
    if "expirationDateTime" in body:
        subscription.expires_at, _, subscription.by_wall = _expiry(call, str(body["expirationDateTime"]))
        subscription.authorize(call.now)
    return JSONResponse(_shape(call, subscription))


async def delete(call: Call) -> Response:
    del call.world.subscriptions[_find(call).id]
    return Response(status_code=204)


async def reauthorize(call: Call) -> Response:
    _find(call).authorize(call.now)
    return Response(status_code=204)


ROUTES = [
    Route("/subscriptions", guarded(GUARD, create), methods=["POST"]),
    Route("/subscriptions", guarded(GUARD, listed), methods=["GET"]),
    Route("/subscriptions/{subscription_id}", guarded(GUARD, one), methods=["GET"]),
    Route("/subscriptions/{subscription_id}", guarded(GUARD, update), methods=["PATCH"]),
    Route("/subscriptions/{subscription_id}", guarded(GUARD, delete), methods=["DELETE"]),
    Route("/subscriptions/{subscription_id}/reauthorize", guarded(GUARD, reauthorize), methods=["POST"]),
]
