"""What somebody wants of an export, read from an address; everything odd is refused, also what is only misspelt."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import TypeVar
from uuid import UUID

from app.domain.errors import TenantUnknown
from app.domain.events.access import ExportFormat, ExportKind
from app.domain.events.deciding import Cause, Tier
from app.domain.ids import TenantId
from app.graphql.errors import BadUserInput
from app.graphql.scalars import checked_day, checked_instant, checked_text
from app.insight.costs import CostsBy

Choice = TypeVar("Choice", bound=Enum)

_FILE = re.compile(r"(findings|costs|licence-history)\.(csv|xlsx)")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MONTH = re.compile(r"(?!0000)[0-9]{4}-(0[1-9]|1[0-2])")
_MOMENT = frozenset({"asOf", "knownAt"})
_TAKEN = {
    ExportKind.FINDINGS: _MOMENT | {"causes", "tiers", "department"},
    ExportKind.COSTS: _MOMENT | {"month", "groupBy"},
    ExportKind.LICENCE_HISTORY: _MOMENT | {"month"},
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """`month`: its first day; None: of costs the last whole month before the moment, of the history all there is.

    `causes`, `tiers`: None: all of them. `department`: None: everybody's.
    """

    kind: ExportKind
    as_of: date | None = None
    known_at: datetime | None = None
    month: date | None = None
    group_by: CostsBy = CostsBy.COST_CENTRE
    causes: frozenset[Cause] | None = None
    tiers: frozenset[Tier] | None = None
    department: str | None = None


def file_of(tenant: str, name: str) -> tuple[TenantId, ExportKind, ExportFormat]:
    """What a path names. Raises TenantUnknown where there is nothing by that name, as for another's tenant."""
    found = _FILE.fullmatch(name)
    try:
        whose = UUID(tenant) if len(tenant) == 36 else None
    except ValueError:
        whose = None
    if found is None or whose is None:
        raise TenantUnknown("There is no such export for you.")
    return TenantId(whose), ExportKind(found[1]), ExportFormat(found[2])


def wanted_of(kind: ExportKind, query: Sequence[tuple[str, str]]) -> Wanted:
    """The question an address asks. Raises BadUserInput. Lists may be repeated, or be given with commas."""
    given: dict[str, list[str]] = {}
    for name, value in query:
        if name not in _TAKEN[kind]:
            raise BadUserInput(f"An export of {kind} takes {', '.join(sorted(_TAKEN[kind]))}; not {name[:40]!r}.")
        given.setdefault(name, []).append(value)
    month, group_by = _one(given, "month"), _one(given, "groupBy")
    return Wanted(
        kind,
        as_of=day_of("asOf", _one(given, "asOf")),
        known_at=instant_of("knownAt", _one(given, "knownAt")),
        month=month_of("month", month),
        group_by=CostsBy.COST_CENTRE if group_by is None else one_of("groupBy", CostsBy, group_by),
        causes=_several("causes", Cause, given),
        tiers=_several("tiers", Tier, given),
        department=checked_text("department", _one(given, "department")),
    )


def day_of(name: str, text: str | None) -> date | None:
    if text is None:
        return None
    try:
        day = date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None:
        raise BadUserInput(f"`{name}` is a day, for instance 2026-11-23.")
    return checked_day(name, day)


def month_of(name: str, text: str | None) -> date | None:
    """The first day of a month given as 2026-11."""
    if text is not None and not _MONTH.fullmatch(text):
        raise BadUserInput(f"`{name}` is a month, for instance 2026-11.")
    return day_of(name, text and f"{text}-01")


def instant_of(name: str, text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadUserInput(f"`{name}` is an instant with a time zone, for instance 2026-11-23T12:00:00Z.") from error
    return checked_instant(name, at)


def one_of(name: str, choices: type[Choice], text: str) -> Choice:
    """By the name GraphQL has for it, in any case."""
    found = choices.__members__.get(text.upper())
    if found is None:
        raise BadUserInput(f"`{name}` is one of {', '.join(choices.__members__)}; not {text[:40]!r}.")
    return found


def _one(given: Mapping[str, Sequence[str]], name: str) -> str | None:
    values = given.get(name, [])
    if len(values) > 1:
        raise BadUserInput(f"`{name}` is given {len(values)} times.")
    return values[0] if values else None


def _several(name: str, choices: type[Choice], given: Mapping[str, Sequence[str]]) -> frozenset[Choice] | None:
    if name not in given:
        return None
    return frozenset(one_of(name, choices, text) for value in given[name] for text in value.split(","))
