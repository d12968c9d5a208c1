"""What the simulated company says of itself, counted by the definitions alone: nothing of SUA's tables or rules."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

Seat = tuple[UUID, UUID]
"""A user and a SKU."""

NOT_PEOPLE = {"guest", "room", "phone_resource", "agent"}
"""Kinds the directory gives away. Shared mailboxes and service accounts look like people to SUA's permissions."""

_SUCCESSES_KEPT_SINCE = datetime(2023, 12, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Spent:
    """Taking part in calls: how often, and for how long."""

    participations: int
    seconds: float


def held(truth: Mapping[str, Any]) -> set[Seat]:
    return {(UUID(user["id"]), UUID(licence["skuId"])) for user in present(truth) for licence in user["licences"]}


def idle(truth: Mapping[str, Any], on: date, last_calls: Mapping[UUID, date], days: int, grace: int) -> set[Seat]:
    """Seats idle on a day: a person, enabled, held and created for `grace` days, silent since before `days` ago."""
    end = datetime.combine(on + timedelta(days=1), time(), UTC)
    found = set()
    for user in present(truth):
        if user["kind"] in NOT_PEOPLE or not user["accountEnabled"]:
            continue
        if user["createdAt"] and datetime.fromisoformat(user["createdAt"]) > end - timedelta(days=grace):
            continue
        seen = _last_seen(user, last_calls)
        if seen is not None and seen >= on - timedelta(days=days):
            continue
        if seen is None and _unverifiable(user):
            continue
        found |= {seat for seat, since in _held_since(user).items() if since <= end - timedelta(days=grace)}
    return found


def spent_by_department(
    days: Iterable[Mapping[str, Any]],
) -> dict[str, Spent]:
    """Participations and seconds by the department held on each call's day. Each item: the truth at a day's end."""
    participations: dict[str, int] = defaultdict(int)
    seconds: dict[str, float] = defaultdict(float)
    for truth in days:
        departments = {user["id"]: user["department"] for user in truth["users"]}
        for call in truth["calls"]:
            if call["test"]:
                continue
            for party in call["parties"]:
                if party["userId"] in departments:
                    department = departments[party["userId"]] or ""
                    participations[department] += 1
                    seconds[department] += party["seconds"]
    return {department: Spent(participations[department], seconds[department]) for department in participations}


def last_calls(calls: Sequence[Mapping[str, Any]]) -> dict[UUID, date]:
    """The last day each user took part in a call."""
    newest: dict[UUID, date] = {}
    for call in calls:
        on = datetime.fromisoformat(call["endedAt"]).date()
        for party in call["parties"]:
            if party["userId"] is not None and not call["test"]:
                user = UUID(party["userId"])
                newest[user] = max(on, newest.get(user, on))
    return newest


def present(truth: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Users who are in the directory."""
    return [user for user in truth["users"] if user["deletedAt"] is None]


def _unverifiable(user: Mapping[str, Any]) -> bool:
    """Successes are kept since December 2023 only: attempts by an older account may have been successes before it."""
    attempted = user["signIns"]["interactive"] or user["signIns"]["nonInteractive"]
    created_at = user["createdAt"]
    return bool(attempted) and (created_at is None or datetime.fromisoformat(created_at) < _SUCCESSES_KEPT_SINCE)


def _held_since(user: Mapping[str, Any]) -> dict[Seat, datetime]:
    """The earliest beginning over the paths by which a SKU is held."""
    since: dict[Seat, datetime] = {}
    for licence in user["licences"]:
        seat = (UUID(user["id"]), UUID(licence["skuId"]))
        began = datetime.fromisoformat(licence["since"])
        since[seat] = min(began, since.get(seat, began))
    return since


def _last_seen(user: Mapping[str, Any], calls: Mapping[UUID, date]) -> date | None:
    """Successful sign-ins, workloads and calls prove activity; attempts do not."""
    successful = user["signIns"]["successful"]
    seen = [datetime.fromisoformat(successful).date()] if successful else []
    seen += [date.fromisoformat(on) for on in user["lastActivity"].values() if on]
    seen += [calls[UUID(user["id"])]] if UUID(user["id"]) in calls else []
    return max(seen, default=None)
