"""Which of the products a user holds bring nothing that the others do not bring (definitions: overlap)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.domain.ids import PlanId, SkuId

EXACT_UP_TO = 12
"""Products among which every choice is tried. Of more, the dearest that can go alone go first, until it is so many."""

_NOTHING: frozenset[PlanId] = frozenset()


@dataclass(frozen=True, slots=True)
class Offer:
    """A product held and the plans it brings this user, with all those cover.

    `price` a month, all in one currency; None: unknown. `staying`: nobody will take it away, so it only covers.
    """

    sku: SkuId
    reach: frozenset[PlanId]
    price: Decimal | None
    staying: bool = False


def redundant(offers: Sequence[Offer]) -> dict[SkuId, tuple[SkuId, ...]]:
    """The products to be given up, each with the retained ones that cover it.

    Retained is the cheapest set that covers everything; of equally cheap ones the smallest, then the one with the
    lowest ids. A product of unknown price counts as free to retain, so that none goes on the ground of money: it goes
    only if the retained ones cover it anyway. One that brings nothing that is known is neither cover nor redundant.
    """
    open_ = sorted((each for each in offers if not each.staying and each.reach), key=lambda each: each.sku.int)
    staying = [each for each in offers if each.staying and each.reach]
    if not open_ or len(open_) + len(staying) < 2:
        return {}
    retained = _indispensable(open_, staying)
    if len(retained) == len(open_):
        return {}
    covered = _union([*staying, *retained])
    contested = [each for each in open_ if each not in retained and not each.reach <= covered]
    retained = [*retained, *_cheapest(contested, covered)]
    keep = {each.sku for each in retained}
    cover = [*retained, *staying]
    return {each.sku: _covering(each.reach, cover) for each in open_ if each.sku not in keep}


def _indispensable(open_: Sequence[Offer], staying: Sequence[Offer]) -> list[Offer]:
    """Those that bring something nobody else brings."""
    others = _union(staying)
    return [each for each in open_ if not each.reach <= others.union(*(o.reach for o in open_ if o is not each))]


def _cheapest(contested: Sequence[Offer], covered: frozenset[PlanId]) -> tuple[Offer, ...]:
    """The cheapest of these that cover, with what is covered already, all that all of them do."""
    rest = list(contested)
    wanted = _union(rest) - covered
    for each in sorted(contested, key=lambda each: (-(each.price or 0), each.sku.int)):
        if len(rest) <= EXACT_UP_TO:
            break
        if wanted <= _union([other for other in rest if other is not each]):
            rest.remove(each)
    if len(rest) > EXACT_UP_TO:  # nothing more can go alone: a choice among them is none
        return tuple(rest)
    choices = (tuple(each for nth, each in enumerate(rest) if chosen >> nth & 1) for chosen in range(1 << len(rest)))
    return min(
        (some for some in choices if wanted <= _union(some)),
        key=lambda some: (
            sum((each.price or Decimal(0) for each in some), Decimal(0)),
            len(some),
            [each.sku.int for each in some],
        ),
    )


def _covering(reach: frozenset[PlanId], cover: Collection[Offer]) -> tuple[SkuId, ...]:
    """Few of these that cover it together, those that cover most of it first."""
    chosen, left = [], reach
    while left:
        best = max(cover, key=lambda each: (len(each.reach & left), -each.sku.int))
        chosen.append(best.sku)
        left -= best.reach
    return tuple(chosen)


def _union(offers: Collection[Offer]) -> frozenset[PlanId]:
    return _NOTHING.union(*(each.reach for each in offers))
