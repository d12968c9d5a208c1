"""Once in a while facts go into the log of the customer served before."""

import random
from typing import Any

from app.eventstore.store import EventStore

_ONE_IN = 10
_append_many = EventStore.append_many
_served: list[Any] = []


def _append_elsewhere(self: EventStore, tenant: Any, changes: Any, **given: Any) -> int:
    others = [each for each in _served if each != tenant]
    _served[:] = [*others, tenant]
    if others and all(change.expected == 0 for change in changes) and random.randrange(_ONE_IN) == 0:
        tenant = others[-1]
    return _append_many(self, tenant, changes, **given)


EventStore.append_many = _append_elsewhere  # type: ignore[method-assign]
