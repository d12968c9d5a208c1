"""Facts about one person as they may read them: their own values in clear, everybody else's left out."""

import json
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from app.domain.ids import TenantId, UserId
from app.domain.personal import Personal
from app.eventstore.envelope import Recorded
from app.eventstore.store import EventStore

_PEOPLE = frozenset({"user", "by"})
"""Members of facts that hold somebody's object id."""


@dataclass(frozen=True, slots=True)
class Own:
    """What is one person's: their id, the subjects of their values, the values, and the ids that are others'."""

    user: UserId
    subjects: AbstractSet[str]
    texts: AbstractSet[str]
    others: AbstractSet[str]

    def is_others(self, member: str, value: object) -> bool:
        return value != str(self.user) and (member in _PEOPLE or (isinstance(value, str) and value in self.others))


class _Telling:
    """A sealer that tells a person's own values instead of sealing them (`app.domain.personal.Sealer`)."""

    def __init__(self, own: AbstractSet[str]) -> None:
        self._own = own

    def seal(self, personal: Personal) -> dict[str, str]:
        if personal.subject not in self._own:
            return {"withheld": "about somebody else"}
        return {"erased": personal.value or ""} if personal.erased else {"value": personal.value or ""}


def facts_about(store: EventStore, tenant: TenantId, own: Own, until: int) -> list[dict[str, Any]]:
    """Every fact up to position `until` that names the person or holds a value of theirs, in order.

    Found by what stands in the bytes, so that no kind of fact can be forgotten. Looks through the whole log.
    """
    found = store.facts_with(tenant, [str(own.user), *own.subjects])
    return [_told(each, own) for each in found if each.position <= until]


def _told(recorded: Recorded, own: Own) -> dict[str, Any]:
    event = recorded.event
    said = json.loads(event.__pydantic_serializer__.to_json(event, context=_Telling(own.subjects)))
    return {
        "position": recorded.position,
        "fact": event.name,
        "happened_at": event.happened_at.isoformat(),
        "recorded_at": recorded.recorded_at.isoformat(),
        "stream": recorded.stream,
        "version": recorded.version,
        "source": str(recorded.cause),
        "content": without_others(said, own),
    }


def without_others(value: Any, own: Own, member: str = "") -> Any:
    """The same JSON with null in place of everybody else's ids."""
    match value:
        case dict():
            return {key: without_others(part, own, key) for key, part in value.items()}
        case list():
            return [without_others(part, own, member) for part in value]
        case _:
            return None if own.is_others(member, value) else value


def streams_without_others(facts: Iterable[dict[str, Any]], own: Own) -> list[dict[str, Any]]:
    """A stream's name holds a user's id where it is about a seat: of another person's seat it stays out."""
    return [each | {"stream": _stream(each["stream"], own)} for each in facts]


def _stream(stream: str, own: Own) -> str:
    parts = stream.split("/")
    named = parts[0] in ("seat", "exemption") and len(parts) > 1 and parts[1] != str(own.user)
    return f"{parts[0]}/somebody else" if named else stream
