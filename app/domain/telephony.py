"""Policy of calls: where a call went, who took part for how long, whether it failed, on which day it counts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from app.domain.events.telephony import Call, Leg, Party, PartyKind
from app.domain.ids import DirectoryId, UserId
from app.domain.period import union_length
from app.domain.personal import Personal


class Direction(StrEnum):
    """From the tenant's view, by identities and never by names (definitions: call)."""

    INTERNAL = "internal"
    EXTERNAL = "external"
    PSTN = "pstn"


@dataclass(frozen=True, slots=True)
class Participant:
    """One party of a call over all its legs.

    `key` is stable for one content of a call and holds nothing personal: the user's id, or for others their kind and
    their place among those of that kind, by time of joining. `seconds` is the length of the union of the party's legs,
    whole seconds, rounded down.
    """

    key: str
    kind: PartyKind
    user: UserId | None
    directory: DirectoryId | None
    label: Personal | None
    joined_at: datetime
    left_at: datetime
    seconds: int
    failed: bool


_STRANGERS = frozenset({PartyKind.GUEST, PartyKind.COMMUNICATION_SERVICES, PartyKind.UNKNOWN})


def direction_of(call: Call, home: DirectoryId) -> Direction:
    """Pstn as soon as one party is a telephone; external with any stranger or user of another directory than `home`."""
    parties = [leg.party for leg in call.legs]
    if call.organiser is not None:
        parties.append(call.organiser)
    if any(party.kind is PartyKind.PHONE for party in parties):
        return Direction.PSTN
    if any(_is_stranger(party, home) for party in parties):
        return Direction.EXTERNAL
    return Direction.INTERNAL


def has_failed(call: Call) -> bool:
    """No leg carried anything: each failed or has no length, or there is none."""
    return _all_failed(call.legs)


def local_day(call: Call, zone: ZoneInfo) -> date:
    """The civil day of the tenant on which the call counts: that of its start, also where it ends on the next."""
    return call.started_at.astimezone(zone).date()


def participants_of(call: Call) -> tuple[Participant, ...]:
    """One entry per party with a leg, by time of joining. The order of the legs in the record plays no part."""
    legs_by_party: dict[tuple[str, str, str], list[Leg]] = {}
    for leg in call.legs:
        legs_by_party.setdefault(_identity(leg.party), []).append(leg)
    placed: dict[PartyKind, int] = {}
    participants = []
    for _, legs in sorted(
        legs_by_party.items(), key=lambda entry: (_joined_at(entry[1]), _left_at(entry[1]), entry[0])
    ):
        party = min((leg.party for leg in legs), key=_fullness)
        if party.user is None:
            placed[party.kind] = placed.get(party.kind, 0) + 1
        participants.append(_participant(party, legs, placed.get(party.kind, 0)))
    return tuple(participants)


def _participant(party: Party, legs: list[Leg], place: int) -> Participant:
    return Participant(
        key=f"{party.kind}/{place}" if party.user is None else str(party.user),
        kind=party.kind,
        user=party.user,
        directory=party.directory,
        label=party.label,
        joined_at=_joined_at(legs),
        left_at=_left_at(legs),
        seconds=int(union_length((leg.started_at, leg.ended_at) for leg in legs).total_seconds()),
        failed=_all_failed(legs),
    )


def _identity(party: Party) -> tuple[str, str, str]:
    """Who it is: an Entra object by its id, anyone else by kind and label. Two without either count as one."""
    if party.user is not None:
        return ("", str(party.user), "")
    label = party.label
    return (party.kind, "" if label is None else label.subject, "" if label is None else label.value or "")


def _fullness(party: Party) -> tuple[bool, str, str, bool, str]:
    """Legs of one user may differ in what they tell: take the one that tells most, always the same one."""
    label = "" if party.label is None else party.label.value or ""
    return (party.directory is None, str(party.directory), party.kind, party.label is None, label)


def _is_stranger(party: Party, home: DirectoryId) -> bool:
    return party.kind in _STRANGERS or (
        party.kind is PartyKind.USER and party.directory is not None and party.directory != home
    )


def _all_failed(legs: Iterable[Leg]) -> bool:
    return all(leg.failed or leg.ended_at <= leg.started_at for leg in legs)


def _joined_at(legs: list[Leg]) -> datetime:
    return min(leg.started_at for leg in legs)


def _left_at(legs: list[Leg]) -> datetime:
    return max(leg.ended_at for leg in legs)
