"""A person with a word nobody else has in everything they could be known by, at a customer full of other people."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import psycopg
from psycopg import sql

from app.clock import SteppedClock
from app.commands.desk import Desk
from app.commands.exempt_seat import ExemptSeat, exempt_seat
from app.commands.record_phone_log import RecordPhoneLog, record_phone_log
from app.commands.record_seats import CompleteRead, RecordSeats
from app.domain.events.charging import (
    CallWay,
    DirectRoutingCall,
    DirectRoutingCallLogged,
    PstnCall,
    PstnCallCharged,
    RateCardSet,
    RateRow,
)
from app.domain.events.deciding import Cause, Decision, FindingDecided, SeatExempted, Tier
from app.domain.events.licensing import LicenceAssigned, Profile, ProfileChanged, UserDiscovered, UserKind
from app.domain.events.telephony import Party, PartyKind
from app.domain.ids import CallId, LogRowId, RunId, TenantId, UserId
from app.domain.personal import Personal
from app.domain.sightings import LicenceSighting, SeatSighting
from app.eventstore.keys import KeyRing
from app.eventstore.leaf import body_digest, leaf, microseconds
from app.eventstore.pools import writer_pool
from app.eventstore.store import EventStore
from app.eventstore.streams import (
    call_stream,
    direct_routing_stream,
    exemption_stream,
    pstn_stream,
    rate_card_stream,
)
from app.ingest import dead_letters
from app.projections.engine import advance
from tests.graphql.world import E5, JUNE, NOON, World, call_completed, signed_in
from tests.isolation.world import CONTOSO, _settle

LEARNED = NOON - timedelta(hours=5)
SPOKEN = datetime(2026, 11, 20, 9, tzinfo=NOON.tzinfo)
RENAMED = datetime(2026, 9, 1, tzinfo=NOON.tzinfo)
TRUNK = "sbc.canary.test"

TENANT: TenantId = CONTOSO.tenant
ZENOBIA = UserId(CONTOSO.id(0xCA))
BEFORE, AFTER, ADDRESS = "Zenobia Kanarius", "Zenobia Vogelfrei", "zenobia.kanarius@contosia.test"
NUMBER = "+4930777111222"
REASON, NOTE = "Zenobia is on leave until spring", "Asked Kanarius herself"
FEDERATED = "Kanarius (extern)"
WORDS = ("enobia", "anarius", "ogelfrei", "30777111222", "leave until spring")
"""Parts of everything above; found anywhere, somebody could tell who it was."""

COLLEAGUE: UserId = list(CONTOSO.people)[1]
SWITCHBOARD = "+4930777000000"
"""Shown by several people when they call out: nobody's own."""
OUTSIDER = "+4340123987654"


@dataclass(frozen=True, slots=True)
class Canary:
    world: World
    desk: Desk
    owner_dsn: str

    def tabulate(self) -> None:
        advance(self.world.pool, self.world.store, TENANT)

    def rows(self) -> Iterator[tuple[str, str]]:
        """Every row of every table as text, bytes as the text they are: what a dump holds."""
        with psycopg.connect(self.owner_dsn) as db:
            tables = db.execute(
                "SELECT schemaname, tablename FROM pg_tables"
                " WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
            ).fetchall()
            for schema, table in tables:
                found = db.execute(sql.SQL("SELECT to_jsonb(one) FROM {} AS one").format(sql.Identifier(schema, table)))
                for (row,) in found:
                    said = [_plain(value) for value in row.values()]
                    yield f"{schema}.{table}", "\n".join(said)

    def names(self) -> set[str | None]:
        """What the table of users says of the person's name, in all its versions."""
        with self.world.pool.connection() as db:
            found = db.execute("SELECT display_name FROM users WHERE user_id = %s", (ZENOBIA,)).fetchall()
        return {name for (name,) in found}

    def leaves(self) -> dict[int, tuple[bytes, bytes]]:
        """By position, the hash that stands in the log and the one its row comes to."""
        with psycopg.connect(self.owner_dsn) as db:
            rows = db.execute(
                "SELECT position, stream, version, name, schema, happened_at, cause, state, recorded_at, leaf"
                " FROM events WHERE tenant_id = %s",
                (TENANT,),
            ).fetchall()
        return {
            position: (
                stored,
                leaf(
                    TENANT,
                    position,
                    recorded_at,
                    body_digest(
                        stream.encode(),
                        version,
                        name.encode(),
                        schema,
                        microseconds(happened_at),
                        cause.bytes,
                        state,
                    ),
                ),
            )
            for position, stream, version, name, schema, happened_at, cause, state, recorded_at, stored in rows
        }

    def hits(self) -> set[str]:
        """Tables in which one of the person's words stands."""
        return {table for table, text in self.rows() if any(word.lower() in text.lower() for word in WORDS)}


def _plain(value: object) -> str:
    text = str(value)
    if text.startswith("\\x"):
        return bytes.fromhex(text[2:]).decode("utf-8", "replace")
    return text


def _profile(name: str) -> Profile:
    return Profile(
        display_name=Personal.of_user(ZENOBIA, name),
        user_principal_name=Personal.of_user(ZENOBIA, ADDRESS),
        kind=UserKind.PERSON,
        department=CONTOSO.department,
        company=CONTOSO.company,
        cost_centre=None,
        country="DE",
        usage_location="DE",
    )


def _seat(world: World) -> None:
    world.seats(
        TENANT,
        [
            UserDiscovered(happened_at=JUNE, user=ZENOBIA, created_at=JUNE, enabled=True, profile=_profile(BEFORE)),
            LicenceAssigned(happened_at=JUNE, user=ZENOBIA, sku=E5, via=None, disabled_plans=()),
        ],
        at=JUNE,
    )
    world.seats(TENANT, [ProfileChanged(happened_at=RENAMED, user=ZENOBIA, profile=_profile(AFTER))], at=RENAMED)
    world.seats(TENANT, [signed_in(ZENOBIA, JUNE + timedelta(days=3))], at=LEARNED)


def _decisions(world: World) -> None:
    own = {"user": ZENOBIA, "sku": E5, "by": UUID(int=0xB1)}
    decided = FindingDecided(
        happened_at=LEARNED,
        cause=Cause.IDLE,
        tier=Tier.LIKELY,
        decision=Decision.DECLINED,
        note=Personal.of_user(ZENOBIA, NOTE),
        **own,
    )
    exempted = SeatExempted(
        happened_at=LEARNED + timedelta(minutes=1),
        reason=Personal.of_user(ZENOBIA, REASON),
        owner=Personal.alone(CONTOSO.owner),
        until=None,
        **own,
    )
    world.append(TENANT, exemption_stream(ZENOBIA, E5), decided, exempted, at=LEARNED)
    sku = CONTOSO.tool
    answers_for = SeatExempted(
        happened_at=LEARNED,
        user=COLLEAGUE,
        sku=sku,
        reason=Personal.of_user(COLLEAGUE, "Project"),
        owner=Personal.alone(AFTER),
        until=date(2027, 1, 1),
        by=None,
    )
    world.append(TENANT, exemption_stream(COLLEAGUE, sku), answers_for, at=LEARNED)


def _calls(world: World) -> None:
    home = Party(kind=PartyKind.USER, user=ZENOBIA, directory=CONTOSO.directory, label=None)
    number = Party(kind=PartyKind.PHONE, user=None, directory=None, label=Personal.alone(NUMBER))
    typed = Party(kind=PartyKind.GUEST, user=None, directory=None, label=Personal.alone(ADDRESS))
    other = Party(kind=PartyKind.PHONE, user=None, directory=None, label=Personal.alone(OUTSIDER))
    elsewhere = Party(kind=PartyKind.USER, user=ZENOBIA, directory=None, label=Personal.of_user(ZENOBIA, FEDERATED))
    colleague = Party(kind=PartyKind.USER, user=COLLEAGUE, directory=CONTOSO.directory, label=None)
    for nth, legs in enumerate(
        (
            ((home, (0, 30)), (other, (0, 30))),
            ((colleague, (0, 20)), (number, (0, 20)), (typed, (1, 9))),
            ((colleague, (0, 9)), (elsewhere, (0, 9))),
        )
    ):
        call = CallId(CONTOSO.id(0xCA00 + nth))
        fact = call_completed(call, SPOKEN + timedelta(hours=nth), *legs)
        world.append(TENANT, call_stream(call), fact, at=LEARNED)


def _phone_rows(world: World) -> None:
    rates = [
        RateRow(
            prefix=prefix,
            way=CallWay.OUT,
            weekdays=(),
            begins=0,
            ends=1440,
            setup_fee=Decimal("0.05"),
            per_minute=Decimal(price),
            minimum_seconds=0,
            first_seconds=60,
            next_seconds=1,
            fee_on_attempt=False,
        )
        for prefix, price in (("", "0.5"), ("49", "0.02"), ("4930", "0.01"))
    ]
    card = RateCardSet(
        happened_at=JUNE, carrier=TRUNK, currency="EUR", effective_from=date(2026, 1, 1), rows=tuple(rates)
    )
    world.append(TENANT, rate_card_stream(TRUNK), card, at=JUNE)
    charged: list[tuple[UserId, str, str]] = [(ZENOBIA, NUMBER, OUTSIDER), (COLLEAGUE, SWITCHBOARD, OUTSIDER)]
    for nth, (user, caller, callee) in enumerate(charged):
        values: dict[str, Any] = dict.fromkeys(PstnCall.model_fields)
        values |= {"row": LogRowId(CONTOSO.id(0xE00 + nth)), "user": user, "kind": "user_out", "seconds": 70}
        values |= {"caller": Personal.alone(caller), "callee": Personal.alone(callee), "began_at": SPOKEN}
        values |= {"charge": Decimal("0.37"), "currency": "EUR", "label": Personal.alone(BEFORE) if nth == 0 else None}
        fact = PstnCallCharged(happened_at=SPOKEN, call=PstnCall(**values))
        world.append(TENANT, pstn_stream(fact.call.row), fact, at=LEARNED)
    routed = [
        (ZENOBIA, "ByotOut", SWITCHBOARD, OUTSIDER),
        (ZENOBIA, "ByotIn", OUTSIDER, NUMBER),
        (COLLEAGUE, "ByotOut", SWITCHBOARD, NUMBER),
    ]
    for nth, (user, kind, caller, callee) in enumerate(routed):
        values = dict.fromkeys(DirectRoutingCall.model_fields)
        values |= {"row": LogRowId(CONTOSO.id(0xF00 + nth)), "user": user, "kind": kind, "seconds": 130}
        values |= {"caller": Personal.alone(caller), "callee": Personal.alone(callee), "began_at": SPOKEN}
        values |= {"trunk": TRUNK, "successful": True, "connected_at": SPOKEN}
        values |= {"label": Personal.alone(ADDRESS) if nth == 0 else None}
        logged = DirectRoutingCallLogged(happened_at=SPOKEN, call=DirectRoutingCall(**values))
        world.append(TENANT, direct_routing_stream(logged.call.row), logged, at=LEARNED)


def _payloads(world: World) -> None:
    with world.pool.connection() as db:
        unread = {"displayName": AFTER, "id": str(ZENOBIA)}
        dead_letters.keep(db, TENANT, "licences", str(ZENOBIA), unread, ValueError())
        dead_letters.keep(db, TENANT, dead_letters.CALLS, "a call", {"caller": NUMBER}, ValueError())
        dead_letters.keep(db, TENANT, dead_letters.CALLS, "another", {"caller": OUTSIDER}, ValueError())


@contextmanager
def planted(writer_dsn: str, owner_dsn: str) -> Iterator[Canary]:
    with writer_pool(writer_dsn) as pool:
        world = World(EventStore(pool, KeyRing(pool, bytes(range(32)))), pool)
        _settle(world, CONTOSO)
        _seat(world)
        _decisions(world)
        _calls(world)
        _phone_rows(world)
        _payloads(world)
        desk = Desk(world.store, SteppedClock(NOON), lambda tenant, position: None)
        canary = Canary(world, desk, owner_dsn)
        canary.tabulate()
        yield canary


def seen_again(at: datetime) -> RecordSeats:
    """A daily read that shows the person as ever, with one licence more."""
    sighting = SeatSighting(
        user=ZENOBIA,
        created_at=JUNE,
        enabled=True,
        profile=_profile(AFTER),
        licences=tuple(LicenceSighting(sku, None, (), None, None) for sku in (E5, CONTOSO.tool)),
        seen_at=at,
        since=None,
    )
    everybody = {ZENOBIA, *CONTOSO.people}
    return RecordSeats(TENANT, RunId(uuid4()), CompleteRead([sighting], everybody, at, removals_confirmed=True))


def spoken_again(canary: Canary, at: datetime) -> None:
    """The person calls and is called once more, and somebody writes about them."""
    world = canary.world
    home = Party(kind=PartyKind.USER, user=ZENOBIA, directory=None, label=Personal.of_user(ZENOBIA, FEDERATED))
    number = Party(kind=PartyKind.PHONE, user=None, directory=None, label=Personal.alone(NUMBER))
    typed = Party(kind=PartyKind.GUEST, user=None, directory=None, label=Personal.alone(ADDRESS))
    call = CallId(CONTOSO.id(0xCAFE))
    legs = ((home, (0, 30)), (number, (0, 30)), (typed, (1, 9)))
    world.append(TENANT, call_stream(call), call_completed(call, at, *legs), at=at)
    values: dict[str, Any] = dict.fromkeys(DirectRoutingCall.model_fields)
    values |= {"row": LogRowId(CONTOSO.id(0xFFF)), "user": COLLEAGUE, "kind": "ByotOut", "seconds": 130}
    values |= {"callee": Personal.alone(NUMBER), "began_at": at, "trunk": TRUNK, "connected_at": at}
    row = DirectRoutingCall(**values)
    for _ in range(2):
        record_phone_log(RecordPhoneLog(TENANT, RunId(uuid4()), [row]), canary.desk)
    command = ExemptSeat(TENANT, ZENOBIA, E5, REASON, AFTER, None, by=None, cause=uuid4())
    exempt_seat(command, canary.desk)
