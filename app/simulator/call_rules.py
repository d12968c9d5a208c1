"""How unsettled a company's call records are; nothing by default."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(slots=True)
class CallRules:
    """How unsettled the calls are whose records are not visible yet. Shares are from 0 to 1, drawn call by call.

    `latency_minutes`: at most so long from a call's end to its first version (Graph: up to 150). `revised_share`: calls
    with one to four more versions within an hour of the first. `early_share`: records announced up to
    `early_minutes` before they can be read (404 till then); `stale_share`: later versions announced so long before,
    the version before being read till then. `night_share`: calls begun between 21:00 and 24:00 UTC, of which some
    last over midnight, per call of the day (of days not planned yet).
    """

    latency_minutes: float = 0.0
    revised_share: float = 0.0
    early_share: float = 0.0
    stale_share: float = 0.0
    early_minutes: float = 10.0
    night_share: float = 0.0

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def settled(self) -> bool:
        return not (self.latency_minutes or self.revised_share or self.early_share or self.stale_share)
