"""Keys wrapped by the next master key: readable throughout, and what is left of the old bytes opens no more."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import psycopg
import pytest

from app.domain.ids import TenantId
from app.domain.seat import replay
from app.eventstore import rotation
from app.eventstore.keys import KeyRing, KeyUnusable
from app.eventstore.master_keys import MasterKeys
from app.eventstore.pools import Pool, writer_pool
from app.eventstore.rotation import epochs_of, rewrap
from app.eventstore.store import EventStore, SeatChange
from tests.database import Database
from tests.eventstore.conftest import MASTER_KEY
from tests.eventstore.facts import ANNA, BERT, MONDAY, discovered, invited

NEW_KEY = bytes(range(32, 64))
FIRST = MasterKeys.of(MASTER_KEY)
PREPARED = MasterKeys.of(MASTER_KEY, upcoming=NEW_KEY)
CHANGING = MasterKeys.of(NEW_KEY, 2, old=MASTER_KEY)
CHANGED = MasterKeys.of(NEW_KEY, 2)
NIGHT = datetime(2026, 7, 1, tzinfo=UTC)


@pytest.fixture
def pool(database: Database) -> Iterator[Pool]:
    opened = writer_pool(database.writer_dsn, 6)
    yield opened
    opened.close()


def store_of(pool: Pool, keys: MasterKeys) -> EventStore:
    return EventStore(pool, KeyRing(pool, keys))


def told(pool: Pool) -> TenantId:
    tenant = TenantId(uuid4())
    store = store_of(pool, FIRST)
    for user, name in ((ANNA, "Anna"), (BERT, "Bert")):
        facts = [discovered(user, name)]
        store.append_seats(tenant, [SeatChange(user, 0, facts, replay(facts))], cause=uuid4(), at=MONDAY)
    store.append(tenant, "tenant", [invited("admin@contoso.example")], expected=0, cause=uuid4(), at=MONDAY)
    return tenant


def names(store: EventStore, tenant: TenantId) -> list[str | None]:
    seats = store.open_seats(tenant, list(store.seat_states(tenant)))
    return [each.profile.display_name.value for each in seats if each.profile and each.profile.display_name]


def wrapped_of(database: Database) -> list[bytes]:
    with psycopg.connect(database.owner_dsn) as owner:
        return [wrapped for (wrapped,) in owner.execute("SELECT wrapped FROM subject_keys ORDER BY tenant_id, subject")]


def test_every_process_reads_at_every_step_of_a_rotation(pool: Pool) -> None:
    tenant = told(pool)
    prepared, changing = store_of(pool, PREPARED), store_of(pool, CHANGING)
    assert names(changing, tenant) == ["Anna", "Bert"]

    assert rewrap(pool, CHANGING, lambda: NIGHT) == 4

    for store in (prepared, store_of(pool, PREPARED), changing, store_of(pool, CHANGED)):
        assert names(store, tenant) == ["Anna", "Bert"]
    with pytest.raises(KeyUnusable, match="epoch 2"):
        names(store_of(pool, FIRST), tenant)


def test_what_is_left_of_a_key_cannot_be_unwrapped_once_the_old_master_key_is_gone(
    pool: Pool, database: Database
) -> None:
    told(pool)
    remnants = wrapped_of(database)

    rewrap(pool, CHANGING, lambda: NIGHT)

    assert [FIRST.unwrap(each, 1) is None for each in remnants] == [False] * 4
    assert [CHANGED.unwrap(each, epoch) for each in remnants for epoch in (1, 2)] == [None] * 8
    assert set(wrapped_of(database)) & set(remnants) == set()


def test_pseudonyms_stay_what_they_were(pool: Pool) -> None:
    tenant, silent = told(pool), TenantId(uuid4())
    store_of(pool, FIRST).append(silent, "sku/a", [], expected=0, cause=uuid4(), at=MONDAY)
    before = [KeyRing(pool, FIRST).pseudonym(each, "+49301") for each in (tenant, silent)]

    rewrap(pool, CHANGING, lambda: NIGHT)

    assert [KeyRing(pool, CHANGED).pseudonym(each, "+49301") for each in (tenant, silent)] == before


def test_a_rotation_that_was_killed_goes_on_and_a_repeat_does_nothing(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant = told(pool)
    monkeypatch.setattr(rotation, "_BATCH", 1)

    def killed(done: int, _: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rewrap(pool, CHANGING, lambda: NIGHT, killed)
    assert epochs_of(pool, CHANGING).left == 2
    assert names(store_of(pool, CHANGING), tenant) == ["Anna", "Bert"]

    assert rewrap(pool, CHANGING, lambda: NIGHT) == 2
    assert rewrap(pool, CHANGING, lambda: NIGHT) == 0
    assert epochs_of(pool, CHANGING).left == 0


def test_keys_that_do_not_unwrap_are_told_and_the_others_done(pool: Pool, database: Database) -> None:
    tenant = told(pool)
    with psycopg.connect(database.owner_dsn) as owner:
        owner.execute("UPDATE subject_keys SET wrapped = %s WHERE subject = %s", (bytes(40), f"user/{ANNA}"))

    with pytest.raises(KeyUnusable, match="1 keys"):
        rewrap(pool, CHANGING, lambda: NIGHT)

    assert epochs_of(pool, CHANGING).left == 1
    seat, _ = store_of(pool, CHANGED).load_seat(tenant, BERT)
    assert seat.profile is not None
    assert seat.profile.display_name is not None
    assert seat.profile.display_name.value == "Bert"


def test_an_erasure_is_final_when_all_keys_left_are_of_a_later_epoch_and_the_old_master_key_is_put_away(
    pool: Pool,
) -> None:
    told(pool)
    before, after = NIGHT - timedelta(days=1), NIGHT + timedelta(days=1)
    began_at = epochs_of(pool, FIRST).began_at
    assert began_at is not None
    assert not epochs_of(pool, FIRST).made_final(began_at)

    rewrap(pool, CHANGING, lambda: NIGHT)

    assert not epochs_of(pool, CHANGING).made_final(before)
    assert epochs_of(pool, CHANGED).made_final(before)
    assert not epochs_of(pool, CHANGED).made_final(after)
