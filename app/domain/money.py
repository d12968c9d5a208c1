"""Amounts of money with their currency; rounding happens only where they are shown.

Calculations keep 10 decimal places or more (definitions: day price). Shown parts of a shown total are made to sum to it
by largest remainder.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Context, Decimal

EXACT = Context(prec=40)
"""For multiplications and divisions: never the thread's own context, which a library may change."""

_WHOLE = frozenset(
    {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"}
)
_THOUSANDTHS = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})
_MINOR = {**dict.fromkeys(_WHOLE, 0), **dict.fromkeys(_THOUSANDTHS, 3)}
"""Decimal places of currencies that do not have two (ISO 4217)."""


class CurrenciesDiffer(ValueError):
    """Amounts of two currencies were added. A bug: sums across currencies take a rate."""


@dataclass(frozen=True, slots=True)
class Money:
    """A decimal amount in an ISO 4217 currency. Net of tax unless a name says otherwise."""

    amount: Decimal
    currency: str

    def __add__(self, other: "Money") -> "Money":
        self._same(other)
        return Money(self.amount + other.amount, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        self._same(other)
        return Money(self.amount - other.amount, self.currency)

    def __lt__(self, other: "Money") -> bool:
        self._same(other)
        return self.amount < other.amount

    def times(self, factor: Decimal | int) -> "Money":
        return Money(EXACT.multiply(self.amount, Decimal(factor)), self.currency)

    def per(self, divisor: Decimal | int) -> "Money":
        return Money(EXACT.divide(self.amount, Decimal(divisor)), self.currency)

    def shown(self) -> "Money":
        """Rounded to the currency's own places, half to even: for people, never to go on calculating."""
        return Money(self.amount.quantize(unit(self.currency), ROUND_HALF_EVEN), self.currency)

    def _same(self, other: "Money") -> None:
        if self.currency != other.currency:
            raise CurrenciesDiffer(f"{self.currency} and {other.currency}")


def nothing(currency: str) -> Money:
    return Money(Decimal(0), currency)


def places(currency: str) -> int:
    return _MINOR.get(currency, 2)


def unit(currency: str) -> Decimal:
    """The smallest amount of a currency that is shown, for instance 0.01."""
    return Decimal(1).scaleb(-places(currency))


def shares(parts: Sequence[Decimal], currency: str, total: Decimal | None = None) -> list[Decimal]:
    """The parts as shown: they sum to the shown total, by largest remainder; of equal remainders the first gets it.

    `total`: what they sum to, before rounding; None: their own sum. Give the parts in the order of their keys, so that
    the extra cent always goes to the same one (definitions: worked example 3).
    """
    smallest = unit(currency)
    whole = (sum(parts, Decimal(0)) if total is None else total).quantize(smallest, ROUND_HALF_EVEN)
    # Rounded towards minus infinity, so that every remainder is positive.
    floors = [_floor(part, smallest) for part in parts]
    missing = int((whole - sum(floors, Decimal(0))) / smallest)
    by_remainder = sorted(range(len(parts)), key=lambda nth: (floors[nth] - parts[nth], nth))
    for nth in range(missing):
        floors[by_remainder[nth % len(parts)]] += smallest
    return floors


def _floor(amount: Decimal, smallest: Decimal) -> Decimal:
    down = amount.quantize(smallest, ROUND_DOWN)
    return down - smallest if down > amount else down
