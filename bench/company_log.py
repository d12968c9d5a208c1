"""A tenant's log to measure on: a company's joiners, licences given and taken back, sign-ins and calls, day by day."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from random import Random
from uuid import UUID, uuid4

from app.domain.events import Event
from app.domain.events.coverage import Feed, SnapshotTaken
from app.domain.events.licensing import (
    LicenceAssigned,
    LicenceRemoved,
    Profile,
    UserDiscovered,
    UserKind,
    UserSignedIn,
)
from app.domain.events.telephony import Call, CallCompleted, Leg, Party, PartyKind
from app.domain.events.tenancy import Capability, CapabilityChanged, ConsentGranted, TenantInvited
from app.domain.ids import CallId, DirectoryId, RunId, SkuId, TenantId, UserId
from app.domain.personal import Personal
from app.eventstore.store import EventStore, StreamChange
from app.eventstore.streams import coverage_stream

BEGAN = datetime(2026, 1, 5, 8, tzinfo=UTC)
_HOME = DirectoryId(UUID(int=7))
_AT_ONCE = 10_000
_SKUS = [SkuId(UUID(int=nth)) for nth in range(1, 9)]
_DEPARTMENTS = ("Sales", "Operations", "Finance", "Research", "Support")

Told = tuple[datetime, str, Event]


def tell(store: EventStore, tenant: TenantId, facts: Iterable[Told]) -> int:
    """Append the facts, recorded on their days. Returns how many they were."""
    versions: dict[str, int] = {}
    count = 0
    told = iter(facts)
    while chunk := list(islice(told, _AT_ONCE)):
        _append(store, tenant, chunk, versions)
        count += len(chunk)
    return count


def company(
    users: int,
    days: int,
    *,
    active: float,
    signing_in: float,
    changing: float,
    seed: int = 1,
    began: datetime = BEGAN,
    home: DirectoryId = _HOME,
) -> Iterator[Told]:
    """Facts by day: everyone joins over ten days; licences change, people sign in, one in a hundred calls another.

    `active`: the share of users who ever sign in; `signing_in`: the share of these who do on a day; `changing`: the
    share of all users whose licence is replaced on a day. `home`: the directory it consents for.
    """
    chance = Random(seed)
    yield from _onboarding(began, home)
    people = [UserId(UUID(int=chance.getrandbits(128), version=4)) for _ in range(users)]
    busy = people[: int(users * active)]
    held: dict[UserId, SkuId] = {}
    for day in range(days):
        at = began + timedelta(days=day)
        for user in people[day * users // 10 : (day + 1) * users // 10]:
            yield at, f"bench/{user}", _discovered(chance, user, at)
            held[user] = chance.choice(_SKUS)
            yield at, f"bench/{user}", _assigned(user, held[user], at)
        known = list(held)
        for user in chance.sample(known, int(len(known) * changing)):
            yield at, f"bench/{user}", LicenceRemoved(happened_at=at, user=user, sku=held[user], via=None)
            held[user] = chance.choice(_SKUS)
            yield at, f"bench/{user}", _assigned(user, held[user], at)
        for user in chance.sample(busy, int(len(busy) * signing_in)):
            if user in held:
                yield at, f"bench/{user}", _signed_in(chance, user, at)
        read = SnapshotTaken(happened_at=at, feed=Feed.SIGN_INS, run=RunId(UUID(int=day)), items=len(held), facts=0)
        yield at, coverage_stream(Feed.SIGN_INS), read
        for _ in range(users // 100):
            content = _call(chance, busy, at, home)
            yield at, f"call/{content.call}", CallCompleted(happened_at=content.started_at, call=content)


def _append(store: EventStore, tenant: TenantId, chunk: list[Told], versions: dict[str, int]) -> None:
    by_stream: dict[str, list[Event]] = {}
    for _, stream, fact in chunk:
        by_stream.setdefault(stream, []).append(fact)
    changes = [StreamChange(stream, versions.get(stream, 0), facts) for stream, facts in by_stream.items()]
    store.append_many(tenant, changes, cause=uuid4(), at=chunk[-1][0])
    for stream, facts in by_stream.items():
        versions[stream] = versions.get(stream, 0) + len(facts)


def _onboarding(began: datetime, home: DirectoryId) -> Iterator[Told]:
    facts: list[Event] = [
        TenantInvited(happened_at=began, customer="Contoso", contact=Personal.alone("admin@contoso.example")),
        ConsentGranted(
            happened_at=began, directory=home, organisation="Contoso", default_domain=None, permissions=("A", "B")
        ),
        CapabilityChanged(happened_at=began, capability=Capability.ENTRA_P1, available=True),
    ]
    for fact in facts:
        yield began, "tenant", fact


def _discovered(chance: Random, user: UserId, at: datetime) -> UserDiscovered:
    profile = Profile(
        display_name=Personal.of_user(user, f"Person {user.hex[:6]}"),
        user_principal_name=Personal.of_user(user, f"{user.hex[:6]}@contoso.example"),
        kind=UserKind.PERSON,
        department=chance.choice(_DEPARTMENTS),
        company="Contoso",
        cost_centre=None,
        country="DE",
        usage_location="DE",
    )
    return UserDiscovered(happened_at=at, user=user, created_at=at - timedelta(days=400), enabled=True, profile=profile)


def _assigned(user: UserId, sku: SkuId, at: datetime) -> LicenceAssigned:
    return LicenceAssigned(happened_at=at, user=user, sku=sku, via=None, disabled_plans=())


def _signed_in(chance: Random, user: UserId, at: datetime) -> UserSignedIn:
    seen = at - timedelta(minutes=chance.randrange(1_000))
    return UserSignedIn(happened_at=seen, user=user, interactive=seen, non_interactive=None, successful=seen)


def _call(chance: Random, busy: list[UserId], at: datetime, home: DirectoryId) -> Call:
    since = at - timedelta(minutes=chance.randrange(600))
    parties = [Party(kind=PartyKind.USER, user=user, directory=home, label=None) for user in chance.sample(busy, 2)]
    until = since + timedelta(seconds=chance.randrange(30, 3_600))
    return Call(
        call=CallId(UUID(int=chance.getrandbits(128), version=4)),
        revision=1,
        kind="peerToPeer",
        modalities=("audio",),
        started_at=since,
        ended_at=until,
        organiser=parties[0],
        legs=tuple(Leg(party=party, started_at=since, ended_at=until, failed=False) for party in parties),
        test=False,
    )
