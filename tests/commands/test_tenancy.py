"""The verbs about a customer, as the log and the doorbell show them."""

from uuid import UUID, uuid4

import pytest

from app.commands.change_policy import ChangePolicy, change_policy
from app.commands.invite_tenant import InviteTenant, invite_tenant
from app.commands.note_capability import NoteCapability, note_capability
from app.commands.offboard_tenant import OffboardTenant, offboard_tenant
from app.commands.record_consent import RecordConsent, RecordWithdrawal, record_consent, record_withdrawal
from app.domain.errors import ConcurrentAppend
from app.domain.events.tenancy import (
    Capability,
    ConsentGranted,
    ConsentWithdrawn,
    PolicyChanged,
    TenantInvited,
    TenantOffboarded,
)
from app.domain.ids import DirectoryId
from app.domain.personal import Personal
from app.domain.policy import IdleDaysOutOfRange, Policy
from app.domain.tenant import REQUIRED_PERMISSIONS, AlreadyInvited, PermissionsMissing
from tests.commands.conftest import Office
from tests.domain.given import CONTOSO, MONDAY, TUESDAY

CAUSE = UUID(int=7)


def consent(office: Office, directory: DirectoryId = CONTOSO, less: str = "") -> RecordConsent:
    permissions = frozenset(REQUIRED_PERMISSIONS) - {less}
    return RecordConsent(office.tenant, directory, "Contoso Ltd", None, permissions, CAUSE)


def p1(office: Office, *, available: bool) -> NoteCapability:
    return NoteCapability(office.tenant, Capability.ENTRA_P1, available, CAUSE)


def test_an_invitation_founds_the_customers_log_and_rings(office: Office) -> None:
    command = InviteTenant(office.tenant, "Contoso", Personal.alone("admin@contoso.example"), CAUSE)

    appended = invite_tenant(command, office.desk)

    (recorded,) = office.log()
    assert appended == 1
    assert isinstance(recorded.event, TenantInvited)
    assert recorded.event.customer == "Contoso"
    assert recorded.event.contact.value == "admin@contoso.example"
    assert (recorded.position, recorded.stream, recorded.cause, recorded.recorded_at) == (1, "tenant", CAUSE, MONDAY)
    assert office.rings == [(office.tenant, 1)]


def test_a_second_invitation_is_refused_and_nothing_is_written(customer: Office) -> None:
    command = InviteTenant(customer.tenant, "Contoso", Personal.alone("admin@contoso.example"), uuid4())

    with pytest.raises(AlreadyInvited):
        invite_tenant(command, customer.desk)

    assert len(customer.log()) == 1
    assert customer.rings == []


def test_a_consent_given_twice_is_one_fact_and_one_ring(customer: Office) -> None:
    appended = [record_consent(consent(customer), customer.desk) for _ in range(2)]

    assert appended == [1, 0]
    assert customer.facts()[1:] == [
        ConsentGranted(
            happened_at=MONDAY,
            directory=CONTOSO,
            organisation="Contoso Ltd",
            default_domain=None,
            permissions=REQUIRED_PERMISSIONS,
        )
    ]
    assert customer.rings == [(customer.tenant, 2)]


def test_a_consent_that_lacks_a_permission_writes_nothing(customer: Office) -> None:
    with pytest.raises(PermissionsMissing):
        record_consent(consent(customer, less="Reports.Read.All"), customer.desk)

    assert len(customer.log()) == 1


def test_a_withdrawal_is_recorded_when_it_was_learned(customer: Office) -> None:
    record_consent(consent(customer), customer.desk)
    customer.clock.step_to(TUESDAY)

    appended = [
        record_withdrawal(RecordWithdrawal(customer.tenant, "AADSTS700016", CAUSE), customer.desk) for _ in range(2)
    ]

    assert appended == [1, 0]
    assert customer.facts()[2:] == [ConsentWithdrawn(happened_at=TUESDAY, reason="AADSTS700016")]


def test_a_capability_is_recorded_when_it_changes(customer: Office) -> None:
    seen = [False, False, True]

    appended = [note_capability(p1(customer, available=available), customer.desk) for available in seen]

    assert appended == [1, 0, 1]


def test_rules_are_recorded_and_a_bad_one_writes_nothing(customer: Office) -> None:
    good, bad = Policy(60, 14, "Europe/Berlin", "EUR"), Policy(5, 14, "Europe/Berlin", "EUR")

    appended = change_policy(ChangePolicy(customer.tenant, good, CAUSE), customer.desk)
    with pytest.raises(IdleDaysOutOfRange):
        change_policy(ChangePolicy(customer.tenant, bad, CAUSE), customer.desk)

    assert appended == 1
    assert customer.facts()[1:] == [
        PolicyChanged(happened_at=MONDAY, idle_days=60, grace_days=14, time_zone="Europe/Berlin", currency="EUR")
    ]


def test_a_customer_leaves_once(customer: Office) -> None:
    appended = [offboard_tenant(OffboardTenant(customer.tenant, CAUSE), customer.desk) for _ in range(2)]

    assert appended == [1, 0]
    assert customer.facts()[1:] == [TenantOffboarded(happened_at=MONDAY)]


def test_a_decision_overtaken_by_another_writer_is_taken_again(customer: Office) -> None:
    def someone_else() -> None:
        change_policy(ChangePolicy(customer.tenant, Policy(60, 14, "UTC", "EUR"), uuid4()), customer.desk)

    appended = record_consent(consent(customer), customer.racing(someone_else))

    assert appended == 1
    assert [fact.name for fact in customer.facts()] == ["TenantInvited", "PolicyChanged", "ConsentGranted"]


def test_a_decision_somebody_else_took_meanwhile_adds_nothing(customer: Office) -> None:
    def someone_else() -> None:
        note_capability(NoteCapability(customer.tenant, Capability.ENTRA_P1, False, uuid4()), customer.desk)

    appended = note_capability(p1(customer, available=False), customer.racing(someone_else))

    assert appended == 0
    assert [fact.name for fact in customer.facts()] == ["TenantInvited", "CapabilityChanged"]


def test_after_three_retries_the_conflict_is_reported(customer: Office) -> None:
    days = iter(range(60, 70))

    def someone_else() -> None:
        change_policy(ChangePolicy(customer.tenant, Policy(next(days), 14, "UTC", "EUR"), uuid4()), customer.desk)

    overtaken_thrice = record_consent(consent(customer), customer.racing(*[someone_else] * 3))
    with pytest.raises(ConcurrentAppend):
        note_capability(p1(customer, available=True), customer.racing(*[someone_else] * 4))

    assert overtaken_thrice == 1
    assert len(customer.log()) == 1 + 3 + 1 + 4
