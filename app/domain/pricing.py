"""Deciding about prices and exchange rates: what may be stated, and what a statement adds to what is known."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from unicodedata import category

from app.domain.currencies import CURRENCIES
from app.domain.errors import Refused
from app.domain.events import Event
from app.domain.events.pricing import ExchangeRateSet, PriceSet, PriceSource, PriceWithdrawn
from app.domain.ids import SkuId
from app.domain.money import EXACT
from app.domain.policy import CurrencyUnknown
from app.domain.price_book import PriceLine, Rate

PLACES = 10
"""Decimal places a price may have, and a rate from small to large; more are a slip."""
_SMALLEST = Decimal(1).scaleb(-PLACES)
LARGEST = Decimal(10) ** 12
MOST_SEATS = 10_000_000
EARLIEST = date(2000, 1, 1)
LATEST = date(2100, 1, 1)
LONGEST_NAME = 100
_FORMULA = ("=", "+", "-", "@")


class PriceAmountRefused(Refused):
    """Below 0, not a number, more than 10 decimal places, or beyond any price."""

    code = "PRICE_AMOUNT_REFUSED"


class PricePeriodEmpty(Refused):
    """The price would end on the day it begins, or before."""

    code = "PRICE_PERIOD_EMPTY"


class PricePeriodsOverlap(Refused):
    """A price with an end of its own lasts into the next one of its product, source and lot."""

    code = "PRICE_PERIODS_OVERLAP"


class PriceDateRefused(Refused):
    """A day before 2000 or after 2099: a slip."""

    code = "PRICE_DATE_REFUSED"


class PriceQuantityRefused(Refused):
    """Seats, or the seats of a commit floor, below 0 or beyond any company's."""

    code = "PRICE_QUANTITY_REFUSED"


class PriceNameRefused(Refused):
    """A lot, or who states a rate: too long, control characters, or what a spreadsheet takes for a formula."""

    code = "PRICE_NAME_REFUSED"


class PriceUnknown(Refused):
    """There never was such a price to withdraw."""

    code = "PRICE_UNKNOWN"


class RateRefused(Refused):
    """Not above 0, more than 10 decimal places, beyond any rate, or from a currency to itself."""

    code = "RATE_REFUSED"


class Addition(StrEnum):
    """What a statement adds to what is known."""

    NEW = "NEW"
    CHANGED = "CHANGED"
    """Said before for the same lot and day, otherwise: a correction."""
    NOTHING = "NOTHING"


PriceKey = tuple[PriceSource, str, date]
"""Source, lot, effective_from: what a later statement replaces."""

Stated = Mapping[PriceKey, PriceLine | None]
"""Prices of one product as its log says; None: withdrawn."""

RateKey = tuple[str, str, date]
Rates = Mapping[RateKey, Rate]


@dataclass(frozen=True, slots=True)
class PriceName:
    """Which price of a product is meant."""

    sku: SkuId
    source: PriceSource
    lot: str
    effective_from: date


def key_of(price: PriceLine | PriceSet | PriceWithdrawn | PriceName) -> PriceKey:
    return price.source, price.lot, price.effective_from


def replay(events: Iterable[Event]) -> Stated:
    """Fold the stream of one product. Never refuses; a fact about something else changes nothing."""
    stated: dict[PriceKey, PriceLine | None] = {}
    for event in events:
        match event:
            case PriceSet():
                stated[key_of(event)] = line_of(event)
            case PriceWithdrawn():
                stated[key_of(event)] = None
    return stated


def line_of(fact: PriceSet) -> PriceLine:
    return PriceLine(**{field.name: getattr(fact, field.name) for field in fields(PriceLine)})


def addition(stated: Stated, line: PriceLine) -> Addition:
    known = stated.get(key_of(line))
    if known == line:
        return Addition.NOTHING
    return Addition.NEW if known is None else Addition.CHANGED


def set_prices(stated: Stated, lines: Sequence[PriceLine], at: datetime) -> list[Event]:
    """The facts that state these prices of one product, all or none. A price known as it is adds none.

    Raises the Refused of the first that cannot be; of several for one lot and day the last counts.
    """
    for line in lines:
        check_line(line)
    overlaps = overlapping(stated, lines)
    if overlaps:
        raise overlaps[0][1]
    wanted = {key_of(line): line for line in lines}
    return [_price_set(line, at) for line in wanted.values() if addition(stated, line) is not Addition.NOTHING]


def _price_set(line: PriceLine, at: datetime) -> PriceSet:
    return PriceSet(happened_at=at, **{field.name: getattr(line, field.name) for field in fields(PriceLine)})


def withdraw_price(stated: Stated, price: PriceName, at: datetime) -> list[Event]:
    """The fact that a price never held; none if that is known. The one before it lasts on. Raises PriceUnknown."""
    if key_of(price) not in stated:
        raise PriceUnknown(f"There is no {price.source} price of {price.sku} from {price.effective_from} on.")
    if stated[key_of(price)] is None:
        return []
    return [
        PriceWithdrawn(
            happened_at=at,
            sku=price.sku,
            source=price.source,
            lot=price.lot,
            effective_from=price.effective_from,
        )
    ]


def check_line(line: PriceLine) -> None:
    """Raise the Refused that names what cannot be a price."""
    if not _is_number(line.amount, at_least=Decimal(0)):
        raise PriceAmountRefused(f"{line.amount} is no price: 0 to {LARGEST}, at most {PLACES} decimal places.")
    _check_currency(line.currency)
    _check_day(line.effective_from)
    if line.effective_until is not None:
        _check_day(line.effective_until)
        if line.effective_until <= line.effective_from:
            raise PricePeriodEmpty(f"From {line.effective_from} until {line.effective_until} there is no day.")
    for what, seats in (("quantity", line.quantity), ("commit floor", line.commit_floor)):
        if seats is not None and not 0 <= seats <= MOST_SEATS:
            raise PriceQuantityRefused(f"A {what} lies between 0 and {MOST_SEATS}, not {seats}.")
    check_name(line.lot)


def overlapping(stated: Stated, lines: Sequence[PriceLine]) -> list[tuple[PriceLine, PricePeriodsOverlap]]:
    """Which of these prices of one product would leave two of one lot valid on a day, once all are set.

    A price without an end gives way to the next of its lot; only an end that is stated can reach into it.
    """
    after = {**stated, **{key_of(line): line for line in lines}}
    new = {key_of(line) for line in lines}
    lots = {key[:2] for key in new}
    by_lot: dict[tuple[PriceSource, str], list[PriceLine]] = {lot: [] for lot in lots}
    for key, line in after.items():
        if line is not None and key[:2] in by_lot:
            by_lot[key[:2]].append(line)
    found = []
    for prices in by_lot.values():
        for one, following in pairwise(sorted(prices, key=lambda line: line.effective_from)):
            if one.effective_until is None or one.effective_until <= following.effective_from:
                continue
            error = PricePeriodsOverlap(
                f"The {one.source} price from {one.effective_from} until {one.effective_until} overlaps the one from"
                f" {following.effective_from} on."
            )
            found += [(line, error) for line in (one, following) if key_of(line) in new]
    return found


def replay_rates(events: Iterable[Event]) -> Rates:
    """Fold the stream of exchange rates."""
    return {
        (event.base, event.quote, event.on): Rate(event.base, event.quote, event.rate, event.on, event.source)
        for event in events
        if isinstance(event, ExchangeRateSet)
    }


def rate_addition(stated: Rates, rate: Rate) -> Addition:
    known = stated.get((rate.base, rate.quote, rate.on))
    if known == rate:
        return Addition.NOTHING
    return Addition.NEW if known is None else Addition.CHANGED


def set_rates(stated: Rates, rates: Sequence[Rate], at: datetime) -> list[Event]:
    """The facts that state these rates; a rate known as it is adds none. Raises the Refused of the first bad one."""
    for rate in rates:
        check_rate(rate)
    wanted = {(rate.base, rate.quote, rate.on): rate for rate in rates}
    return [
        ExchangeRateSet(
            happened_at=at, base=rate.base, quote=rate.quote, rate=rate.rate, on=rate.on, source=rate.source
        )
        for rate in wanted.values()
        if rate_addition(stated, rate) is not Addition.NOTHING
    ]


def check_rate(rate: Rate) -> None:
    """Raise the Refused that names what cannot be an exchange rate."""
    _check_currency(rate.base)
    _check_currency(rate.quote)
    if rate.base == rate.quote:
        raise RateRefused(f"{rate.base} needs no rate to itself.")
    if not _is_number(rate.rate, at_least=_SMALLEST):
        raise RateRefused(f"{rate.rate} is no rate: above 0, up to {LARGEST}, at most {PLACES} decimal places.")
    _check_day(rate.on)
    check_name(rate.source)


def check_name(name: str) -> None:
    """Names come back in files for spreadsheets, so one that looks like a formula is refused where it comes in."""
    if len(name) > LONGEST_NAME or name.startswith(_FORMULA) or any(category(sign)[0] == "C" for sign in name):
        raise PriceNameRefused(
            f"{name[:LONGEST_NAME]!r} is no name: at most {LONGEST_NAME} characters, none that controls, and not"
            f" beginning with one of {' '.join(_FORMULA)}"
        )


def _is_number(value: Decimal, *, at_least: Decimal) -> bool:
    if not value.is_finite() or not at_least <= value <= LARGEST:
        return False
    return value == value.quantize(_SMALLEST, context=EXACT)


def _check_currency(currency: str) -> None:
    if currency not in CURRENCIES:
        raise CurrencyUnknown(f"{currency!r} is no ISO 4217 currency code, for instance 'EUR'.")


def _check_day(on: date) -> None:
    if not EARLIEST <= on < LATEST:
        raise PriceDateRefused(f"{on} is no day of a price or rate: {EARLIEST} to {LATEST}, excluded.")
