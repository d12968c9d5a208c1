"""The eventsourcing package's own recorder test cases, run against our log."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from eventsourcing.tests.persistence import (
    AggregateRecorderTestCase,
    ApplicationRecorderTestCase,
    NonInterleavingNotificationIDsBaseCase,
)

from app.clock import SystemClock
from app.domain.ids import TenantId
from app.eventstore.pools import Pool
from app.eventstore.recorder import TenantAggregateRecorder, TenantRecorder


class _Streams:
    """Our streams have names, not UUIDs. Each case has a tenant of its own."""

    __test__ = False  # collected below instead, so that each runs on every database
    pool: Pool

    def new_originator_id(self) -> str:
        return f"stream/{uuid4()}"


class _Aggregate(_Streams, AggregateRecorderTestCase):
    def create_recorder(self) -> TenantAggregateRecorder:
        return TenantAggregateRecorder(self.pool, TenantId(uuid4()), SystemClock())


class _Application(_Streams, ApplicationRecorderTestCase[TenantRecorder]):
    def create_recorder(self) -> TenantRecorder:
        return TenantRecorder(self.pool, TenantId(uuid4()), SystemClock())


class _NonInterleaving(_Streams, NonInterleavingNotificationIDsBaseCase):
    def create_recorder(self) -> TenantRecorder:
        return TenantRecorder(self.pool, TenantId(uuid4()), SystemClock())


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "case",
    [
        pytest.param(lambda: _Aggregate("test_insert_and_select"), id="aggregate insert and select"),
        pytest.param(lambda: _Aggregate("test_performance"), id="aggregate one after the other"),
        pytest.param(lambda: _Application("test_insert_select"), id="insert and select"),
        pytest.param(lambda: _Application("test_performance"), id="one after the other"),
        pytest.param(lambda: _Application("test_concurrent_no_conflicts"), id="concurrent without conflicts"),
        pytest.param(lambda: _Application("test_concurrent_throughput"), id="concurrent throughput"),
        pytest.param(lambda: _Application("optional_test_insert_subscribe"), id="insert and subscribe"),
        pytest.param(lambda: _NonInterleaving("test"), id="notification ids do not interleave"),
    ],
)
def test_our_recorder_does_what_the_package_expects(
    pool: Pool, case: Callable[[], _Aggregate | _Application | _NonInterleaving]
) -> None:
    expectation = case()
    expectation.pool = pool

    expectation.debug()
