"""Wasted seats by cause and tier: tiers sum to their cause and causes to the whole, as shown."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.cost_report import parts_of, shown_parts
from app.domain.events.deciding import Cause, Tier
from app.domain.price_book import Total
from app.insight.assessment import Assessment, Found

_IN_ORDER = tuple(Cause)
SAVING_TIERS = tuple(tier for tier in Tier if tier is not Tier.UNVERIFIABLE)


@dataclass(frozen=True, slots=True)
class WasteCell:
    """Seats of one cause and tier, and what they cost a month. `saving` None: none of them has a known price."""

    seats: int
    saving: Total | None


@dataclass(frozen=True, slots=True)
class WasteLine:
    """`cells`: by SAVING_TIERS. `whole`: their sum."""

    cause: Cause
    cells: tuple[WasteCell, ...]
    whole: WasteCell


def waste_of(assessment: Assessment) -> tuple[WasteLine, ...]:
    """The causes that are waste and were found, in their fixed order."""
    found: dict[Cause, list[Found]] = {}
    for each in assessment.found:
        if each.is_waste:
            found.setdefault(each.finding.cause, []).append(each)
    causes = sorted(found, key=lambda cause: cause.value)
    wholes = shown_parts([_saving(assessment, found[cause]) for cause in causes])
    lines = []
    for cause, whole in sorted(zip(causes, wholes, strict=True), key=lambda each: _IN_ORDER.index(each[0])):
        of_tiers = [[each for each in found[cause] if each.finding.tier is tier] for tier in SAVING_TIERS]
        parts = parts_of(whole, [_saving(assessment, some) for some in of_tiers])
        cells = tuple(WasteCell(len(some), part) for some, part in zip(of_tiers, parts, strict=True))
        lines.append(WasteLine(cause, cells, WasteCell(len(found[cause]), whole)))
    return tuple(lines)


def _saving(assessment: Assessment, some: Sequence[Found]) -> Total | None:
    return assessment.savings(some) if any(each.finding.saving is not None for each in some) else None
