"""Who took part in a call is sealed by month: not in the stored bytes, and back for whoever has the key."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import psycopg
import pytest

from app.domain.errors import ConcurrentAppend, FactUnreadable
from app.domain.events.retention import CallDetailDropped
from app.domain.events.telephony import Call, CallCompleted, CallRevised, Leg, Party, PartyKind
from app.domain.ids import CallId, TenantId
from app.domain.personal import Personal
from app.domain.stand_ins import span_of
from app.eventstore.changes import StreamChange
from app.eventstore.dropping import MonthLeft
from app.eventstore.store import EventStore
from app.eventstore.streams import RETENTION, call_stream
from app.eventstore.veils import month_of_veil
from tests.database import Database
from tests.eventstore.facts import ANNA, BERT, MONDAY

NUMBER = "+4930555777999"
CALL = CallId(UUID(int=0xCA11))


def spoken(start: datetime = MONDAY, call: CallId = CALL) -> CallCompleted:
    parties = [
        Party(kind=PartyKind.USER, user=ANNA, directory=None, label=None),
        Party(kind=PartyKind.USER, user=BERT, directory=None, label=Personal.of_user(BERT, "Bert (extern)")),
        Party(kind=PartyKind.PHONE, user=None, directory=None, label=Personal.alone(NUMBER)),
        Party(kind=PartyKind.USER, user=ANNA, directory=None, label=None),
    ]
    ends = start + timedelta(minutes=5)
    legs = tuple(Leg(party=each, started_at=start, ended_at=ends, failed=False) for each in parties)
    content = Call(
        call=call,
        revision=1,
        kind="groupCall",
        modalities=("audio",),
        started_at=start,
        ended_at=ends,
        organiser=parties[0],
        legs=legs,
        test=False,
    )
    return CallCompleted(happened_at=start, call=content)


@pytest.fixture
def owner(module_database: Database) -> Iterator[psycopg.Connection]:
    with psycopg.connect(module_database.owner_dsn, autocommit=True) as connection:
        yield connection


def state_of(owner: psycopg.Connection, tenant: TenantId, stream: str) -> bytes:
    ((state,),) = owner.execute(
        "SELECT state FROM events WHERE tenant_id = %s AND stream = %s", (tenant, stream)
    ).fetchall()
    return bytes(state)


def drop(store: EventStore, tenant: TenantId, cause: UUID) -> None:
    fact = CallDetailDropped(happened_at=MONDAY, month="2026-06", calls=1, days=90)
    change = StreamChange(RETENTION, 0, [fact])
    store.drop_month(tenant, change, "2026-06", MonthLeft(), cause=cause, at=MONDAY)


def users(fact: object) -> list[object]:
    assert isinstance(fact, CallCompleted | CallRevised)
    return [leg.party.user for leg in fact.call.legs]


def test_stored_bytes_name_nobody_and_the_fact_comes_back_whole(
    store: EventStore, tenant: TenantId, cause: UUID, owner: psycopg.Connection
) -> None:
    store.append(tenant, call_stream(CALL), [spoken()], expected=0, cause=cause, at=MONDAY)

    state = state_of(owner, tenant, call_stream(CALL))
    assert month_of_veil(state) == "2026-06"
    assert not any(each in state for each in (str(ANNA).encode(), str(BERT).encode(), NUMBER.encode(), b"user/"))
    (fact,), _ = store.load(tenant, call_stream(CALL))
    assert users(fact) == [ANNA, BERT, None, ANNA]
    assert [leg.party.label and leg.party.label.value for leg in fact.call.legs] == [  # type: ignore[attr-defined]
        None,
        "Bert (extern)",
        NUMBER,
        None,
    ]


def test_without_the_months_key_there_are_stand_ins_the_same_for_the_same_person(
    store: EventStore, tenant: TenantId, cause: UUID
) -> None:
    other = CallId(uuid4())
    store.append(tenant, call_stream(CALL), [spoken()], expected=0, cause=cause, at=MONDAY)
    july = MONDAY + timedelta(days=35)
    store.append(tenant, call_stream(other), [spoken(july, other)], expected=0, cause=cause, at=july)
    drop(store, tenant, cause)

    (gone,), _ = store.load(tenant, call_stream(CALL))
    (kept,), _ = store.load(tenant, call_stream(other))
    anna, bert, nobody, again = users(gone)
    assert (anna, nobody) == (again, None)
    assert len({anna, bert, ANNA, BERT}) == 4
    assert span_of(anna) == span_of(bert) is not None  # type: ignore[arg-type]
    assert [leg.party.label and leg.party.label.value for leg in gone.call.legs] == [None] * 4  # type: ignore[attr-defined]
    assert users(kept) == [ANNA, BERT, None, ANNA]


def test_a_call_of_a_month_that_is_gone_is_not_appended(store: EventStore, tenant: TenantId, cause: UUID) -> None:
    drop(store, tenant, cause)

    with pytest.raises(ConcurrentAppend, match="2026-06"):
        store.append(tenant, call_stream(CALL), [spoken()], expected=0, cause=cause, at=MONDAY)


@pytest.mark.parametrize("change", ["cut", "moved"])
def test_a_veil_that_was_damaged_or_moved_is_an_error_and_never_gone(
    store: EventStore, tenant: TenantId, cause: UUID, owner: psycopg.Connection, change: str
) -> None:
    other = CallId(uuid4())
    for call in (CALL, other):
        store.append(tenant, call_stream(call), [spoken(call=call)], expected=0, cause=cause, at=MONDAY)
    state = state_of(owner, tenant, call_stream(other if change == "moved" else CALL))
    wrong = state if change == "moved" else state[:-20] + b"AAAA" + state[-16:]
    owner.execute(
        "UPDATE events SET state = %s WHERE tenant_id = %s AND stream = %s", (wrong, tenant, call_stream(CALL))
    )

    with pytest.raises(FactUnreadable, match="damaged or stands in the wrong place"):
        store.load(tenant, call_stream(CALL))


def test_calls_of_a_person_are_found_by_their_id_and_by_the_subjects_of_their_values(
    store: EventStore, tenant: TenantId, cause: UUID
) -> None:
    store.append(tenant, call_stream(CALL), [spoken()], expected=0, cause=cause, at=MONDAY)

    for text in (str(ANNA), f"user/{BERT}", store.pseudonym(tenant, NUMBER)):
        assert [each.stream for each in store.facts_with(tenant, [text])] == [call_stream(CALL)]
    assert store.facts_with(tenant, [str(uuid4())]) == []
    (found,) = store.facts_about(tenant, [f"user/{BERT}"], until=9)
    assert users(found.event) == [ANNA, BERT, None, ANNA]


def test_a_month_is_that_of_the_calls_start_in_utc(
    store: EventStore, tenant: TenantId, cause: UUID, owner: psycopg.Connection
) -> None:
    start = datetime(2026, 6, 30, 23, 59, 59, tzinfo=UTC)
    store.append(tenant, call_stream(CALL), [spoken(start)], expected=0, cause=cause, at=start + timedelta(days=9))

    assert month_of_veil(state_of(owner, tenant, call_stream(CALL))) == "2026-06"
