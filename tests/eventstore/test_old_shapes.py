"""Facts as earlier and later releases wrote them."""

from typing import Any, ClassVar
from uuid import UUID

import psycopg
import pytest

from app.domain.errors import FactUnreadable
from app.domain.events import REGISTER, Event
from app.domain.ids import TenantId
from app.domain.personal import Personal
from app.eventstore.store import EventStore
from app.eventstore.upcasters import UPCASTERS
from tests.database import Database
from tests.eventstore.facts import MONDAY, invited, lapsed


class Invited3(Event):
    """TenantInvited as a later release might have it: `customer` renamed in schema 2, `language` new in schema 3."""

    name: ClassVar[str] = "TenantInvited"
    schema_version: ClassVar[int] = 3
    organisation: str
    contact: Personal
    language: str


def rename_customer(shape: dict[str, Any]) -> dict[str, Any]:
    shape["organisation"] = shape.pop("customer")
    return shape


def default_language(shape: dict[str, Any]) -> dict[str, Any]:
    return {**shape, "language": "en"}


def test_an_old_fact_is_brought_to_todays_shape_step_by_step(
    store: EventStore, tenant: TenantId, cause: UUID, module_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.append(tenant, "tenant", [invited("admin@contoso.example")], expected=0, cause=cause, at=MONDAY)
    before = stored(module_database, tenant)

    monkeypatch.setitem(REGISTER, "TenantInvited", Invited3)
    monkeypatch.setitem(UPCASTERS, ("TenantInvited", 1), rename_customer)
    monkeypatch.setitem(UPCASTERS, ("TenantInvited", 2), default_language)

    (fact,), version = store.load(tenant, "tenant")
    assert isinstance(fact, Invited3)
    assert (fact.organisation, fact.language, fact.happened_at, version) == ("Contoso", "en", MONDAY, 1)
    assert fact.contact.value == "admin@contoso.example"
    assert stored(module_database, tenant) == before


def test_a_missing_step_is_named_with_the_position(
    store: EventStore, tenant: TenantId, cause: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.append(tenant, "tenant", [invited("admin@contoso.example")], expected=0, cause=cause, at=MONDAY)

    monkeypatch.setitem(REGISTER, "TenantInvited", Invited3)
    monkeypatch.setitem(UPCASTERS, ("TenantInvited", 1), rename_customer)

    with pytest.raises(FactUnreadable, match=rf"{tenant}, position 1 \(TenantInvited\): no upcaster .* schema 2"):
        store.load(tenant, "tenant")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ("name = 'SkuVanished'", "no such fact"),
        ("schema = 2", "this release knows 1"),
        ("state = '{'", "Invalid JSON"),
        ("state = '{}'", "sku: Field required"),
        ("state = '\\xff'", "Invalid JSON"),
    ],
)
def test_a_fact_this_release_cannot_read_is_an_error_that_says_where(
    store: EventStore, tenant: TenantId, cause: UUID, module_database: Database, change: str, why: str
) -> None:
    store.append(tenant, "sku/a", [lapsed(), lapsed()], expected=0, cause=cause, at=MONDAY)

    with psycopg.connect(module_database.owner_dsn) as owner:
        owner.execute(f"UPDATE events SET {change} WHERE tenant_id = %s AND position = 2".encode(), (tenant,))

    with pytest.raises(FactUnreadable, match=f"position 2 .*{why}"):
        store.read(tenant, after=0, limit=10)
    assert len(store.read(tenant, after=0, limit=1)) == 1


def stored(database: Database, tenant: TenantId) -> list[tuple[Any, ...]]:
    with psycopg.connect(database.owner_dsn) as owner:
        return owner.execute("SELECT state, leaf FROM events WHERE tenant_id = %s", (tenant,)).fetchall()


def test_every_fact_has_upcasters_up_to_its_schema() -> None:
    needed = {(name, schema) for name, fact in REGISTER.items() for schema in range(1, fact.schema_version)}

    assert UPCASTERS.keys() == needed
