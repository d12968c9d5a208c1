"""Two customers by hand, through the real store and the real engine: who holds what, who is idle, who called whom."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from app.domain import seat
from app.domain.events import Event
from app.domain.events.coverage import Feed, SnapshotTaken
from app.domain.events.licensing import (
    AccountDisabled,
    LicenceAssigned,
    LicenceRemoved,
    Profile,
    SeatsChanged,
    SkuSubscribed,
    UserDiscovered,
    UserKind,
    UserSignedIn,
)
from app.domain.events.telephony import Call, CallCompleted, Leg, Party, PartyKind
from app.domain.events.tenancy import Capability, CapabilityChanged, ConsentGranted, TenantInvited
from app.domain.ids import CallId, DirectoryId, GroupId, RunId, SkuId, TenantId, UserId
from app.domain.personal import Personal
from app.eventstore.keys import KeyRing
from app.eventstore.pools import Pool, writer_pool
from app.eventstore.store import EventStore, SeatChange, StreamChange
from app.eventstore.streams import TENANT, call_stream, coverage_stream, sku_stream
from app.projections.engine import advance

CONTOSO_DIRECTORY = DirectoryId(UUID("c0117050-0000-4000-8000-000000000001"))
FABRIKAM_DIRECTORY = DirectoryId(UUID("fab00000-0000-4000-8000-000000000001"))
CONTOSO = TenantId(UUID("7e000000-0000-4000-8000-00000000000c"))
FABRIKAM = TenantId(UUID("7e000000-0000-4000-8000-00000000000f"))
E5 = SkuId(UUID("06ebc4ee-1bb5-47dd-8120-11324bc54e06"))
STAFF = GroupId(UUID(int=0x57AFF))

JUNE = datetime(2026, 6, 1, 8, tzinfo=UTC)
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)

NUMBER = "+4930901820"
CANARY = "Frida Fabrikam"


def user_id(number: int) -> UserId:
    return UserId(UUID(int=0xA000 + number))


ANNA, BERT, CLEO, DORA, FRIDA = (user_id(number) for number in range(5))
CALL_OUT, CALL_IN, CALL_ACROSS = (CallId(UUID(int=each)) for each in (0xCA11, 0xCA12, 0xCA13))
ELENA = UserId(UUID(int=0xE1E))
"""Of another directory."""


def discovered(
    user: UserId, name: str, department: str | None, at: datetime = JUNE, cost_centre: str | None = None
) -> UserDiscovered:
    profile = Profile(
        display_name=Personal.of_user(user, name),
        user_principal_name=Personal.of_user(user, f"{name.split(maxsplit=1)[0].lower()}@example.test"),
        kind=UserKind.PERSON,
        department=department,
        company=None,
        cost_centre=cost_centre,
        country="DE",
        usage_location="DE",
    )
    created = datetime(2025, 1, 1, tzinfo=UTC)
    return UserDiscovered(happened_at=at, user=user, created_at=created, enabled=True, profile=profile)


def assigned(user: UserId, via: GroupId | None = None) -> LicenceAssigned:
    return LicenceAssigned(happened_at=JUNE, user=user, sku=E5, via=via, disabled_plans=())


def signed_in(user: UserId, at: datetime) -> UserSignedIn:
    return UserSignedIn(happened_at=at, user=user, interactive=at, non_interactive=None, successful=at)


def _leg(party: Party, minutes: tuple[int, int], start: datetime) -> Leg:
    begin, end = (start + timedelta(minutes=each) for each in minutes)
    return Leg(party=party, started_at=begin, ended_at=end, failed=False)


def _user(user: UserId) -> Party:
    return Party(kind=PartyKind.USER, user=user, directory=CONTOSO_DIRECTORY, label=None)


def call_completed(call: CallId, start: datetime, *legs: tuple[Party, tuple[int, int]]) -> CallCompleted:
    made = tuple(_leg(party, minutes, start) for party, minutes in legs)
    content = Call(
        call=call,
        revision=1,
        kind="groupCall",
        modalities=("audio",),
        started_at=start,
        ended_at=max(leg.ended_at for leg in made),
        organiser=legs[0][0],
        legs=made,
        test=False,
    )
    return CallCompleted(happened_at=start, call=content)


@dataclass(frozen=True, slots=True)
class World:
    """The log and the engine, to write more into."""

    store: EventStore
    pool: Pool

    def append(self, tenant: TenantId, stream: str, *facts: Event, at: datetime, after: int = 0) -> int:
        change = StreamChange(stream, after, facts)
        return self.store.append_many(tenant, [change], cause=uuid4(), at=at)

    def seats(self, tenant: TenantId, facts: Sequence[Event], *, at: datetime) -> int:
        """Facts about users, appended to the seat of each."""
        changes = []
        for user in dict.fromkeys(fact.user for fact in facts):  # type: ignore[attr-defined]
            own = [fact for fact in facts if fact.user == user]  # type: ignore[attr-defined]
            past, version = self.store.load(tenant, f"seat/{user}")
            changes.append(SeatChange(user, version, own, seat.replay([*past, *own])))
        return self.store.append_seats(tenant, changes, cause=uuid4(), at=at)

    def read(self, tenant: TenantId, feed: Feed, at: datetime) -> None:
        """The whole feed, which had nothing new."""
        _, version = self.store.load(tenant, coverage_stream(feed))
        taken = SnapshotTaken(happened_at=at, feed=feed, run=RunId(uuid4()), items=14, facts=0)
        self.append(tenant, coverage_stream(feed), taken, at=at, after=version)

    def tabulate(self, tenant: TenantId) -> int:
        return advance(self.pool, self.store, tenant).position


def onboard(world: World, tenant: TenantId, name: str, directory: DirectoryId) -> None:
    world.append(
        tenant,
        TENANT,
        TenantInvited(happened_at=JUNE, customer=name, contact=Personal.alone(f"admin@{name.lower()}.test")),
        ConsentGranted(
            happened_at=JUNE,
            directory=directory,
            organisation=f"{name} GmbH",
            default_domain=f"{name.lower()}.test",
            permissions=("User.Read.All",),
        ),
        CapabilityChanged(happened_at=JUNE, capability=Capability.ENTRA_P1, available=True),
        at=JUNE,
    )
    world.append(
        tenant,
        sku_stream(E5),
        SkuSubscribed(happened_at=JUNE, sku=E5, part_number="SPE_E5", applies_to="User", plans=()),
        SeatsChanged(happened_at=JUNE, sku=E5, enabled=10, warning=0, suspended=0, locked_out=0, consumed=4),
        at=JUNE,
    )


def _contoso(world: World) -> None:
    onboard(world, CONTOSO, "Contoso", CONTOSO_DIRECTORY)
    names = {
        ANNA: ("Anna Berg", "Sales"),
        BERT: ("Bert Tal", "Sales"),
        CLEO: ("Cleo See", "Ops"),
        DORA: ("Dora Au", None),
    }
    people = [discovered(user, *who) for user, who in names.items()]
    extras = [discovered(user_id(number), f"Extra {number:02}", "Hall") for number in range(10, 20)]
    held = [assigned(ANNA), assigned(ANNA, STAFF), assigned(BERT), assigned(CLEO), assigned(DORA)]
    world.seats(CONTOSO, [*people, *extras, *held], at=JUNE)
    world.seats(CONTOSO, [signed_in(ANNA, JUNE + timedelta(days=1))], at=JUNE + timedelta(days=2))
    world.seats(CONTOSO, [signed_in(BERT, datetime(2026, 7, 1, 9, tzinfo=UTC))], at=datetime(2026, 7, 2, tzinfo=UTC))
    world.read(CONTOSO, Feed.SIGN_INS, datetime(2026, 7, 14, 3, tzinfo=UTC))
    dora_leaves = datetime(2026, 10, 1, 3, tzinfo=UTC)
    world.seats(
        CONTOSO,
        [
            AccountDisabled(happened_at=dora_leaves, user=DORA),
            LicenceRemoved(happened_at=dora_leaves, user=DORA, sku=E5, via=None),
        ],
        at=dora_leaves,
    )
    for read_at in (datetime(2026, 10, 24, 3, tzinfo=UTC), datetime(2026, 11, 20, 3, tzinfo=UTC)):
        world.read(CONTOSO, Feed.SIGN_INS, read_at)
    world.seats(
        CONTOSO, [signed_in(ANNA, datetime(2026, 11, 20, 8, tzinfo=UTC))], at=datetime(2026, 11, 21, 3, tzinfo=UTC)
    )
    phone = Party(kind=PartyKind.PHONE, user=None, directory=None, label=Personal.alone(NUMBER))
    friday = datetime(2026, 11, 20, 9, tzinfo=UTC)
    saturday = datetime(2026, 11, 21, 10, tzinfo=UTC)
    world.append(
        CONTOSO,
        call_stream(CALL_OUT),
        call_completed(CALL_OUT, friday, (_user(ANNA), (0, 20)), (_user(ANNA), (15, 30)), (phone, (0, 30))),
        at=friday + timedelta(hours=20),
    )
    world.append(
        CONTOSO,
        call_stream(CALL_IN),
        call_completed(CALL_IN, saturday, (_user(ANNA), (0, 10)), (_user(CLEO), (2, 10))),
        at=saturday + timedelta(hours=1),
    )
    elena = Personal.of_user(ELENA, "Elena Hansen")
    guest = Party(kind=PartyKind.USER, user=ELENA, directory=FABRIKAM_DIRECTORY, label=elena)
    earlier = datetime(2026, 11, 10, 9, tzinfo=UTC)
    world.append(
        CONTOSO,
        call_stream(CALL_ACROSS),
        call_completed(CALL_ACROSS, earlier, (guest, (0, 10)), (_user(ANNA), (0, 5))),
        at=saturday + timedelta(hours=2),
    )
    read_at = datetime(2026, 11, 23, 3, tzinfo=UTC)
    for feed in (Feed.SIGN_INS, Feed.LICENCES):
        world.read(CONTOSO, feed, read_at)


def _fabrikam(world: World) -> None:
    onboard(world, FABRIKAM, "Fabrikam", FABRIKAM_DIRECTORY)
    world.seats(FABRIKAM, [discovered(FRIDA, CANARY, "Fabrikam Hall"), assigned(FRIDA)], at=JUNE)


@contextmanager
def built(writer_dsn: str) -> Iterator[World]:
    with writer_pool(writer_dsn) as pool:
        world = World(EventStore(pool, KeyRing(pool, bytes(range(32)))), pool)
        _contoso(world)
        _fabrikam(world)
        world.tabulate(CONTOSO)
        world.tabulate(FABRIKAM)
        yield world
