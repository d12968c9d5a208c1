"""What telephone calls cost: as charged, and by rate cards."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given

from app.domain.events.charging import CallWay, RateRow
from app.domain.money import Money
from app.domain.phone_costs import CarriedCall, RateCard, RateCards, charged, overlapping, row_cost, way_of

TRUNK = "sbc1.contoso.example"
NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)
"""A Wednesday."""


def row(prefix: str = "", **changed: Any) -> RateRow:
    plain: dict[str, Any] = {
        "way": CallWay.OUT,
        "weekdays": (),
        "begins": 0,
        "ends": 24 * 60,
        "setup_fee": Decimal("0.05"),
        "per_minute": Decimal("0.12"),
        "minimum_seconds": 60,
        "first_seconds": 60,
        "next_seconds": 1,
        "fee_on_attempt": False,
    }
    return RateRow(prefix=prefix, **{**plain, **changed})


def card(*rows: RateRow, since: date = date(2026, 1, 1), currency: str = "EUR") -> RateCard:
    return RateCard(TRUNK, currency, since, rows)


def cost(*cards: RateCard, **changed: Any) -> Decimal | None:
    plain: dict[str, Any] = {
        "carrier": TRUNK,
        "way": CallWay.OUT,
        "number": "+4930123456",
        "began": NOON,
        "seconds": 61,
    }
    found = RateCards(cards, "EUR").cost_of(CarriedCall(**{**plain, **changed}))
    return None if found is None else found.amount


@pytest.mark.parametrize(
    ("seconds", "by_the_second", "by_the_minute"), [(61, "0.172", "0.29"), (125, "0.30", "0.41"), (0, "0", "0")]
)
def test_a_rate_card_rounds_each_call_up(seconds: int, by_the_second: str, by_the_minute: str) -> None:
    found = [cost(card(row(next_seconds=step)), seconds=seconds) for step in (1, 60)]

    assert found == [Decimal(by_the_second), Decimal(by_the_minute)]


def test_without_a_card_nobody_knows_what_a_call_cost() -> None:
    assert cost() is None
    assert cost(card(row()), carrier="sbc2.contoso.example") is None
    assert cost(card(row(), since=date(2026, 11, 19))) is None
    assert cost(card(row("1"))) is None
    assert cost(card(row()), carrier=None) is None
    assert cost(card(row()), seconds=None) is None


def test_a_call_that_was_not_answered_costs_nothing_but_a_fee_on_attempt() -> None:
    assert cost(seconds=0) == 0
    assert cost(card(row("1")), seconds=0) == 0
    assert cost(card(row(fee_on_attempt=True)), seconds=0) == Decimal("0.05")


def test_the_card_of_the_calls_day_counts() -> None:
    cards = [card(row(per_minute=Decimal(cents), setup_fee=Decimal(0)), since=since) for cents, since in CARDS]

    found = [cost(*cards, began=NOON + timedelta(days=days), seconds=60) for days in (-20, 0, 1)]

    assert found == [Decimal(1), Decimal(3), Decimal(2)]


CARDS = (("1", date(2026, 1, 1)), ("2", date(2026, 11, 19)), ("9", date(2026, 11, 18)), ("3", date(2026, 11, 18)))


def test_times_of_day_and_week_have_their_own_prices() -> None:
    working = row("49", weekdays=(1, 2, 3, 4, 5), begins=8 * 60, ends=18 * 60, per_minute=Decimal(2))
    cards = card(working, row("49", weekdays=(6, 7), per_minute=Decimal(1)), row("", per_minute=Decimal(5)))
    times = [NOON.replace(hour=8), NOON.replace(hour=18), NOON + timedelta(days=3)]

    found = [cost(cards, began=began, seconds=60) for began in times]

    assert found == [Decimal("2.05"), Decimal("5.05"), Decimal("1.05")]


def test_carriers_are_named_in_any_case() -> None:
    assert cost(card(row()), carrier=" SBC1.Contoso.Example ") == Decimal("0.172")


@pytest.mark.parametrize(
    ("number", "price"),
    [
        ("+491701234567", "0.2"),
        ("00491701234567", "0.2"),
        ("tel:+4930123", "0.1"),
        ("+49 170 1234567", "0.2"),
        ("+4917012345***", "0.2"),
        ("+493012***", "0.1"),
        ("+491***", None),
        ("+49***", None),
        ("anonymous", None),
        ("110", None),
        (None, None),
    ],
)
def test_a_number_told_in_part_is_priced_where_the_rest_cannot_matter(number: str | None, price: str | None) -> None:
    rows = [row(prefix, setup_fee=Decimal(0), per_minute=Decimal(amount)) for prefix, amount in PREFIXES]

    found = cost(card(*rows), number=number, seconds=60)

    assert found == (None if price is None else Decimal(price))


PREFIXES = (("49", "0.1"), ("4917", "0.2"), ("1", "0.3"))


def test_calls_in_are_free_where_a_card_has_no_price_for_them() -> None:
    priced = card(row(), row("", way=CallWay.IN, per_minute=Decimal(1), setup_fee=Decimal(0)))

    found = [cost(each, way=CallWay.IN, seconds=60) for each in (card(row()), priced)]

    assert found == [Decimal(0), Decimal(1)]


@pytest.mark.parametrize(
    ("kind", "way"),
    [
        ("user_out", CallWay.OUT),
        ("user_out_conf", CallWay.OUT),
        ("user_in", CallWay.IN),
        ("conf_in", CallWay.IN),
        ("ucap_out", CallWay.OUT),
        ("ByotIn", CallWay.IN),
        ("ByotOut", CallWay.OUT),
        ("ByotOutUserForwarding", CallWay.OUT),
        ("ByotInUserTransfer", CallWay.IN),
        ("dr_out", CallWay.OUT),
        ("emergency", None),
        (None, None),
    ],
)
def test_the_way_a_call_went(kind: str | None, way: CallWay | None) -> None:
    assert way_of(kind) is way


def test_what_microsoft_charged() -> None:
    charge, fee = Decimal("0.10"), Decimal("0.05")

    assert charged(charge, fee, "EUR", fee_inside=False) == Money(Decimal("0.15"), "EUR")
    assert charged(charge, fee, "EUR", fee_inside=True) == Money(Decimal("0.10"), "EUR")
    assert charged(charge, None, "EUR", fee_inside=False) == Money(Decimal("0.10"), "EUR")
    assert charged(None, fee, "EUR", fee_inside=False) is None
    assert charged(charge, fee, None, fee_inside=False) is None


prices = st.decimals("0", "9", places=4)
rows = st.builds(
    RateRow,
    prefix=st.sampled_from(["", "4", "49", "491", "4917", "1"]),
    way=st.just(CallWay.OUT),
    weekdays=st.just(()),
    begins=st.just(0),
    ends=st.just(24 * 60),
    setup_fee=prices,
    per_minute=prices,
    minimum_seconds=st.integers(0, 90),
    first_seconds=st.sampled_from([1, 6, 30, 60]),
    next_seconds=st.sampled_from([1, 6, 60]),
)


@given(each=rows, seconds=st.integers(0, 7200), more=st.integers(0, 7200))
def test_a_longer_call_never_costs_less(each: RateRow, seconds: int, more: int) -> None:
    exact = each.setup_fee + each.per_minute * max(seconds, each.minimum_seconds) / 60

    assert row_cost(each, seconds) <= row_cost(each, seconds + more)
    if seconds:
        most = exact + each.per_minute * max(each.first_seconds, each.next_seconds) / 60
        assert exact - Decimal("1e-20") <= row_cost(each, seconds) <= most


@given(
    drawn=st.lists(rows, min_size=1, max_size=6, unique_by=lambda each: each.prefix),
    number=st.text("0149", min_size=7, max_size=12),
)
def test_the_longest_prefix_wins(drawn: list[RateRow], number: str) -> None:
    fitting = [each for each in drawn if number.startswith(each.prefix)]
    expected = max(fitting, key=lambda each: len(each.prefix), default=None)

    found = cost(card(*drawn), number="+" + number, seconds=100)

    assert found == (None if expected is None else row_cost(expected, 100))


def test_rows_overlap_only_where_both_price_a_call() -> None:
    weekdays, weekend = row("49", weekdays=(1, 2)), row("49", weekdays=(6, 7))
    morning, evening = row("49", ends=720), row("49", begins=720)

    assert overlapping(row("49"), weekdays)
    assert overlapping(weekdays, morning)
    assert not overlapping(weekdays, weekend)
    assert not overlapping(morning, evening)
    assert not overlapping(row("49"), row("4"))
    assert not overlapping(row("49"), row("49", way=CallWay.IN))


def test_a_call_of_a_second_is_paid_for_like_one_of_the_first_interval() -> None:
    assert [cost(card(row()), seconds=seconds) for seconds in (0, 1, 60)] == [
        Decimal(0),
        Decimal("0.17"),
        Decimal("0.17"),
    ]
