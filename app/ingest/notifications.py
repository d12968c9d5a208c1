"""What Graph posts to the webhook: parsed strictly, checked item by item. No I/O.

A notification is a hint that a call record changed. It is never a source of facts: the record is fetched from Graph.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from hmac import compare_digest
from typing import Any, ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.domain.errors import Refused
from app.domain.ids import CallId, DirectoryId, TenantId
from app.ingest.schedule import Due, Job

MAX_ITEMS = 1_000

LIFECYCLE_JOBS: Mapping[str, tuple[Job, ...]] = {
    "reauthorizationRequired": (Job.SUBSCRIPTION,),
    "subscriptionRemoved": (Job.SUBSCRIPTION, Job.RECONCILE),
    "missed": (Job.RECONCILE,),
}
"""What follows at once from a lifecycle event. Only the first is documented for call records, and none is relied on."""

_GUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_CALL_RECORD = re.compile(rf"/?communications/callRecords/({_GUID})", re.IGNORECASE)
_DIRECTORY = re.compile(_GUID)


class MalformedNotification(Refused):
    """The body is not a change notification collection."""

    code: ClassVar[str] = "MALFORMED_NOTIFICATION"


class TooManyItems(Refused):
    """More items in one POST than Graph would send."""

    code: ClassVar[str] = "TOO_MANY_ITEMS"


class Ignored(StrEnum):
    """Why an item was not stored. The sender learns nothing of it; operators see counters."""

    UNKNOWN_SUBSCRIPTION = "unknown_subscription"
    WRONG_CLIENT_STATE = "wrong_client_state"
    OTHER_DIRECTORY = "other_directory"
    UNUSABLE = "unusable"
    UNKNOWN_LIFECYCLE_EVENT = "unknown_lifecycle_event"


class Item(BaseModel):
    """The fields SUA reads of a changeNotification; others are allowed. Lifecycle items have no `resource`."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)

    subscription: str = Field(alias="subscriptionId")
    client_state: str | None = Field(None, alias="clientState")
    directory: str | None = Field(None, alias="tenantId")
    resource: str | None = None
    lifecycle_event: str | None = Field(None, alias="lifecycleEvent")


class _Envelope(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)

    value: list[Item]


@dataclass(frozen=True, slots=True)
class Route:
    """Whose notifications a subscription brings. `subscription` None: Graph has not answered its creation yet."""

    tenant: TenantId
    directory: DirectoryId
    subscription: str | None
    client_state_hash: bytes


@dataclass(frozen=True, slots=True)
class Routes:
    """The subscriptions SUA has, by Graph's id and by the hash of their secret."""

    by_subscription: Mapping[str, Route]
    awaited: Mapping[bytes, Route]

    @classmethod
    def of(cls, routes: Iterable[Route]) -> "Routes":
        known = list(routes)
        return cls(
            {route.subscription: route for route in known if route.subscription is not None},
            {route.client_state_hash: route for route in known if route.subscription is None},
        )

    def route_of(self, item: Item) -> Route | None:
        known = self.by_subscription.get(item.subscription)
        # A look-up by digest tells an attacker nothing about the secret: nobody can steer SHA-256 byte by byte.
        return known or (self.awaited.get(hashed(item.client_state)) if item.client_state else None)


@dataclass(frozen=True, slots=True)
class Sorted:
    """A POST's items after the checks: calls to look at and jobs to be done at once (each once), and how many items
    were ignored and why."""

    calls: tuple[tuple[TenantId, CallId], ...]
    jobs: tuple[Due, ...]
    ignored: Counter[str]


def hashed(secret: str) -> bytes:
    return sha256(secret.encode()).digest()


def parse(body: bytes) -> list[Item]:
    """The items of a POST. Raises MalformedNotification or TooManyItems; unknown fields are allowed."""
    try:
        envelope = _Envelope.model_validate_json(body)
        # Once more for what pydantic lets pass: repeated names, NaN, integers of thousands of digits. Its parse came
        # first and has bounded the nesting.
        json.loads(body, object_pairs_hook=_unique, parse_constant=_not_json)
    except ValidationError as error:
        raise MalformedNotification(_first_fault(error)) from None
    except ValueError as error:
        raise MalformedNotification(f"The body is not strict JSON: {error}.") from None
    if len(envelope.value) > MAX_ITEMS:
        raise TooManyItems(f"{len(envelope.value):,} items; at most {MAX_ITEMS:,} are taken in one POST.")
    return envelope.value


def sort(items: Iterable[Item], routes: Routes) -> Sorted:
    """Which calls to look at, and what to do about subscriptions. A bad item never spoils its neighbours."""
    calls: dict[tuple[TenantId, CallId], None] = {}
    jobs: dict[Due, None] = {}
    ignored: Counter[str] = Counter()
    for item in items:
        route = _checked(item, routes)
        if isinstance(route, Ignored):
            ignored[route] += 1
        elif item.lifecycle_event is not None:
            wanted = LIFECYCLE_JOBS.get(item.lifecycle_event, ())
            jobs |= {Due(route.tenant, job): None for job in wanted}
            ignored[Ignored.UNKNOWN_LIFECYCLE_EVENT] += not wanted
        elif match := _CALL_RECORD.fullmatch(item.resource or ""):
            calls[route.tenant, CallId(UUID(match[1]))] = None
        else:
            ignored[Ignored.UNUSABLE] += 1
    return Sorted(tuple(calls), tuple(jobs), +ignored)


def _checked(item: Item, routes: Routes) -> Route | Ignored:
    """Whose it is, if it can be believed."""
    route = routes.route_of(item)
    if route is None:
        return Ignored.UNKNOWN_SUBSCRIPTION
    if item.client_state is None or not compare_digest(hashed(item.client_state), route.client_state_hash):
        return Ignored.WRONG_CLIENT_STATE
    if item.directory is None or not _DIRECTORY.fullmatch(item.directory) or UUID(item.directory) != route.directory:
        return Ignored.OTHER_DIRECTORY
    return route


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = dict(pairs)
    if len(names) != len(pairs):
        raise ValueError("a name occurs twice in one object")
    return names


def _not_json(constant: str) -> Any:
    raise ValueError(f"{constant} is no JSON number")


def _first_fault(error: ValidationError) -> str:
    """Where and what, without the sender's values."""
    fault = error.errors(include_input=False, include_url=False, include_context=False)[0]
    where = ".".join(str(step) for step in fault["loc"])
    return f"The body is no notification collection: {where + ': ' if where else ''}{fault['msg']}."
