"""How PostgreSQL is to plan a question, which it is asked many times with other values."""

import re
from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Final

from app.projections import reading

_BY_VALUES = re.compile(r"(?=.*JOIN)(?=.*(?:UNION ALL|IS NULL\s+OR))", re.DOTALL)
"""Statements planned well only with their values: where tables are joined, how much was superseded since and which
conditions are none decides in what order. Of one table alone the index follows from the text, and planning costs more
than reading.
"""


class Way(Enum):
    """How a statement is planned. In this order they are sent."""

    STEADY = "as all are"
    IN_ORDER = "by an index's order"
    WHOLE = "by reading all of it"
    BY_VALUES = "with its values"

    __hash__ = object.__hash__  # there is one of each; the usual one hashes its name each time

    @classmethod
    def of(cls, text: str) -> "Way":
        if reading.IN_ORDER in text:
            return cls.IN_ORDER
        if reading.WHOLE in text:
            return cls.WHOLE
        return cls.BY_VALUES if _BY_VALUES.match(text) else cls.STEADY

    def before(self) -> Sequence[str]:
        """What is set before such statements."""
        return _BEFORE[self]

    def after(self) -> Sequence[str]:
        """What is set back after them."""
        return _AFTER[self]


_SETTINGS: Final[Mapping[Way, Sequence[tuple[str, str, str]]]] = {
    Way.STEADY: (),
    Way.IN_ORDER: (("enable_sort", "on", "off"),),
    Way.WHOLE: (
        ("enable_nestloop", "on", "off"),
        ("enable_mergejoin", "on", "off"),
        ("enable_indexscan", "on", "off"),
        ("enable_seqscan", "on", "off"),
    ),
    Way.BY_VALUES: (("plan_cache_mode", "force_generic_plan", "force_custom_plan"),),
}
"""By name: as it is for all others, and as it is wanted."""

_BEFORE: Final = {way: [f"SET LOCAL {name} = {wanted};" for name, _, wanted in each] for way, each in _SETTINGS.items()}
_AFTER: Final = {way: [f"SET LOCAL {name} = {usual};" for name, usual, _ in each] for way, each in _SETTINGS.items()}
