"""The verbs that decide about a seat, as the log and the doorbell show them."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from app.commands.change_policy import ChangePolicy, change_policy
from app.commands.decide_finding import DecideFinding, decide_finding
from app.commands.exempt_seat import ExemptSeat, exempt_seat
from app.commands.lift_exemption import LiftExemption, lift_exemption
from app.commands.offboard_tenant import OffboardTenant, offboard_tenant
from app.commands.record_seats import CompleteRead, RecordSeats, record_seats
from app.domain.deciding import ExemptionOver, SeatNotHeld
from app.domain.events.deciding import Cause, Decision, ExemptionLifted, FindingDecided, SeatExempted, Tier
from app.domain.ids import RunId
from app.domain.policy import Policy
from app.domain.tenant import TenantLeft
from tests.commands.conftest import Office
from tests.domain.given import ANNA, BERT, E3, E5, MONDAY, TUESDAY, licence, seen

CAUSE, ADMIN = UUID(int=7), UUID(int=77)
TOMORROW = TUESDAY.date()


@pytest.fixture
def held(customer: Office) -> Office:
    """A customer whose Anna holds E5."""
    _read(customer, E5)
    customer.rings.clear()
    return customer


def _read(office: Office, *skus: Any, at: datetime = MONDAY) -> None:
    sighting = seen(*[licence(sku) for sku in skus], at=at, user=ANNA)
    run = RunId(UUID(int=at.day))
    record_seats(RecordSeats(office.tenant, run, CompleteRead(iter([sighting]), {ANNA}, at, True)), office.desk)


def _exempt(office: Office, **given: Any) -> int:
    asked = {"user": ANNA, "sku": E5, "reason": "leave", "owner": "Olga", "until": TOMORROW, **given}
    return exempt_seat(ExemptSeat(tenant=office.tenant, by=ADMIN, cause=CAUSE, **asked), office.desk)


def _lift(office: Office) -> int:
    return lift_exemption(LiftExemption(office.tenant, ANNA, E5, ADMIN, CAUSE), office.desk)


def _decide(office: Office, decision: Decision = Decision.ACCEPTED, **given: Any) -> int:
    asked = {"user": ANNA, "sku": E5, "cause_found": Cause.IDLE, "tier": Tier.LIKELY, "note": None, **given}
    command = DecideFinding(tenant=office.tenant, decision=decision, by=ADMIN, cause=CAUSE, **asked)
    return decide_finding(command, office.desk)


def test_a_seat_is_exempted_once_in_a_stream_of_its_own(held: Office) -> None:
    known = len(held.log())

    appended = [_exempt(held) for _ in range(2)]

    (recorded,) = held.log()[known:]
    assert appended == [1, 0]
    assert recorded.stream == f"exemption/{ANNA}/{E5}"
    assert isinstance(recorded.event, SeatExempted)
    assert recorded.event.owner.value == "Olga"
    assert (recorded.event.reason.value, recorded.event.until, recorded.event.by) == ("leave", TOMORROW, ADMIN)
    assert held.rings == [(held.tenant, known + 1)]


def test_an_exemption_is_lifted_once_also_when_the_seat_is_gone(held: Office) -> None:
    _exempt(held)
    held.clock.step_to(TUESDAY)
    _read(held, E3, at=TUESDAY)

    appended = [_lift(held) for _ in range(2)]

    assert appended == [1, 0]
    assert held.facts()[-1] == ExemptionLifted(happened_at=TUESDAY, user=ANNA, sku=E5, by=ADMIN)


def test_a_finding_is_decided_once_and_decided_otherwise_later(held: Office) -> None:
    appended = [_decide(held), _decide(held), _decide(held, Decision.DONE)]

    assert appended == [1, 0, 1]
    assert held.facts()[-2] == FindingDecided(
        happened_at=MONDAY,
        user=ANNA,
        sku=E5,
        cause=Cause.IDLE,
        tier=Tier.LIKELY,
        decision=Decision.ACCEPTED,
        note=None,
        by=ADMIN,
    )


@pytest.mark.parametrize("given", [{"sku": E3}, {"user": BERT}])
def test_of_a_seat_nobody_holds_nothing_is_decided(held: Office, given: dict[str, Any]) -> None:
    known = len(held.log())

    with pytest.raises(SeatNotHeld):
        _exempt(held, **given)
    with pytest.raises(SeatNotHeld):
        _decide(held, **given)

    assert len(held.log()) == known


def test_of_a_seat_given_back_nothing_is_decided(held: Office) -> None:
    _read(held, E3, at=TUESDAY)

    with pytest.raises(SeatNotHeld):
        _decide(held)


def test_of_a_customer_who_left_nothing_is_decided(held: Office) -> None:
    offboard_tenant(OffboardTenant(held.tenant, CAUSE), held.desk)

    with pytest.raises(TenantLeft):
        _exempt(held)
    with pytest.raises(TenantLeft):
        _decide(held)


def test_an_exemption_ends_after_the_customers_own_today(held: Office) -> None:
    change_policy(ChangePolicy(held.tenant, Policy(90, 30, "Pacific/Kiritimati", "EUR"), CAUSE), held.desk)
    evening = datetime.combine(MONDAY.date(), datetime.min.time(), UTC) + timedelta(hours=20)
    held.clock.step_to(evening)

    with pytest.raises(ExemptionOver):
        _exempt(held, until=TOMORROW)

    assert _exempt(held, until=TOMORROW + timedelta(days=1)) == 1


def test_an_exemption_may_have_no_end(held: Office) -> None:
    _exempt(held, until=None)

    fact = held.facts()[-1]
    assert isinstance(fact, SeatExempted)
    assert fact.until is None


def test_a_decision_overtaken_by_another_writer_is_taken_again(held: Office) -> None:
    def someone_else() -> None:
        _exempt(held)

    command = DecideFinding(
        held.tenant, ANNA, E5, Cause.IDLE, Tier.LIKELY, Decision.DECLINED, "he stays", ADMIN, UUID(int=8)
    )

    appended = decide_finding(command, held.racing(someone_else))

    assert appended == 1
    assert [fact.name for fact in held.facts()][-2:] == ["SeatExempted", "FindingDecided"]
