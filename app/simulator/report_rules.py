"""How Microsoft's usage reports differ from what was documented once."""

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(slots=True)
class ReportRules:
    """`added`: columns nobody knows, put in the middle; `missing`: columns left out; `shuffled`: another order.

    `bom`: whether the file begins with a byte order mark; `crlf`: how its lines end; `lag_days`: how many days ago
    the data were true (the refresh date).
    """

    added: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    shuffled: bool = False
    bom: bool = True
    crlf: bool = True
    lag_days: int = 2

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def columns(self, known: tuple[str, ...]) -> list[str]:
        """The header to write for a report that has these columns by the documents."""
        kept = [name for name in known if name not in self.missing]
        middle = len(kept) // 2
        shown = [*kept[:middle], *self.added, *kept[middle:]]
        return sorted(shown, key=lambda name: name[::-1]) if self.shuffled else shown
