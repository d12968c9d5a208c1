"""How change notifications are sent, and which faults they suffer on the way."""

from dataclasses import asdict, dataclass
from random import Random
from typing import Any, TypeVar

T = TypeVar("T")
SENDING = ("batch", "paused", "retry_seconds", "give_up_seconds")


@dataclass(slots=True)
class NotificationRules:
    """How notifications are sent, and which faults they suffer. Shares are from 0 to 1, drawn item by item.

    For all tenants only: `batch`: items in a POST; `paused`: all held back until it is false again; `retry_seconds`:
    the first pause, doubled each time; `give_up_seconds`: sum of pauses after which a POST is discarded (Graph: 4
    hours). For all, or for one tenant: `copies`: how often each item is sent; `drop_share`: never sent;
    `repeat_share`: sent once more; `late_share`: held back for up to `late_minutes` of simulated time (at least one
    minute); `reorder_share`: change places with each other; `shuffle`: all of them do.
    """

    batch: int = 20
    copies: int = 1
    shuffle: bool = False
    drop_share: float = 0.0
    repeat_share: float = 0.0
    late_share: float = 0.0
    late_minutes: float = 150.0
    reorder_share: float = 0.0
    paused: bool = False
    retry_seconds: float = 0.2
    give_up_seconds: float = 20.0

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def chosen(rng: Random, share: float) -> bool:
    """Whether a fault of this rate strikes now. Draws only where the answer is open."""
    return share >= 1 or (share > 0 and rng.random() < share)


def reordered(items: list[T], share: float, rng: Random) -> int:
    """Let a share of the items change places among each other, in place; how many did."""
    moving = [place for place in range(len(items)) if chosen(rng, share)]
    values = [items[place] for place in moving]
    rng.shuffle(values)
    for place, value in zip(moving, values, strict=True):
        items[place] = value
    return len(moving) if len(moving) > 1 else 0
