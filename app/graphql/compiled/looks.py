"""What was just seen of rights and standings: each look stands for a moment (`look_seconds`;
docs/decisions/answers-kept-by-position.md), and is not asked again meanwhile.
"""

from collections import OrderedDict
from collections.abc import Sequence
from time import monotonic
from typing import Any, Final

import msgspec

from app.graphql.compiled.leading import Key, Leading

LOOKS_MAX: Final = 20_000
"""Remembered at most, the longest untaken leave first. Nothing of a person is among them."""

_OVER: Final = 0.0
_RIPE, _FRESH = 0.5, 0.25
"""Shares of the time a look stands: older than the one it is to be renewed, with all that are older than the other."""

UNUSED_MAX: Final = 4
"""Renewed so often for nobody, a look ends. To renew one costs a tenth of what it costs a request to look."""


class Look(msgspec.Struct, eq=False):
    """What was seen, by which question. It stands until `until`, by the monotonic clock, which moves on while it is
    seen again and again. `unused`: how often it was renewed since somebody rested on it who came after it was taken.
    """

    question: Leading
    answer: Any
    until: float
    unused: int = UNUSED_MAX


class Looks:
    """`seconds`: how long after it was asked an answer is taken for true; 0: every request asks again."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.seconds = seconds
        self.forgotten = 0
        self._taken: OrderedDict[Key, Look] = OrderedDict()

    def found(self, key: Key, came_at: float) -> Look | None:
        """The look that stands; None: somebody has to look. `came_at`: when who asks came; they may have taken it."""
        look = self._taken.get(key)
        if look is None or look.until <= monotonic():
            return None
        if look.until < came_at + self.seconds:
            look.unused = 0
        return look

    def take(self, question: Leading, answer: object, asked_at: float) -> None:
        """This is so, unless somebody saw what was asked later. `asked_at`: a moment before it was asked, by the
        monotonic clock.
        """
        key, until = question.key, asked_at + self.seconds
        before = self._taken.get(key)
        if not self.seconds or (before is not None and before.until > until):
            return
        if before is not None and before.answer == answer:
            before.until = until
        else:
            if before is not None:
                before.until = _OVER
            self._taken[key] = Look(question, answer, until)
        self._taken.move_to_end(key)
        if len(self._taken) > LOOKS_MAX:
            _, longest_untaken = self._taken.popitem(last=False)
            longest_untaken.until = _OVER

    def renew(self, look: Look, asked_at: float) -> None:
        """It is still so, unless it ended meanwhile."""
        look.unused += 1
        key, until = look.question.key, asked_at + self.seconds
        if self._taken.get(key) is look and look.until < until:
            look.until = until
            self._taken.move_to_end(key)

    def end(self, look: Look) -> None:
        """It is not so any more; what follows from it ends with it."""
        look.until = _OVER
        if self._taken.get(look.question.key) is look:
            del self._taken[look.question.key]

    def forget(self) -> None:
        """Something moved: whoever asks from now on asks anew, and is told nothing that was asked before."""
        for look in self._taken.values():
            look.until = _OVER
        self._taken.clear()
        self.forgotten += 1

    def due(self) -> list[Look]:
        """Those to be renewed if they are not to end, as somebody used them of late, and others with them, so that one
        message is enough for all from then on. Those that are over leave.

        A look that was long under way stands behind younger ones, and is perhaps overlooked once.
        """
        now, due, any_ripe = monotonic(), list[Look](), False
        for key in list(self._taken):
            look = self._taken[key]
            if look.until > now + self.seconds * (1 - _FRESH):
                break
            if look.until <= now:
                del self._taken[key]
            elif look.unused < UNUSED_MAX:
                due.append(look)
                any_ripe = any_ripe or look.until <= now + self.seconds * (1 - _RIPE)
        return due if any_ripe else []

    def __len__(self) -> int:
        return len(self._taken)


def stand(looks: Sequence[Look]) -> bool:
    """Whether all of them may still be rested on; they are, then."""
    now = monotonic()
    for look in looks:
        if look.until <= now:
            return False
    for look in looks:
        look.unused = 0
    return True
