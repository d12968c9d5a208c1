"""What a carrier's card may say, and what stating it adds."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from app.domain.events.charging import CallWay, RateRow
from app.domain.phone_costs import RateCard
from app.domain.rate_cards import RateCardRefused, replay, set_card

AT = datetime(2026, 11, 23, tzinfo=UTC)
DAY = date(2026, 12, 1)


def row(**given: Any) -> RateRow:
    usual: dict[str, Any] = {
        "prefix": "49",
        "way": next(iter(CallWay)),
        "weekdays": (),
        "begins": 0,
        "ends": 24 * 60,
        "setup_fee": Decimal("0.01"),
        "per_minute": Decimal("0.02"),
        "minimum_seconds": 0,
        "first_seconds": 60,
        "next_seconds": 1,
        "fee_on_attempt": False,
    }
    return RateRow(**{**usual, **given})


def card(*rows: RateRow) -> RateCard:
    return RateCard("carrier", "EUR", DAY, rows)


def test_a_card_is_stated_once_and_again_only_when_it_says_something_else() -> None:
    stated = set_card({}, card(row()), AT)

    known = replay(stated)

    assert len(stated) == 1
    assert set_card(known, card(row()), AT) == []
    assert len(set_card(known, card(row(per_minute=Decimal("0.03"))), AT)) == 1
    assert len(set_card(known, replace(card(row()), effective_from=date(2026, 12, 2)), AT)) == 1


@pytest.mark.parametrize(
    "steps",
    [
        {"first_seconds": 1, "next_seconds": 1},
        {"first_seconds": 3600, "next_seconds": 3600},
        {"minimum_seconds": 0},
        {"minimum_seconds": 3600},
    ],
)
def test_increments_up_to_their_limits_are_taken(steps: dict[str, int]) -> None:
    assert len(set_card({}, card(row(**steps)), AT)) == 1


@pytest.mark.parametrize(
    "steps",
    [
        {"first_seconds": 0},
        {"next_seconds": 0},
        {"minimum_seconds": -1},
        {"first_seconds": 3601},
        {"next_seconds": 3601},
        {"minimum_seconds": 3601},
    ],
)
def test_increments_beyond_them_are_a_slip(steps: dict[str, int]) -> None:
    with pytest.raises(RateCardRefused, match="Increments are 1 to 3600 seconds"):
        set_card({}, card(row(**steps)), AT)
