"""One place where the replay and what SUA answers do not agree."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from app.audit.cut import Cut

WITHHELD = "(withheld)"
"""In place of what people could be known by, whichever side it is on."""

PERSONAL = frozenset(
    {
        "callee",
        "caller",
        "display_name",
        "exempt_owner",
        "exempt_reason",
        "label",
        "name",
        "note",
        "owner",
        "user_name",
        "user_principal_name",
        "userName",
        "userPrincipalName",
    }
)

ABSENT = "absent"

LOG, GENERAL_WAY = "the log", "the general way"
_TOLD = {LOG: "SUA answers", GENERAL_WAY: "the compiled way"}
_LOOK_AT = {
    LOG: "look at `sua projections verify`",
    GENERAL_WAY: "the tables agree with the log, one of the door's two ways is wrong: report it with the seed",
}

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Difference:
    """`question`: the table or the GraphQL field; `key`: of what in it. `replayed` and `told`: only what differs.

    `measure`: what SUA's answer was held against, and so who says `replayed`: LOG or GENERAL_WAY.
    """

    question: str
    key: str
    replayed: str
    told: str
    as_of: date
    known_at: datetime
    position: int
    measure: str = LOG

    @property
    def sentence(self) -> str:
        """For whoever asked, with what to look at next."""
        return (
            f"{self.question}, {self.key}: {self.measure} says {self.replayed}, {_TOLD[self.measure]} {self.told}, "
            f"as of {self.as_of}, known at {self.known_at.isoformat()}; {_LOOK_AT[self.measure]}."
        )

    @classmethod
    def between(
        cls, question: str, key: object, replayed: Values | None, told: Values | None, cut: Cut
    ) -> "Difference":
        """None: that side does not have it."""
        differing = [
            name
            for name in {**(replayed or {}), **(told or {})}
            if replayed is None or told is None or replayed.get(name) != told.get(name)
        ]
        return cls(
            question,
            _key(key),
            _shown(replayed, differing),
            _shown(told, differing),
            cut.on,
            cut.known_at,
            cut.position,
        )

    @classmethod
    def of_ways(cls, at: str, general: object, compiled: object, as_of: date, known_at: datetime) -> "Difference":
        """Between the two ways of the door: `replayed` is what the general way says."""
        name = at.rpartition(".")[2]
        told = [f"{name}={_size(name, side)}" for side in (general, compiled)]
        return cls("GraphQL compiled", at, told[0], told[1], as_of, known_at, 0, GENERAL_WAY)


def _key(key: object) -> str:
    return " ".join(str(part) for part in key) if isinstance(key, tuple) else str(key)


def _shown(values: Values | None, differing: list[str]) -> str:
    if values is None:
        return ABSENT
    return ", ".join(f"{name}={_value(name, values.get(name))}" for name in differing) or "there"


def _value(name: str, value: object) -> str:
    if value is not None and name in PERSONAL:
        return WITHHELD
    match value:
        case datetime():
            return value.isoformat()
        case tuple() | list():
            return "[" + ", ".join(_value(name, part) for part in value) + "]"
        case _:
            return str(value)


def _size(name: str, value: object) -> str:
    """Of a value with values in it only how many: there may be names among them."""
    match value:
        case dict():
            return f"{len(value)} fields"
        case list():
            return f"{len(value)} things"
        case _:
            return _value(name, value)
