"""Ringing once for what waits: a message that is still in a queue does not need another one beside it."""

from collections.abc import Hashable
from dataclasses import dataclass, field
from time import monotonic

AGAIN_S = 30.0
"""A ring nobody has followed for so long may have been lost."""

_AGAIN_AT_MOST = 16
"""Each further ring for the same waits twice as long as the one before, up to so many times `again_s`: with a long
backlog nothing is lost, and rings for it would only make it longer."""


@dataclass(slots=True)
class Bell:
    """What a sweeper has rung for. `stamp` says in which state of waiting; in a new state it is rung for at once.

    Only a saving: forgetting everything, or two sweepers beside each other, costs messages and nothing else.
    """

    again_s: float = AGAIN_S
    _rung: dict[Hashable, tuple[Hashable, float, int]] = field(default_factory=dict)

    def wants(self, key: Hashable, stamp: Hashable) -> bool:
        """Whether to ring now."""
        known = self._rung.get(key)
        return known is None or known[0] != stamp or monotonic() - known[1] >= known[2] * self.again_s

    def rung(self, key: Hashable, stamp: Hashable) -> None:
        known = self._rung.get(key)
        times = min(2 * known[2], _AGAIN_AT_MOST) if known is not None and known[0] == stamp else 1
        self._rung[key] = (stamp, monotonic(), times)

    def keep(self, keys: set[Hashable]) -> None:
        """Forget what does not wait any more."""
        for key in self._rung.keys() - keys:
            del self._rung[key]
