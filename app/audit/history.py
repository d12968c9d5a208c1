"""Every fact that touched a user or a product, in order, in words.

Touched: the fact names them, in whatever part of it. Of a call only what concerns the call is told, not who else was
in it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from app.audit.cut import Log, facts_of
from app.audit.sections import ERASED
from app.domain.catalogue import CATALOGUE
from app.domain.events import Event
from app.domain.events.licensing import SkuSubscribed
from app.domain.events.telephony import Call
from app.domain.ids import SkuId, TenantId
from app.domain.personal import Personal
from app.eventstore.envelope import Recorded

WITHHELD = "(withheld)"
"""In place of a name, a number or what somebody wrote, where names were not asked for."""


@dataclass(frozen=True, slots=True)
class Touched:
    """One fact. `run`: what led to it, in words; `by`: the object id of who did it in their directory, if told."""

    position: int
    happened_at: datetime
    recorded_at: datetime
    fact: str
    what: str
    run: str
    cause: UUID
    by: UUID | None


def history_of(
    log: Log,
    tenant: TenantId,
    position: int,
    subject: UUID,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    names: bool = False,
) -> list[Touched]:
    """Facts up to `position` about a user or a product that happened in [since, until), in order of the log.

    Of a read the end is told after what it showed, so what a cause was is known when the log has been read.
    """
    found: list[tuple[Recorded, str]] = []
    runs: dict[UUID, str] = {}
    parts: dict[SkuId, str] = {}
    for fact in facts_of(log, tenant, position):
        event = fact.event
        if isinstance(event, SkuSubscribed):
            parts[event.sku] = event.part_number
        run = getattr(event, "run", None)
        if run is not None:
            said = f"read of {getattr(event, 'feed', 'calls' if 'Calls' in event.name else 'reports')}"
            runs[run] = runs[fact.cause] = said
        in_time = (since is None or event.happened_at >= since) and (until is None or event.happened_at < until)
        if in_time and touches(event, subject):
            found.append((fact, _words(event, subject, parts, names=names)))
    return [
        Touched(
            fact.position,
            fact.event.happened_at,
            fact.recorded_at,
            fact.event.name,
            what,
            runs.get(fact.cause, "command or notification"),
            fact.cause,
            getattr(fact.event, "by", None),
        )
        for fact, what in found
    ]


def touches(value: object, subject: UUID) -> bool:
    """Whether the id stands anywhere in a fact."""
    match value:
        case UUID():
            return value == subject
        case BaseModel():
            return any(touches(part, subject) for part in value.__dict__.values())
        case tuple():
            return any(touches(part, subject) for part in value)
        case _:
            return False


def _words(event: Event, subject: UUID, parts: Mapping[SkuId, str], *, names: bool) -> str:
    told = [text for text in _parts(event, subject, parts, names=names) if text]
    return "; ".join(told)


def _parts(value: BaseModel, subject: UUID, parts: Mapping[SkuId, str], *, names: bool) -> Iterator[str]:
    for name, part in value.__dict__.items():
        if name in ("happened_at", "by", "run") or part == subject:
            continue
        if isinstance(part, Call):
            yield _call(part)
        elif isinstance(part, BaseModel):
            yield from _parts(part, subject, parts, names=names)
        else:
            yield f"{name.replace('_', ' ')} {_told(name, part, parts, names=names)}"


def _call(call: Call) -> str:
    minutes = (call.ended_at - call.started_at).total_seconds() / 60
    test = ", a test" if call.test else ""
    return (
        f"call {call.call}, revision {call.revision}: {call.kind}, {minutes:.1f} minutes, {len(call.legs)} legs{test}"
    )


def _told(name: str, part: Any, parts: Mapping[SkuId, str], *, names: bool) -> str:
    match part:
        case None:
            return "direct" if name == "via" else "-"
        case Personal():
            if part.erased or part.value is None:
                return ERASED
            return part.value if names else WITHHELD
        case Enum():
            return str(part.value)
        case datetime():
            return part.isoformat()
        case tuple():
            return "none" if not part else ", ".join(_item(each) for each in part)
        case UUID() if name == "sku":
            known = CATALOGUE.products.get(SkuId(part))
            number = parts.get(SkuId(part)) or (known and known.part_number)
            return f"{number} ({part})" if number else str(part)
        case _:
            return str(part)


def _item(part: object) -> str:
    return part.model_dump_json() if isinstance(part, BaseModel) else str(part)
