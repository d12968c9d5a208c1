"""Nothing a person could be known by is left anywhere, and nothing else changes."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import psycopg
import pytest

from app.commands.erase_person import ErasePerson, PersonUnknown, erase_person
from app.commands.record_seats import record_seats
from app.domain.events.licensing import UserDiscovered
from app.domain.events.persons import ErasureGround, UserErased
from app.domain.ids import UserId
from app.domain.seat import missed
from app.eventstore import store as storing
from app.eventstore.keys import KeyRing, KeyUnusable
from app.eventstore.pools import writer_pool
from app.eventstore.store import EventStore
from app.eventstore.streams import seat_stream
from app.projections import engine
from app.projections.rebuild import compare
from tests.database import Database
from tests.graphql.world import NOON
from tests.people.canary import AFTER, TENANT, ZENOBIA, Canary, planted, seen_again, spoken_again


@pytest.fixture
def canary(database: Database) -> Iterator[Canary]:
    with planted(database.writer_dsn, database.owner_dsn) as made:
        yield made


def erasing(user: UserId = ZENOBIA) -> ErasePerson:
    return ErasePerson(TENANT, user, ErasureGround.REQUESTED, by=None, cause=uuid4())


def test_no_row_of_any_table_holds_a_word_of_the_person_any_more(canary: Canary) -> None:
    tables = {"users", "call_participants", "pstn_charges", "direct_routing_calls", "findings", "dead_letters"}
    assert canary.hits() == {f"public.{table}" for table in tables}

    assert erase_person(erasing(), canary.desk) == 1
    canary.tabulate()

    assert canary.hits() == set()
    (fact,) = [f for f in canary.world.store.load(TENANT, seat_stream(ZENOBIA))[0] if isinstance(f, UserErased)]
    assert (fact.user, fact.ground) == (ZENOBIA, ErasureGround.REQUESTED)


def test_tables_are_what_a_rebuild_from_the_log_makes(canary: Canary) -> None:
    erase_person(erasing(), canary.desk)
    canary.tabulate()

    assert compare(canary.world.pool, canary.world.store, "all", TENANT) == []


def test_what_is_hashed_stays_as_it_was_and_so_do_the_proofs_over_it(canary: Canary) -> None:
    before = canary.leaves()
    assert [leaf for leaf, _ in before.values()] == [computed for _, computed in before.values()]

    erase_person(erasing(), canary.desk)

    after = canary.leaves()
    assert {position: after[position] for position in before} == before
    assert len(after) == len(before) + 1


def test_the_next_daily_read_counts_the_seat_and_brings_no_name_back(canary: Canary) -> None:
    erase_person(erasing(), canary.desk)
    head = canary.world.store.head(TENANT)

    for hours in (1, 25):
        assert record_seats(seen_again(NOON + timedelta(hours=hours)), canary.desk).users == 1
    canary.tabulate()

    facts = [each.event for each in canary.world.store.read(TENANT, after=head, limit=100)]
    assert [type(fact).__name__ for fact in facts] == ["LicenceAssigned"]
    assert canary.hits() == set()
    assert canary.names() == {None}


def test_who_comes_back_into_the_directory_stays_erased(canary: Canary) -> None:
    erase_person(erasing(), canary.desk)
    seat, _ = canary.world.store.load_seat(TENANT, ZENOBIA)
    gone = missed(seat, NOON + timedelta(minutes=1))
    canary.world.seats(TENANT, gone, at=NOON + timedelta(minutes=1))

    record_seats(seen_again(NOON + timedelta(hours=1)), canary.desk)
    canary.tabulate()

    facts, _ = canary.world.store.load(TENANT, seat_stream(ZENOBIA))
    assert isinstance(facts[-3], UserDiscovered)
    assert canary.hits() == set()


def test_calls_rows_and_words_that_come_later_are_kept_without_what_names_the_person(canary: Canary) -> None:
    erase_person(erasing(), canary.desk)

    spoken_again(canary, NOON + timedelta(hours=1))
    canary.tabulate()

    assert canary.hits() == set()
    assert compare(canary.world.pool, canary.world.store, "all", TENANT) == []


def test_another_process_that_still_holds_the_key_writes_no_name_into_a_table(
    canary: Canary, database: Database
) -> None:
    with writer_pool(database.writer_dsn) as pool:
        other = EventStore(pool, KeyRing(pool, bytes(range(32))))
        other.load(TENANT, seat_stream(ZENOBIA))
        erase_person(erasing(), canary.desk)
        stale = Canary(replace(canary.world, store=other), replace(canary.desk, store=other), canary.owner_dsn)

        spoken_again(stale, NOON + timedelta(hours=1))
        stale.tabulate()

    assert canary.hits() == set()


def test_an_erasure_that_is_killed_before_its_end_was_none_and_the_next_one_is_whole(
    canary: Canary, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> int:
        raise KeyboardInterrupt

    head, hits = canary.world.store.head(TENANT), canary.hits()
    with monkeypatch.context() as patch:
        patch.setattr(storing, "forget_payloads", killed)
        with pytest.raises(KeyboardInterrupt):
            erase_person(erasing(), canary.desk)
    assert (canary.world.store.head(TENANT), canary.hits()) == (head, hits)
    assert AFTER in canary.names()

    assert erase_person(erasing(), canary.desk) == 1
    canary.tabulate()
    assert canary.hits() == set()


def test_a_table_that_is_killed_while_it_follows_follows_later(canary: Canary, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    erase_person(erasing(), canary.desk)
    with monkeypatch.context() as patch:
        patch.setattr(engine, "retell", killed)
        with pytest.raises(KeyboardInterrupt):
            canary.tabulate()
    assert canary.hits() != set()

    canary.tabulate()

    assert canary.hits() == set()


def test_a_key_that_is_gone_without_a_fact_is_an_alarm(canary: Canary, database: Database) -> None:
    with psycopg.connect(database.owner_dsn) as owner:
        owner.execute("DELETE FROM subject_keys WHERE tenant_id = %s AND subject = %s", (TENANT, f"user/{ZENOBIA}"))
    with writer_pool(database.writer_dsn) as pool, pytest.raises(KeyUnusable, match="no erasure is recorded"):
        EventStore(pool, KeyRing(pool, bytes(range(32)))).load(TENANT, seat_stream(ZENOBIA))


def test_the_write_side_can_destroy_no_key_whose_erasure_is_not_recorded(canary: Canary) -> None:
    with canary.world.pool.connection() as db:
        assert db.execute("DELETE FROM subject_keys").rowcount == 0


def test_a_repeat_changes_nothing(canary: Canary) -> None:
    erase_person(erasing(), canary.desk)
    head = canary.world.store.head(TENANT)

    assert erase_person(erasing(), canary.desk) == 0
    assert canary.world.store.head(TENANT) == head


def test_somebody_the_log_does_not_know_is_refused(canary: Canary) -> None:
    with pytest.raises(PersonUnknown):
        erase_person(erasing(UserId(uuid4())), canary.desk)
