"""`python -m bench.graphql`: the door beside PostGraphile 5, over one database; exit 1 if a figure falls short.

Both answer the same questions of 50 customers, each its own person's, under row-level security, as one process each,
with load from a third. They take turns in every round; what is told is the median over the rounds, and of ratios the
median of each round's. But for the repeated question SUA keeps no answers here: what is measured is answering.
"""

import argparse
import json
import secrets
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median
from urllib.request import Request, urlopen

import psycopg

from bench.database import Database, server
from bench.figure import Figure
from bench.graphql import systems
from bench.graphql.customers import AGE_DAYS, Customer, settled
from bench.graphql.interpreter import chosen, version_of
from bench.graphql.load import CLIENT, Load, loaded, written
from bench.graphql.questions import (
    GROUPS,
    NESTED,
    PAGE,
    POINT,
    QUESTIONS,
    Asked,
    Question,
    answered_by_them,
    answered_by_us,
    asked,
)
from bench.graphql.systems import RIVAL, System, body_of

ALONE, CROWDED = 1, 32
CONNECTIONS = (ALONE, 8, CROWDED)
REQUESTS = 2_000
COMPARED = 10
TIMES_FASTER = {PAGE: 2.5, NESTED: 3.0, GROUPS: 1.8, POINT: 2.5}
"""At 8 and 32 connections; with one nobody waits for anybody, and SUA is only not to be slower."""

TIMES_FASTER_REPEATED = 10.0
P99_SHARE = 0.6
PAST_P99 = 1.25


class AnswersDiffer(RuntimeError):
    """The systems do not say the same, so how fast they say it compares nothing."""


class TooFewUsers(RuntimeError):
    """The customers are too small for the question; name more with --users."""


@dataclass(frozen=True, slots=True)
class Case:
    """What is asked, as of which day (None: now), at how many connections."""

    question: Question
    as_of: date | None
    connections: int
    repeated: bool = False

    @property
    def name(self) -> str:
        when = "now" if self.as_of is None else f"{AGE_DAYS}_days_ago"
        return f"{self.question.name}_{when}{'_repeated' * self.repeated}_c{self.connections}"


@dataclass(frozen=True, slots=True)
class Terms:
    customers: int
    users: int
    rounds: int
    seconds: int
    questions: Sequence[str]
    connections: Sequence[int]
    python: Path | None


@dataclass(slots=True)
class Taken:
    """Loads of one case by system, round by round."""

    ours: list[Load] = field(default_factory=list)
    theirs: list[Load] = field(default_factory=list)


def main() -> int:
    reading = argparse.ArgumentParser(prog="python -m bench.graphql", description=__doc__)
    reading.add_argument("--customers", type=int, default=50)
    reading.add_argument("--users", type=int, default=2_000, help="of each customer")
    reading.add_argument("--rounds", type=int, default=5)
    reading.add_argument("--seconds", type=int, default=2, help="of each load")
    names = [each.name for each in QUESTIONS]
    reading.add_argument("--questions", nargs="+", choices=names, default=names)
    reading.add_argument("--connections", nargs="+", type=int, choices=CONNECTIONS, default=CONNECTIONS)
    reading.add_argument("--python", type=Path, help="that runs SUA; else the fastest of this machine")
    terms = Terms(**vars(reading.parse_args()))
    all_ok = True
    with server() as postgres, postgres.database() as database:
        for figure in measured(database, terms):
            print(figure, flush=True)
            all_ok = all_ok and figure.ok
    return 0 if all_ok else 1


def measured(database: Database, terms: Terms) -> Iterator[Figure]:
    master_key, today = secrets.token_bytes(32), datetime.now(UTC).date()
    customers = settled(database, master_key, terms.customers, terms.users, today)
    _say(f"{len(customers)} customers settled; load by {CLIENT}")
    with psycopg.connect(database.owner_dsn, autocommit=True) as owner:
        owner.execute((RIVAL / "rival.sql").read_bytes())
    with ExitStack() as running:
        folder = Path(running.enter_context(tempfile.TemporaryDirectory(prefix="sua-bench-")))
        keys = running.enter_context(systems.issuer())
        theirs = running.enter_context(systems.postgraphile(database, customers, folder))
        python = chosen(terms.python)
        _say(f"SUA is run by {python}: {version_of(python)}")
        us = (database, keys, master_key, customers, python)
        ours = running.enter_context(systems.sua("sua", *us, answers_bytes="0"))
        keeping = running.enter_context(systems.sua("keeping", *us))
        past = today - timedelta(days=AGE_DAYS)
        yield _compared(customers, [ours, keeping], theirs, past, today)
        plan = _plan(folder, customers, ours, keeping, theirs, past, today, terms)
        taken = _taken(plan, terms)
    yield from _told(taken)


@dataclass(frozen=True, slots=True)
class _Turn:
    """A case with the systems that take it and their files of requests."""

    case: Case
    ours: tuple[System, Path]
    theirs: tuple[System, Path]


def _plan(
    folder: Path,
    customers: Sequence[Customer],
    ours: System,
    keeping: System,
    theirs: System,
    past: date,
    today: date,
    terms: Terms,
) -> list[_Turn]:
    turns = []
    for question in (each for each in QUESTIONS if each.name in terms.questions):
        for as_of in (None, past):
            requests = asked(question, customers, as_of, today, REQUESTS)
            for repeated in (False, True) if question is PAGE and as_of else (False,):
                some, us = (requests[:1], keeping) if repeated else (requests, ours)
                name = f"{question.name}-{as_of}-{repeated}"
                files = [(each, written(folder, each, question, some, name)) for each in (us, theirs)]
                turns += [_Turn(Case(question, as_of, at_once, repeated), *files) for at_once in terms.connections]
    return turns


def _taken(plan: Sequence[_Turn], terms: Terms) -> Mapping[Case, Taken]:
    """Every case in every round, the systems one right after the other, in turns first. Before that all run warm."""
    for turn in plan:
        if turn.case.connections == max(terms.connections):
            for system, file in (turn.ours, turn.theirs):
                loaded(system, file, turn.case.connections, terms.seconds)
    taken: dict[Case, Taken] = {turn.case: Taken() for turn in plan}
    for nth in range(terms.rounds):
        _say(f"round {nth + 1} of {terms.rounds}")
        for turn in plan:
            both = [(turn.ours, taken[turn.case].ours), (turn.theirs, taken[turn.case].theirs)]
            for (system, file), loads in both if nth % 2 == 0 else reversed(both):
                loads.append(loaded(system, file, turn.case.connections, terms.seconds))
    return taken


def _told(taken: Mapping[Case, Taken]) -> Iterator[Figure]:
    for case, both in taken.items():
        for name, loads in (("sua", both.ours), ("postgraphile", both.theirs)):
            yield Figure.at_least(f"{case.name}_{name}", median(each.per_second for each in loads), "requests/s", 0)
            yield Figure.at_least(f"{case.name}_{name}_p50", median(each.p50_ms for each in loads), "ms", 0)
            yield Figure.at_least(f"{case.name}_{name}_p99", median(each.p99_ms for each in loads), "ms", 0)
            if spent := [each.cpu_ms for each in loads if each.cpu_ms is not None]:
                yield Figure.at_least(f"{case.name}_{name}_cpu", median(spent), "ms", 0)
            if loads[0].busy is not None:
                yield Figure.at_most(
                    f"{case.name}_{name}_client", median(each.busy or 0 for each in loads), "share", 0.7
                )
            if failed := sum(each.failed for each in loads):
                yield Figure.at_most(f"{case.name}_{name}_failed", failed, "requests", 0)
        pairs = list(zip(both.ours, both.theirs, strict=True))
        faster = median(ours.per_second / theirs.per_second for ours, theirs in pairs)
        yield Figure.at_least(f"{case.name}_vs_postgraphile", faster, "ratio", _wanted(case))
        cheaper = [theirs.cpu_ms / ours.cpu_ms for ours, theirs in pairs if ours.cpu_ms and theirs.cpu_ms]
        if cheaper:
            yield Figure.at_least(f"{case.name}_cpu_vs_postgraphile", median(cheaper), "ratio", 1)
        if case.connections == CROWDED:
            waiting = median(ours.p99_ms / theirs.p99_ms for ours, theirs in pairs)
            yield Figure.at_most(f"{case.name}_p99_vs_postgraphile", waiting, "ratio", P99_SHARE)
    for case, both in taken.items():
        if case.as_of is not None and not case.repeated:
            present = taken[Case(case.question, None, case.connections)]
            older = median(then.p99_ms / now.p99_ms for then, now in zip(both.ours, present.ours, strict=True))
            yield Figure.at_most(f"{case.name}_p99_vs_now", older, "ratio", PAST_P99)


def _wanted(case: Case) -> float:
    if case.connections == ALONE:
        return 1.0
    return TIMES_FASTER_REPEATED if case.repeated else TIMES_FASTER[case.question]


def _compared(customers: Sequence[Customer], ours: Sequence[System], theirs: System, past: date, today: date) -> Figure:
    """Every row and value of some answers of each kind; and that another customer's bearer is answered with nothing."""
    equal = 0
    for question in QUESTIONS:
        for as_of in (None, past):
            requests = asked(question, customers, as_of, today, COMPARED)
            for each in requests:
                told = answered_by_them(question, _answer(theirs, question.theirs, each, each.customer))
                for system in ours:
                    said = answered_by_us(question, _answer(system, question.ours, each, each.customer))
                    if said != told:
                        raise AnswersDiffer(f"{question.name}, {each.variables}: {len(said)} and {len(told)} rows")
                    if len(told) != question.rows:
                        raise TooFewUsers(f"{question.name} is meant to have {question.rows} rows and has {len(told)}")
                    equal += 1
            stranger = next(each for each in customers if each is not requests[0].customer)
            if answered_by_them(question, _answer(theirs, question.theirs, requests[0], stranger)):
                raise AnswersDiffer(f"{question.name}: PostGraphile shows a customer to another one's bearer")
            for system in ours:
                if _answer(system, question.ours, requests[0], stranger)["data"] not in (None, {"tenant": None}):
                    raise AnswersDiffer(f"{question.name}: SUA shows a customer to another one's bearer")
    return Figure.at_least("answers_equal", equal, "answers", len(ours) * len(QUESTIONS) * 2 * COMPARED)


def _answer(system: System, document: str, request: Asked, whose: Customer) -> dict[str, object]:
    headers = {
        "Authorization": system.bearer[str(whose.tenant)],
        "Content-Type": "application/json",
        "Accept": "application/json",
    }
    asking = Request(system.url, body_of(document, request.variables), headers)
    with urlopen(asking, timeout=systems.START_SECONDS) as answer:
        content: dict[str, object] = json.load(answer)
    return content


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
