"""Names, addresses and numbers: encrypted per person, bound to their place, gone with their key."""

from base64 import b64decode, b64encode
from uuid import UUID, uuid4

import psycopg
import pytest

from app.domain.errors import FactUnreadable
from app.domain.events.licensing import UserDiscovered
from app.domain.events.telephony import Call, CallCompleted, Leg, Party, PartyKind
from app.domain.events.tenancy import TenantInvited
from app.domain.ids import CallId, TenantId
from app.domain.personal import Personal
from app.domain.seat import replay
from app.eventstore.keys import KeyRing, KeyUnusable
from app.eventstore.pools import Pool
from app.eventstore.store import EventStore, SeatChange
from tests.database import Database
from tests.eventstore.conftest import MASTER_KEY
from tests.eventstore.facts import ANNA, BERT, MONDAY, TUESDAY, discovered, invited, profile, renamed

NUMBER = "+49301234567"


@pytest.fixture
def fresh(pool: Pool) -> EventStore:
    """A store that has read no key yet, as another process would be."""
    return EventStore(pool, KeyRing(pool, MASTER_KEY))


def phone_call(label: str) -> CallCompleted:
    party = Party(kind=PartyKind.PHONE, user=None, directory=None, label=Personal.alone(label))
    leg = Leg(party=party, started_at=MONDAY, ended_at=TUESDAY, failed=False)
    call = Call(
        call=CallId(UUID(int=5)),
        revision=1,
        kind="groupCall",
        modalities=("audio",),
        started_at=MONDAY,
        ended_at=TUESDAY,
        organiser=None,
        legs=(leg, leg),
        test=False,
    )
    return CallCompleted(happened_at=MONDAY, call=call)


def seat_of(store: EventStore, tenant: TenantId, name: str) -> SeatChange:
    facts = [discovered(ANNA, name)]
    change = SeatChange(ANNA, 0, facts, replay(facts))
    store.append_seats(tenant, [change], cause=uuid4(), at=MONDAY)
    return change


def owner_does(database: Database, statement: str, *arguments: object) -> list[tuple[object, ...]]:
    with psycopg.connect(database.owner_dsn) as owner:
        cursor = owner.execute(statement.encode(), arguments)
        return cursor.fetchall() if cursor.description else []


def test_no_byte_of_any_table_holds_a_personal_value(
    store: EventStore, tenant: TenantId, module_database: Database
) -> None:
    seat_of(store, tenant, "Annabelle Canary")
    store.append(tenant, "tenant", [invited("canary@contoso.example")], expected=0, cause=uuid4(), at=MONDAY)
    store.append(tenant, "call/5", [phone_call(NUMBER)], expected=0, cause=uuid4(), at=MONDAY)

    tables = owner_does(module_database, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    with psycopg.connect(module_database.owner_dsn) as owner, owner.cursor() as cursor:
        for (table,) in tables:
            for output in ("text", "binary"):
                with cursor.copy(f'COPY "{table}" TO STDOUT (FORMAT {output})') as copy:
                    stored = b"".join(bytes(part) for part in copy)
                for canary in (b"Canary", b"canary@", NUMBER.encode()):
                    for disguise in (canary, b64encode(canary)[:-2], canary.hex().encode()):
                        assert disguise not in stored, (table, disguise)
    assert {"events", "seat_states", "subject_keys", "tenant_heads"} <= {table for (table,) in tables}


def test_another_process_reads_the_values_back(store: EventStore, fresh: EventStore, tenant: TenantId) -> None:
    change = seat_of(store, tenant, "Anna")

    assert fresh.load(tenant, change.stream) == (change.facts, 1)
    assert fresh.load_seat(tenant, ANNA) == (change.seat, 1)
    assert fresh.open_seats(tenant, list(fresh.seat_states(tenant))) == [change.seat]


def test_a_value_that_is_all_we_know_gets_the_same_pseudonym_each_time_but_not_in_another_tenant(
    store: EventStore, tenant: TenantId
) -> None:
    elsewhere = TenantId(uuid4())
    for each in (tenant, elsewhere):
        store.append(each, "call/5", [phone_call(NUMBER)], expected=0, cause=uuid4(), at=MONDAY)
    store.append(tenant, "tenant", [invited(NUMBER)], expected=0, cause=uuid4(), at=MONDAY)

    def label(tenant: TenantId) -> Personal:
        (fact,), _ = store.load(tenant, "call/5")
        assert isinstance(fact, CallCompleted)
        assert fact.call.legs[0].party.label == fact.call.legs[1].party.label
        assert fact.call.legs[0].party.label is not None
        return fact.call.legs[0].party.label

    (fact,), _ = store.load(tenant, "tenant")
    assert isinstance(fact, TenantInvited)
    assert label(tenant) == fact.contact == Personal(fact.contact.subject, NUMBER)
    assert fact.contact.subject.startswith("x/")
    assert len(fact.contact.subject) == 34
    assert label(elsewhere).subject != fact.contact.subject


def without_keys(pool: Pool, tenant: TenantId, database: Database) -> EventStore:
    """The store of another process, after somebody took the tenant's keys."""
    owner_does(database, "DELETE FROM subject_keys WHERE tenant_id = %s", tenant)
    return EventStore(pool, KeyRing(pool, MASTER_KEY))


def test_without_the_key_only_the_fact_remains_and_only_where_its_erasure_is_recorded(
    store: EventStore, fresh: EventStore, pool: Pool, tenant: TenantId, module_database: Database
) -> None:
    change = seat_of(store, tenant, "Anna")
    erased = Personal(f"user/{ANNA}", None)

    with pytest.raises(KeyUnusable, match="no erasure is recorded"):
        without_keys(pool, tenant, module_database).load(tenant, change.stream)
    owner_does(module_database, "INSERT INTO erased_subjects VALUES (%s, %s, 1, now(), NULL)", tenant, f"user/{ANNA}")

    (fact,), version = fresh.load(tenant, change.stream)
    assert isinstance(fact, UserDiscovered)
    assert (fact.user, fact.profile.department, version) == (ANNA, "Sales", 1)
    assert (fact.profile.display_name, fact.profile.user_principal_name) == (erased, erased)
    seat, _ = fresh.load_seat(tenant, ANNA)
    assert seat.profile is not None
    assert seat.profile.display_name == erased


def test_an_erased_value_can_be_carried_on_in_a_state(store: EventStore, tenant: TenantId) -> None:
    gone = profile(ANNA, "Anna").model_copy(update={"display_name": Personal(f"user/{ANNA}", None)})
    facts = [discovered(ANNA, "Anna").model_copy(update={"profile": gone})]

    store.append_seats(tenant, [SeatChange(ANNA, 0, facts, replay(facts))], cause=uuid4(), at=MONDAY)

    assert store.load_seat(tenant, ANNA) == (replay(facts), 1)


@pytest.mark.parametrize("table", ["events", "seat_states"])
def test_ciphertext_moved_to_another_place_does_not_open(
    store: EventStore, tenant: TenantId, module_database: Database, table: str
) -> None:
    facts = [discovered(ANNA, "Anna"), renamed(ANNA, "Bianca")]
    store.append_seats(tenant, [SeatChange(ANNA, 0, facts, replay(facts))], cause=uuid4(), at=MONDAY)

    # The same person's key opens both; only the place is wrong.
    if table == "events":
        owner_does(
            module_database,
            "UPDATE events SET state = convert_to(replace(convert_from(state, 'UTF8'), %s, %s), 'UTF8') "
            "WHERE tenant_id = %s AND version = 2",
            *(sealed_name(module_database, tenant, version) for version in (2, 1)),
            tenant,
        )
        with pytest.raises(FactUnreadable, match="position 2 "):
            store.read(tenant, after=0, limit=10)
    else:
        owner_does(module_database, "UPDATE seat_states SET version = 1 WHERE tenant_id = %s", tenant)
        with pytest.raises(FactUnreadable):
            store.load_seat(tenant, ANNA)


def sealed_name(database: Database, tenant: TenantId, version: int) -> object:
    query = "SELECT convert_from(state, 'UTF8')::jsonb #>> '{profile,display_name,sealed}' FROM events "
    ((sealed,),) = owner_does(database, query + "WHERE tenant_id = %s AND version = %s", tenant, version)
    return sealed


@pytest.mark.parametrize("damage", ["bit", "short", "base64"])
def test_a_damaged_value_is_never_taken_for_an_erased_one(
    store: EventStore, tenant: TenantId, module_database: Database, damage: str
) -> None:
    store.append(tenant, "tenant", [invited("admin@contoso.example")], expected=0, cause=uuid4(), at=MONDAY)
    query = "SELECT convert_from(state, 'UTF8')::jsonb #>> '{contact,sealed}' FROM events WHERE tenant_id = %s"
    ((sealed,),) = owner_does(module_database, query, tenant)
    whole = b64decode(str(sealed))
    broken = {
        "bit": b64encode(whole[:-1] + bytes([whole[-1] ^ 1])).decode(),
        "short": b64encode(whole[:5]).decode(),
        "base64": "!" + str(sealed)[1:],
    }[damage]

    owner_does(
        module_database,
        "UPDATE events SET state = convert_to(replace(convert_from(state, 'UTF8'), %s, %s), 'UTF8') "
        "WHERE tenant_id = %s",
        sealed,
        broken,
        tenant,
    )

    with pytest.raises(FactUnreadable):
        store.load(tenant, "tenant")


def test_half_a_surrogate_pair_and_nul_in_a_name_come_back_as_they_were(
    store: EventStore, fresh: EventStore, tenant: TenantId
) -> None:
    change = seat_of(store, tenant, "An\ud800na\0")

    assert fresh.load_seat(tenant, ANNA) == (change.seat, 1)


def test_another_master_key_is_an_error_and_not_an_erasure(store: EventStore, pool: Pool, tenant: TenantId) -> None:
    change = seat_of(store, tenant, "Anna")

    with pytest.raises(KeyUnusable):
        EventStore(pool, KeyRing(pool, bytes(32))).load(tenant, change.stream)


def test_two_rings_that_make_a_key_at_the_same_time_agree_on_it(pool: Pool, tenant: TenantId) -> None:
    one, other = KeyRing(pool, MASTER_KEY), KeyRing(pool, MASTER_KEY)
    subjects = [f"user/{ANNA}", f"user/{BERT}"]

    made, found = one.ensured(tenant, subjects), other.ensured(tenant, reversed(subjects))

    sealed = made[subjects[0]].encrypt(bytes(12), b"Anna", b"")
    assert found[subjects[0]].decrypt(bytes(12), sealed, b"") == b"Anna"
    assert one.existing(tenant, [*subjects, "user/none"]).keys() == set(subjects)


def test_a_master_key_of_another_length_is_refused(pool: Pool) -> None:
    with pytest.raises(ValueError, match="16 bytes, not 32"):
        KeyRing(pool, bytes(16))
