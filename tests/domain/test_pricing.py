"""What may be stated as a price or a rate, and what that adds to what is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given

from app.domain import pricing
from app.domain.errors import Refused
from app.domain.events import Event
from app.domain.events.pricing import ExchangeRateSet, Per, PriceSet, PriceSource, PriceWithdrawn, Term
from app.domain.price_book import PriceBook, PriceLine, Rate
from app.domain.pricing import Addition, PriceName, PricePeriodsOverlap, PriceUnknown
from tests.domain.given import E3, MONDAY, TUESDAY

BEGIN = date(2026, 1, 1)
JUNE = date(2026, 6, 1)
LINE = PriceLine(E3, PriceSource.CONTRACT, "", Decimal("36.00"), "EUR", Per.MONTH, Term.MONTHLY, BEGIN)


def fact(line: PriceLine, at: Any = MONDAY) -> PriceSet:
    return PriceSet(
        happened_at=at,
        sku=line.sku,
        source=line.source,
        lot=line.lot,
        amount=line.amount,
        currency=line.currency,
        per=line.per,
        term=line.term,
        effective_from=line.effective_from,
        effective_until=line.effective_until,
        quantity=line.quantity,
        commit_floor=line.commit_floor,
        tax_included=line.tax_included,
    )


def name(line: PriceLine) -> PriceName:
    return PriceName(line.sku, line.source, line.lot, line.effective_from)


def test_a_price_becomes_a_fact_of_when_it_was_decided() -> None:
    assert pricing.set_prices({}, [LINE], MONDAY) == [fact(LINE, MONDAY)]


def test_the_same_price_again_adds_nothing_and_another_corrects_it() -> None:
    stated = pricing.replay([fact(LINE)])
    corrected = replace(LINE, amount=Decimal("35.00"))

    assert pricing.set_prices(stated, [replace(LINE, amount=Decimal(36))], TUESDAY) == []
    assert pricing.set_prices(stated, [corrected], TUESDAY) == [fact(corrected, TUESDAY)]
    assert [pricing.addition(stated, each) for each in (LINE, corrected, replace(LINE, lot="b"))] == [
        Addition.NOTHING,
        Addition.CHANGED,
        Addition.NEW,
    ]


def test_a_price_can_be_withdrawn_once_and_set_again() -> None:
    stated = pricing.replay([fact(LINE)])
    withdrawn = PriceWithdrawn(happened_at=TUESDAY, sku=E3, source=PriceSource.CONTRACT, lot="", effective_from=BEGIN)

    assert pricing.withdraw_price(stated, name(LINE), TUESDAY) == [withdrawn]
    gone = pricing.replay([fact(LINE), withdrawn])
    assert pricing.withdraw_price(gone, name(LINE), TUESDAY) == []
    assert pricing.set_prices(gone, [LINE], TUESDAY) == [fact(LINE, TUESDAY)]


def test_a_price_never_stated_cannot_be_withdrawn() -> None:
    with pytest.raises(PriceUnknown):
        pricing.withdraw_price({}, name(LINE), MONDAY)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"amount": Decimal("-0.01")}, "PRICE_AMOUNT_REFUSED"),
        ({"amount": Decimal("0.00000000001")}, "PRICE_AMOUNT_REFUSED"),
        ({"amount": Decimal("NaN")}, "PRICE_AMOUNT_REFUSED"),
        ({"amount": Decimal("sNaN")}, "PRICE_AMOUNT_REFUSED"),
        ({"amount": Decimal("Infinity")}, "PRICE_AMOUNT_REFUSED"),
        ({"amount": Decimal("1E+13")}, "PRICE_AMOUNT_REFUSED"),
        ({"amount": Decimal("1E-999999")}, "PRICE_AMOUNT_REFUSED"),
        ({"amount": Decimal("1." + 40 * "0" + "1")}, "PRICE_AMOUNT_REFUSED"),
        ({"currency": "EURO"}, "CURRENCY_UNKNOWN"),
        ({"currency": "XAU"}, "CURRENCY_UNKNOWN"),
        ({"effective_until": BEGIN}, "PRICE_PERIOD_EMPTY"),
        ({"effective_until": date(2025, 12, 31)}, "PRICE_PERIOD_EMPTY"),
        ({"effective_from": date(1999, 12, 31)}, "PRICE_DATE_REFUSED"),
        ({"effective_from": date(2100, 1, 1)}, "PRICE_DATE_REFUSED"),
        ({"effective_until": date(2206, 1, 1)}, "PRICE_DATE_REFUSED"),
        ({"quantity": -1}, "PRICE_QUANTITY_REFUSED"),
        ({"commit_floor": -1}, "PRICE_QUANTITY_REFUSED"),
        ({"quantity": 2**31}, "PRICE_QUANTITY_REFUSED"),
        ({"lot": "=HYPERLINK()"}, "PRICE_NAME_REFUSED"),
        ({"lot": "two\nlines"}, "PRICE_NAME_REFUSED"),
        ({"lot": "x" * 101}, "PRICE_NAME_REFUSED"),
    ],
)
def test_what_cannot_be_a_price_is_refused(change: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as refused:
        pricing.set_prices({}, [replace(LINE, **change)], MONDAY)

    assert refused.value.code == code


@pytest.mark.parametrize("amount", ["0", "0.0000000001", "1000000000000", "36.00000000000"])
def test_what_can_be_a_price_is_taken(amount: str) -> None:
    line = replace(LINE, amount=Decimal(amount))

    assert pricing.set_prices({}, [line], MONDAY) == [fact(line)]


OPEN = LINE
TO_JUNE = replace(LINE, effective_until=JUNE)
FROM_MARCH = replace(LINE, effective_from=date(2026, 3, 1))
MARCH_TO_JUNE = replace(FROM_MARCH, effective_until=JUNE)
FROM_JUNE = replace(LINE, effective_from=JUNE)


@pytest.mark.parametrize(
    ("known", "new", "overlap"),
    [
        ([OPEN], [FROM_MARCH], False),
        ([FROM_MARCH], [OPEN], False),
        ([OPEN], [MARCH_TO_JUNE], False),
        ([TO_JUNE], [FROM_JUNE], False),
        ([TO_JUNE], [FROM_MARCH], True),
        ([FROM_MARCH], [TO_JUNE], True),
        ([TO_JUNE], [replace(FROM_MARCH, lot="b")], False),
        ([TO_JUNE], [replace(FROM_MARCH, source=PriceSource.LIST)], False),
        ([], [FROM_MARCH, TO_JUNE], True),
        # Judged as all of them leave it: the correction of the first makes room for the second.
        ([TO_JUNE], [FROM_MARCH, replace(LINE, effective_until=date(2026, 3, 1))], False),
        ([TO_JUNE], [FROM_MARCH, OPEN], False),
    ],
)
def test_an_end_that_was_stated_may_not_reach_into_another_price(
    known: Sequence[PriceLine], new: Sequence[PriceLine], overlap: bool
) -> None:
    stated = pricing.replay(map(fact, known))

    if not overlap:
        assert pricing.set_prices(stated, new, MONDAY) == list(map(fact, new))
        return
    with pytest.raises(PricePeriodsOverlap) as refused:
        pricing.set_prices(stated, new, MONDAY)
    assert refused.value.code == "PRICE_PERIODS_OVERLAP"


DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 31))
SETTINGS = st.builds(
    lambda since, length, amount, lot: replace(
        LINE,
        effective_from=since,
        effective_until=length and since + timedelta(days=length),
        amount=amount,
        lot=lot,
    ),
    DAYS,
    st.none() | st.integers(1, 200),
    st.decimals(0, 100, places=2),
    st.sampled_from(["", "b"]),
)


@given(st.lists(SETTINGS, max_size=15), st.data())
def test_whatever_is_set_or_withdrawn_no_lot_ever_has_two_prices_on_a_day(
    wanted: list[PriceLine], data: st.DataObject
) -> None:
    history: list[Event] = []
    for line in wanted:
        stated = pricing.replay(history)
        try:
            history += pricing.set_prices(stated, [line], MONDAY)
        except PricePeriodsOverlap:
            continue
        if data.draw(st.integers(0, 4)) == 0:
            history += pricing.withdraw_price(pricing.replay(history), name(line), MONDAY)

    lines = [line for line in pricing.replay(history).values() if line is not None]
    for lot in ("", "b"):
        own = sorted((each for each in lines if each.lot == lot), key=lambda each: each.effective_from)
        for one, following in pairwise(own):
            assert one.effective_until is None or one.effective_until <= following.effective_from
    spans = PriceBook(lines).spans(E3, BEGIN, date(2027, 12, 31))
    assert [start for start, _, _ in spans] == [BEGIN, *(end for _, end, _ in spans[:-1])]


RATE = Rate("EUR", "USD", Decimal("1.10"), BEGIN, "ECB")


def test_a_rate_becomes_a_fact_once_and_again_when_it_is_corrected() -> None:
    told = ExchangeRateSet(happened_at=MONDAY, base="EUR", quote="USD", rate=Decimal("1.10"), on=BEGIN, source="ECB")
    corrected = replace(RATE, rate=Decimal("1.11"))

    assert pricing.set_rates({}, [RATE, RATE], MONDAY) == [told]
    known = pricing.replay_rates([told])
    assert pricing.set_rates(known, [RATE], TUESDAY) == []
    assert [
        each.rate for each in pricing.set_rates(known, [corrected], TUESDAY) if isinstance(each, ExchangeRateSet)
    ] == [Decimal("1.11")]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"rate": Decimal(0)}, "RATE_REFUSED"),
        ({"rate": Decimal(-1)}, "RATE_REFUSED"),
        ({"rate": Decimal("NaN")}, "RATE_REFUSED"),
        ({"quote": "EUR"}, "RATE_REFUSED"),
        ({"base": "ECU"}, "CURRENCY_UNKNOWN"),
        ({"on": date(1970, 1, 1)}, "PRICE_DATE_REFUSED"),
        ({"source": "@bank"}, "PRICE_NAME_REFUSED"),
    ],
)
def test_what_cannot_be_a_rate_is_refused(change: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as refused:
        pricing.set_rates({}, [replace(RATE, **change)], MONDAY)

    assert refused.value.code == code
