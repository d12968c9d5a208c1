"""Users, licences by every path, and products."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from app.domain.events.licensing import Confidence, KindSource, Profile, Purchase, UserKind
from app.domain.ids import UserId
from app.domain.licensing import TEAMS_ROOMS_PRO, usual_ground
from app.domain.personal import Personal
from app.ingest.graph_errors import BadUpstreamAnswer
from app.ingest.translate import directory
from tests.ingest.translate.rows import ANA, E3, GROUP, HOME, PLAN, SEEN_AT, Json, sku, state, user

SINCE = SEEN_AT - timedelta(days=1)
HELD: Json = {"skuId": E3, "disabledPlans": []}


def licences(*states: Json, held: bool = True) -> list[tuple[str | None, str | None]]:
    row = user(assignedLicenses=[HELD] if held else [], licenseAssignmentStates=list(states))
    seen = directory.seat(row, SEEN_AT, SINCE)
    return [(None if each.via is None else str(each.via), each.error) for each in seen.licences]


def test_a_user_is_seen_with_profile_and_licences() -> None:
    row = user(assignedLicenses=[HELD], licenseAssignmentStates=[state(disabledPlans=[PLAN])])

    seen = directory.seat(row, SEEN_AT, SINCE)

    ana = UserId(UUID(ANA))
    assert seen.user == ana
    assert seen.created_at == datetime(2020, 3, 4, 5, 6, 7, tzinfo=UTC)
    assert (seen.enabled, seen.seen_at, seen.since) == (True, SEEN_AT, SINCE)
    assert seen.profile == Profile(
        display_name=Personal.of_user(ana, "Ana Lima"),
        user_principal_name=Personal.of_user(ana, "Ana.Lima@contoso.com"),
        kind=UserKind.PERSON,
        department="Sales",
        company=None,
        cost_centre="4711",
        country="Germany",
        usage_location="DE",
    )
    assert [(str(each.sku), each.via, each.error) for each in seen.licences] == [(E3, None, None)]
    assert seen.licences[0].disabled_plans == (UUID(PLAN),)
    assert seen.licences[0].updated_at == datetime(2026, 11, 20, 10, tzinfo=UTC)


@pytest.mark.parametrize("none", [None, "None", ""])
def test_no_error_has_three_shapes(none: str | None) -> None:
    assert licences(state(error=none)) == [(None, None)]


def test_the_same_product_by_two_paths_is_two_holdings() -> None:
    assert licences(state(), state(assignedByGroup=GROUP)) == [(None, None), (GROUP, None)]


def test_a_failed_assignment_is_not_held_and_says_why() -> None:
    failed = state(assignedByGroup=GROUP, state="Error", error="CountViolation")

    assert licences(failed, held=False) == [(GROUP, "CountViolation")]
    assert licences(state(state="Error", error="None"), held=False) == [(None, "Error")]
    assert licences(state(state="Disabled", error=None), held=False) == [(None, "Disabled")]


def test_active_with_error_is_held() -> None:
    assert licences(state(state="ActiveWithError", error="Other")) == [(None, None)]


def test_what_is_assigned_without_a_source_is_held_directly() -> None:
    failed = state(assignedByGroup=GROUP, state="Error", error="CountViolation")

    assert licences() == [(None, None)]
    assert licences(failed) == [(GROUP, "CountViolation"), (None, None)]


def test_a_state_nobody_knows_yet_is_judged_by_what_is_assigned() -> None:
    assert licences(state(state="Hibernating")) == [(None, None)]
    assert licences(state(state="Hibernating"), held=False) == [(None, "Hibernating")]


@pytest.mark.parametrize(
    ("changed", "kind"),
    [
        ({"userType": "Guest"}, UserKind.GUEST),
        ({"@odata.type": "#microsoft.graph.agentUser"}, UserKind.AGENT),
        ({"userType": None}, UserKind.PERSON),
        ({"userType": "Robot"}, UserKind.UNKNOWN),
        ({"assignedLicenses": [{"skuId": str(TEAMS_ROOMS_PRO), "disabledPlans": []}]}, UserKind.ROOM),
    ],
)
def test_whose_account_it_is(changed: Json, kind: UserKind) -> None:
    assert directory.seat(user(**changed), SEEN_AT, None).profile.kind is kind


@pytest.mark.parametrize("none", [None, "", "0001-01-01T00:00:00Z"])
def test_a_creation_time_may_be_unknown(none: str | None) -> None:
    assert directory.seat(user(createdDateTime=none), SEEN_AT, None).created_at is None


def test_nul_is_dropped_and_endless_text_is_cut() -> None:
    seen = directory.seat(user(department="Sa\x00les", displayName="x" * 5000), SEEN_AT, None)

    assert seen.profile.department == "Sales"
    assert seen.profile.display_name is not None
    assert seen.profile.display_name.value == "x" * 1024


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"id": None}, "$.value[7].id: value_error"),
        ({"id": "no guid"}, "$.value[7].id: uuid_parsing"),
        ({"accountEnabled": "yes"}, "$.value[7].accountEnabled: bool_type"),
        ({"assignedLicenses": None}, "$.value[7].assignedLicenses: list_type"),
        ({"assignedLicenses": [{"disabledPlans": []}]}, "$.value[7].assignedLicenses[0].skuId: missing"),
        ({"licenseAssignmentStates": [state(skuId=5)]}, "$.value[7].licenseAssignmentStates[0].skuId: value_error"),
        ({"createdDateTime": 1700000000}, "$.value[7].createdDateTime: value_error"),
        ({"createdDateTime": "yesterday"}, "$.value[7].createdDateTime: value_error"),
        ({"displayName": ["Ana"]}, "$.value[7].displayName: value_error"),
    ],
)
def test_a_member_of_another_type_is_named_and_never_shown(changed: dict[str, Any], fault: str) -> None:
    with pytest.raises(BadUpstreamAnswer) as bad:
        directory.seat(user(**changed), SEEN_AT, None, "$.value[7]")

    assert str(bad.value) == fault


@pytest.mark.parametrize("member", ["id", "accountEnabled", "assignedLicenses", "licenseAssignmentStates"])
def test_a_user_without_what_was_asked_for_is_a_bad_answer(member: str) -> None:
    row = user()
    del row[member]

    with pytest.raises(BadUpstreamAnswer, match=rf"^\$\.{member}: missing$"):
        directory.seat(row, SEEN_AT, None)


def test_a_product_is_seen_with_units_and_plans() -> None:
    seen = directory.sku(sku(), SEEN_AT)

    assert (str(seen.sku), seen.part_number, seen.applies_to) == (E3, "ENTERPRISEPACK", "User")
    assert (seen.enabled, seen.warning, seen.suspended, seen.locked_out, seen.consumed) == (25, 1, 2, 3, 14)
    assert [(plan.name, str(plan.plan)) for plan in seen.plans] == [("TEAMS1", PLAN)]


def test_more_units_may_be_used_than_there_are_but_none_are_negative() -> None:
    negative = {"enabled": -1, "warning": 0, "suspended": 0, "lockedOut": 0}

    assert directory.sku(sku(consumedUnits=400), SEEN_AT).consumed == 400
    with pytest.raises(BadUpstreamAnswer, match=r"^\$\.prepaidUnits\.enabled: greater_than_equal$"):
        directory.sku(sku(prepaidUnits=negative), SEEN_AT)


def test_an_organisation_has_a_name_and_perhaps_a_default_domain() -> None:
    domains = [{"name": "b.onmicrosoft.com", "isDefault": False}, {"name": "contoso.com", "isDefault": True}]

    named = directory.organisation({"id": str(HOME), "displayName": "Contoso", "verifiedDomains": domains}, SEEN_AT)
    bare = directory.organisation({"id": str(HOME), "displayName": None}, SEEN_AT)

    assert (named.directory, named.name, named.default_domain) == (HOME, "Contoso", "contoso.com")
    assert (bare.name, bare.default_domain) == (str(HOME), None)


@pytest.mark.parametrize(
    ("row", "kind", "source", "confidence"),
    [
        ({"userType": "Member"}, UserKind.PERSON, None, None),
        ({"userType": None}, UserKind.PERSON, KindSource.ASSUMED, Confidence.LOW),
        ({"userType": "Guest"}, UserKind.GUEST, None, None),
        ({"userType": None, "@odata.type": "#microsoft.graph.agentUser"}, UserKind.AGENT, None, None),
    ],
)
def test_a_kind_nothing_speaks_for_is_assumed_and_says_so(
    row: Json, kind: UserKind, source: KindSource | None, confidence: Confidence | None
) -> None:
    seen = directory.seat(user(**row), SEEN_AT, SINCE).profile

    assert (seen.kind, seen.kind_source, seen.kind_confidence) == (kind, source, confidence)


def test_every_kind_has_a_usual_ground() -> None:
    grounds = {kind: usual_ground(kind) for kind in UserKind}

    assert {kind for kind, ground in grounds.items() if ground.confidence is Confidence.LOW} == {UserKind.UNKNOWN}
    assert {kind for kind, ground in grounds.items() if ground.source is KindSource.PRODUCT} == {
        UserKind.ROOM,
        UserKind.PHONE_RESOURCE,
    }


def test_a_purchase_is_read_with_the_skuid_as_text_and_none_in_its_shapes() -> None:
    row: Json = {
        "id": "b6c2",
        "skuId": E3.upper(),
        "status": "Warning",
        "totalLicenses": 25,
        "isTrial": None,
        "createdDateTime": "0001-01-01T00:00:00Z",
        "nextLifecycleDateTime": "2027-03-01T00:00:00Z",
        "serviceStatus": [],
    }

    seen = directory.purchase(row)

    assert str(seen.sku) == E3
    assert seen.purchase == Purchase(
        purchase="b6c2",
        seats=25,
        trial=False,
        status="Warning",
        created_at=None,
        next_change_at=datetime(2027, 3, 1, tzinfo=UTC),
    )


@pytest.mark.parametrize("change", [{"totalLicenses": -1}, {"skuId": "E3"}, {"status": None}, {"id": None}])
def test_a_purchase_without_what_counts_is_a_bad_answer(change: Json) -> None:
    row: Json = {"id": "b6c2", "skuId": E3, "status": "Enabled", "totalLicenses": 25}

    with pytest.raises(BadUpstreamAnswer):
        directory.purchase(row | change)
