"""The idle rule at its boundaries, and the kinds of account. As of 2026-11-23, 90 days, 30 days (worked examples)."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from app.domain.events.licensing import UserKind
from app.domain.ids import SkuId
from app.domain.licensing import (
    PHONE_RESOURCE_ACCOUNT,
    TEAMS_ROOMS_PRO,
    TEAMS_SHARED_DEVICES,
    HeldLicence,
    Judgement,
    Verdict,
    idle_cutoff,
    judge,
    kind_of,
)
from tests.domain.given import E5

TODAY = date(2026, 11, 23)
UTC_ZONE = ZoneInfo("UTC")
BERLIN = ZoneInfo("Europe/Berlin")
MOMENT = timedelta(microseconds=1)

OLD = HeldLicence(
    kind=UserKind.PERSON,
    enabled=True,
    created_at=datetime(2024, 1, 1, tzinfo=UTC),
    held_since=datetime(2024, 1, 1, tzinfo=UTC),
    last_evidence=datetime(2026, 8, 24, 12, tzinfo=UTC),
    last_attempt=None,
    observable=True,
)


def verdict(licence: HeldLicence, zone: ZoneInfo = UTC_ZONE) -> Verdict:
    return judge(licence, TODAY, zone).verdict


def test_idle_needs_the_last_activity_before_the_day_ninety_days_ago() -> None:
    cutoff = datetime(2026, 8, 25, tzinfo=UTC)

    assert idle_cutoff(TODAY, 90, UTC_ZONE) == cutoff
    assert verdict(replace(OLD, last_evidence=cutoff)) is Verdict.ACTIVE
    assert verdict(replace(OLD, last_evidence=cutoff - MOMENT)) is Verdict.IDLE


def test_the_day_is_the_tenants_own() -> None:
    late_evening_in_utc = datetime(2026, 8, 24, 22, tzinfo=UTC)

    assert verdict(replace(OLD, last_evidence=late_evening_in_utc), BERLIN) is Verdict.ACTIVE
    assert verdict(replace(OLD, last_evidence=late_evening_in_utc), UTC_ZONE) is Verdict.IDLE


def test_an_account_created_after_the_day_thirty_days_ago_is_in_grace() -> None:
    first_instant_in_grace = datetime(2026, 10, 25, tzinfo=UTC)

    assert verdict(replace(OLD, created_at=first_instant_in_grace)) is Verdict.IN_GRACE
    assert verdict(replace(OLD, created_at=first_instant_in_grace - MOMENT)) is Verdict.IDLE
    assert verdict(replace(OLD, created_at=None)) is Verdict.IDLE


def test_a_licence_held_for_less_than_thirty_days_is_in_grace() -> None:
    first_instant_in_grace = datetime(2026, 10, 25, tzinfo=UTC)

    assert verdict(replace(OLD, held_since=first_instant_in_grace)) is Verdict.IN_GRACE
    assert verdict(replace(OLD, held_since=first_instant_in_grace - MOMENT)) is Verdict.IDLE


def test_the_tenant_may_choose_other_days() -> None:
    within_thirty_days = replace(OLD, last_evidence=datetime(2026, 10, 30, tzinfo=UTC))

    assert judge(within_thirty_days, TODAY, UTC_ZONE, idle_days=30).verdict is Verdict.ACTIVE
    assert judge(within_thirty_days, TODAY, UTC_ZONE, idle_days=7).verdict is Verdict.IDLE
    assert judge(replace(OLD, held_since=datetime(2026, 11, 23, tzinfo=UTC)), TODAY, UTC_ZONE, grace_days=0) == (
        Judgement(Verdict.IDLE)
    )


@pytest.mark.parametrize(
    "kind", [UserKind.GUEST, UserKind.ROOM, UserKind.PHONE_RESOURCE, UserKind.AGENT, UserKind.UNKNOWN]
)
def test_only_a_person_leaves_a_seat_idle(kind: UserKind) -> None:
    assert verdict(replace(OLD, kind=kind)) is Verdict.NOT_JUDGED


def test_a_disabled_account_is_judged_by_another_rule() -> None:
    assert verdict(replace(OLD, enabled=False)) is Verdict.NOT_JUDGED


def test_attempts_of_late_make_the_idle_suspected() -> None:
    attempted = replace(
        OLD, last_evidence=datetime(2026, 5, 1, tzinfo=UTC), last_attempt=datetime(2026, 11, 20, tzinfo=UTC)
    )

    assert judge(attempted, TODAY, UTC_ZONE) == Judgement(Verdict.IDLE, suspected=True)


def test_without_any_source_nothing_can_be_said() -> None:
    assert verdict(replace(OLD, last_evidence=None, observable=False)) is Verdict.UNVERIFIABLE


def test_one_sign_of_life_is_enough_where_sign_ins_are_not_readable() -> None:
    teams_last_week = replace(OLD, last_evidence=datetime(2026, 11, 19, 12, tzinfo=UTC), observable=False)

    assert verdict(teams_last_week) is Verdict.ACTIVE


def test_never_used_needs_an_account_of_the_time_in_which_successes_are_kept_or_no_attempt_at_all() -> None:
    kept_since = datetime(2023, 12, 1, tzinfo=UTC)
    never = replace(OLD, last_evidence=None, created_at=kept_since)
    attempted = replace(never, last_attempt=datetime(2024, 2, 1, tzinfo=UTC))

    assert verdict(never) is Verdict.NEVER_USED
    assert verdict(replace(never, created_at=kept_since - MOMENT)) is Verdict.NEVER_USED
    assert verdict(attempted) is Verdict.NEVER_USED
    assert verdict(replace(attempted, created_at=kept_since - MOMENT)) is Verdict.UNVERIFIABLE
    assert verdict(replace(attempted, created_at=None)) is Verdict.UNVERIFIABLE


@pytest.mark.parametrize(
    ("user_type", "skus", "odata_type", "kind"),
    [
        ("Member", {E5}, None, UserKind.PERSON),
        ("Member", set(), "#microsoft.graph.user", UserKind.PERSON),
        (None, {E5}, None, UserKind.PERSON),
        ("Guest", {E5}, None, UserKind.GUEST),
        ("Member", {E5}, "#microsoft.graph.agentUser", UserKind.AGENT),
        ("Guest", set(), "#microsoft.graph.agentUser", UserKind.AGENT),
        ("Member", {TEAMS_ROOMS_PRO}, None, UserKind.ROOM),
        ("Member", {E5, TEAMS_SHARED_DEVICES}, None, UserKind.ROOM),
        (None, {PHONE_RESOURCE_ACCOUNT}, None, UserKind.PHONE_RESOURCE),
        ("Member", {SkuId(uuid4())}, None, UserKind.PERSON),
        ("unknownFutureValue", {E5}, None, UserKind.UNKNOWN),
    ],
)
def test_the_kind_of_an_account(
    user_type: str | None, skus: set[SkuId], odata_type: str | None, kind: UserKind
) -> None:
    assert kind_of(user_type, skus, odata_type) is kind
