"""Any day, by any knowledge: the answer is what the facts of the log add up to, folded anew from its first fact."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from uuid import UUID

from app.domain.events import Event
from app.domain.events.coverage import Feed, SnapshotTaken
from app.domain.events.licensing import (
    AccountDisabled,
    AccountEnabled,
    LicenceAssigned,
    LicenceRemoved,
    ProfileChanged,
    UserDeleted,
    UserDiscovered,
    UserKind,
    UserSignedIn,
    WorkloadUsed,
)
from app.domain.events.telephony import Call, CallCompleted, CallRevised
from app.domain.events.tenancy import Capability, CapabilityChanged
from app.eventstore.envelope import Recorded
from app.graphql.ids import part_of
from tests.journeys.lives import BEGINS_AT, Asking, Life

PAIRS = 200
PAIRS_KNOWN_EARLIER = 50
GRACE_DAYS = timedelta(days=30)
IDLE_DAYS = (7, 8, 14, 30, 60, 90)
"""The shorter ones are where what counts as quiet changes from day to day."""

SUCCESSES_KEPT_SINCE = datetime(2023, 12, 1, tzinfo=UTC)
ONE_DAY = timedelta(days=1)
CALL_FACTS = (CallCompleted, CallRevised)

QUESTION = """
query Seats($tenant: ID!, $user: ID!, $asOf: Date!, $knownAt: DateTime, $idleDays: Int!) {
  tenant(id: $tenant) {
    at(asOf: $asOf, knownAt: $knownAt) {
      user(id: $user) { holdings { sku { skuId } viaGroup } }
      idleLicences(first: 200, idleDays: $idleDays) { nodes { userId sku { skuId } } pageInfo { hasNextPage } }
    }
  }
}
"""


@dataclass(frozen=True, slots=True)
class Pair:
    """A question about a user on a day. `known_at` None: by all that is known now."""

    user: UUID
    on: date
    idle_days: int
    known_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Seats:
    """What a user held, by SKU and path, and which SKUs of it were idle. `held` None: no such user then."""

    held: frozenset[tuple[UUID, UUID | None]] | None
    idle: frozenset[UUID]


NOTHING = Seats(None, frozenset())


async def test_for_random_users_and_days_holdings_and_idle_seats_are_those_of_the_facts(lived: Life) -> None:
    facts, pairs = lived.facts(), _any_pairs(random.Random(200), lived, PAIRS)

    async with lived.asking() as asking:
        answers = [await _answered(asking, lived, pair) for pair in pairs]

    assert answers == [_folded(facts, pair, lived.today) for pair in pairs]
    assert sum(bool(answer.held) for answer in answers) > PAIRS / 2
    assert sum(bool(answer.idle) for answer in answers) > PAIRS / 20
    assert sum(answer.held is None for answer in answers) > 0


async def test_what_was_learned_later_is_not_in_an_answer_by_earlier_knowledge(lived: Life) -> None:
    chance, facts = random.Random(50), lived.facts()
    pairs = [
        replace(pair, known_at=_any_knowledge(chance, lived, pair))
        for pair in _any_pairs(chance, lived, PAIRS_KNOWN_EARLIER)
    ]

    async with lived.asking() as asking:
        answers = [await _answered(asking, lived, pair) for pair in pairs]

    assert answers == [_folded(facts, pair, lived.today) for pair in pairs]
    today = [_folded(facts, replace(pair, known_at=None), lived.today) for pair in pairs]
    assert sum(then != now for then, now in zip(answers, today, strict=True)) >= 3


def _folded(facts: Sequence[Recorded], pair: Pair, today: date) -> Seats:
    """The oracle: facts known by then, in the order in which they happened; activity up to the last day known of."""
    known = [fact for fact in facts if pair.known_at is None or fact.recorded_at <= pair.known_at]
    end = _day_begins(pair.on + ONE_DAY)
    if not known or end <= known[0].event.happened_at:
        return NOTHING
    account = Account()
    for fact in sorted(_about(known, pair.user), key=lambda each: (each.event.happened_at, each.position)):
        if fact.event.happened_at < end:
            account.take(fact.event)
    if account.found is None:
        return NOTHING
    judged_on = min(pair.on, today if pair.known_at is None else pair.known_at.date())
    is_quiet = _is_quiet(known, pair, judged_on, account.found.created_at)
    young = end - GRACE_DAYS
    in_grace = account.found.created_at is not None and account.found.created_at >= young
    idle = [sku for sku, _ in account.held if account.is_judged(judged_on) and is_quiet and not in_grace]
    return Seats(frozenset(account.held), frozenset(sku for sku in idle if account.since[sku] < young))


@dataclass(slots=True)
class Account:
    """A user as the facts taken in so far leave them. `since`: held by any path without a break."""

    found: UserDiscovered | None = None
    kind: UserKind = UserKind.UNKNOWN
    enabled: bool = False
    there: bool = False
    sign_ins_readable: bool = False
    sign_ins_read_at: datetime | None = None
    held: set[tuple[UUID, UUID | None]] = field(default_factory=set)
    since: dict[UUID, datetime] = field(default_factory=dict)

    def take(self, event: Event) -> None:
        match event:
            case UserDiscovered():
                self.found, self.kind, self.enabled, self.there = event, event.profile.kind, event.enabled, True
            case ProfileChanged():
                self.kind = event.profile.kind
            case AccountEnabled() | AccountDisabled():
                self.enabled = isinstance(event, AccountEnabled)
            case UserDeleted():
                self.there = False
            case LicenceAssigned():
                if all(sku != event.sku for sku, _ in self.held):
                    self.since[event.sku] = event.happened_at
                self.held.add((event.sku, event.via))
            case LicenceRemoved():
                self.held.discard((event.sku, event.via))
            case CapabilityChanged(capability=Capability.ENTRA_P1):
                self.sign_ins_readable = event.available
            case SnapshotTaken(feed=Feed.SIGN_INS):
                self.sign_ins_read_at = event.happened_at

    def is_judged(self, on: date) -> bool:
        """By sign-ins read in the week up to the end of a day."""
        of_late = self.sign_ins_read_at is not None and self.sign_ins_read_at >= _day_begins(on + ONE_DAY) - 7 * ONE_DAY
        readable = self.sign_ins_readable and of_late
        return self.there and self.enabled and self.kind is UserKind.PERSON and readable


def _about(facts: Iterable[Recorded], user: UUID) -> list[Recorded]:
    return [
        fact for fact in facts if getattr(fact.event, "user", user) == user and not isinstance(fact.event, CALL_FACTS)
    ]


def _is_quiet(facts: Iterable[Recorded], pair: Pair, on: date, created_at: datetime | None) -> bool:
    """No proof of activity in the idle days before the end of a day.

    Of an older account that was never proven active, attempts to sign in may have been successes nobody kept.
    """
    evidence, attempts = _signs_of_life(facts, pair.user, _day_begins(on + ONE_DAY))
    if evidence:
        return max(evidence) < _day_begins(on) - timedelta(days=pair.idle_days)
    return not attempts or (created_at is not None and created_at >= SUCCESSES_KEPT_SINCE)


def _signs_of_life(facts: Iterable[Recorded], user: UUID, until: datetime) -> tuple[list[datetime], list[datetime]]:
    """Instants before `until` of a user's proven activity, and of their attempts to sign in."""
    evidence: list[datetime | None] = []
    attempts: list[datetime | None] = []
    calls: dict[UUID, Call] = {}
    for event in (fact.event for fact in facts):
        match event:
            case UserSignedIn() if event.user == user:
                evidence.append(event.successful)
                attempts += [event.interactive, event.non_interactive]
            case WorkloadUsed() if event.user == user:
                evidence.append(event.happened_at)
            case CallCompleted() | CallRevised():
                calls[event.call.call] = event.call
    legs = [leg for call in calls.values() if not call.test for leg in call.legs if leg.party.user == user]
    evidence += [leg.started_at for leg in legs if not leg.failed]
    return [at for at in evidence if at and at < until], [at for at in attempts if at and at < until]


async def _answered(asking: Asking, life: Life, pair: Pair) -> Seats:
    variables = {
        "tenant": asking.tenant,
        "user": str(pair.user),
        "asOf": pair.on.isoformat(),
        "idleDays": pair.idle_days,
        "knownAt": pair.known_at and pair.known_at.isoformat(),
    }
    api = asking.api
    headers = {"Authorization": f"Bearer {api.token}"}
    async with api.http.post(api.url, json={"query": QUESTION, "variables": variables}, headers=headers) as response:
        said = await response.json()
    errors = [(error["path"], error["extensions"]["code"]) for error in said.get("errors", [])]
    assert errors in ([], [(["tenant", "at", "user"], "NOT_FOUND")]), said
    view = said["data"]["tenant"]["at"]
    assert not view["idleLicences"]["pageInfo"]["hasNextPage"]
    idle = [seat for seat in view["idleLicences"]["nodes"] if part_of("User", life.tenant, seat["userId"]) == pair.user]
    held = view["user"] and frozenset(
        (UUID(each["sku"]["skuId"]), each["viaGroup"] and UUID(each["viaGroup"])) for each in view["user"]["holdings"]
    )
    return Seats(held, frozenset(UUID(seat["sku"]["skuId"]) for seat in idle))


def _any_pairs(chance: random.Random, life: Life, count: int) -> list[Pair]:
    """Up to half of them on the brink of an idle seat, the others anybody on any day.

    Any day is from two days before the first fact on.
    """
    facts = life.facts()
    users = [fact.event.user for fact in facts if isinstance(fact.event, UserDiscovered)]
    brinks = _brinks(facts, users, life.today)
    chance.shuffle(brinks)
    chosen = brinks[: count // 2]
    days = (life.today - BEGINS_AT.date()).days + 2
    while len(chosen) < count:
        on = life.today - timedelta(days=chance.randint(0, days))
        chosen.append(Pair(chance.choice(users), on, chance.choice(IDLE_DAYS)))
    return chosen


def _brinks(facts: Sequence[Recorded], users: Iterable[UUID], today: date) -> list[Pair]:
    """For every stretch without activity: its last day that is not idle yet, and the first one that is."""
    found = []
    for user in users:
        evidence, _ = _signs_of_life(facts, user, _day_begins(today + ONE_DAY))
        seen = sorted({at.date() for at in evidence})
        for last, following in pairwise([*seen, today + ONE_DAY]):
            brinks = [(last + timedelta(days=days), days) for days in IDLE_DAYS]
            found += [
                Pair(user, on, days)
                for brink, days in brinks
                for on in (brink, brink + ONE_DAY)
                if BEGINS_AT.date() <= on < following
            ]
    return found


def _any_knowledge(chance: random.Random, life: Life, pair: Pair) -> datetime:
    """From a day before the first fact on; half of them at most a week around the day asked about."""
    first, now = BEGINS_AT - ONE_DAY, life.clock.now()
    if chance.random() < 1 / 2:
        first = max(first, _day_begins(pair.on) - 3 * ONE_DAY)
        now = min(now, first + 7 * ONE_DAY)
    return first + timedelta(seconds=chance.randint(0, int((now - first).total_seconds())))


def _day_begins(on: date) -> datetime:
    return datetime.combine(on, time(), UTC)
