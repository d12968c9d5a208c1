"""Our log as the eventsourcing package finds it: by the settings of its environment."""

from base64 import b64encode
from collections.abc import Iterator
from uuid import uuid4

import pytest
from eventsourcing.persistence import EventStore as PackageStore
from eventsourcing.persistence import (
    InfrastructureFactory,
    InfrastructureFactoryError,
    Mapper,
    NotSupportedError,
    StoredEvent,
)

from app.domain.errors import FactUnreadable
from app.domain.ids import TenantId
from app.eventstore.envelope import Recorded
from app.eventstore.factory import LogFactory
from app.eventstore.mapper import FactMapper
from app.eventstore.recorder import TenantAggregateRecorder, TenantRecorder
from app.eventstore.store import EventStore
from tests.database import Database
from tests.eventstore.conftest import MASTER_KEY
from tests.eventstore.facts import MONDAY, invited


@pytest.fixture
def environment(module_database: Database, tenant: TenantId) -> dict[str, str]:
    return {
        "PERSISTENCE_MODULE": "app.eventstore.factory",
        "LOG_DATABASE_URL": module_database.writer_dsn,
        "LOG_TENANT": str(tenant),
        "LOG_MASTER_KEY": b64encode(MASTER_KEY).decode(),
    }


@pytest.fixture
def factory(environment: dict[str, str]) -> Iterator[LogFactory]:
    made = InfrastructureFactory.construct(environment)
    assert isinstance(made, LogFactory)
    yield made
    made.close()


def test_the_packages_settings_lead_to_our_classes(factory: LogFactory) -> None:
    assert type(factory.application_recorder()) is TenantRecorder
    assert type(factory.aggregate_recorder()) is TenantAggregateRecorder
    mapper = factory.mapper()
    assert isinstance(mapper, Mapper)
    assert isinstance(mapper, FactMapper)
    assert (mapper.cipher, mapper.compressor) == (None, None)


def test_facts_put_through_the_package_are_the_stores_facts(
    factory: LogFactory, store: EventStore, tenant: TenantId
) -> None:
    fact = Recorded(tenant, 1, "tenant", 1, MONDAY, uuid4(), invited("admin@contoso.example"))

    package: PackageStore[str] = factory.event_store()
    (recording,) = package.put([fact])

    assert recording.notification.id == 1
    (read,) = store.read(tenant, after=0, limit=10)
    (got,) = package.get("tenant")
    (notified,) = factory.application_recorder().select_notifications(start=1, limit=10)
    assert got == read == factory.mapper().to_domain_event(notified)
    assert (read.cause, read.stream, read.version, read.event.happened_at) == (fact.cause, "tenant", 1, MONDAY)


def test_what_is_no_fact_of_ours_is_unreadable(factory: LogFactory) -> None:
    recorder = factory.aggregate_recorder()
    recorder.insert_events([StoredEvent("thing", 1, "module:Thing", b"{}")])

    (stored,) = recorder.select_events("thing")

    with pytest.raises(FactUnreadable):
        factory.mapper().to_domain_event(stored)


def test_a_second_schema_shows_in_the_topic(factory: LogFactory) -> None:
    recorder = factory.application_recorder()
    recorder.insert_events([StoredEvent("a", 1, "Thing/2", b"{}"), StoredEvent("a", 2, "Thing", b"{}")])

    assert [each.id for each in recorder.select_notifications(None, 10, topics=["Thing/2"])] == [1]
    assert [each.topic for each in recorder.select_events("a")] == ["Thing/2", "Thing"]


@pytest.mark.parametrize("setting", ["LOG_DATABASE_URL", "LOG_TENANT", "LOG_MASTER_KEY"])
def test_a_missing_setting_is_named(environment: dict[str, str], setting: str) -> None:
    del environment[setting]

    with pytest.raises(InfrastructureFactoryError, match=f"{setting} is not set"):
        InfrastructureFactory.construct(environment)


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("LOG_TENANT", "contoso"),
        ("LOG_MASTER_KEY", "not base64!"),
        ("COMPRESSOR_TOPIC", "zlib"),
        ("CIPHER_KEY", "0123"),
        ("CIPHER_TOPIC", "eventsourcing.cipher:AESCipher"),
    ],
)
def test_a_setting_that_cannot_be_meant_is_refused(environment: dict[str, str], setting: str, value: str) -> None:
    environment[setting] = value

    with pytest.raises(InfrastructureFactoryError, match=setting):
        InfrastructureFactory.construct(environment)


def test_checkpoints_are_not_kept_here(factory: LogFactory) -> None:
    with pytest.raises(NotSupportedError):
        factory.tracking_recorder()
    with pytest.raises(NotSupportedError):
        factory.process_recorder()
    with pytest.raises(NotSupportedError):
        factory.aggregate_recorder("snapshots")
