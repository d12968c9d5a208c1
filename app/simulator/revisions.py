"""How a call's record comes to be known: late, told of before it can be read, and in versions that rise for an hour.

Follows "Working with the call records API": the first version may come half an hour and more after the call, and a
higher version replaces the one before. Each call draws from its own random stream, so that rules switched on or off
change no other figure.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from app.simulator.call_rules import CallRules
from app.simulator.calls import Call, CallVersion, Session
from app.simulator.company import Company, new_id

WITHIN = timedelta(minutes=60)


def unsettle(company: Company, calls: list[Call]) -> None:
    """Give calls the versions that the company's rules ask for, whatever other rules gave them before."""
    rules = company.call_rules
    if rules.settled and all(call.planned is None for call in calls):
        return
    for call in calls:
        rng = Random(f"{company.seed}/{call.id}/versions")
        delay = timedelta(minutes=rng.uniform(0, rules.latency_minutes))
        call.planned = call.planned or call.versions
        versions = [replace(each, visible_at=each.visible_at + delay) for each in call.planned]
        if rng.random() < rules.revised_share:
            versions = _revised(versions, rng)
        call.versions = tuple(_announced(versions, rules, rng))


def _revised(versions: list[CallVersion], rng: Random) -> list[CallVersion]:
    """Put versions after the first, within the hour, among those that were to come anyway."""
    first = versions[0]
    instants = sorted(first.visible_at + WITHIN * rng.uniform(0.02, 1.0) for _ in range(rng.randrange(1, 5)))
    new, before = [], first
    for at in instants:
        kind = rng.choice(tuple(_CHANGES))
        legs = _CHANGES[kind](before.sessions, rng)
        started, ended = min(leg.started_at for leg in legs), max(leg.ended_at for leg in legs)
        before = CallVersion(0, max(at, ended), started, ended, legs, change=kind)
        new.append(before)
    whole = sorted([*new, *versions[1:]], key=lambda each: each.visible_at)
    return [first, *(replace(each, version=number) for number, each in enumerate(whole, 2))]


def _announced(versions: list[CallVersion], rules: CallRules, rng: Random) -> Iterator[CallVersion]:
    """Some are announced before they can be read; none can be read before an earlier one."""
    readable = versions[0].visible_at
    for version in versions:
        at = max(version.visible_at, readable)
        share = rules.early_share if version.version == 1 else rules.stale_share
        waits = rng.random() < share
        wait = timedelta(minutes=rng.uniform(1, max(1.0, rules.early_minutes))) if waits else timedelta(0)
        yield replace(version, announced_at=version.visible_at if waits else at, visible_at=at + wait)
        readable = at + wait + timedelta(seconds=1)


def _more_legs(legs: tuple[Session, ...], rng: Random) -> tuple[Session, ...]:
    again = rng.choice(legs)
    begin = again.started_at + (again.ended_at - again.started_at) * rng.random()
    end = begin + timedelta(seconds=rng.randrange(5, 120))
    return (*legs, replace(again, id=new_id(rng), started_at=begin, ended_at=end, failure=None))


def _fewer_legs(legs: tuple[Session, ...], rng: Random) -> tuple[Session, ...]:
    """One leg is gone, never the only one nor the first, whose id may be the call's."""
    gone = rng.randrange(1, len(legs)) if len(legs) > 1 else None
    return tuple(leg for place, leg in enumerate(legs) if place != gone)


def _failed_leg(legs: tuple[Session, ...], rng: Random) -> tuple[Session, ...]:
    failed = rng.randrange(len(legs))
    failure = ("midcall", "The media path was lost.")
    return tuple(replace(leg, failure=failure) if place == failed else leg for place, leg in enumerate(legs))


def _later_end(legs: tuple[Session, ...], rng: Random) -> tuple[Session, ...]:
    last = max(range(len(legs)), key=lambda place: legs[place].ended_at)
    longer = legs[last].ended_at + timedelta(seconds=rng.randrange(1, 90))
    return tuple(replace(leg, ended_at=longer) if place == last else leg for place, leg in enumerate(legs))


def _moved_start(legs: tuple[Session, ...], rng: Random) -> tuple[Session, ...]:
    """The first leg begins some seconds earlier than was known, or later where it lasts long enough."""
    first = min(range(len(legs)), key=lambda place: legs[place].started_at)
    leg = legs[first]
    moved: datetime = leg.started_at + timedelta(seconds=rng.choice((-7, -3, -1, 1, 3)))
    moved = min(moved, leg.ended_at)
    return tuple(replace(each, started_at=moved) if place == first else each for place, each in enumerate(legs))


_CHANGES = {
    "more_legs": _more_legs,
    "fewer_legs": _fewer_legs,
    "failed_leg": _failed_leg,
    "later_end": _later_end,
    "moved_start": _moved_start,
}
