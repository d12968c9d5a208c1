"""Facts that no checkpoint covers yet: cut off, replaced, or erased with their customer."""

import psycopg
import pytest

from app.domain.ids import TenantId
from app.eventstore.pools import Pool
from app.eventstore.store import EventStore
from app.evidence.vigil import Vigil
from app.evidence.walking import Fault
from tests.evidence.given import tell


@pytest.fixture
def alarms() -> list[Fault]:
    return []


@pytest.fixture
def vigil(pool: Pool, alarms: list[Fault]) -> Vigil:
    return Vigil(pool, alarms.append)


def _cut(owner: psycopg.Connection, tenant: TenantId, after: int) -> None:
    """As somebody would who knows that the head has to agree."""
    owner.execute("DELETE FROM events WHERE tenant_id = %s AND position > %s", (tenant, after))
    owner.execute("UPDATE tenant_heads SET position = %s WHERE tenant_id = %s", (after, tenant))


def test_a_log_that_only_grows_sounds_no_alarm(
    store: EventStore, tenant: TenantId, vigil: Vigil, alarms: list[Fault]
) -> None:
    for facts in (3, 0, 4):
        tell(store, tenant, facts)
        vigil()

    assert alarms == []


def test_facts_cut_off_before_anything_was_signed_are_an_alarm_once(
    store: EventStore, tenant: TenantId, owner: psycopg.Connection, vigil: Vigil, alarms: list[Fault]
) -> None:
    tell(store, tenant, 6)
    vigil()
    _cut(owner, tenant, 4)

    vigil()
    vigil()

    assert alarms == [Fault(tenant, 6, "the fact that ended the log is gone")]


def test_other_facts_in_the_place_of_those_cut_off_do_not_hide_it(
    store: EventStore, tenant: TenantId, owner: psycopg.Connection, vigil: Vigil, alarms: list[Fault]
) -> None:
    tell(store, tenant, 6)
    vigil()
    _cut(owner, tenant, 4)
    tell(store, tenant, 5)

    vigil()

    assert alarms == [Fault(tenant, 6, "the fact that ended the log is another now")]


def test_a_customer_erased_on_purpose_sounds_none(
    store: EventStore, tenant: TenantId, owner: psycopg.Connection, vigil: Vigil, alarms: list[Fault]
) -> None:
    tell(store, tenant, 6)
    vigil()
    owner.execute("DELETE FROM events WHERE tenant_id = %s", (tenant,))
    owner.execute("DELETE FROM tenant_heads WHERE tenant_id = %s", (tenant,))
    owner.execute(
        "INSERT INTO erased_tenants (tenant_id, begun_at, facts, last_position) VALUES (%s, now(), 6, 6)", (tenant,)
    )

    vigil()

    assert alarms == []


def test_an_alarm_that_could_not_be_sounded_is_sounded_at_the_next_look(
    store: EventStore, tenant: TenantId, owner: psycopg.Connection, pool: Pool, alarms: list[Fault]
) -> None:
    heard = iter([False, True])

    def alarm(fault: Fault) -> None:
        if not next(heard):
            raise ConnectionError
        alarms.append(fault)

    vigil = Vigil(pool, alarm)
    tell(store, tenant, 6)
    vigil()
    _cut(owner, tenant, 4)

    with pytest.raises(ConnectionError):
        vigil()
    vigil()

    assert alarms == [Fault(tenant, 6, "the fact that ended the log is gone")]
