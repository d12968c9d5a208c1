"""What was saved in the end up to a moment: seats decided about, freed since, and no longer paid or given to others."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import psycopg

from app.domain.events.deciding import Cause, Decision, Tier
from app.domain.ids import SkuId, TenantId, UserId
from app.domain.money import Money
from app.domain.price_book import PriceBook
from app.domain.realised import Decided, Realised, SeatFreed, SeatGiven, UnitsLowered, realised
from app.projections.reading import Moment, known, rows

EXCHANGED_WITHIN_DAYS = 30
"""How far apart a dear product is taken away and a cheaper one is given, to be one exchange."""

_Seat = tuple[UserId, SkuId]


async def realised_at(
    db: psycopg.AsyncConnection[Any], tenant: TenantId, at: Moment, book: PriceBook
) -> tuple[Realised, ...]:
    """Savings that had begun by the moment, at the prices of the days the seats were freed."""
    zone = ZoneInfo(at.zone)
    decided = await _decided(db, tenant, at, zone)
    if not decided:
        return ()
    users = {each.user for each in decided}
    skus = {each.sku for each in decided}
    spells = await _spells(db, tenant, at, users, skus)
    causes = {(each.user, each.sku): each.cause for each in decided}
    ended = [(seat, until) for seat, spans in spells.items() if seat in causes for until in _ends(spans, at)]
    begun = [(seat, since) for seat, spans in spells.items() for since in _begins(spans)]
    freed = []
    for seat, until in ended:
        on = until.astimezone(zone).date()
        freed.append(SeatFreed(*seat, on, _monthly(seat, on, causes[seat], spells, book, zone)))
    given = [SeatGiven(*seat, since.astimezone(zone).date()) for seat, since in begun if seat[1] in skus]
    return realised(decided, freed, given, await _lowered(db, tenant, at, skus, zone))


async def _decided(db: psycopg.AsyncConnection[Any], tenant: TenantId, at: Moment, zone: ZoneInfo) -> list[Decided]:
    """Every decision up to the moment, those replaced since included, in the order they were made."""
    found = await rows(
        db,
        f"""
        SELECT DISTINCT f.user_id, f.sku_id, f.cause, f.tier, f.decision, f.decided_at FROM {known("findings")} f
        WHERE f.decision IS NOT NULL AND f.valid_from < %(at)s ORDER BY f.decided_at
        """,
        {"tenant": tenant, "position": at.position, "at": at.at},
    )
    return [
        Decided(user, sku, Cause(cause), Tier(tier), Decision(decision), decided_at.astimezone(zone).date())
        for user, sku, cause, tier, decision, decided_at in found
    ]


_Span = tuple[datetime, datetime]


async def _spells(
    db: psycopg.AsyncConnection[Any], tenant: TenantId, at: Moment, users: Iterable[UserId], skus: Iterable[SkuId]
) -> Mapping[_Seat, Sequence[_Span]]:
    """Stretches in which these users held anything, and anybody these products, without breaks, in order."""
    found = await rows(
        db,
        f"""
        SELECT s.user_id, s.sku_id, s.valid_from, s.valid_until FROM {known("idle_licences")} s
        WHERE s.valid_from < %(at)s AND (s.user_id = ANY (%(users)s::uuid[]) OR s.sku_id = ANY (%(skus)s::uuid[]))
        ORDER BY s.user_id, s.sku_id, s.valid_from
        """,
        {"tenant": tenant, "position": at.position, "at": at.at, "users": list(users), "skus": list(skus)},
    )
    spells: dict[_Seat, list[_Span]] = defaultdict(list)
    for user, sku, since, until in found:
        spans = spells[user, sku]
        if spans and spans[-1][1] == since:
            spans[-1] = (spans[-1][0], until)
        else:
            spans.append((since, until))
    return spells


def _ends(spans: Sequence[_Span], at: Moment) -> list[datetime]:
    return [until for _, until in spans if until < at.at]


def _begins(spans: Sequence[_Span]) -> list[datetime]:
    return [since for since, _ in spans]


def _monthly(
    seat: _Seat, on: date, cause: Cause, spells: Mapping[_Seat, Sequence[_Span]], book: PriceBook, zone: ZoneInfo
) -> Money | None:
    """What the seat cost; of one exchanged for a cheaper product, the difference of the two prices. None: not known."""
    price = book.price_on(seat[1], on)
    if price is None or cause is not Cause.DOWNGRADE:
        return None if price is None else price.monthly
    instead = [
        (abs((since.astimezone(zone).date() - on).days), other)
        for (user, other), spans in spells.items()
        if user == seat[0] and other != seat[1]
        for since in _begins(spans)
    ]
    near = [other for days, other in sorted(instead) if days <= EXCHANGED_WITHIN_DAYS]
    cheaper = book.price_on(near[0], on) if near else None
    if cheaper is None or cheaper.monthly.currency != price.monthly.currency:
        return None
    return price.monthly - cheaper.monthly


async def _lowered(
    db: psycopg.AsyncConnection[Any], tenant: TenantId, at: Moment, skus: Iterable[SkuId], zone: ZoneInfo
) -> list[UnitsLowered]:
    """Days at whose end fewer units were enabled than at the end of the day before."""
    found = await rows(
        db,
        f"""
        SELECT s.sku_id, s.valid_from, s.valid_until, s.enabled FROM {known("sku_units")} s
        WHERE s.valid_from < %(at)s AND s.sku_id = ANY (%(skus)s::uuid[]) ORDER BY s.sku_id, s.valid_from
        """,
        {"tenant": tenant, "position": at.position, "at": at.at, "skus": list(skus)},
    )
    by_day: dict[SkuId, dict[date, int]] = defaultdict(dict)
    ends: dict[SkuId, datetime] = {}
    for sku, since, until, enabled in found:
        if sku in ends and ends[sku] < since:
            by_day[sku][ends[sku].astimezone(zone).date()] = 0
        if enabled is not None:
            by_day[sku][since.astimezone(zone).date()] = enabled
        ends[sku] = until
    for sku, until in ends.items():
        if until < at.at:
            by_day[sku][until.astimezone(zone).date()] = 0
    lowered = []
    for sku, counts in by_day.items():
        before = 0
        for on, enabled in sorted(counts.items()):
            if enabled < before:
                lowered.append(UnitsLowered(sku, before - enabled, on))
            before = enabled
    return lowered
