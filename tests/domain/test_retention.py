"""For how long who called whom is kept: the rule, the months, and what of a number stays."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import hypothesis.strategies as st
import pytest
from hypothesis import given

from app.domain.events.charging import CallWay, RateRow
from app.domain.events.retention import CallDetailDropped, CallRetentionSet
from app.domain.phone_costs import CarriedCall, RateCard, RateCards
from app.domain.retention import (
    DEFAULT_DAYS,
    MonthNotDue,
    RetentionDaysOutOfRange,
    drop,
    due_at,
    month_of,
    priced_part,
    replay,
    set_days,
)
from app.domain.stand_ins import at_least, span_of, stand_in

NOW = datetime(2026, 7, 1, tzinfo=UTC)
BY = UUID(int=0xB1)


def test_a_rule_is_a_fact_and_the_same_rule_again_is_none() -> None:
    ours = CallRetentionSet(happened_at=NOW, days=60, by=BY)

    assert set_days(replay([]), 60, by=BY, at=NOW) == [ours]
    assert set_days(replay([ours]), 60, by=None, at=NOW) == []
    assert set_days(replay([]), DEFAULT_DAYS, by=BY, at=NOW) == []


@pytest.mark.parametrize("days", [-1, 0, 29, 3661])
def test_a_rule_nobody_can_keep_is_refused(days: int) -> None:
    with pytest.raises(RetentionDaysOutOfRange, match=str(days)):
        set_days(replay([]), days, by=BY, at=NOW)


def test_a_month_goes_when_its_last_day_is_as_old_as_the_rule_says_and_once() -> None:
    due = due_at("2026-03", 90)
    gone = CallDetailDropped(happened_at=due, month="2026-03", calls=7, days=90)

    assert due == datetime(2026, 6, 30, tzinfo=UTC)
    with pytest.raises(MonthNotDue, match="2026-06-30"):
        drop(replay([]), "2026-03", 7, at=due - timedelta(microseconds=1))
    assert drop(replay([]), "2026-03", 7, at=due) == [gone]
    assert drop(replay([gone]), "2026-03", 9, at=NOW) == []


def test_a_longer_rule_keeps_what_is_there_and_brings_nothing_back() -> None:
    gone = CallDetailDropped(happened_at=NOW, month="2026-03", calls=7, days=90)
    longer = replay([gone, CallRetentionSet(happened_at=NOW, days=400, by=BY)])

    assert longer.dropped == {"2026-03"}
    with pytest.raises(MonthNotDue):
        drop(longer, "2026-04", 1, at=NOW + timedelta(days=60))


def test_a_month_is_that_of_utc() -> None:
    assert month_of(datetime.fromisoformat("2026-04-01T01:30:00+02:00")) == "2026-03"


@given(st.binary(min_size=32, max_size=32), st.dates(min_value=NOW.date(), max_value=NOW.date().replace(year=2060)))
def test_a_stand_in_is_told_from_every_id_a_directory_gives_out(token: bytes, day: object) -> None:
    made = stand_in(f"{day:%Y-%m}", token)

    assert made.version == 8
    assert span_of(made) is not None
    assert span_of(stand_in(f"{day:%Y-%m}", token, before=True)) not in (None, span_of(made))
    assert span_of(UUID(bytes=token[:16], version=4)) is None


def test_people_of_several_months_are_as_many_as_are_surely_different() -> None:
    march, april = ([stand_in(month, bytes([nth] * 12)) for nth in range(4)] for month in ("2026-03", "2026-04"))

    assert at_least([*march, *april[:3], UUID(int=1), UUID(int=2)]) == 4
    assert at_least([]) == 0


_DIGITS = st.text("0123", min_size=1, max_size=5)
_NUMBERS = st.builds("{}{}".format, st.sampled_from(["+", "00", "tel:+", ""]), st.text("0123", max_size=16))
_MASKED = st.builds("{}{}".format, _NUMBERS, st.sampled_from(["", "***"]))


@given(st.lists(st.tuples(_DIGITS, st.sampled_from(CallWay)), max_size=6, unique=True), _MASKED, st.booleans())
def test_what_stays_of_a_number_costs_what_the_number_did(
    prefixes: list[tuple[str, CallWay]], number: str, everything: bool
) -> None:
    chosen = [*prefixes, *([("", CallWay.OUT)] if everything else [])]
    rows = tuple(_rate(prefix, way, nth) for nth, (prefix, way) in enumerate(chosen, 1))
    cards = RateCards([RateCard("sbc", "EUR", NOW.date(), rows)], "EUR")
    left = priced_part(number, {prefix for prefix, _ in chosen})

    for way in CallWay:
        assert cards.cost_of(_call(way, left)) == cards.cost_of(_call(way, number))


@given(st.text("0123456789", min_size=9, max_size=15))
def test_no_more_of_a_number_stays_than_rate_cards_tell_apart(digits: str) -> None:
    left = priced_part(f"+{digits}", {"", "4", "49", "4930"})

    assert left is not None
    assert len(left.removeprefix("+").removesuffix("***")) <= 4
    assert left.endswith("***")


def _rate(prefix: str, way: CallWay, price: int) -> RateRow:
    return RateRow(
        prefix=prefix,
        way=way,
        weekdays=(),
        begins=0,
        ends=1440,
        setup_fee=Decimal(0),
        per_minute=Decimal(price),
        minimum_seconds=0,
        first_seconds=1,
        next_seconds=1,
        fee_on_attempt=False,
    )


def _call(way: CallWay, number: str | None) -> CarriedCall:
    return CarriedCall("sbc", way, number, NOW, 60)
