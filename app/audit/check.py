"""The replay beside what SUA answers, at random pairs of times and at those where a boundary could be off by one."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import psycopg

from app.audit.answers import AuditAnswerRefused, Door, moment_of
from app.audit.compare_tables import compared
from app.audit.compiled import LONGEST, CompiledWay, WaysDiffer
from app.audit.cut import Log, cut_of
from app.audit.difference import Difference
from app.audit.questions import OF_A_MOMENT, OF_NOW
from app.audit.replay import WholeReplay
from app.audit.tables import COMPARED
from app.domain.errors import TenantUnknown
from app.domain.ids import TenantId
from app.eventstore.pools import Pool, borrowed
from app.projections.reading import AsOfOutOfRange, scope

_SNAPSHOT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"
_TICK = timedelta(microseconds=1)

BOTH_WAYS = "GraphQL, answers told alike by both ways"
LEFT = "GraphQL, answers the compiled way left to the general one"

Times = tuple[date | None, datetime | None]
"""As of, known at; None: now."""


@dataclass(slots=True)
class Checked:
    """`things`: how many rows, nodes and refusals were compared, by question. `difference`: the first; None: none."""

    times: int = 0
    facts: int = 0
    things: dict[str, int] = field(default_factory=dict)
    difference: Difference | None = None

    def counted(self, what: str, many: int) -> None:
        self.things[what] = self.things.get(what, 0) + many

    def took(self, question: str, counted: int, difference: Difference | None) -> bool:
        """Whether to go on."""
        self.counted(question, counted)
        self.difference = difference
        return difference is None


@dataclass(frozen=True, slots=True)
class Bench:
    """What a check works with. `dsn`: of a role that may read every table; `secret`: of pseudonyms."""

    pool: Pool
    log: Log
    dsn: str
    secret: bytes = field(repr=False)
    now: datetime


Report = Callable[[int, int], None]
"""Told how many pairs of times are done, of how many."""


def times_of(pool: Pool, tenant: TenantId, now: datetime, chance: Random, count: int) -> Sequence[Times]:
    """Now, the edges, and `count` random pairs of the log's own span. Raises TenantUnknown."""
    with borrowed(pool) as db:
        row = db.execute(
            "SELECT min(happened_at), min(recorded_at), max(recorded_at), max(position) FROM events"
            " WHERE tenant_id = %s",
            (tenant,),
        ).fetchone()
        if row is None or row[3] is None:
            raise TenantUnknown(f"There is no tenant {tenant}.")
        first, learned, last, head = row
        picked = db.execute(
            "SELECT happened_at, recorded_at FROM events WHERE tenant_id = %s AND position = ANY (%s)"
            " ORDER BY position",
            (tenant, [chance.randint(1, head) for _ in range(2)]),
        ).fetchall()
    last, first_day = min(last, now), first.astimezone(UTC).date()
    edges: list[Times] = [
        (None, None),
        (None, last),
        (first_day - timedelta(days=2), None),
        (first_day, None),
        (None, learned - timedelta(days=1)),
        (now.date() + timedelta(days=3650), None),
        (None, now + timedelta(days=3650)),
    ]
    for happened_at, recorded_at in picked:
        edges.append((happened_at.astimezone(UTC).date(), recorded_at))
        edges.append((None, recorded_at - _TICK))
    return [*edges, *(_random(chance, first, learned, last) for _ in range(count))]


def _random(chance: Random, first: datetime, learned: datetime, last: datetime) -> Times:
    known_at = learned + (last - learned) * chance.random()
    as_of = first + (last - first) * chance.random()
    return (as_of.astimezone(UTC).date(), known_at)


async def checked(
    bench: Bench, tenant: TenantId, times: Sequence[Times], report: Report = lambda _, __: None
) -> Checked:
    """Compare at each pair of times, up to the first difference."""
    found = Checked()
    # The driver prepares nothing itself: where it gives up what it prepared, the compiled way's statements go as well.
    options: dict[str, Any] = {"autocommit": True, "connect_timeout": 5, "prepare_threshold": None}
    async with await psycopg.AsyncConnection.connect(bench.dsn, **options) as db:
        compiled = CompiledWay(db, tenant, bench.now, bench.secret)
        for as_of, known_at in times:
            async with scope(db, [tenant], longest=LONGEST):
                await db.execute(_SNAPSHOT)
                door = Door(db, tenant, bench.now, bench.secret, compiled)
                found.times += 1
                agree = await _both_ways(bench, door, (as_of, known_at), found)
                found.things |= {BOTH_WAYS: compiled.asked.both, LEFT: compiled.asked.left}
                if not agree:
                    return found
            report(found.times, len(times))
    return found


async def _both_ways(bench: Bench, door: Door, times: Times, found: Checked) -> bool:
    try:
        return await _agree(bench, door, times, found)
    except WaysDiffer as differ:
        as_of, known_at = times
        when = (as_of or bench.now.date(), known_at or bench.now)
        return found.took("GraphQL compiled", 1, Difference.of_ways(differ.at, differ.general, differ.compiled, *when))


async def _agree(bench: Bench, door: Door, times: Times, found: Checked) -> bool:
    present = await _present(door)
    asked = moment_of(*times)
    told = await _moment_told(door, asked)
    try:
        cut = cut_of(bench.pool, door.tenant, *times, bench.now, position_max=present)
    except AsOfOutOfRange as refusal:
        return found.took("moment", 1, _refused_alike(refusal, told, times, bench.now))
    expected = {"asOf": cut.on.isoformat(), "position": str(cut.position)}
    if told != expected:
        return found.took("moment", 1, Difference.between("GraphQL at", "moment", expected, told, cut))
    found.took("moment", 1, None)
    replay = await asyncio.to_thread(WholeReplay(cut).run, bench.log)
    found.facts += replay.taken
    for what in COMPARED:
        if not found.took(what.table, *await compared(door.db, replay, what, present=present)):
            return False
    questions = {**OF_A_MOMENT, **(OF_NOW if times == (None, None) else {})}
    for name, question in questions.items():
        try:
            outcome = await question(door, replay, asked)
        except AuditAnswerRefused as refusal:
            outcome = (0, Difference.between(f"GraphQL {name}", "answer", {}, {"refused": str(refusal)}, cut))
        if not found.took(f"GraphQL {name}", *outcome):
            return False
    return True


_MOMENT = """query($tenant: ID!, $asOf: Date, $knownAt: DateTime) {
    tenant(id: $tenant) { at(asOf: $asOf, knownAt: $knownAt) { asOf position } } }"""


async def _moment_told(door: Door, asked: dict[str, str | None]) -> dict[str, Any]:
    try:
        told: dict[str, Any] = (await door.ask(_MOMENT, asked))["tenant"]["at"]
    except AuditAnswerRefused as refusal:
        return {"refused": str(refusal)}
    return told


def _refused_alike(refusal: AsOfOutOfRange, told: dict[str, Any], times: Times, now: datetime) -> Difference | None:
    if str(told.get("refused", "")).startswith(refusal.code):
        return None
    as_of, known_at = times
    refused = f"refused={refusal.code}"
    return Difference("GraphQL at", "moment", refused, str(told), as_of or now.date(), known_at or now, 0)


async def _present(door: Door) -> int:
    """The position every table has reached that has not stopped."""
    row = await (
        await door.db.execute(
            "SELECT coalesce(min(position) FILTER (WHERE stopped_at IS NULL), min(position), 0) FROM checkpoints"
            " WHERE tenant_id = %s",
            (door.tenant,),
        )
    ).fetchone()
    return 0 if row is None else int(row[0])
