"""What must be true after a soak, from two sources only: the simulator's own truth, and SUA's tables by plain SQL.

Imports nothing of SUA, so that a mistake of SUA's cannot hide itself here.
"""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import httpx
import psycopg

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Pair:
    """A tenant of SUA and the simulated directory it stands for."""

    tenant: UUID
    directory: UUID


@dataclass(frozen=True, slots=True)
class Fact:
    """One row of the log; personal values in `body` stay sealed."""

    body: Json
    position: int
    stream: str
    version: int
    name: str
    happened_at: datetime
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a call's record as the simulator made it."""

    visible_at: datetime
    started_at: datetime
    ended_at: datetime
    sessions: int


@dataclass(slots=True)
class Findings:
    """What was checked, and every difference found. `lost`, `twice`, `leaked` are counted by the thing concerned."""

    checked: Counter[str] = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    leaked: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @property
    def all(self) -> list[str]:
        return [*self.lost, *self.twice, *self.leaked, *self.wrong]


@dataclass(slots=True)
class Truth:
    """Asks the simulator what is so. `stops`: the instants at which its clock stood still during the soak."""

    url: str
    stops: Sequence[datetime]
    _client: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=120))

    def close(self) -> None:
        self._client.close()

    def at(self, directory: UUID, at: datetime) -> Json:
        """People and products at an instant."""
        answer = self._client.get(
            f"{self.url}/_truth/{directory}", params={"at": at.isoformat(), "calls": "none"}
        ).raise_for_status()
        said: Json = answer.json()
        return said

    def versions(self, directory: UUID) -> dict[str, dict[int, Version]]:
        """Every version of every call that can be read by now, and could once: by call and number."""
        calls = self._client.get(f"{self.url}/_truth/{directory}/versions").raise_for_status().json()["calls"]
        return {
            call["id"]: {
                each["version"]: Version(
                    datetime.fromisoformat(each["visibleAt"]),
                    datetime.fromisoformat(each["startedAt"]),
                    datetime.fromisoformat(each["endedAt"]),
                    each["sessions"],
                )
                for each in call["versions"]
            }
            for call in calls
        }

    def stops_during(self, begins: datetime, ends: datetime) -> list[datetime]:
        """Where the clock stood while something lasted from `begins` to `ends`, by a clock that may trail one stop."""
        before = [stop for stop in self.stops if stop <= begins]
        later = [stop for stop in self.stops if stop > begins]
        inside = [stop for stop in later if stop <= ends]
        return [*before[-1:], *inside, *later[len(inside) : len(inside) + 1]]


def log_of(db: psycopg.Connection, tenant: UUID) -> list[Fact]:
    """The whole log of a tenant."""
    rows = db.execute(
        "SELECT state, position, stream, version, name, happened_at, recorded_at FROM events"
        " WHERE tenant_id = %s ORDER BY position",
        (tenant,),
    )
    return [Fact(json.loads(state), *rest) for state, *rest in rows]


def check_order(db: psycopg.Connection, pair: Pair, log: Sequence[Fact], found: Findings) -> None:
    """Positions without gaps up to the head, versions of each stream that rise one by one."""
    streams: Counter[str] = Counter()
    for expected, fact in enumerate(log, 1):
        streams[fact.stream] += 1
        if fact.position != expected or fact.version != streams[fact.stream]:
            found.twice.append(f"{pair.tenant}: position {fact.position} of {fact.stream} is out of order")
            return
    head = db.execute("SELECT position FROM tenant_heads WHERE tenant_id = %s", (pair.tenant,)).fetchone()
    if head != (len(log),):
        found.wrong.append(f"{pair.tenant}: the head is {head}, the log has {len(log)} facts")
    found.checked["facts"] += len(log)


def check_calls(truth: Truth, pair: Pair, log: Sequence[Fact], found: Findings) -> None:
    """Each call the simulator made is there in its newest version; each version there was made, and is there once."""
    made = truth.versions(pair.directory)
    seen: dict[str, list[int]] = {}
    for fact in log:
        if fact.name in ("CallCompleted", "CallRevised"):
            _check_version(fact, made, seen, pair, found)
    for call, versions in made.items():
        newest = max(versions)
        found.checked["calls"] += 1
        found.checked["versions made"] += len(versions)
        if call not in seen:
            found.lost.append(f"{pair.tenant}: call {call}, begun {versions[newest].started_at}, is not in the log")
        elif newest not in seen[call]:
            found.lost.append(f"{pair.tenant}: call {call} lacks version {newest}, has {seen[call]}")
        else:
            found.checked["versions in the log"] += len(seen[call])
            found.checked["versions superseded before they were fetched"] += len(versions) - len(seen[call])


def _check_version(
    fact: Fact, made: dict[str, dict[int, Version]], seen: dict[str, list[int]], pair: Pair, found: Findings
) -> None:
    call = fact.body["call"]
    name, number = call["call"], call["revision"]
    what = f"{pair.tenant}: call {name} version {number} at position {fact.position}"
    numbers = seen.setdefault(name, [])
    if (fact.name == "CallCompleted") != (not numbers):
        found.twice.append(f"{what} is {fact.name} after {numbers}")
    if numbers and number <= numbers[-1]:
        found.twice.append(f"{what} follows {numbers}")
    numbers.append(number)
    version = made.get(name, {}).get(number)
    if version is None:
        found.wrong.append(f"{what} was never made")
        return
    told = (datetime.fromisoformat(call["started_at"]), datetime.fromisoformat(call["ended_at"]))
    if told != (version.started_at, version.ended_at):
        found.wrong.append(f"{what} lasted from {version.started_at} to {version.ended_at}, not {told}")


def check_licences(truth: Truth, pair: Pair, log: Sequence[Fact], found: Findings) -> None:
    """At every complete daily read the log, folded up to there, is what the company was while it was read."""
    for closed, held, units in _folded(log):
        stops = truth.stops_during(closed.happened_at, closed.recorded_at)
        known = [truth.at(pair.directory, stop) for stop in stops]
        found.checked["daily reads of licences"] += 1
        if held not in [_held(each) for each in known]:
            found.wrong.append(f"{pair.tenant}: {_difference('licences', closed, held, _held(known[0]))}")
        if units not in [_units(each) for each in known]:
            found.wrong.append(f"{pair.tenant}: {_difference('units', closed, units, _units(known[0]))}")


Held = dict[tuple[str, str, str], tuple[str, ...]]
"""By user, product and path: the service plans switched off. Users without licence under empty names."""
Units = dict[str, tuple[int, ...]]


def _folded(log: Sequence[Fact]) -> Iterator[tuple[Fact, Held, Units]]:
    held: Held = {}
    units: Units = {}
    for fact in log:
        body = fact.body
        match fact.name:
            case "UserDiscovered":
                held[body["user"], "", ""] = ()
            case "UserDeleted":
                del held[body["user"], "", ""]
            case "LicenceAssigned" | "LicenceChanged":
                held[body["user"], body["sku"], body["via"] or "direct"] = tuple(sorted(body["disabled_plans"]))
            case "LicenceRemoved":
                del held[body["user"], body["sku"], body["via"] or "direct"]
            case "SeatsChanged":
                names = ("enabled", "warning", "suspended", "locked_out", "consumed")
                units[body["sku"]] = tuple(body[name] for name in names)
            case "SkuLapsed":
                units.pop(body["sku"], None)
            case "SnapshotTaken" if body["feed"] == "licences":
                yield fact, dict(held), dict(units)


def _held(known: Json) -> Held:
    held: Held = {}
    for user in known["users"]:
        if user["deletedAt"] is None:
            held[user["id"], "", ""] = ()
            for licence in user["licences"]:
                held[user["id"], licence["skuId"], licence["via"]] = tuple(licence["disabledPlans"])
    return held


def _units(known: Json) -> Units:
    names = ("enabled", "warning", "suspended", "lockedOut", "consumed")
    return {sku["skuId"]: tuple(sku[name] for name in names) for sku in known["skus"]}


def _difference(what: str, closed: Fact, told: dict[Any, Any], true: dict[Any, Any]) -> str:
    wrong = [key for key in told.keys() | true.keys() if told.get(key, "none") != true.get(key, "none")]
    first = min(wrong, default=None)
    read = f"{what} read at {closed.happened_at} (position {closed.position}) differ in {len(wrong)}"
    return f"{read}: {first} is {true.get(first)}, not {told.get(first)}"
