"""Wasted seats counted day by day, by who holds them: only what becomes different is counted anew."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import accumulate

from app.domain.events.deciding import Cause, Tier
from app.domain.findings import judge_in
from app.domain.ids import SkuId
from app.domain.market import Market
from app.domain.sku_class import SkuClass
from app.domain.standing import Holder
from app.domain.waste_caps import Daily, Part
from app.domain.waste_report import Place
from app.insight.assessment import WASTE
from app.insight.holder_signs import Key
from app.insight.standings import Standing


class _Steps:
    """Of one product, cause and tier: by how many seats each day has more than the one before, by place.

    Each of them is one object; so many seats are counted that asking by its name would cost most of it.
    """

    __slots__ = ("better", "by_place", "cause", "sku", "tier")

    def __init__(self, sku: SkuId, cause: Cause, tier: Tier, better: SkuId | None) -> None:
        self.sku, self.cause, self.tier, self.better = sku, cause, tier, better
        self.by_place: dict[Place, list[int]] = {}


_Verdict = tuple[_Steps, ...]
"""Of a holder: each wasted seat, and each that a cheaper product could take the place of."""


class WasteTally:
    """Days are counted from 0 and come in order. Equal holders are judged once as long as the market stays as it is."""

    def __init__(self, days: int) -> None:
        self._days = days
        self._steps: dict[tuple[SkuId, Cause, Tier, SkuId | None], _Steps] = {}
        self._standings: dict[Key, Standing] = {}
        self._holders: dict[int, Holder] = {}
        self._alike: defaultdict[int, dict[Place, int]] = defaultdict(dict)
        self._verdicts: dict[int, _Verdict] = {}
        self._market: Market | None = None

    def judge_by(self, nth: int, market: Market) -> None:
        """From a day on, judge by what is then known of products, and all that count by it again."""
        self._market = market
        before, self._verdicts = self._verdicts, {}
        for key, places in self._alike.items():
            was, now = before.get(key, ()), self._verdict(self._holders[key]) if places else ()
            if was != now:
                for place, seats in places.items():
                    self._count(nth, was, place, -seats)
                    self._count(nth, now, place, seats)

    def tell(self, nth: int, standings: Iterable[Standing], asked: Iterable[Key]) -> None:
        """How those asked for stand from a day on. Who is not among the standings holds nothing.

        Standings are of those asked for, or of people nothing was told of before.
        """
        before = {user: self._standings.pop(user) for user in asked if user in self._standings}
        for standing in standings:
            user = standing.user.bytes
            self._standings[user] = standing
            was = before.pop(user, None)
            if was is None:
                self._move(nth, standing, 1)
            elif was.holder is not standing.holder or was[1:5] != standing[1:5]:
                self._move(nth, was, -1)
                self._move(nth, standing, 1)
        for was in before.values():
            self._move(nth, was, -1)

    def nobody(self, nth: int) -> None:
        """From a day on nothing is known of anybody."""
        self.tell(nth, (), list(self._standings))

    def holders_of(self, skus: frozenset[SkuId]) -> set[Key]:
        """Who holds any of these products."""
        keys = {key for key, holder in self._holders.items() if any(seat.sku in skus for seat in holder.seats)}
        return {user for user, standing in self._standings.items() if id(standing.holder) in keys}

    def daily(self) -> Mapping[Part, Daily]:
        """Seats of each part on each day."""
        return {
            Part(each.sku, each.cause, each.tier, place, each.better): list(accumulate(steps))
            for each in self._steps.values()
            for place, steps in each.by_place.items()
            if any(steps)
        }

    def _move(self, nth: int, standing: Standing, seats: int) -> None:
        key, place = id(standing.holder), Place(*standing[1:5])
        self._holders[key] = standing.holder
        places = self._alike[key]
        places[place] = places.get(place, 0) + seats
        if not places[place]:
            del places[place]
        self._count(nth, self._verdict(standing.holder), place, seats)

    def _count(self, nth: int, verdict: _Verdict, place: Place, seats: int) -> None:
        for each in verdict:
            steps = each.by_place.get(place)
            if steps is None:
                steps = each.by_place[place] = [0] * self._days
            steps[nth] += seats

    def _verdict(self, holder: Holder) -> _Verdict:
        found = self._verdicts.get(id(holder))
        if found is None:
            found = self._verdicts[id(holder)] = self._judged(holder)
        return found

    def _judged(self, holder: Holder) -> _Verdict:
        market = self._market
        if market is None:
            return ()
        return tuple(
            self._steps_of(each.sku, each.cause, each.tier, each.better)
            for each in judge_in(holder, market)
            if (each.cause in WASTE or each.cause is Cause.DOWNGRADE)
            and each.tier is not Tier.UNVERIFIABLE
            and market.class_of(each.sku) is SkuClass.PAID
        )

    def _steps_of(self, *kind: *tuple[SkuId, Cause, Tier, SkuId | None]) -> _Steps:
        found = self._steps.get(kind)
        if found is None:
            found = self._steps[kind] = _Steps(*kind)
        return found
