"""Calls as they happened in a simulated company, and the versions in which their records become visible.

The vocabulary is that of Graph's call records (callRecord, session, participant): a group call has one session or
more per party, a peer-to-peer call one session for both parties, and a later version of a record holds more data.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Party:
    """Someone in a call. `kind`: user, federated, phone, guest, application.

    `id` is an object id, the E.164 number of a phone or the join id of an anonymous guest.
    `directory_id` is None for phones and guests.
    """

    kind: str
    id: str
    name: str | None = None
    directory_id: str | None = None
    upn: str | None = None
    platform: str = "windows"


@dataclass(frozen=True, slots=True)
class Session:
    """One leg. `callee` None means Teams' conference service. `failure` is (stage, reason)."""

    id: str
    caller: Party
    callee: Party | None
    started_at: datetime
    ended_at: datetime
    modalities: tuple[str, ...] = ("audio",)
    failure: tuple[str, str] | None = None
    test: bool = False


@dataclass(frozen=True, slots=True)
class CallVersion:
    """One version of a call's record, in the API from `visible_at` on. `change`: what it was made for, if by a rule."""

    version: int
    visible_at: datetime
    started_at: datetime
    ended_at: datetime
    sessions: tuple[Session, ...]
    announced_at: datetime | None = None
    change: str | None = None

    @property
    def announced(self) -> datetime:
        """When subscribers are told of it: before it can be read where `announced_at` says so."""
        return self.announced_at or self.visible_at


@dataclass(slots=True)
class Call:
    """`type` is groupCall or peerToPeer. Versions rise; each replaces the one before. Those to come may change yet.

    `planned`: what the versions were before any rule unsettled them (None: none did).
    """

    id: str
    type: str
    organizer: Party
    join_url: str | None
    versions: tuple[CallVersion, ...]
    planned: tuple[CallVersion, ...] | None = None

    @property
    def started_at(self) -> datetime:
        return self.versions[0].started_at

    def version_at(self, at: datetime) -> CallVersion | None:
        """The newest version visible at an instant; None: not visible yet."""
        seen = None
        for version in self.versions:
            if version.visible_at <= at:
                seen = version
        return seen


def parties_of(version: CallVersion) -> list[Party]:
    """Everyone in a version of a call, in order of first appearance."""
    seen: dict[str, Party] = {}
    for session in version.sessions:
        for party in (session.caller, session.callee):
            if party is not None:
                seen.setdefault(party.id, party)
    return list(seen.values())


def seconds_of(version: CallVersion, party: Party) -> float:
    """How long a party was in the call: the length in seconds of the union of its sessions' intervals."""
    return _union_seconds(
        (session.started_at, session.ended_at)
        for session in version.sessions
        if party in (session.caller, session.callee)
    )


def _union_seconds(spans: Iterable[tuple[datetime, datetime]]) -> float:
    total = 0.0
    reached: datetime | None = None
    for start, end in sorted(spans):
        begin = start if reached is None else max(start, reached)
        if end > begin:
            total += (end - begin).total_seconds()
        reached = end if reached is None else max(reached, end)
    return total
