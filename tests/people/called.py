"""A customer whose people call each other and the world for four months, change departments, and are known by words
nobody else has."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID, uuid4

import psycopg
from psycopg import sql

from app.clock import SteppedClock
from app.commands.desk import Desk
from app.domain.events import Event
from app.domain.events.charging import (
    CallWay,
    DirectRoutingCall,
    DirectRoutingCallLogged,
    PstnCall,
    PstnCallCharged,
    RateCardSet,
    RateRow,
)
from app.domain.events.licensing import Profile, ProfileChanged, UserDiscovered, UserKind
from app.domain.events.telephony import Call, CallCompleted, CallRevised, Leg, Party, PartyKind
from app.domain.events.tenancy import PolicyChanged
from app.domain.ids import CallId, DirectoryId, LogRowId, TenantId, UserId
from app.domain.personal import Personal
from app.eventstore.changes import StreamChange
from app.eventstore.keys import KeyRing
from app.eventstore.pools import writer_pool
from app.eventstore.store import EventStore
from app.eventstore.streams import TENANT, call_stream, direct_routing_stream, pstn_stream, rate_card_stream
from app.projections.engine import advance
from tests.graphql.world import JUNE, World, onboard

TENANT_ID = TenantId(UUID("7e000000-0000-4000-8000-0000000000ca"))
HOME = DirectoryId(UUID("c0117050-0000-4000-8000-0000000000ca"))
ELSEWHERE = DirectoryId(UUID("c0117050-0000-4000-8000-0000000000cb"))
ZONE = "Europe/Berlin"
TRUNK = "sbc.called.test"

PEOPLE: list[UserId] = [UserId(UUID(f"9e0b1e00-0000-4000-8000-{nth:012x}")) for nth in range(1, 13)]
STRANGER = UserId(UUID("57a46e40-0000-4000-8000-000000000001"))
NUMBERS = [f"+49{3000 + nth}8765432" for nth in range(6)] + ["+4340123987654", "0800778899", "+49301"]
TYPED = ["Quentin Querkopf", "Xanthippe (extern)"]
WORDS = [*(number.removeprefix("+") for number in NUMBERS[:7]), "Querkopf", "anthippe"]
"""Parts of what others are known by in calls, and nowhere else."""

FIRST, LAST = date(2026, 7, 20), date(2026, 11, 5)
NOW = datetime(2026, 12, 15, 12, tzinfo=UTC)
CALL_TABLES = (
    *("calls", "call_participants", "call_usage", "call_usage_days", "call_usage_shares"),
    *("pstn_charges", "direct_routing_calls"),
)


@dataclass(frozen=True, slots=True)
class Called:
    world: World
    desk: Desk
    owner_dsn: str

    @property
    def store(self) -> EventStore:
        return self.world.store

    def at(self, now: datetime) -> Desk:
        return Desk(self.store, SteppedClock(now), lambda tenant, position: None)

    def tabulate(self) -> None:
        assert advance(self.world.pool, self.store, TENANT_ID).stopped == ()

    def rows(self, table: str) -> list[dict[str, Any]]:
        """Every row of every version."""
        with psycopg.connect(self.owner_dsn) as db:
            found = db.execute(sql.SQL("SELECT to_jsonb(one) FROM {} AS one").format(sql.Identifier(table))).fetchall()
        return [row for (row,) in found]

    def dump(self) -> Iterator[tuple[str, str]]:
        """Every row of every table as text, bytes as the text they are."""
        with psycopg.connect(self.owner_dsn) as db:
            tables = db.execute(
                "SELECT schemaname, tablename FROM pg_tables"
                " WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
            ).fetchall()
            for schema, table in tables:
                query = sql.SQL("SELECT to_jsonb(one) FROM {} AS one").format(sql.Identifier(schema, table))
                for (row,) in db.execute(query):
                    yield f"{schema}.{table}", "\n".join(map(_plain, row.values()))


def _plain(value: object) -> str:
    text = str(value)
    return bytes.fromhex(text[2:]).decode("utf-8", "replace") if text.startswith("\\x") else text


@contextmanager
def planted(writer_dsn: str, owner_dsn: str) -> Iterator[Called]:
    with writer_pool(writer_dsn) as pool:
        world = World(EventStore(pool, KeyRing(pool, bytes(range(32)))), pool)
        onboard(world, TENANT_ID, "Called", HOME)
        rules = PolicyChanged(happened_at=JUNE, idle_days=90, grace_days=30, time_zone=ZONE, currency="EUR")
        world.append(TENANT_ID, TENANT, rules, at=JUNE, after=3)
        _people(world)
        _rate_card(world)
        _calls(world)
        desk = Desk(world.store, SteppedClock(NOW), lambda tenant, position: None)
        called = Called(world, desk, owner_dsn)
        called.tabulate()
        yield called


def profile(nth: int, department: str | None, name: str | None = None) -> Profile:
    user = PEOPLE[nth]
    return Profile(
        display_name=Personal.of_user(user, name or f"Person {nth}"),
        user_principal_name=Personal.of_user(user, f"person{nth}@called.test"),
        kind=UserKind.PERSON,
        department=department,
        company="North" if nth % 2 else "South",
        cost_centre=f"C{nth % 3}",
        country="DE",
        usage_location="DE",
    )


def department(nth: int) -> str | None:
    return ("Sales", "Sales", "Sales", "Sales", "Sales", "Sales", "Care", "Care", "Care", "Lab", None, "Lab")[nth]


def _people(world: World) -> None:
    found = [
        UserDiscovered(
            happened_at=JUNE,
            user=user,
            created_at=JUNE,
            enabled=True,
            profile=profile(nth, department(nth)),
        )
        for nth, user in enumerate(PEOPLE)
    ]
    world.seats(TENANT_ID, found, at=JUNE)


def moved(world: World, nth: int, into: str, since: datetime, learned: datetime) -> None:
    """Somebody changes departments, or does so again."""
    fact = ProfileChanged(happened_at=since, user=PEOPLE[nth], profile=profile(nth, into))
    world.seats(TENANT_ID, [fact], at=learned)


def _rate_card(world: World) -> None:
    rows = [
        RateRow(
            prefix=prefix,
            way=CallWay.OUT,
            weekdays=(),
            begins=0,
            ends=1440,
            setup_fee=Decimal("0.03"),
            per_minute=Decimal(price),
            minimum_seconds=0,
            first_seconds=60,
            next_seconds=1,
            fee_on_attempt=False,
        )
        for prefix, price in (("", "0.5"), ("49", "0.02"), ("4930", "0.011"), ("49300187", "0.007"), ("49301", "9"))
    ]
    card = RateCardSet(
        happened_at=JUNE, carrier=TRUNK, currency="EUR", effective_from=date(2026, 1, 1), rows=tuple(rows)
    )
    world.append(TENANT_ID, rate_card_stream(TRUNK), card, at=JUNE)


def _calls(world: World) -> None:
    chance = Random(25)
    day = FIRST
    while day <= LAST:
        learned = datetime.combine(day, datetime.min.time(), UTC) + timedelta(days=1, hours=6)
        changes: list[StreamChange] = []
        for nth in range(2):
            # Some calls begin around midnight, where UTC and the customer do not agree on the month.
            start = learned - timedelta(days=1) + timedelta(hours=chance.choice([2, 3, 5, 16.6]), minutes=nth)
            key = (day - FIRST).days * 10 + nth
            changes += [_call(chance, CallId(UUID(int=0xCA << 96 | key)), start), *_rows(chance, key, start)]
        world.store.append_many(TENANT_ID, changes, cause=uuid4(), at=learned)
        if day in MOVES:
            for who, into, since in MOVES[day]:
                moved(world, who, into, since, learned)
        day += timedelta(days=1)


MOVES: dict[date, Sequence[tuple[int, str, datetime]]] = {
    date(2026, 9, 20): [(1, "Care", datetime(2026, 9, 12, 9, tzinfo=UTC))],
    date(2026, 10, 25): [
        (2, "Care", datetime(2026, 8, 14, 9, tzinfo=UTC)),
        (7, "Lab", datetime(2026, 10, 20, 9, tzinfo=UTC)),
    ],
}
"""By the day it was learned: who, where to, since when. One is learned of two months late."""


def _party(chance: Random) -> Party:
    match chance.randrange(8):
        case 0 | 1:
            label = Personal.alone(chance.choice(NUMBERS))
            return Party(kind=PartyKind.PHONE, user=None, directory=None, label=label)
        case 2:
            return Party(kind=PartyKind.GUEST, user=None, directory=None, label=Personal.alone(chance.choice(TYPED)))
        case 3:
            label = Personal.of_user(STRANGER, "Xanthippe (extern)")
            return Party(kind=PartyKind.USER, user=STRANGER, directory=ELSEWHERE, label=label)
        case _:
            return Party(kind=PartyKind.USER, user=chance.choice(PEOPLE), directory=HOME, label=None)


def call_of(call: CallId, start: datetime, parties: Sequence[Party], chance: Random, revision: int = 1) -> Call:
    legs = []
    for party in parties:
        since = start + timedelta(seconds=chance.randrange(60))
        until = since + timedelta(seconds=chance.randrange(10, 4_000))
        legs.append(Leg(party=party, started_at=since, ended_at=until, failed=chance.random() < 0.1))
    return Call(
        call=call,
        revision=revision,
        kind="groupCall",
        modalities=("audio",),
        started_at=start,
        ended_at=max(leg.ended_at for leg in legs),
        organiser=parties[0],
        legs=tuple(legs),
        test=False,
    )


def _call(chance: Random, call: CallId, start: datetime) -> StreamChange:
    own = Party(kind=PartyKind.USER, user=chance.choice(PEOPLE), directory=HOME, label=None)
    parties = [own, *(_party(chance) for _ in range(chance.randint(1, 3)))]
    facts: list[Event] = [CallCompleted(happened_at=start, call=call_of(call, start, parties, chance))]
    if chance.random() < 0.3:
        other = [*parties[:-1], _party(chance), _party(chance)]
        later = start + timedelta(hours=chance.choice([0, 0, 0, 1]))
        facts.append(CallRevised(happened_at=later, call=call_of(call, later, other, chance, revision=2)))
    return StreamChange(call_stream(call), 0, facts)


def _rows(chance: Random, key: int, start: datetime) -> Iterator[StreamChange]:
    both: dict[str, Any] = {
        "user": chance.choice([*PEOPLE, None]),
        "caller": Personal.alone(chance.choice(NUMBERS)),
        "callee": Personal.alone(chance.choice(NUMBERS)),
        "began_at": start,
        "seconds": chance.randrange(600),
    }
    label = Personal.alone(TYPED[0]) if both["user"] is None else None
    values = dict.fromkeys(PstnCall.model_fields) | both | {"row": LogRowId(UUID(int=0xB0 << 96 | key))}
    values |= {"label": label, "kind": "user_out", "charge": Decimal(chance.randrange(200)) / 100, "currency": "EUR"}
    values |= {"operator": chance.choice([None, "Microsoft", TRUNK]), "destination": chance.choice(["DE", "AT", None])}
    charged = PstnCallCharged(happened_at=start, call=PstnCall(**values))
    yield StreamChange(pstn_stream(charged.call.row), 0, [charged])
    values = dict.fromkeys(DirectRoutingCall.model_fields) | both | {"row": LogRowId(UUID(int=0xD0 << 96 | key))}
    values |= {"label": label, "kind": chance.choice(["ByotOut", "ByotIn"]), "trunk": TRUNK, "connected_at": start}
    logged = DirectRoutingCallLogged(happened_at=start, call=DirectRoutingCall(**values))
    yield StreamChange(direct_routing_stream(logged.call.row), 0, [logged])
