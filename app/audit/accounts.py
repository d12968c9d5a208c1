"""Whose accounts there were, as the facts before a moment say."""

from dataclasses import dataclass, field
from datetime import datetime

from app.audit.said import Said
from app.domain.events import Event
from app.domain.events.licensing import (
    AccountDisabled,
    AccountEnabled,
    Profile,
    ProfileChanged,
    UserDeleted,
    UserDiscovered,
)
from app.domain.ids import UserId
from app.eventstore.envelope import Recorded

Place = tuple[str | None, str | None, str | None, str | None]
"""Department, company, cost centre and country: who pays."""

NOWHERE: Place = (None, None, None, None)


@dataclass(slots=True)
class Account:
    """`disabled_since` None: enabled. `deleted`: gone from the directory; what was known of it stays."""

    profile: Profile
    created_at: datetime | None
    disabled_since: datetime | None
    deleted: bool
    said: dict[str, Said] = field(default_factory=dict)
    """The facts that say so, by what they speak of."""

    @property
    def place(self) -> Place:
        profile = self.profile
        return (profile.department, profile.company, profile.cost_centre, profile.country)


class Accounts:
    """By user. Who was never discovered by then has none, whatever else was said of them."""

    facts: frozenset[type[Event]] = frozenset(
        {UserDiscovered, ProfileChanged, AccountDisabled, AccountEnabled, UserDeleted}
    )

    def __init__(self) -> None:
        self.by_user: dict[UserId, Account] = {}

    def take(self, fact: Recorded) -> None:
        event = fact.event
        if isinstance(event, UserDiscovered):
            self._discover(event, Said.by(fact))
            return
        account = self.by_user.get(event.user)  # type: ignore[attr-defined]
        if account is None:
            return
        said = Said.by(fact)
        match event:
            case ProfileChanged():
                account.profile = event.profile
                account.said["profile"] = said
            case AccountDisabled():
                account.disabled_since = min(account.disabled_since or event.happened_at, event.happened_at)
                account.said["enabled"] = said
            case AccountEnabled():
                account.disabled_since = None
                account.said["enabled"] = said
            case UserDeleted():
                account.deleted = True
                account.said["deleted"] = said

    def _discover(self, event: UserDiscovered, said: Said) -> None:
        """Also again, after a deletion; an account that was disabled and still is has been so all the while."""
        former = self.by_user.get(event.user)
        since = None if event.enabled else event.happened_at
        if since is not None and former is not None and former.disabled_since is not None:
            since = min(since, former.disabled_since)
        self.by_user[event.user] = Account(
            event.profile, event.created_at, since, deleted=False, said=dict.fromkeys(("profile", "enabled"), said)
        )
