"""Invitation, consent, capabilities and rules of one customer."""

from decimal import Decimal

import pytest

from app.domain.errors import Refused, TenantUnknown
from app.domain.events import Event
from app.domain.events.tenancy import (
    Capability,
    CapabilityChanged,
    ConsentGranted,
    ConsentWithdrawn,
    PermissionsChanged,
    PolicyChanged,
    PoolPolicy,
    TenantInvited,
    TenantOffboarded,
)
from app.domain.ids import DirectoryId
from app.domain.personal import Personal
from app.domain.policy import (
    BufferMinOutOfRange,
    BufferShareOutOfRange,
    CurrencyUnknown,
    DisabledDaysOutOfRange,
    GraceDaysOutOfRange,
    IdleDaysOutOfRange,
    Policy,
    PoolOwnerMismatch,
    SkuNamedTwice,
    TimeZoneUnknown,
)
from app.domain.tenant import (
    NO_TENANT,
    REQUIRED_PERMISSIONS,
    AlreadyInvited,
    CustomerUnnamed,
    DirectoryTaken,
    InvitationAccepted,
    PermissionsMissing,
    Tenant,
    TenantLeft,
    change_policy,
    grant_consent,
    invite,
    note_capability,
    offboard,
    replay,
    withdraw_consent,
    withdraw_invitation,
)
from tests.domain.given import CONTOSO, E3, E5, FABRIKAM, MONDAY, TUESDAY, WEDNESDAY

CONTACT = Personal.alone("admin@contoso.example")
INVITED = TenantInvited(happened_at=MONDAY, customer="Contoso", contact=CONTACT)
GRANTED = ConsentGranted(
    happened_at=TUESDAY,
    directory=CONTOSO,
    organisation="Contoso Ltd",
    default_domain="contoso.example",
    permissions=REQUIRED_PERMISSIONS,
)
WITHDRAWN = ConsentWithdrawn(happened_at=TUESDAY, reason="AADSTS700016")
LEFT = TenantOffboarded(happened_at=TUESDAY)


def consent(
    tenant: Tenant, directory: DirectoryId = CONTOSO, permissions: tuple[str, ...] = REQUIRED_PERMISSIONS
) -> list[Event]:
    return grant_consent(
        tenant,
        directory=directory,
        organisation="Contoso Ltd",
        default_domain="contoso.example",
        permissions=permissions,
        at=TUESDAY,
    )


def test_a_customer_is_invited_by_name() -> None:
    facts = invite(NO_TENANT, customer=" Contoso ", contact=CONTACT, at=MONDAY)

    assert facts == [INVITED]


def test_a_second_invitation_is_refused() -> None:
    with pytest.raises(AlreadyInvited):
        invite(replay([INVITED]), customer="Contoso", contact=CONTACT, at=TUESDAY)


def test_an_invitation_without_a_name_is_refused() -> None:
    with pytest.raises(CustomerUnnamed):
        invite(NO_TENANT, customer="  ", contact=CONTACT, at=MONDAY)


def test_a_proven_consent_binds_the_directory() -> None:
    facts = consent(replay([INVITED]))

    assert facts == [GRANTED]
    assert replay([INVITED, *facts]).directory == CONTOSO


def test_the_same_consent_again_adds_nothing_in_whatever_order_its_permissions_come() -> None:
    facts = consent(replay([INVITED, GRANTED]), permissions=REQUIRED_PERMISSIONS[::-1])

    assert facts == []


def test_a_consent_with_more_permissions_changes_them() -> None:
    facts = consent(replay([INVITED, GRANTED]), permissions=(*REQUIRED_PERMISSIONS, "ReportSettings.Read.All"))

    assert facts == [
        PermissionsChanged(
            happened_at=TUESDAY,
            permissions=(
                "AuditLog.Read.All",
                "CallRecords.Read.All",
                "Organization.Read.All",
                "ReportSettings.Read.All",
                "Reports.Read.All",
                "User.Read.All",
            ),
        )
    ]


def test_a_consent_that_lacks_permissions_is_refused_and_names_them() -> None:
    with pytest.raises(PermissionsMissing) as refused:
        consent(replay([INVITED]), permissions=("CallRecords.Read.All", "User.Read.All", "Reports.Read.All"))

    assert refused.value.missing == ("AuditLog.Read.All", "Organization.Read.All")
    assert "AuditLog.Read.All, Organization.Read.All" in str(refused.value)


@pytest.mark.parametrize("history", [[INVITED, GRANTED], [INVITED, GRANTED, WITHDRAWN]])
def test_a_consent_for_another_directory_is_refused(history: list[Event]) -> None:
    with pytest.raises(DirectoryTaken):
        consent(replay(history), directory=FABRIKAM)


def test_consent_is_granted_again_after_a_withdrawal() -> None:
    facts = consent(replay([INVITED, GRANTED, WITHDRAWN]))

    assert facts == [GRANTED]


def test_a_withdrawal_ends_the_consent_once() -> None:
    consented = replay([INVITED, GRANTED])

    facts = withdraw_consent(consented, reason="AADSTS700016", at=TUESDAY)

    assert facts == [WITHDRAWN]
    assert withdraw_consent(replay([INVITED, GRANTED, *facts]), reason="AADSTS65001", at=WEDNESDAY) == []


def test_access_that_was_never_given_is_not_withdrawn() -> None:
    assert withdraw_consent(replay([INVITED]), reason="AADSTS700016", at=TUESDAY) == []
    assert withdraw_consent(replay([INVITED, GRANTED, WITHDRAWN, LEFT]), reason="AADSTS65001", at=WEDNESDAY) == []


def test_a_capability_is_noted_when_it_changes() -> None:
    closed = CapabilityChanged(happened_at=TUESDAY, capability=Capability.ENTRA_P1, available=False)
    tenant = replay([INVITED, GRANTED])

    first = note_capability(tenant, capability=Capability.ENTRA_P1, available=False, at=TUESDAY)
    again = note_capability(
        replay([INVITED, GRANTED, closed]), capability=Capability.ENTRA_P1, available=False, at=WEDNESDAY
    )

    assert tenant.can(Capability.ENTRA_P1) is None
    assert first == [closed]
    assert again == []
    assert replay([INVITED, closed]).can(Capability.ENTRA_P1) is False


def test_the_rules_are_set_whole_and_once() -> None:
    policy = Policy(idle_days=60, grace_days=0, time_zone="Europe/Berlin", currency="EUR")

    facts = change_policy(replay([INVITED]), policy, at=MONDAY)

    assert facts == [
        PolicyChanged(happened_at=MONDAY, idle_days=60, grace_days=0, time_zone="Europe/Berlin", currency="EUR")
    ]
    assert change_policy(replay([INVITED, *facts]), policy, at=TUESDAY) == []


def test_until_they_are_set_the_rules_are_ninety_days_thirty_days_and_utc() -> None:
    assert replay([INVITED]).policy == Policy(90, 30, "UTC", "USD")


@pytest.mark.parametrize(
    ("policy", "error"),
    [
        (Policy(6, 30, "UTC", "EUR"), IdleDaysOutOfRange),
        (Policy(3661, 30, "UTC", "EUR"), IdleDaysOutOfRange),
        (Policy(90, -1, "UTC", "EUR"), GraceDaysOutOfRange),
        (Policy(90, 30, "Europe/Atlantis", "EUR"), TimeZoneUnknown),
        (Policy(90, 30, "Europe", "EUR"), TimeZoneUnknown),
        (Policy(90, 30, "../etc/passwd", "EUR"), TimeZoneUnknown),
        (Policy(90, 30, "", "EUR"), TimeZoneUnknown),
        (Policy(90, 30, "UTC", "EURO"), CurrencyUnknown),
        (Policy(90, 30, "UTC", "eur"), CurrencyUnknown),
        (Policy(90, 30, "UTC", "EUR", disabled_days=-1), DisabledDaysOutOfRange),
        (Policy(90, 30, "UTC", "EUR", disabled_days=3661), DisabledDaysOutOfRange),
        (Policy(90, 30, "UTC", "EUR", buffer_share=Decimal("-0.01")), BufferShareOutOfRange),
        (Policy(90, 30, "UTC", "EUR", buffer_share=Decimal("1.01")), BufferShareOutOfRange),
        (Policy(90, 30, "UTC", "EUR", buffer_share=Decimal("NaN")), BufferShareOutOfRange),
        (Policy(90, 30, "UTC", "EUR", buffer_min=-1), BufferMinOutOfRange),
        (Policy(90, 30, "UTC", "EUR", buffer_min=1_000_001), BufferMinOutOfRange),
        (Policy(90, 30, "UTC", "EUR", pool=PoolPolicy.OWNER), PoolOwnerMismatch),
        (Policy(90, 30, "UTC", "EUR", pool=PoolPolicy.OWNER, pool_owner=" "), PoolOwnerMismatch),
        (Policy(90, 30, "UTC", "EUR", pool_owner="IT"), PoolOwnerMismatch),
        (Policy(90, 30, "UTC", "EUR", sku_idle_days=((E5, 6),)), IdleDaysOutOfRange),
        (Policy(90, 30, "UTC", "EUR", sku_idle_days=((E5, 3661),)), IdleDaysOutOfRange),
        (Policy(90, 30, "UTC", "EUR", sku_idle_days=((E5, 30), (E3, 30), (E5, 30))), SkuNamedTwice),
    ],
)
def test_a_rule_that_cannot_be_one_is_refused_by_name(policy: Policy, error: type[Refused]) -> None:
    with pytest.raises(error):
        change_policy(replay([INVITED]), policy, at=MONDAY)


def test_the_widest_rules_are_rules() -> None:
    narrow = Policy(7, 0, "UTC", "EUR", disabled_days=0, buffer_share=Decimal(0), buffer_min=0)
    wide = Policy(
        3660,
        3660,
        "UTC",
        "EUR",
        disabled_days=3660,
        buffer_share=Decimal(1),
        buffer_min=1_000_000,
        pool=PoolPolicy.OWNER,
        pool_owner="IT",
        sku_idle_days=((E3, 7), (E5, 3660)),
    )

    facts = [change_policy(replay([INVITED]), policy, at=MONDAY) for policy in (narrow, wide)]

    assert [replay([INVITED, *each]).policy for each in facts] == [narrow, wide]


def test_seven_days_are_the_shortest_and_no_grace_is_allowed() -> None:
    facts = change_policy(replay([INVITED]), Policy(7, 0, "UTC", "USD"), at=MONDAY)

    assert len(facts) == 1


def test_a_customer_leaves_once() -> None:
    facts = offboard(replay([INVITED]), at=TUESDAY)

    assert facts == [LEFT]
    assert offboard(replay([INVITED, LEFT]), at=WEDNESDAY) == []


def test_an_invitation_is_taken_back_once_and_only_before_the_consent() -> None:
    facts = withdraw_invitation(replay([INVITED]), at=TUESDAY)

    assert facts == [LEFT]
    assert withdraw_invitation(replay([INVITED, LEFT]), at=WEDNESDAY) == []
    with pytest.raises(InvitationAccepted):
        withdraw_invitation(replay([INVITED, GRANTED]), at=WEDNESDAY)
    with pytest.raises(TenantUnknown):
        withdraw_invitation(NO_TENANT, at=MONDAY)


def test_nothing_begins_again_for_a_customer_who_left() -> None:
    left = replay([INVITED, GRANTED, LEFT])

    assert not left.consented
    with pytest.raises(TenantLeft):
        consent(left)
    with pytest.raises(TenantLeft):
        change_policy(left, Policy(90, 30, "UTC", "EUR"), at=WEDNESDAY)
    assert withdraw_consent(left, reason="AADSTS700016", at=WEDNESDAY) == []


def test_a_tenant_never_invited_is_unknown() -> None:
    with pytest.raises(TenantUnknown):
        consent(NO_TENANT)
    with pytest.raises(TenantUnknown):
        offboard(NO_TENANT, at=MONDAY)
