"""What a telephone call cost: as Microsoft charged it, or by the carrier's rate card. None: unknown, which is not 0."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from app.domain.events.charging import CallWay, RateRow
from app.domain.money import EXACT, Money, nothing

LONGEST_NUMBER = 15
"""Digits of an E.164 number."""


def charged(
    charge: Decimal | None, connection_charge: Decimal | None, currency: str | None, *, fee_inside: bool
) -> Money | None:
    """What Microsoft took for a call; None: it does not say. `fee_inside`: of the charge the fee is a part."""
    if charge is None or currency is None:
        return None
    fee = Decimal(0) if fee_inside or connection_charge is None else connection_charge
    return Money(EXACT.add(charge, fee), currency)


def way_of(kind: str | None) -> CallWay | None:
    """Which way a call of Graph's `callType` went: user_out, ByotIn, conf_in, dr_out_user. None: it does not say."""
    plain = (kind or "").casefold().replace("byot", "byot_")
    parts = plain.split("_")
    for way in CallWay:
        if any(part == way.value or (parts[0] == "byot" and part.startswith(way.value)) for part in parts[1:]):
            return way
    return None


@dataclass(frozen=True, slots=True)
class RateCard:
    """Fields of the fact `RateCardSet`, which says what each means."""

    carrier: str
    currency: str
    effective_from: date
    rows: tuple[RateRow, ...]


@dataclass(frozen=True, slots=True)
class CarriedCall:
    """A call over a carrier. `began`: in the customer's time zone. `number`: the other side's, as the log tells it.

    `seconds` 0: not answered; None: not told. `way` None: not told.
    """

    carrier: str | None
    way: CallWay | None
    number: str | None
    began: datetime
    seconds: int | None


class RateCards:
    """The rate cards of a customer's carriers. Of two of one carrier and day the later one counts.

    `currency`: of calls that cost nothing and have no card.
    """

    def __init__(self, cards: Iterable[RateCard], currency: str) -> None:
        self._currency = currency
        by_carrier: defaultdict[str, dict[date, _Card]] = defaultdict(dict)
        for card in cards:
            by_carrier[card.carrier.casefold()][card.effective_from] = _Card(card)
        self._cards = {carrier: sorted(dated.items()) for carrier, dated in by_carrier.items()}

    def cost_of(self, call: CarriedCall) -> Money | None:
        """By the carrier's card of the call's day. None: no card, or none of its rows is sure to be the right one.

        Calls in cost nothing on a card without a price for any. Nor do calls that were not answered, unless the card
        has a fee on attempt.
        """
        card = self._on(call.carrier, call.began.date())
        if card is None:
            return nothing(self._currency) if call.seconds == 0 else None
        if call.seconds == 0 and not card.takes_attempts:
            return nothing(card.currency)
        if call.seconds is None or call.way is None:
            return None
        if call.way is CallWay.IN and not card.prices_calls_in:
            return nothing(card.currency)
        row = card.row_for(call)
        if row is None:
            return nothing(card.currency) if call.seconds == 0 else None
        return Money(row_cost(row, call.seconds), card.currency)

    def _on(self, carrier: str | None, on: date) -> "_Card | None":
        dated = self._cards.get((carrier or "").strip().casefold(), [])
        nth = bisect_right(dated, on, key=lambda each: each[0])
        return dated[nth - 1][1] if nth else None


def row_cost(row: RateRow, seconds: int) -> Decimal:
    """What a call of this length costs by a row, rounded up to the row's seconds and to nothing else."""
    if seconds == 0:
        return row.setup_fee if row.fee_on_attempt else Decimal(0)
    beyond = max(seconds, row.minimum_seconds) - row.first_seconds
    steps = -(-max(0, beyond) // row.next_seconds)
    billed = row.first_seconds + steps * row.next_seconds
    return EXACT.add(row.setup_fee, EXACT.divide(EXACT.multiply(row.per_minute, Decimal(billed)), Decimal(60)))


def overlapping(one: RateRow, other: RateRow) -> bool:
    """Would both price the same call?"""
    same = (one.prefix, one.way) == (other.prefix, other.way)
    days = not one.weekdays or not other.weekdays or bool(set(one.weekdays) & set(other.weekdays))
    return same and days and one.begins < other.ends and other.begins < one.ends


class _Card:
    """A card with its rows at hand by prefix."""

    def __init__(self, card: RateCard) -> None:
        self.currency = card.currency
        self.takes_attempts = any(row.fee_on_attempt for row in card.rows)
        self.prices_calls_in = any(row.way is CallWay.IN for row in card.rows)
        self._rows: defaultdict[tuple[CallWay, str], list[RateRow]] = defaultdict(list)
        for row in card.rows:
            self._rows[row.way, row.prefix].append(row)
        self._prefixes = {way: sorted({row.prefix for row in card.rows if row.way is way}) for way in CallWay}

    def row_for(self, call: CarriedCall) -> RateRow | None:
        """Of the rows for that time, the one with the longest prefix of the number.

        Of a number told in part only, what is hidden might lead to a longer one: then it is not known.
        """
        if call.way is None:
            return None
        told, whole = _digits(call.number)
        if not whole and self._goes_on(call.way, told):
            return None
        for length in range(len(told), -1, -1):
            for row in self._rows.get((call.way, told[:length]), ()):
                if _is_at(row, call.began):
                    return row
        return None

    def _goes_on(self, way: CallWay, told: str) -> bool:
        prefixes = self._prefixes[way]
        nth = bisect_right(prefixes, told)
        return nth < len(prefixes) and prefixes[nth].startswith(told)


def _is_at(row: RateRow, began: datetime) -> bool:
    minute = began.hour * 60 + began.minute
    return row.begins <= minute < row.ends and (not row.weekdays or began.isoweekday() in row.weekdays)


def _digits(number: str | None) -> tuple[str, bool]:
    """The digits told of an international number, and whether they are all. Anything else: none."""
    told, hidden, _ = (number or "").strip().removeprefix("tel:").partition("*")
    if told.startswith("00"):
        told = "+" + told[2:]
    digits = "".join(sign for sign in told if sign.isdigit())
    if not told.startswith("+") or not digits.isascii() or len(digits) > LONGEST_NUMBER:
        return "", False
    return digits, not hidden and bool(digits)
