"""Sums of money as people are shown them: each part rounded, and the parts still sum to the rounded whole.

Reckoned in fractions, which lose nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import floor
from typing import Any

from app.domain.money import places

KEPT_PLACES = 12
"""Of amounts that are rounded once before they are shown."""


@dataclass(slots=True)
class Amount:
    """What some things cost: by currency, and converted. `unrated`: how many things had no rate; then it is no whole.

    `unpriced` of the `counted` things have no price that is known. What is taken away counts below nothing.
    """

    by_currency: dict[str, Fraction] = field(default_factory=dict)
    converted: Fraction = Fraction(0)
    unrated: int = 0
    unpriced: int = 0
    counted: int = 0

    def add(self, currency: str, amount: Fraction, converted: Fraction | None, things: int = 1) -> None:
        self.by_currency[currency] = self.by_currency.get(currency, Fraction(0)) + amount
        if converted is None:
            self.unrated += things
        else:
            self.converted += converted

    def take(self, other: "Amount") -> None:
        for currency, amount in other.by_currency.items():
            self.by_currency[currency] = self.by_currency.get(currency, Fraction(0)) + amount
        self.converted += other.converted
        self.unrated += other.unrated
        self.unpriced += other.unpriced
        self.counted += other.counted


Shown = Mapping[str, Any] | None
"""A sum as GraphQL tells it; None: nothing of it is known."""


def shown(parts: Sequence[Amount | None], currency: str, kept_places: int | None = KEPT_PLACES) -> list[Shown]:
    """Each part rounded. None: nothing of it is known. Currencies of which a part has no key are not told of it."""

    def rounded_in(code: str, column: Mapping[int, Fraction]) -> Mapping[int, Fraction]:
        kept = list(column.values()) if kept_places is None else largest_remainder(list(column.values()), kept_places)
        return dict(zip(column, largest_remainder(kept, places(code)), strict=True))

    columns: dict[str, dict[int, Fraction]] = {}
    for nth, part in enumerate(parts):
        for code, amount in part.by_currency.items() if part else ():
            columns.setdefault(code, {})[nth] = amount
    rounded = {code: rounded_in(code, column) for code, column in columns.items()}
    whole = {nth: part.converted for nth, part in enumerate(parts) if part and not part.unrated}
    wholes = rounded_in(currency, whole)
    return [
        None
        if part is None
        else {
            "total": _money(wholes[nth], currency) if nth in wholes else None,
            "byCurrency": [_money(rounded[code][nth], code) for code in sorted(part.by_currency)],
        }
        for nth, part in enumerate(parts)
    ]


def money(amount: Fraction, currency: str) -> Mapping[str, str]:
    """One amount, rounded half to even."""
    return _money(Fraction(round(amount * 10 ** places(currency)), 10 ** places(currency)), currency)


def largest_remainder(parts: Sequence[Fraction], decimals: int) -> list[Fraction]:
    """The parts in whole steps of so many decimals; they sum to the rounded sum. Of equals the first gets the step."""
    scaled = [part * 10**decimals for part in parts]
    steps = [floor(part) for part in scaled]
    missing = round(sum(scaled, Fraction(0))) - sum(steps)
    for nth in sorted(range(len(parts)), key=lambda nth: (steps[nth] - scaled[nth], nth))[:missing]:
        steps[nth] += 1
    return [Fraction(step, 10**decimals) for step in steps]


def _money(amount: Fraction, currency: str) -> Mapping[str, str]:
    decimals = places(currency)
    digits = f"{abs(round(amount * 10**decimals)):0{decimals + 1}d}"
    text = f"{digits[:-decimals]}.{digits[-decimals:]}" if decimals else digits
    return {"amount": f"-{text}" if amount < 0 else text, "currency": currency}
