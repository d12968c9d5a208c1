"""How SUA's access to a customer stands, what is lacking, and what somebody can do about it."""

from collections.abc import Iterable
from enum import StrEnum

from app.domain.events.coverage import Feed

FEEDS_OF = {
    "AuditLog.Read.All": frozenset({Feed.SIGN_INS}),
    "CallRecords.Read.All": frozenset({Feed.CALLS, Feed.PSTN, Feed.DIRECT_ROUTING}),
    "Organization.Read.All": frozenset({Feed.LICENCES, Feed.RENEWALS}),
    "Reports.Read.All": frozenset({Feed.REPORTS}),
    "User.Read.All": frozenset({Feed.LICENCES, Feed.SIGN_INS}),
}
"""Which feeds stop without an application permission of Microsoft Graph. Its keys are all that SUA asks for."""


class State(StrEnum):
    """Where a customer stands."""

    INVITED = "INVITED"
    CONSENTED = "CONSENTED"
    WITHDRAWN = "WITHDRAWN"
    """The directory knows SUA no more, or its tokens carry no permission."""
    BLOCKED = "BLOCKED"
    """The directory knows SUA and keeps it out: Conditional Access, or a disabled application."""
    GONE = "GONE"
    """There is no such directory (any more), or it lives in another national cloud."""
    OFFBOARDED = "OFFBOARDED"


_BY_REASON = {"TENANT_BLOCKED": State.BLOCKED, "TENANT_GONE": State.GONE}

_ADVICE = {
    State.INVITED: "Ask the customer's administrator to open the link of the invitation; "
    "`sua tenants remind` sends a new one.",
    State.WITHDRAWN: "Ask the customer's administrator to consent again; `sua tenants remind` sends a new link.",
    State.BLOCKED: "Ask the customer's administrator to enable SUA's enterprise application and to let it pass their "
    "Conditional Access policies; reading goes on by itself then.",
    State.GONE: "Ask the customer whether the directory was deleted or moved to another cloud; if they have left, "
    "offboard them.",
}
_LACKING = (
    "Ask the customer's administrator to consent again, for permissions are missing; `sua tenants remind` sends a link."
)


def state_without(reason: str) -> State:
    """Where a customer stands whose access ended, by the error code that showed it."""
    return _BY_REASON.get(reason, State.WITHDRAWN)


def missing_of(permissions: Iterable[str]) -> tuple[str, ...]:
    """What a token with these permissions lacks, by name."""
    return tuple(sorted(FEEDS_OF.keys() - set(permissions)))


def feeds_without(missing: Iterable[str]) -> tuple[Feed, ...]:
    """The feeds that stop when these permissions are missing, by name."""
    return tuple(sorted({feed for permission in missing for feed in FEEDS_OF.get(permission, ())}))


def advice(state: State, missing: Iterable[str]) -> str | None:
    """What to do, in one sentence. None: nothing."""
    if state is State.CONSENTED:
        return _LACKING if tuple(missing) else None
    return _ADVICE.get(state)
