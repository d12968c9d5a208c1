"""The people (and rooms, and robots) of a simulated company, each with a history that answers for any past instant.

The properties are those of Graph's "user resource type", "licenseAssignmentState" and "signInActivity". Histories
are written ahead: an entry may lie in the future of the simulated clock and counts only once its instant is reached.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, NamedTuple

DIRECT = "direct"


@dataclass(frozen=True, slots=True)
class Profile:
    """What the directory says of one account from `since` on. `department` and the like are None for non-people."""

    since: datetime
    display_name: str
    upn: str
    enabled: bool
    department: str | None = None
    company: str | None = None
    cost_center: str | None = None
    division: str | None = None
    country: str | None = None
    usage_location: str | None = None
    job_title: str | None = None
    employee_type: str | None = None


@dataclass(slots=True)
class Grant:
    """One path by which a licence was given: `via` is "direct" or a group's id.

    `error` names why the path gives no licence; None means the licence is held. Held from `since` (included)
    until `until` (excluded; None: still).
    """

    sku_id: str
    via: str
    since: datetime
    until: datetime | None = None
    disabled_plans: tuple[str, ...] = ()
    error: str | None = None

    def holds_at(self, at: datetime) -> bool:
        return self.since <= at and (self.until is None or at < self.until)


class Presence(NamedTuple):
    """The traces an account has left up to `at`: Entra's three sign-in stamps and each workload's last active day."""

    at: datetime
    interactive: datetime | None = None
    non_interactive: datetime | None = None
    successful: datetime | None = None
    exchange: date | None = None
    onedrive: date | None = None
    sharepoint: date | None = None
    teams: date | None = None


@dataclass(slots=True)
class Habit:
    """How an account signs in. `kind`: office (working days), never, attacked (attempts fail), none (not a person).

    Silent from `quiet_from` (included) until `back_on` (excluded; None: for good).
    """

    kind: str
    quiet_from: date | None = None
    back_on: date | None = None

    def quiet_on(self, day: date) -> bool:
        if self.quiet_from is None or day < self.quiet_from:
            return False
        return self.back_on is None or day < self.back_on


@dataclass(slots=True)
class Person:
    """One account. `kind`: person, guest, room, phone_resource, agent, shared_mailbox, service."""

    id: str
    kind: str
    user_type: str
    created_at: datetime
    habit: Habit
    profiles: list[Profile]
    deleted_at: datetime | None = None
    settled: bool = True
    grants: list[Grant] = field(default_factory=list)
    presences: list[Presence] = field(default_factory=list)

    def exists_at(self, at: datetime) -> bool:
        return self.created_at <= at and (self.deleted_at is None or at < self.deleted_at)

    def profile_at(self, at: datetime) -> Profile:
        """The directory entry valid at an instant; before the first one: the first."""
        for profile in reversed(self.profiles):
            if profile.since <= at:
                return profile
        return self.profiles[0]

    @property
    def latest(self) -> Profile:
        return self.profiles[-1]

    def change(self, at: datetime, **values: Any) -> None:
        self.profiles.append(replace(self.latest, since=at, **values))

    def presence_at(self, at: datetime) -> Presence | None:
        """The traces left up to an instant; None: never seen."""
        index = bisect_right(self.presences, at, key=lambda presence: presence.at)
        return self.presences[index - 1] if index else None

    def grants_at(self, at: datetime) -> Iterator[Grant]:
        """Every path in force at an instant, failed ones (`error`) included. A deleted account has none."""
        if not self.exists_at(at):
            return iter(())
        return (grant for grant in self.grants if grant.holds_at(at))

    def held_at(self, at: datetime) -> list[Grant]:
        return [grant for grant in self.grants_at(at) if grant.error is None]

    def open_grants(self) -> list[Grant]:
        return [grant for grant in self.grants if grant.until is None]
