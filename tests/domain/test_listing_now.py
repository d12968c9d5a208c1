"""The window an operator lists by hand, and why an account counts as a person's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.domain.events.coverage import Pass
from app.domain.events.licensing import Confidence, KindSource, UserKind
from app.domain.licensing import Ground, kind_assumed, usual_ground
from app.domain.reconciliation import Watermarks, Window, recent_window

NOW = datetime(2026, 3, 10, 12, 30, tzinfo=UTC)
A_DAY_AND_SIX_HOURS_BEFORE = datetime(2026, 3, 9, 6, tzinfo=UTC)


def test_by_hand_the_last_six_hours_and_a_day_before_them_are_listed() -> None:
    listed = Watermarks(backfilled=True, listed_until=NOW - timedelta(minutes=30))

    assert recent_window(listed, NOW) == Window(Pass.HOURLY, A_DAY_AND_SIX_HOURS_BEFORE, NOW)
    assert recent_window(Watermarks(), NOW) == Window(Pass.HOURLY, A_DAY_AND_SIX_HOURS_BEFORE, NOW)


def test_by_hand_it_reaches_back_to_where_the_last_listing_ended() -> None:
    listed = Watermarks(backfilled=True, listed_until=NOW - timedelta(days=3))

    assert recent_window(listed, NOW) == Window(Pass.HOURLY, datetime(2026, 3, 6, 12, tzinfo=UTC), NOW)


@pytest.mark.parametrize(
    ("user_type", "kind", "assumed"),
    [
        (None, UserKind.PERSON, True),
        ("Member", UserKind.PERSON, False),
        (None, UserKind.ROOM, False),
        ("Guest", UserKind.GUEST, False),
    ],
)
def test_only_a_person_without_a_user_type_is_one_by_assumption(
    user_type: str | None, kind: UserKind, assumed: bool
) -> None:
    assert kind_assumed(user_type, kind) is assumed


def test_only_of_an_unknown_kind_the_usual_ground_is_a_weak_one() -> None:
    assert usual_ground(UserKind.UNKNOWN) == Ground(KindSource.USER_TYPE, Confidence.LOW)
    assert usual_ground(UserKind.ROOM) == Ground(KindSource.PRODUCT, Confidence.HIGH)
