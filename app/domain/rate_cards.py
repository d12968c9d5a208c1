"""Deciding about rate cards: what a carrier's card may say, and what it adds to what is known."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from itertools import combinations

from app.domain.currencies import CURRENCIES
from app.domain.errors import Refused
from app.domain.events import Event
from app.domain.events.charging import RateCardSet, RateRow
from app.domain.phone_costs import RateCard, overlapping
from app.domain.policy import CurrencyUnknown
from app.domain.pricing import EARLIEST, LATEST, check_name

LONGEST_PREFIX = 15
MINUTES_A_DAY = 24 * 60
LONGEST_STEP_SECONDS = 3600
MOST_A_MINUTE = Decimal(1000)
PLACES = 10

Cards = Mapping[date, RateCard]
"""One carrier's cards by the day they begin to hold."""


class RateCardRefused(Refused):
    """A value that no carrier's card has: a slip."""

    code = "RATE_CARD_REFUSED"


class RateRowsOverlap(Refused):
    """Two rows of a card price the same call."""

    code = "RATE_ROWS_OVERLAP"


def replay(events: Iterable[Event]) -> Cards:
    """Fold the stream of one carrier."""
    return {
        event.effective_from: RateCard(event.carrier, event.currency, event.effective_from, event.rows)
        for event in events
        if isinstance(event, RateCardSet)
    }


def set_card(known: Cards, card: RateCard, at: datetime) -> list[Event]:
    """The fact that states this card; none if it is known as it is. Raises the Refused that names what cannot be."""
    check_card(card)
    if known.get(card.effective_from) == card:
        return []
    return [
        RateCardSet(
            happened_at=at,
            carrier=card.carrier,
            currency=card.currency,
            effective_from=card.effective_from,
            rows=card.rows,
        )
    ]


def carrier_named(name: str) -> str:
    """A carrier's name as cards and streams have it."""
    return " ".join(name.split()).casefold()


def check_card(card: RateCard) -> None:
    check_name(card.carrier)
    if not card.carrier or card.carrier != carrier_named(card.carrier):
        raise RateCardRefused(f"{card.carrier!r} is no carrier's name in small letters.")
    if card.currency not in CURRENCIES:
        raise CurrencyUnknown(f"{card.currency!r} is no ISO 4217 currency code, for instance 'EUR'.")
    if not EARLIEST <= card.effective_from < LATEST:
        raise RateCardRefused(f"{card.effective_from} is no day a card begins: {EARLIEST} to {LATEST}, excluded.")
    if not card.rows:
        raise RateCardRefused("A card without rows prices nothing.")
    for row in card.rows:
        check_row(row)
    by_prefix: dict[str, list[RateRow]] = {}
    for row in card.rows:
        by_prefix.setdefault(row.prefix, []).append(row)
    for rows in by_prefix.values():
        for one, other in combinations(rows, 2):
            if overlapping(one, other):
                raise RateRowsOverlap(f"Two rows price calls {one.way} of +{one.prefix} at the same time.")


def check_row(row: RateRow) -> None:
    """Raise the Refused that names what cannot be a row of a card."""
    prefix_good = row.prefix.isascii() and row.prefix.isdigit() and not row.prefix.startswith("0")
    if row.prefix and not (prefix_good and len(row.prefix) <= LONGEST_PREFIX):
        raise RateCardRefused(f"{row.prefix!r} is no beginning of an E.164 number, for instance 4930.")
    if any(not 1 <= day <= 7 for day in row.weekdays) or len(set(row.weekdays)) < len(row.weekdays):
        raise RateCardRefused("Weekdays are 1 (Monday) to 7, each once.")
    if not 0 <= row.begins < row.ends <= MINUTES_A_DAY:
        raise RateCardRefused("A time of day begins before it ends, from 00:00 to 24:00; over midnight takes two rows.")
    for amount in (row.setup_fee, row.per_minute):
        if not _is_amount(amount):
            raise RateCardRefused(f"{amount} is no price: 0 to {MOST_A_MINUTE}, at most {PLACES} decimal places.")
    steps = (row.first_seconds, row.next_seconds, row.minimum_seconds)
    if min(row.first_seconds, row.next_seconds) < 1 or row.minimum_seconds < 0 or max(steps) > LONGEST_STEP_SECONDS:
        raise RateCardRefused(f"Increments are 1 to {LONGEST_STEP_SECONDS} seconds, a minimum 0 or more.")


def _is_amount(value: Decimal) -> bool:
    if not value.is_finite() or not 0 <= value <= MOST_A_MINUTE:
        return False
    return value == value.quantize(Decimal(1).scaleb(-PLACES))
