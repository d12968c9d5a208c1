"""Two customers of one shape, each full of words nobody else has: what one of them says must never reach the other.

Everything a customer could be known by is a canary: names, addresses, numbers, departments, part numbers, ids and
amounts of money. A third customer has left.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from app.clock import SteppedClock
from app.domain.events import Event
from app.domain.events.charging import DirectRoutingCall, DirectRoutingCallLogged, PstnCall, PstnCallCharged
from app.domain.events.coverage import (
    CallsReconciled,
    Feed,
    Pass,
    SnapshotFailed,
    SubscriptionCreated,
)
from app.domain.events.deciding import Cause, Decision, FindingDecided, SeatExempted, Tier
from app.domain.events.licensing import (
    AccountDisabled,
    LicenceAssigned,
    LicenceRemoved,
    Profile,
    Purchase,
    RenewalScheduled,
    SeatsChanged,
    SkuSubscribed,
    UserDiscovered,
    UserKind,
    Workload,
    WorkloadUsed,
)
from app.domain.events.pricing import Per, PriceSet, PriceSource, Term
from app.domain.events.telephony import Party, PartyKind
from app.domain.events.tenancy import PolicyChanged, PoolPolicy, TenantOffboarded
from app.domain.ids import CallId, DirectoryId, GroupId, LogRowId, RunId, SkuId, TenantId, UserId
from app.domain.personal import Personal
from app.eventstore.keys import KeyRing
from app.eventstore.pools import writer_pool
from app.eventstore.store import EventStore
from app.eventstore.streams import (
    TENANT,
    call_stream,
    coverage_stream,
    direct_routing_stream,
    exemption_stream,
    listing_stream,
    price_stream,
    pstn_stream,
    sku_stream,
)
from app.evidence.notary import Notary, take_checkpoint
from app.evidence.notes import Signer
from tests.graphql.world import E5, JUNE, NOON, World, call_completed, onboard, signed_in

FRIDAY = datetime(2026, 11, 20, 9, tzinfo=UTC)
LEARNED = NOON - timedelta(hours=6)
DISABLED = datetime(2026, 9, 1, 3, tzinfo=UTC)


@dataclass(frozen=True, slots=True, eq=False)
class Customer:
    """One of the two. `people`: name by user; `price`: of an E5 a month; `charge`: of its one charged call."""

    name: str
    tenant: TenantId
    directory: DirectoryId
    number: int
    people: dict[UserId, str]
    department: str
    company: str
    price: str
    charge: str
    callee: str
    caller: str
    trunk: str
    typed: str
    owner: str
    word: str

    def id(self, number: int) -> UUID:
        """Ids of this customer's own things, which look like no other's."""
        return UUID(int=(self.number << 96) + (0xBEAD << 64) + number)

    @property
    def tool(self) -> SkuId:
        return SkuId(self.id(0x500))

    @property
    def user(self) -> UserId:
        return next(iter(self.people))

    @property
    def persons(self) -> list[str]:
        """What may be shown to nobody without `Sua.SeePersons`."""
        first = [name.split(maxsplit=1)[0].lower() for name in self.people.values()]
        spoken = [part for name in self.people.values() for part in name.split()]
        return [*spoken, *(f"{name}@" for name in first), self.callee, self.caller, self.typed, self.owner]

    @property
    def canaries(self) -> list[str]:
        """What nobody of another customer may see."""
        ids = [str(self.tenant), str(self.directory), f"{self.number:08x}-"]
        words = [self.name, self.name.lower(), self.department, self.company, self.trunk, self.word]
        return [*self.persons, *ids, *words, self.price, self.charge]


def _customer(name: str, number: int, names: list[str], **others: str) -> Customer:
    made = Customer(
        name=name,
        tenant=TenantId(UUID(int=(number << 96) + 0x7E)),
        directory=DirectoryId(UUID(int=(number << 96) + 0xD1)),
        number=number,
        people={},
        **others,
    )
    made.people.update({UserId(made.id(0xA0 + place)): each for place, each in enumerate(names)})
    return made


CONTOSO = _customer(
    "Contosia",
    0xC0117050,
    ["Annabella Bergdoll", "Bertrand Taltoss", "Cleopha Seewald", "Dorothee Aumayr", "Guntram Gastl"],
    department="Salzhandel",
    company="Contosia Salz AG",
    price="36.17",
    charge="1.2391",
    callee="+4930901827364",
    caller="+4989777123981",
    trunk="sbc.contosia.test",
    typed="Hanspeter Rufus",
    owner="Hannelore Rothmund",
    word="Contosiawort",
)
FABRIKAM = _customer(
    "Fabrikant",
    0xFAB12A70,
    ["Frederike Fabricius", "Fulgentia Mohrbach", "Fridolin Ostertag", "Felizitas Quandt", "Florestan Xaver"],
    department="Maschinenhalle",
    company="Fabrikant Guss KG",
    price="48.93",
    charge="7.3513",
    callee="+4340555918273",
    caller="+4340666192837",
    trunk="sbc.fabrikant.test",
    typed="Ferdinanda Zeisig",
    owner="Fiammetta Vogelsang",
    word="Fabrikantwort",
)
GONE = _customer(
    "Verlassen",
    0x60E60E60,
    ["Vincentia Weggang", "Valerius Fortgang", "Vroni Abschied", "Volkhard Endlos", "Veit Zuletzt"],
    department="Leerstand",
    company="Verlassen OHG",
    price="57.71",
    charge="3.9173",
    callee="+4351777364518",
    caller="+4351888273645",
    trunk="sbc.verlassen.test",
    typed="Viktoria Hinaus",
    owner="Veronika Lebwohl",
    word="Verlassenwort",
)
EVERYBODY = (CONTOSO, FABRIKAM, GONE)
ABSENT = TenantId(UUID("7e000000-0000-4000-8000-0000000000ee"))


def _profile(of: Customer, user: UserId, kind: UserKind) -> Profile:
    name = of.people[user]
    address = f"{name.split(maxsplit=1)[0].lower()}@{of.name.lower()}.test"
    return Profile(
        display_name=Personal.of_user(user, name),
        user_principal_name=Personal.of_user(user, address),
        kind=kind,
        department=of.department,
        company=of.company,
        cost_centre=f"KST-{of.word}",
        country="DE",
        usage_location="DE",
    )


def _seats(world: World, of: Customer) -> None:
    users = list(of.people)
    kinds = dict.fromkeys(users, UserKind.PERSON) | {users[4]: UserKind.GUEST}
    created = datetime(2025, 1, 1, tzinfo=UTC)
    found = [
        UserDiscovered(happened_at=JUNE, user=user, created_at=created, enabled=True, profile=_profile(of, user, kind))
        for user, kind in kinds.items()
    ]
    held = [
        LicenceAssigned(happened_at=JUNE, user=user, sku=sku, via=via, disabled_plans=())
        for user, sku, via in (
            (users[0], E5, None),
            (users[0], of.tool, None),
            (users[1], E5, None),
            (users[2], E5, GroupId(of.id(0x600))),
            (users[2], of.tool, None),
            (users[3], E5, None),
            (users[4], E5, None),
        )
    ]
    used = [
        WorkloadUsed(happened_at=FRIDAY, user=user, workload=Workload.TEAMS, last_activity_on=date(2026, 11, 20))
        for user in users[:1]
    ]
    world.seats(of.tenant, [*found, *held], at=JUNE)
    seen = signed_in(users[1], datetime(2026, 7, 1, 9, tzinfo=UTC))
    world.seats(of.tenant, [seen], at=datetime(2026, 7, 2, tzinfo=UTC))
    world.seats(of.tenant, [AccountDisabled(happened_at=DISABLED, user=users[2])], at=DISABLED)
    world.seats(of.tenant, [signed_in(users[0], FRIDAY), *used], at=LEARNED)
    _decided(world, of, users)
    gone = LicenceRemoved(happened_at=LEARNED, user=users[2], sku=of.tool, via=None)
    world.seats(of.tenant, [gone], at=LEARNED)


def _decided(world: World, of: Customer, users: list[UserId]) -> None:
    exempt = SeatExempted(
        happened_at=LEARNED,
        user=users[3],
        sku=E5,
        reason=Personal.of_user(users[3], f"{of.people[users[3]]} comes back ({of.word})"),
        owner=Personal.alone(of.owner),
        until=None,
        by=of.id(0xB1),
    )
    world.append(of.tenant, exemption_stream(users[3], E5), exempt, at=LEARNED)
    for user, sku in ((users[1], E5), (users[2], of.tool)):
        decided = FindingDecided(
            happened_at=DISABLED + timedelta(days=20),
            user=user,
            sku=sku,
            cause=Cause.IDLE if user == users[1] else Cause.DISABLED,
            tier=Tier.LIKELY,
            decision=Decision.ACCEPTED,
            note=Personal.of_user(user, f"{of.people[user]} was asked by {of.owner}, call {of.callee} ({of.word})"),
            by=of.id(0xB2),
        )
        at = DISABLED + timedelta(days=20)
        world.append(of.tenant, exemption_stream(user, sku), decided, at=at)


def _products(world: World, of: Customer) -> None:
    for sku, part_number, amount in ((of.tool, f"TOOL_{of.word}", of.price), (E5, "SPE_E5", of.price)):
        _, version = world.store.load(of.tenant, sku_stream(sku))
        facts: list[Event] = []
        if not version:
            facts.append(SkuSubscribed(happened_at=JUNE, sku=sku, part_number=part_number, applies_to="User", plans=()))
        facts.append(
            SeatsChanged(happened_at=JUNE, sku=sku, enabled=9, warning=0, suspended=0, locked_out=0, consumed=4)
        )
        bought = Purchase(
            purchase=f"purchase {of.word} {part_number}",
            seats=9,
            trial=False,
            status="Enabled",
            created_at=JUNE,
            next_change_at=datetime(2027, 1, 15, tzinfo=UTC),
        )
        facts.append(RenewalScheduled(happened_at=JUNE, sku=sku, purchases=(bought,)))
        world.append(of.tenant, sku_stream(sku), *facts, at=JUNE, after=version)
        price = PriceSet(
            happened_at=JUNE,
            sku=sku,
            source=PriceSource.CONTRACT,
            lot=of.word,
            amount=Decimal(amount),
            currency="EUR",
            per=Per.MONTH,
            term=Term.MONTHLY,
            effective_from=date(2026, 6, 1),
            effective_until=None,
            quantity=None,
            commit_floor=None,
            tax_included=False,
        )
        world.append(of.tenant, price_stream(sku), price, at=JUNE)


def _calls(world: World, of: Customer) -> None:
    users = list(of.people)

    def person(user: UserId) -> Party:
        return Party(kind=PartyKind.USER, user=user, directory=of.directory, label=None)

    phone = Party(kind=PartyKind.PHONE, user=None, directory=None, label=Personal.alone(of.callee))
    typed = Party(kind=PartyKind.GUEST, user=None, directory=None, label=Personal.alone(of.typed))
    call = CallId(of.id(0xCA11))
    spoken = call_completed(call, FRIDAY, (person(users[0]), (0, 30)), (phone, (0, 30)), (typed, (5, 9)))
    world.append(of.tenant, call_stream(call), spoken, at=LEARNED)
    both: dict[str, Any] = {"user": users[0], "caller": Personal.alone(of.caller), "callee": Personal.alone(of.callee)}
    charged: dict[str, Any] = dict.fromkeys(PstnCall.model_fields) | both
    charged |= {"row": LogRowId(of.id(0xB0)), "began_at": FRIDAY, "ended_at": FRIDAY + timedelta(minutes=30)}
    charged |= {"charge": Decimal(of.charge), "connection_charge": Decimal(0), "currency": "EUR", "seconds": 1795}
    charged |= {"kind": "user_out", "shared_id": f"shared {of.word}", "destination": of.word, "operator": of.word}
    fact = PstnCallCharged(happened_at=FRIDAY, call=PstnCall(**charged))
    world.append(of.tenant, pstn_stream(fact.call.row), fact, at=LEARNED)
    routed: dict[str, Any] = dict.fromkeys(DirectRoutingCall.model_fields) | both
    routed |= {"row": LogRowId(of.id(0xB5)), "began_at": FRIDAY, "connected_at": FRIDAY, "kind": "ByotOut"}
    routed |= {"trunk": of.trunk, "seconds": 60, "successful": True, "correlation": call}
    logged = DirectRoutingCallLogged(happened_at=FRIDAY, call=DirectRoutingCall(**routed))
    world.append(of.tenant, direct_routing_stream(logged.call.row), logged, at=LEARNED)


def _coverage(world: World, of: Customer) -> None:
    for feed in (Feed.SIGN_INS, Feed.LICENCES, Feed.REPORTS):
        world.read(of.tenant, feed, datetime(2026, 11, 23, 3, tzinfo=UTC))
    failed = SnapshotFailed(happened_at=LEARNED, feed=Feed.REPORTS, run=RunId(uuid4()), reason="GRAPH_THROTTLED")
    _, version = world.store.load(of.tenant, coverage_stream(Feed.REPORTS))
    world.append(of.tenant, coverage_stream(Feed.REPORTS), failed, at=LEARNED, after=version)
    since = NOON - timedelta(hours=8)
    listed = CallsReconciled(
        happened_at=LEARNED,
        run=RunId(uuid4()),
        kind=Pass.HOURLY,
        since=since,
        until=since + timedelta(hours=2),
        listed=(0, 0),
        missing=0,
    )
    world.append(of.tenant, listing_stream(NOON.date()), listed, at=LEARNED)
    made = SubscriptionCreated(
        happened_at=LEARNED, subscription=f"subscription {of.word}", expires_at=NOON + timedelta(days=1)
    )
    _, version = world.store.load(of.tenant, coverage_stream(Feed.CALLS))
    world.append(of.tenant, coverage_stream(Feed.CALLS), made, at=LEARNED, after=version)


def _settle(world: World, of: Customer) -> None:
    onboard(world, of.tenant, of.name, of.directory)
    rules = PolicyChanged(
        happened_at=JUNE,
        idle_days=90,
        grace_days=30,
        time_zone="UTC",
        currency="EUR",
        pool=PoolPolicy.OWNER,
        pool_owner=of.department,
    )
    world.append(of.tenant, TENANT, rules, at=JUNE, after=3)
    _products(world, of)
    _seats(world, of)
    _calls(world, of)
    _coverage(world, of)


@contextmanager
def built(writer_dsn: str) -> Iterator[World]:
    with writer_pool(writer_dsn) as pool:
        world = World(EventStore(pool, KeyRing(pool, bytes(range(32)))), pool)
        for each in EVERYBODY:
            _settle(world, each)
        _, version = world.store.load(GONE.tenant, TENANT)
        world.append(GONE.tenant, TENANT, TenantOffboarded(happened_at=NOON), at=NOON, after=version)
        signer = Signer("sua.example", bytes(range(32)))
        for each in EVERYBODY:
            world.tabulate(each.tenant)
            take_checkpoint(Notary(pool, SteppedClock(NOON), signer, (signer.public,)), each.tenant)
        yield world
