"""The verbs that take in reads of products and calls, and close runs."""

from datetime import timedelta
from uuid import UUID, uuid4

from app.commands.record_call import RecordCall, record_call
from app.commands.record_skus import RecordSkus, record_skus
from app.commands.record_snapshot import (
    RecordFailedSnapshot,
    RecordSnapshot,
    last_complete_read,
    record_failed_snapshot,
    record_snapshot,
)
from app.commands.record_subscription import RecordSubscription, record_subscription
from app.domain.events.coverage import Feed, SnapshotFailed, SnapshotTaken, SubscriptionCreated
from app.domain.events.licensing import SeatsChanged, SkuLapsed, SkuSubscribed
from app.domain.events.telephony import Call, CallCompleted, CallRevised, Leg, Party, PartyKind
from app.domain.ids import CallId, RunId, SkuId
from app.domain.personal import Personal
from app.domain.sightings import CallSighting, SkuSighting
from tests.commands.conftest import Office
from tests.domain.given import E3, E5, MONDAY, TUESDAY, WEDNESDAY


def product(sku: SkuId, consumed: int = 1) -> SkuSighting:
    return SkuSighting(sku, "SPE", "User", (), 10, 0, 0, 0, consumed, MONDAY)


def a_call(revision: int = 1, label: str = "+4912345") -> CallSighting:
    caller = Party(kind=PartyKind.PHONE, user=None, directory=None, label=Personal.alone(label))
    ended = MONDAY + timedelta(minutes=5)
    call = Call(
        call=CallId(UUID(int=3)),
        revision=revision,
        kind="peerToPeer",
        modalities=("audio",),
        started_at=MONDAY,
        ended_at=ended,
        organiser=None,
        legs=(Leg(party=caller, started_at=MONDAY, ended_at=ended, failed=False),),
        test=False,
    )
    return CallSighting(call, TUESDAY)


def test_a_list_of_products_is_taken_in_whole_and_once(customer: Office) -> None:
    command = RecordSkus(customer.tenant, RunId(uuid4()), (product(E5), product(E3)), MONDAY)

    appended = [record_skus(command, customer.desk) for _ in range(2)]

    assert appended == [4, 0]
    assert [type(fact) for fact in customer.facts()[1:]] == [SkuSubscribed, SeatsChanged] * 2
    assert {recorded.stream for recorded in customer.log()[1:]} == {f"sku/{E3}", f"sku/{E5}"}
    assert customer.rings == [(customer.tenant, 5)]


def test_a_product_gone_from_the_list_lapses(customer: Office) -> None:
    record_skus(RecordSkus(customer.tenant, RunId(uuid4()), (product(E5), product(E3)), MONDAY), customer.desk)

    command = RecordSkus(customer.tenant, RunId(uuid4()), (product(E5, consumed=2),), TUESDAY)
    appended = record_skus(command, customer.desk)

    assert appended == 2
    assert {type(fact) for fact in customer.facts()[-2:]} == {SeatsChanged, SkuLapsed}
    assert SkuLapsed(happened_at=TUESDAY, sku=E3) in customer.facts()


def test_a_call_is_recorded_once_per_revision_in_whatever_order_they_come(customer: Office) -> None:
    shown = [a_call(1), a_call(1), a_call(3), a_call(2), a_call(3)]

    appended = [record_call(RecordCall(customer.tenant, seen, uuid4()), customer.desk) for seen in shown]

    assert appended == [1, 0, 1, 0, 0]
    assert [type(fact) for fact in customer.facts()[1:]] == [CallCompleted, CallRevised]
    assert [recorded.stream for recorded in customer.log()[1:]] == [f"call/{UUID(int=3)}"] * 2


def test_the_same_call_from_two_notifications_at_once_is_recorded_once(customer: Office) -> None:
    command = RecordCall(customer.tenant, a_call(), uuid4())

    appended = record_call(
        command,
        customer.racing(lambda: record_call(RecordCall(customer.tenant, a_call(), uuid4()), customer.desk)),
    )

    assert appended == 0
    assert len(customer.log()) == 2


def test_a_run_is_closed_once(customer: Office) -> None:
    command = RecordSnapshot(customer.tenant, Feed.LICENCES, RunId(UUID(int=9)), MONDAY, items=300, facts=12)

    before = last_complete_read(customer.tenant, Feed.LICENCES, customer.desk)
    appended = [record_snapshot(command, customer.desk) for _ in range(2)]

    assert before is None
    assert appended == [1, 0]
    assert last_complete_read(customer.tenant, Feed.LICENCES, customer.desk) == MONDAY
    assert last_complete_read(customer.tenant, Feed.SIGN_INS, customer.desk) is None
    assert [(recorded.event, recorded.stream, recorded.cause) for recorded in customer.log()[1:]] == [
        (
            SnapshotTaken(happened_at=MONDAY, feed=Feed.LICENCES, run=RunId(UUID(int=9)), items=300, facts=12),
            "coverage/licences",
            UUID(int=9),
        )
    ]


def test_a_failed_run_is_noted_once_and_is_no_read(customer: Office) -> None:
    command = RecordFailedSnapshot(customer.tenant, Feed.SIGN_INS, RunId(UUID(int=9)), "GRAPH_DOWN")

    appended = [record_failed_snapshot(command, customer.desk) for _ in range(2)]

    assert appended == [1, 0]
    assert last_complete_read(customer.tenant, Feed.SIGN_INS, customer.desk) is None
    assert customer.facts()[1:] == [
        SnapshotFailed(happened_at=MONDAY, feed=Feed.SIGN_INS, run=RunId(UUID(int=9)), reason="GRAPH_DOWN")
    ]


def test_a_subscription_is_noted_once(customer: Office) -> None:
    command = RecordSubscription(customer.tenant, "s-1", WEDNESDAY, uuid4())

    appended = [record_subscription(command, customer.desk) for _ in range(2)]

    assert appended == [1, 0]
    assert customer.facts()[1:] == [SubscriptionCreated(happened_at=MONDAY, subscription="s-1", expires_at=WEDNESDAY)]
