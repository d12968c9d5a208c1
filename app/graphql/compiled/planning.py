"""How PostgreSQL is to plan a question, which it is asked many times with other values."""

import re
from enum import Enum

from app.projections import reading

_BY_VALUES = re.compile(r"(?=.*JOIN)(?=.*(?:UNION ALL|IS NULL\s+OR))", re.DOTALL)
"""Statements planned well only with their values: where tables are joined, how much was superseded since and which
conditions are none decides in what order. Of one table alone the index follows from the text, and planning costs more
than reading.
"""


class Way(Enum):
    """How a statement is planned: what is set before it and set back after it. In this order they are sent."""

    STEADY = ()
    IN_ORDER = (("enable_sort", "on", "off"),)
    WHOLE = (
        ("enable_nestloop", "on", "off"),
        ("enable_mergejoin", "on", "off"),
        ("enable_indexscan", "on", "off"),
        ("enable_seqscan", "on", "off"),
    )
    BY_VALUES = (("plan_cache_mode", "force_generic_plan", "force_custom_plan"),)

    @classmethod
    def of(cls, text: str) -> "Way":
        if reading.IN_ORDER in text:
            return cls.IN_ORDER
        if reading.WHOLE in text:
            return cls.WHOLE
        return cls.BY_VALUES if _BY_VALUES.match(text) else cls.STEADY

    def before(self) -> list[str]:
        return [f"SET LOCAL {name} = {wanted};" for name, _, wanted in self.value]

    def after(self) -> list[str]:
        return [f"SET LOCAL {name} = {usual};" for name, usual, _ in self.value]
