"""A conflict is met by appending the same facts at the version there is now, without asking whether they are there."""

from dataclasses import replace
from typing import Any

from app.domain.errors import ConcurrentAppend
from app.eventstore import appending
from app.eventstore.store import EventStore

_append = EventStore._append


def _append_anyway(self: EventStore, tenant: Any, changes: Any, cause: Any, at: Any, *rest: Any) -> int:
    try:
        return _append(self, tenant, changes, cause, at, *rest)
    except ConcurrentAppend:
        moved = [replace(change, expected=self.load(tenant, change.stream)[1]) for change in changes]
        return _append(self, tenant, moved, cause, at, *rest)


appending.own = lambda *_: False
EventStore._append = _append_anyway  # type: ignore[method-assign,assignment]
