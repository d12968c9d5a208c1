"""How access stands, what is lacking, and what to do."""

from uuid import UUID

import pytest

from app.domain.access import State, advice, feeds_without, missing_of, state_without
from app.domain.clouds import CLOUDS, Cloud
from app.domain.events.coverage import Feed
from app.domain.events.tenancy import ConsentGranted, ConsentWithdrawn, PermissionsChanged
from app.domain.ids import DirectoryId
from app.domain.tenant import NO_TENANT, REQUIRED_PERMISSIONS, replay, see_permissions, withdraw_consent
from tests.domain.given import MONDAY, TUESDAY
from tests.domain.test_tenant import INVITED

GRANTED = ConsentGranted(
    happened_at=MONDAY,
    directory=DirectoryId(UUID(int=7)),
    organisation="Contoso",
    default_domain=None,
    permissions=REQUIRED_PERMISSIONS,
)


@pytest.mark.parametrize(
    ("reason", "state"),
    [
        ("CONSENT_LOST", State.WITHDRAWN),
        ("GRAPH_FORBIDDEN", State.WITHDRAWN),
        ("TENANT_BLOCKED", State.BLOCKED),
        ("TENANT_GONE", State.GONE),
    ],
)
def test_the_reason_tells_where_a_customer_stands(reason: str, state: State) -> None:
    assert state_without(reason) is state


def test_fewer_permissions_are_a_fact_not_a_refusal() -> None:
    fewer = REQUIRED_PERMISSIONS[1:]

    facts = see_permissions(replay([INVITED, GRANTED]), permissions=fewer, at=TUESDAY)

    assert facts == [PermissionsChanged(happened_at=TUESDAY, permissions=fewer)]
    assert see_permissions(replay([INVITED, GRANTED, *facts]), permissions=fewer, at=TUESDAY) == []
    assert replay([INVITED, GRANTED, *facts]).missing == REQUIRED_PERMISSIONS[:1]


def test_without_a_consent_permissions_say_nothing() -> None:
    assert see_permissions(NO_TENANT, permissions=["User.Read.All"], at=TUESDAY) == []


def test_a_second_end_is_a_fact_when_the_customer_stands_elsewhere_then() -> None:
    lost = [ConsentWithdrawn(happened_at=MONDAY, reason="TENANT_BLOCKED")]
    tenant = replay([INVITED, GRANTED, *lost])

    assert withdraw_consent(tenant, reason="TENANT_BLOCKED", at=TUESDAY) == []
    assert withdraw_consent(tenant, reason="TENANT_GONE", at=TUESDAY) == [
        ConsentWithdrawn(happened_at=TUESDAY, reason="TENANT_GONE")
    ]


def test_a_consent_given_again_forgets_the_loss() -> None:
    tenant = replay([INVITED, GRANTED, ConsentWithdrawn(happened_at=MONDAY, reason="CONSENT_LOST"), GRANTED])

    assert (tenant.consented, tenant.lost) == (True, None)


def test_every_permission_stops_a_feed_and_is_named() -> None:
    assert missing_of([]) == REQUIRED_PERMISSIONS
    assert feeds_without(["User.Read.All"]) == (Feed.LICENCES, Feed.SIGN_INS)
    assert all(feeds_without([permission]) for permission in REQUIRED_PERMISSIONS)


def test_there_is_advice_wherever_something_is_to_be_done() -> None:
    without = [state for state in State if advice(state, ()) is None]

    assert without == [State.CONSENTED, State.OFFBOARDED]
    assert advice(State.CONSENTED, ["User.Read.All"]) is not None


def test_call_records_are_everywhere_but_in_china() -> None:
    assert [cloud for cloud in Cloud if not CLOUDS[cloud].calls] == [Cloud.CHINA]
