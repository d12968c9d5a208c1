"""The customer sets their own rules."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from app.commands.desk import Desk
from app.commands.retry import decided
from app.domain import tenant
from app.domain.events import Event
from app.domain.ids import TenantId
from app.domain.policy import Policy
from app.eventstore import streams


@dataclass(frozen=True, slots=True)
class ChangePolicy:
    tenant: TenantId
    policy: Policy
    cause: UUID


@dataclass(frozen=True, slots=True)
class AmendPolicy:
    """`changes`: fields of the policy with their new values; all others stay as the log has them."""

    tenant: TenantId
    changes: Mapping[str, Any]
    cause: UUID


def change_policy(command: ChangePolicy, desk: Desk) -> int:
    """Returns how many facts were new; 0 if these rules are in force. Raises the Refused that names a bad rule."""
    return decided(
        desk,
        command.tenant,
        streams.TENANT,
        command.cause,
        lambda history: tenant.change_policy(tenant.replay(history), command.policy, at=desk.now()),
    )


def amend_policy(command: AmendPolicy, desk: Desk) -> int:
    """Change some of the rules and keep what others changed meanwhile. Returns and raises as `change_policy`."""

    def decide(history: list[Event]) -> list[Event]:
        there = tenant.replay(history)
        return tenant.change_policy(there, replace(there.policy, **command.changes), at=desk.now())

    return decided(desk, command.tenant, streams.TENANT, command.cause, decide)
