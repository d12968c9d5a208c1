"""Whatever comes twice, thrice or in another order leaves the log as if it had come once."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest

from app.domain.events.access import PersonsShown
from app.domain.events.coverage import Feed, SnapshotTaken, SubscriptionCreated
from app.domain.events.licensing import UserSignedIn, WorkloadUsed
from app.domain.ids import DirectoryId, RunId
from app.domain.personal import Personal
from app.eventstore.envelope import Recorded
from app.eventstore.streams import coverage_stream
from app.ingest.collect_directory import collect_directory
from app.ingest.collect_renewals import collect_renewals
from app.ingest.collect_reports import collect_reports
from app.ingest.collect_run import Collected, Run
from app.ingest.collect_sign_ins import collect_sign_ins
from app.ingest.graph_client import GraphClient
from tests.database import Cluster
from tests.journeys.lives import DAYS, Life, consented, live

pytestmark = pytest.mark.timeout(300)  # a life of weeks with its evenings repeated, on a machine that may be busy

COPIES = 3
EVENINGS = range(0, DAYS, 3)
"""Those on which everything is repeated."""

RESENT_EVERY_EVENING = 4
LATE_AMONG = 100
COLLECT: Mapping[Feed, Callable[[Run], Awaitable[Collected]]] = {
    Feed.LICENCES: collect_directory,
    Feed.RENEWALS: collect_renewals,
    Feed.SIGN_INS: collect_sign_ins,
    Feed.REPORTS: collect_reports,
}
FEEDS_READ = tuple(COLLECT)


@dataclass(slots=True)
class Repeated:
    """The lived company's life once more, with everything repeated.

    `again`: what the reads under an id already closed came to, and `again_facts` what they left in the log.
    `second`: what the reads under new ids, `second_runs`, came to. `notified`: items by what became of them.
    """

    life: Life
    again: list[Collected] = field(default_factory=list)
    again_facts: int = 0
    second_runs: set[RunId] = field(default_factory=set)
    second: list[Collected] = field(default_factory=list)
    notified: dict[str, int] = field(default_factory=dict)
    evening: int = 0

    async def repeat_the_day(self, life: Life) -> None:
        self.evening += 1
        if self.evening - 1 not in EVENINGS:
            return
        head = life.parts.store.head(life.tenant)
        self.again += await _read(life, {feed: _last_run(life, feed) for feed in FEEDS_READ})
        self.again_facts += life.parts.store.head(life.tenant) - head
        second = RunId(uuid4())
        self.second_runs.add(second)
        self.second += await _read(life, dict.fromkeys(FEEDS_READ, second))
        self.notified = await asyncio.to_thread(_resend_calls_long_known, life)


@pytest.fixture(scope="module")
def repeated(postgres_server: Cluster, migrated_template: str) -> Iterator[Repeated]:
    with postgres_server.database(migrated_template) as database, consented(database) as life:
        everything = Repeated(life)
        life.control("/_notifications/rules", {"copies": COPIES, "shuffle": True})
        live(life, DAYS, everything.repeat_the_day)
        yield everything


def test_calls_notified_three_times_in_any_order_are_in_the_log_as_if_notified_once(
    lived: Life, repeated: Repeated
) -> None:
    once, thrice = lived.facts(), repeated.life.facts()

    assert len(_told(once, "call/")) > 10 * DAYS
    assert repeated.notified["delivered"] >= COPIES * len(_told(once, "call/")) + len(EVENINGS)
    assert _told(thrice, "call/") == _told(once, "call/")


@pytest.mark.parametrize("streams", ["seat/", "sku/", "tenant"])
def test_a_day_read_three_times_leaves_the_facts_of_one_read(lived: Life, repeated: Repeated, streams: str) -> None:
    once, thrice = lived.facts(), repeated.life.facts()

    assert len(_told(once, streams)) >= 5
    assert _told(thrice, streams) == _told(once, streams)


def test_a_read_repeated_under_its_own_id_adds_no_fact_at_all(repeated: Repeated) -> None:
    assert len(repeated.again) == len(EVENINGS) * len(FEEDS_READ)
    assert {(read.closed, read.facts, read.failure) for read in repeated.again} == {(True, 0, None)}
    assert repeated.again_facts == 0


def test_a_second_read_at_the_same_instant_adds_only_that_it_took_place(lived: Life, repeated: Repeated) -> None:
    """Its `SnapshotTaken` names its own run, shows as many items as the first one's and no new fact."""
    assert len(repeated.second) == len(EVENINGS) * len(FEEDS_READ)
    for feed in FEEDS_READ:
        once, thrice = _snapshots(lived, feed), _snapshots(repeated.life, feed)
        first = [read for read in thrice if read.run not in repeated.second_runs]
        second = [read for read in thrice if read.run in repeated.second_runs]

        assert [_shown(read) for read in first] == [_shown(read) for read in once]
        after = {first[1 + evening].run: read for evening, read in zip(EVENINGS, second, strict=True)}
        assert thrice == [read for one in first for read in (one, after.get(one.run)) if read is not None]
        repeated_of = [first[1 + evening] for evening in EVENINGS]
        assert [_shown(read) for read in second] == [(read.happened_at, read.items, 0) for read in repeated_of]


def test_there_is_no_other_fact_than_these(lived: Life, repeated: Repeated) -> None:
    """Leaving out that names were shown: other tests ask the lived company."""
    once, thrice = (
        [fact for fact in life.facts() if not isinstance(fact.event, PersonsShown)] for life in (lived, repeated.life)
    )

    assert len(thrice) - len(once) == len(repeated.second_runs) * len(FEEDS_READ)
    assert _subscribed(thrice) == _subscribed(once)
    assert len(_subscribed(once)) == 1


def _resend_calls_long_known(life: Life) -> dict[str, int]:
    """Notify again of some calls of the last week; returns what became of all notifications so far."""
    calls = [fact.stream.removeprefix("call/") for fact in life.facts() if fact.stream.startswith("call/")]
    late = list(dict.fromkeys(calls))[-LATE_AMONG :: LATE_AMONG // RESENT_EVERY_EVENING]
    life.control("/_notifications/resend", {"tenant": str(life.directory), "calls": late})
    sent: dict[str, int] = life.control("/_notifications/flush", {})
    return sent


async def _read(life: Life, runs: Mapping[Feed, RunId]) -> list[Collected]:
    """All feeds of a day, each under its own id, as the daily reads and `sua collect` read them."""
    desk, directory = life.parts.desk, DirectoryId(life.directory)
    async with GraphClient(life.parts.workshop.access, directory) as graph:
        return [await collect(Run(desk, graph, life.tenant, runs[feed])) for feed, collect in COLLECT.items()]


def _last_run(life: Life, feed: Feed) -> RunId:
    history, _ = life.parts.store.load(life.tenant, coverage_stream(feed))
    (*_, newest) = (fact for fact in history if isinstance(fact, SnapshotTaken))
    return newest.run


Told = dict[tuple[str, str, int], tuple[str, int, datetime, datetime, Any]]


def _told(facts: Sequence[Recorded], streams: str) -> Told:
    """Each fact of some streams by its place among those of its stream and feed: name, schema, both times and its
    content with persons readable.

    Positions and versions are left out: in which order the calls of one evening are fetched is nobody's promise, nor
    is whether its sign-ins or its reports are read first.
    """
    told: Told = {}
    placed: Counter[tuple[str, str]] = Counter()
    for fact in facts:
        if fact.stream.startswith(streams):
            place = (fact.stream, fact.event.name if isinstance(fact.event, UserSignedIn | WorkloadUsed) else "")
            told[(*place, placed[place])] = (
                fact.event.name,
                fact.event.schema_version,
                fact.event.happened_at,
                fact.recorded_at,
                fact.event.model_dump(mode="json", context=_Readable()),
            )
            placed[place] += 1
    return told


class _Readable:
    """Leaves personal values as they are. Whose key they are sealed with differs between two installations."""

    def seal(self, personal: Personal) -> dict[str, str]:
        assert personal.value is not None
        return {"value": personal.value}


def _snapshots(life: Life, feed: Feed) -> list[SnapshotTaken]:
    history, _ = life.parts.store.load(life.tenant, coverage_stream(feed))
    snapshots = [fact for fact in history if isinstance(fact, SnapshotTaken)]
    assert len(snapshots) == len(history), "a read failed"
    return snapshots


def _shown(read: SnapshotTaken) -> tuple[datetime, int, int]:
    return read.happened_at, read.items, read.facts


def _subscribed(facts: Sequence[Recorded]) -> list[tuple[datetime, datetime]]:
    events = [fact.event for fact in facts]
    return [(event.happened_at, event.expires_at) for event in events if isinstance(event, SubscriptionCreated)]
