"""What the replay says GraphQL must answer about calls and their coverage."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from app.audit.accounts import Account
from app.audit.calls import Held
from app.audit.difference import Values
from app.audit.expected_seats import Nodes, told_at, user_id
from app.audit.ledger import HOUR, Hour, hour_of
from app.audit.replay import WholeReplay
from app.domain.ids import TenantId, UserId
from app.domain.period import day_begins
from app.domain.stand_ins import at_least, span_of

_UNHEARD = Hour(0, 0, 0, None)


def calls_of(tenant: TenantId, replay: WholeReplay, since: date, until: date) -> Nodes:
    """Calls that began on these days and before the moment, without tests."""
    cut = replay.cut
    begin, end = day_begins(since, cut.zone), min(day_begins(until, cut.zone), cut.at)
    known = replay.accounts.by_user
    return {
        (str(call),): _call(tenant, held, known)
        for call, held in replay.calls.by_id.items()
        if not held.record.test and begin <= held.record.started_at < end
    }


def _call(tenant: TenantId, held: Held, known: Mapping[UserId, Account]) -> Values:
    record = held.record
    host = record.organiser.user if record.organiser else None
    return {
        "callId": str(record.call),
        "revision": str(record.revision),
        "kind": record.kind,
        "modalities": list(record.modalities),
        "startedAt": told_at(record.started_at),
        "endedAt": told_at(record.ended_at),
        "seconds": int((record.ended_at - record.started_at).total_seconds()),
        "direction": held.direction.name,
        "organiserId": _own(tenant, host, known),
        "participantCount": len(held.participants),
        "failed": held.failed,
        "participants": [
            {
                "userId": _own(tenant, party.user, known),
                "kind": party.kind.name,
                "joinedAt": told_at(party.joined_at),
                "leftAt": told_at(party.left_at),
                "seconds": party.seconds,
                "failed": party.failed,
            }
            for party in sorted(held.participants, key=lambda each: (each.joined_at, each.key))
        ],
    }


def _own(tenant: TenantId, user: UserId | None, known: Mapping[UserId, Account]) -> str | None:
    """People of other directories have no id here."""
    return user_id(tenant, user) if user is not None and user in known else None


def usage_of(tenant: TenantId, replay: WholeReplay, since: date, until: date) -> Nodes:
    """By user, of the days up to the moment's; users of months whose details are gone together, without a key."""
    found: dict[str | None, dict[str, Any]] = {}
    unknown: set[UserId] = set()
    for (user, day, _), used in replay.calls.usage().items():
        if since <= day < until and day <= replay.cut.on:
            key = user_id(tenant, user) if span_of(user) is None else None
            sums = found.setdefault(key, {"calls": 0, "participantSeconds": 0, "users": 1, "failedCalls": 0})
            sums["calls"] += used.calls
            sums["participantSeconds"] += used.seconds
            sums["failedCalls"] += used.failed
            if key is None:
                unknown.add(user)
                sums["users"] = at_least(unknown)
    return {(key,): {"key": key, **sums} for key, sums in found.items()}


def usage_by_day_of(replay: WholeReplay, since: date, until: date) -> Nodes:
    found: dict[date, dict[str, int]] = {}
    people: dict[date, set[UserId]] = {}
    for (user, day, _), used in replay.calls.usage().items():
        if since <= day < until and day <= replay.cut.on:
            people.setdefault(day, set()).add(user)
            sums = found.setdefault(day, {"calls": 0, "participantSeconds": 0, "users": 0, "failedCalls": 0})
            sums["calls"] += used.calls
            sums["participantSeconds"] += used.seconds
            sums["failedCalls"] += used.failed
            sums["users"] = at_least(people[day])
    return {(str(day),): {"key": str(day), **sums} for day, sums in found.items()}


def coverage_of(replay: WholeReplay, since: datetime, until: datetime) -> Nodes:
    """Every hour of [since, until), also those nothing was heard of."""
    heard = dict(replay.ledger.hours())
    nodes: Nodes = {}
    hour = hour_of(since)
    while hour < until:
        said = heard.get(hour, _UNHEARD)
        best = said.listed.best if said.listed else None
        nodes[(told_at(hour),)] = {
            "hour": told_at(hour),
            "notified": said.notified,
            "fetched": said.fetched,
            "listed": said.listed.calls if said.listed else None,
            "missing": said.missing,
            "pass": best.name if best else None,
        }
        hour += HOUR
    return nodes
