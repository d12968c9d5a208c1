"""What stands between the provider's app and a tenant: consent withdrawn, Conditional Access, a lost permission.

Follows "Microsoft Entra authentication and authorization error codes" and "Resolve Microsoft Graph authorization
errors". Everything can be taken back. What changed when is kept, for comparison with what the provider noticed.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.simulator.world import World

REFUSALS = {
    "blocked": (400, "invalid_grant", 53003, "Access has been blocked by Conditional Access policies."),
    "disabled": (401, "unauthorized_client", 7000112, "Application is disabled."),
    "gone": (400, "invalid_request", 90002, "Tenant not found. It may have been deleted."),
}
STATES = ("ok", "withdrawn", *REFUSALS)
CREDENTIALS = {
    "ok": None,
    "wrong": (7000215, "Invalid client secret provided."),
    "expired": (7000222, "The provided client secret keys are expired."),
    "certificate": (700027, "Client assertion failed signature validation."),
}


@dataclass(slots=True)
class Access:
    """`state` is one of STATES; `missing` are roles taken away; `roles` those granted before consent was withdrawn.

    `at_once`: Graph refuses old tokens too; otherwise only new tokens are refused, or lack the role.
    """

    state: str = "ok"
    missing: frozenset[str] = frozenset()
    roles: tuple[str, ...] | None = None
    at_once: bool = True


@dataclass(frozen=True, slots=True)
class Change:
    """A change of a tenant's access, or with `tenant` None of the provider's own credential, at a simulated instant."""

    at: datetime
    tenant: str | None
    what: str


def granted(world: "World", tenant: str, roles: tuple[str, ...]) -> None:
    """An administrator consented: whatever stood in the way before is gone."""
    world.consents[tenant] = roles
    world.cut_off.discard(tenant)
    world.access.pop(tenant, None)
    world.access_changes.append(Change(world.now, tenant, "granted"))


def withdrawn(world: "World", tenant: str, at_once: bool) -> None:
    """The app was removed from the tenant: no new tokens, and with `at_once` no answers to old ones."""
    access = world.access.setdefault(tenant, Access())
    access.roles = world.consents.pop(tenant, access.roles)
    access.state = "withdrawn"
    if at_once:
        world.cut_off.add(tenant)
    _note(world, tenant, "withdrawn")


def put(world: "World", tenant: str, state: str, at_once: bool) -> None:
    """Bring a tenant into one of STATES; "ok" undoes every other, but grants nothing that never was."""
    access = world.access.setdefault(tenant, Access())
    if state == "withdrawn":
        withdrawn(world, tenant, at_once)
        return
    if access.state == "withdrawn" and access.roles is not None:
        world.consents[tenant] = access.roles
    world.cut_off.discard(tenant)
    if state != "ok" and at_once:
        world.cut_off.add(tenant)
    access.state, access.at_once = state, at_once
    _note(world, tenant, state)


def lack(world: "World", tenant: str, missing: frozenset[str], at_once: bool) -> None:
    """Take these permissions away, and give back all others that were taken."""
    access = world.access.setdefault(tenant, Access())
    access.missing, access.at_once = missing, at_once
    _note(world, tenant, f"lacks {','.join(sorted(missing))}" if missing else "lacks nothing")


def _note(world: "World", tenant: str, what: str) -> None:
    world.access_changes.append(Change(world.now, tenant, what))
    if what not in ("ok", "lacks nothing"):
        world.survived[f"access.{what.partition(' ')[0]}"] += 1
