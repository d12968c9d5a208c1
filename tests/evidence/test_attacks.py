"""Nine kinds of tampering by somebody who may do anything to the database: each is found, and its place named."""

from pathlib import Path
from random import Random
from uuid import uuid4

import psycopg
import pytest

from app.domain.ids import TenantId
from app.eventstore.pools import Pool
from app.eventstore.store import EventStore
from app.evidence.archive import Archive
from app.evidence.notary import Notary
from app.evidence.verifying import Verdict
from tests.evidence.attacks import ATTACKS, LENGTH, SIZES
from tests.evidence.given import checked, signed, tell

FAST = 2
MANY = 100


@pytest.fixture(scope="module", autouse=True)
def no_keys_in_the_way(owner: psycopg.Connection) -> None:
    """They could drop them: what guards the log against mistakes is none against them."""
    owner.execute("ALTER TABLE events DROP CONSTRAINT events_pkey, DROP CONSTRAINT events_stream_version_key")


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path)


def whole_log(store: EventStore, notary: Notary, archive: Archive) -> TenantId:
    tenant = TenantId(uuid4())
    for checkpoint in signed(store, notary, tenant, SIZES):
        archive.keep(checkpoint)
    tell(store, tenant, LENGTH - SIZES[-1])
    return tenant


def attacked(
    kind: str, seed: int, owner: psycopg.Connection, pool: Pool, store: EventStore, notary: Notary, archive: Archive
) -> None:
    tenant = whole_log(store, notary, archive)
    chance = Random(f"{kind}/{seed}")
    before = checked(pool, tenant, notary.keys, archive=archive)
    skilled = bool(seed % 2)

    first, last = ATTACKS[kind](owner, tenant, chance, skilled)

    after = checked(pool, tenant, notary.keys, archive=archive)
    assert before == Verdict(tenant, LENGTH, len(SIZES), SIZES[-1], [])
    assert after.faults, f"{kind} {seed} was not found"
    assert first <= after.faults[0].position <= last, f"{kind} {seed}: {after.faults[0]}, not {first} to {last}"


@pytest.mark.parametrize("kind", ATTACKS)
def test_tampering_is_found_and_named(
    kind: str, owner: psycopg.Connection, pool: Pool, store: EventStore, notary: Notary, archive: Archive
) -> None:
    for seed in range(FAST):
        attacked(kind, seed, owner, pool, store, notary, archive)


@pytest.mark.slow
@pytest.mark.nightly
@pytest.mark.timeout(600)
@pytest.mark.parametrize("kind", ATTACKS)
def test_tampering_is_found_and_named_at_a_hundred_places(
    kind: str, owner: psycopg.Connection, pool: Pool, store: EventStore, notary: Notary, archive: Archive
) -> None:
    for seed in range(MANY):
        attacked(kind, seed, owner, pool, store, notary, archive)


@pytest.mark.slow
@pytest.mark.nightly
@pytest.mark.timeout(600)
def test_a_hundred_logs_nobody_touched_raise_no_alarm_not_even_where_people_were_erased(
    owner: psycopg.Connection, pool: Pool, store: EventStore, notary: Notary, archive: Archive
) -> None:
    for _ in range(MANY):
        tenant = whole_log(store, notary, archive)
        owner.execute("DELETE FROM subject_keys WHERE tenant_id = %s", (tenant,))

        assert checked(pool, tenant, notary.keys, archive=archive).faults == []


def test_erasing_a_person_leaves_every_hash_as_it_is(
    owner: psycopg.Connection, pool: Pool, store: EventStore, notary: Notary, archive: Archive
) -> None:
    tenant = whole_log(store, notary, archive)

    gone = owner.execute("DELETE FROM subject_keys WHERE tenant_id = %s", (tenant,)).rowcount

    assert gone > 5
    assert checked(pool, tenant, notary.keys, archive=archive) == Verdict(tenant, LENGTH, len(SIZES), SIZES[-1], [])


def test_what_was_not_signed_yet_is_known_only_by_its_head(
    owner: psycopg.Connection, pool: Pool, store: EventStore, notary: Notary, archive: Archive
) -> None:
    """The limit of an hourly checkpoint, kept here so that nobody claims more."""
    tenant = whole_log(store, notary, archive)
    owner.execute("DELETE FROM events WHERE tenant_id = %s AND position > %s", (tenant, SIZES[-1] + 1))
    found = checked(pool, tenant, notary.keys, archive=archive).faults

    owner.execute("UPDATE tenant_heads SET position = %s WHERE tenant_id = %s", (SIZES[-1] + 1, tenant))

    assert [fault.position for fault in found] == [SIZES[-1] + 2]
    assert checked(pool, tenant, notary.keys, archive=archive).faults == []
