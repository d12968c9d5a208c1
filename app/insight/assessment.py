"""All findings of a customer at a moment: every seat judged once, with what it costs and who pays for it."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import psycopg

from app.domain.catalogue import CATALOGUE
from app.domain.events.deciding import Cause, Tier
from app.domain.findings import SeatFinding, judge_in
from app.domain.ids import SkuId, TenantId, UserId
from app.domain.market import Market
from app.domain.money import Money
from app.domain.price_book import PriceBook, RateBook, Total, total_of
from app.domain.standing import Ground, HeldSeat
from app.insight.standings import Standing, Standings, holders_at
from app.projections import exchange_rates, prices
from app.projections.reading import Moment
from app.projections.tenants import TenantRow

WASTE = frozenset({Cause.DISABLED, Cause.NEVER_USED, Cause.IDLE, Cause.OVERLAP, Cause.SKU_IDLE})
"""Causes whose whole price is wasted; the others cost a difference, or a question (definitions: wasted spend)."""

BESIDE_FROM = 5_000
"""Holders from which on judging would keep an event loop waiting, so that it runs beside it."""


@dataclass(frozen=True, slots=True)
class Found:
    """A seat with its finding.

    `price`: of the seat a month, on the day, net; None: unknown. `worth`: the saving in the customer's currency; None:
    it is unknown, or has no rate.
    """

    standing: Standing
    seat: HeldSeat
    finding: SeatFinding
    price: Money | None
    worth: Decimal | None

    @property
    def user(self) -> UserId:
        return self.standing.user

    @property
    def is_waste(self) -> bool:
        return self.finding.cause in WASTE and self.finding.tier is not Tier.UNVERIFIABLE


@dataclass(frozen=True, slots=True)
class Assessment:
    """`found`: the dearest first, unknown savings last, then by user and product. `held`: seats of each product.

    `holders`: everybody who holds a seat, with what is known of it.
    """

    at: Moment
    ground: Ground
    book: PriceBook
    rates: RateBook
    found: Sequence[Found]
    held: Mapping[SkuId, int]
    holders: Sequence[Standing]

    def savings(self, found: Iterable[Found]) -> Total:
        """What these findings would save a month, in the customer's currency where rates are known."""
        savings = [each.finding.saving for each in found]
        amounts = [(saving, self.ground.on) for saving in savings if saving is not None]
        unknown = len(savings) - len(amounts)
        return total_of(amounts, self.ground.policy.currency, self.rates, unknown=unknown)

    def worth(self, found: Iterable[Found]) -> Decimal:
        """What of these savings is known in the customer's currency: to order by, not to be shown."""
        return sum((each.worth for each in found if each.worth is not None), Decimal(0))


async def assessed(
    db: psycopg.AsyncConnection[Any], tenant: TenantId, at: Moment, row: TenantRow, idle_days: int | None = None
) -> Assessment:
    """Judge every seat of a tenant at a moment. `idle_days`: instead of the customer's own rule, for every product."""
    standings = await holders_at(db, tenant, at, row, idle_days)
    book = PriceBook(await prices.lines_at(db, tenant, at))
    rates = RateBook(await exchange_rates.rates_at(db, tenant, at))
    if len(standings.holders) < BESIDE_FROM:
        return judged(at, standings, book, rates)
    return await asyncio.to_thread(judged, at, standings, book, rates)


def judged(at: Moment, standings: Standings, book: PriceBook, rates: RateBook) -> Assessment:
    """The pure part: every seat judged by its ground."""
    ground = standings.ground
    monthly = {sku: price.monthly for sku in book.skus() if (price := book.price_on(sku, ground.on)) is not None}
    found = sorted(_found(standings, monthly, rates), key=rank)
    held = Counter(seat.sku for each in standings.holders for seat in each.holder.seats)
    return Assessment(at, ground, book, rates, found, held, standings.holders)


def rank(each: Found) -> tuple[bool, Decimal, UserId, SkuId]:
    """The place of a finding: the dearest first, then those whose worth is not known."""
    return each.worth is None, -(each.worth or Decimal(0)), each.user, each.finding.sku


def _found(standings: Standings, monthly: Mapping[SkuId, Money], rates: RateBook) -> Iterator[Found]:
    """Equal holders are one object, and are judged once."""
    ground = standings.ground
    market = Market(ground, monthly, CATALOGUE)
    verdicts: dict[int, list[tuple[HeldSeat, SeatFinding, Decimal | None]]] = {}
    for standing in standings.holders:
        verdict = verdicts.get(id(standing.holder))
        if verdict is None:
            findings = {each.sku: each for each in judge_in(standing.holder, market)}
            verdict = [
                (seat, findings[seat.sku], _worth(findings[seat.sku].saving, ground, rates))
                for seat in standing.holder.seats
                if seat.sku in findings
            ]
            verdicts[id(standing.holder)] = verdict
        for seat, finding, worth in verdict:
            yield Found(standing, seat, finding, monthly.get(seat.sku), worth)


def _worth(saving: Money | None, ground: Ground, rates: RateBook) -> Decimal | None:
    if saving is None or not saving.amount:
        return None if saving is None else Decimal(0)
    converted = rates.convert(saving, ground.policy.currency, ground.on)
    return None if converted is None else converted.amount
