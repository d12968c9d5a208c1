"""A number whose owner was erased is given to somebody else: told as theirs, and of the first owner still untold."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.clock import SteppedClock
from app.commands.desk import Desk
from app.commands.erase_person import ErasePerson, erase_person
from app.commands.record_phone_log import RecordPhoneLog, record_phone_log
from app.domain.events.charging import DirectRoutingCall, DirectRoutingCallLogged, PstnCall
from app.domain.events.persons import ErasureGround
from app.domain.ids import LogRowId, RunId, UserId
from app.domain.personal import Personal
from app.eventstore.keys import KeyRing
from app.eventstore.pools import writer_pool
from app.eventstore.store import EventStore
from app.eventstore.streams import direct_routing_stream
from app.projections.rebuild import compare
from tests.database import Database
from tests.graphql.world import NOON
from tests.isolation.world import CONTOSO
from tests.people.canary import (
    COLLEAGUE,
    NUMBER,
    OUTSIDER,
    SPOKEN,
    SWITCHBOARD,
    TENANT,
    TRUNK,
    ZENOBIA,
    Canary,
    planted,
)

LATER = NOON + timedelta(hours=1)
DIGITS_LEFT = f"{NUMBER[:5]}***"
"""Of the number as one that prices follow from; none is left of one that is its owner's own value."""
THIRD = UserId(list(CONTOSO.people)[2])


@pytest.fixture
def canary(database: Database) -> Iterator[Canary]:
    """After the erasure of who had the number."""
    with planted(database.writer_dsn, database.owner_dsn) as made:
        erase(made, ZENOBIA)
        yield made


def erase(canary: Canary, user: UserId) -> None:
    erase_person(ErasePerson(TENANT, user, ErasureGround.REQUESTED, by=None, cause=uuid4()), canary.desk)
    canary.tabulate()


def routed(row: int, user: UserId | None, kind: str, caller: str, callee: str, at: datetime) -> DirectRoutingCall:
    values: dict[str, Any] = dict.fromkeys(DirectRoutingCall.model_fields)
    values |= {"row": LogRowId(UUID(int=row)), "user": user, "kind": kind, "seconds": 130, "began_at": at}
    values |= {"caller": Personal.alone(caller), "callee": Personal.alone(callee), "trunk": TRUNK, "connected_at": at}
    return DirectRoutingCall(**values)


def charged(row: int, user: UserId, caller: str, callee: str) -> PstnCall:
    values: dict[str, Any] = dict.fromkeys(PstnCall.model_fields)
    values |= {"row": LogRowId(UUID(int=row)), "user": user, "kind": "user_out", "seconds": 70, "began_at": LATER}
    values |= {"caller": Personal.alone(caller), "callee": Personal.alone(callee)}
    return PstnCall(**values)


def read(canary: Canary, *rows: PstnCall | DirectRoutingCall) -> int:
    added = record_phone_log(RecordPhoneLog(TENANT, RunId(uuid4()), rows), canary.desk)
    canary.tabulate()
    return added


def sides(canary: Canary, table: str, row: int) -> tuple[str | None, str | None]:
    query = f"SELECT caller, callee FROM {table} WHERE row_id = %s AND until_position = 9223372036854775807"
    with canary.world.pool.connection() as db:
        (found,) = db.execute(query, (UUID(int=row),)).fetchall()
    return found


def test_whoever_has_the_number_now_calls_and_is_called_by_it(canary: Canary) -> None:
    rows = (
        routed(1, COLLEAGUE, "ByotOut", NUMBER, OUTSIDER, LATER),
        routed(2, COLLEAGUE, "ByotIn", OUTSIDER, NUMBER, LATER),
        charged(3, COLLEAGUE, NUMBER, OUTSIDER),
    )

    assert read(canary, *rows) == 3

    assert sides(canary, "direct_routing_calls", 1) == (NUMBER, OUTSIDER)
    assert sides(canary, "direct_routing_calls", 2) == (OUTSIDER, NUMBER)
    assert sides(canary, "pstn_charges", 3) == (NUMBER, OUTSIDER)
    assert compare(canary.world.pool, canary.world.store, "all", TENANT) == []


def test_the_same_rows_again_add_nothing(canary: Canary) -> None:
    row = routed(1, COLLEAGUE, "ByotOut", NUMBER, OUTSIDER, LATER)
    read(canary, row)

    assert read(canary, row) == 0


def test_of_the_person_erased_it_stays_untold_however_late_a_row_comes(canary: Canary) -> None:
    read(canary, routed(1, COLLEAGUE, "ByotOut", NUMBER, OUTSIDER, LATER))

    late = (
        routed(2, ZENOBIA, "ByotOut", NUMBER, OUTSIDER, SPOKEN),
        routed(3, None, "ByotIn", OUTSIDER, NUMBER, SPOKEN),
        routed(4, COLLEAGUE, "ByotOut", SWITCHBOARD, NUMBER, SPOKEN),
    )
    assert read(canary, *late) == 3

    assert [sides(canary, "direct_routing_calls", row)[0] for row in (2, 4)] == [DIGITS_LEFT, SWITCHBOARD]
    assert {sides(canary, "direct_routing_calls", row)[1] for row in (3, 4)} == {DIGITS_LEFT}


def test_it_goes_with_the_erasure_of_its_next_owner_and_not_with_that_of_anybody_else(canary: Canary) -> None:
    read(
        canary,
        routed(1, COLLEAGUE, "ByotOut", NUMBER, OUTSIDER, LATER),
        routed(2, THIRD, "ByotOut", NUMBER, OUTSIDER, LATER),
    )

    erase(canary, COLLEAGUE)

    assert [sides(canary, "direct_routing_calls", row)[0] for row in (1, 2)] == [None, NUMBER]
    assert read(canary, routed(3, COLLEAGUE, "ByotOut", NUMBER, OUTSIDER, LATER)) == 1
    assert sides(canary, "direct_routing_calls", 3)[0] == DIGITS_LEFT
    assert compare(canary.world.pool, canary.world.store, "all", TENANT) == []


def test_an_erasure_by_another_process_holds_for_the_very_next_row(database: Database) -> None:
    """Not seconds later: until then this process still has the key that was destroyed there."""
    with planted(database.writer_dsn, database.owner_dsn) as here, elsewhere(database) as there:
        own = own_row(here, 1)
        assert read(here, own) == 1  # so that this process has the key, and has just looked for erasures

        erase_person(ErasePerson(TENANT, ZENOBIA, ErasureGround.REQUESTED, by=None, cause=uuid4()), there)
        late = own_row(here, 2)
        rows = (late, routed(3, COLLEAGUE, "ByotOut", NUMBER, OUTSIDER, LATER))
        assert record_phone_log(RecordPhoneLog(TENANT, RunId(uuid4()), rows), here.desk) == 2

        known = here.world.store.latest(TENANT, [direct_routing_stream(late.row)])
        here.tabulate()
        (newest,) = (each.event for each in known.values())
        assert isinstance(newest, DirectRoutingCallLogged)
        assert newest.call.caller is not None
        assert newest.call.caller.value == DIGITS_LEFT
        assert [sides(here, "direct_routing_calls", row)[0] for row in (1, 2, 3)] == [DIGITS_LEFT, DIGITS_LEFT, NUMBER]


@contextmanager
def elsewhere(database: Database) -> Iterator[Desk]:
    """Another process at the same log, with keys of its own."""
    with writer_pool(database.writer_dsn) as pool:
        store = EventStore(pool, KeyRing(pool, bytes(range(32))))
        yield Desk(store, SteppedClock(NOON), lambda tenant, position: None)


def own_row(canary: Canary, row: int) -> DirectRoutingCall:
    return routed(row, ZENOBIA, "ByotOut", NUMBER, OUTSIDER, SPOKEN)
