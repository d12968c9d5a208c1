"""What telephone calls cost: rows of both telephone logs, by whom, where to and how, as of and as known at any moment.

Calls Microsoft carried cost what it charged; those of other carriers what their rate cards say. No row is in both logs.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg

from app.domain.errors import Refused
from app.domain.events.charging import CallWay
from app.domain.ids import TenantId
from app.domain.money import Money
from app.domain.phone_costs import CarriedCall, RateCards, charged, way_of
from app.domain.price_book import RateBook, Total, total_of
from app.domain.small_groups import told_together
from app.domain.stand_ins import IS_STAND_IN, at_least
from app.insight.costs import days_between
from app.projections import exchange_rates, rate_cards
from app.projections.reading import Moment, known, rows
from app.projections.tenants import TenantRow

DAYS_MAX = 400


class RangeTooLong(Refused):
    """More than DAYS_MAX days at once: ask for fewer."""

    code: ClassVar[str] = "RANGE_TOO_LONG"


class PhoneCostsBy(StrEnum):
    """What costs are told of. DEPARTMENT: the user's on the call's day. COUNTRY: where to, as Microsoft's log names it.

    DIRECTION: Graph's kind of call (user_out, ByotIn). CAPABILITY: the licence that carried it.
    """

    DEPARTMENT = "DEPARTMENT"
    COUNTRY = "COUNTRY"
    DIRECTION = "DIRECTION"
    USER = "USER"
    DAY = "DAY"
    CAPABILITY = "CAPABILITY"


@dataclass(frozen=True, slots=True)
class PhoneCostLine:
    """Calls with one key; None: not told, or users of months whose details are gone.

    `cost` None: nothing of it is known, and it leaves out `unpriced` rows. `small_groups`: so many groups, some of them
    of too few people, are told together in this line, whose key is None.
    """

    key: str | None
    rows: int
    seconds: int
    unpriced: int
    cost: Total | None
    small_groups: int = 0


@dataclass(frozen=True, slots=True)
class PhoneCosts:
    """Calls that began on the days of [since, until), in the customer's time zone.

    `lines` by key, None last, and small groups together after it.
    """

    since: date
    until: date
    group_by: PhoneCostsBy
    lines: tuple[PhoneCostLine, ...]
    total: PhoneCostLine


@dataclass(slots=True)
class _Line:
    rows: int = 0
    seconds: int = 0
    unpriced: int = 0
    amounts: list[tuple[Money, date]] = field(default_factory=list)
    people: set[UUID] = field(default_factory=set)

    def take(self, other: "_Line") -> None:
        self.rows += other.rows
        self.seconds += other.seconds
        self.unpriced += other.unpriced
        self.amounts += other.amounts

    def add(self, rows: int, seconds: int, unpriced: int, cost: Money | None, on: date) -> None:
        self.rows += rows
        self.seconds += seconds
        self.unpriced += unpriced
        if cost is not None:
            self.amounts.append((cost, on))


async def pstn_costs(
    db: psycopg.AsyncConnection[Any],
    tenant: TenantId,
    at: Moment,
    row: TenantRow,
    since: date,
    until: date,
    group_by: PhoneCostsBy,
    *,
    persons: bool,
) -> PhoneCosts:
    """The cost of the calls of [since, until) up to the moment's day. More than DAYS_MAX days: RANGE_TOO_LONG.

    `row`: the tenant's of the moment. A corrected row counts as it was known; currencies are converted by call day.
    `persons`: the answer may tell of persons; else departments of few people with a call are told together.
    """
    until = min(until, at.on + timedelta(days=1))
    if (until - since).days > DAYS_MAX:
        raise RangeTooLong(f"At most {DAYS_MAX} days at once, not {(until - since).days}.")
    days = days_between(since, until)
    lines: defaultdict[str | None, _Line] = defaultdict(_Line)
    if days:
        await _charged(db, _asked(tenant, at, days), row, group_by, days, lines)
        await _carried(db, _asked(tenant, at, days), at, row, group_by, days, lines)
    rates = RateBook(await exchange_rates.rates_at(db, tenant, at))
    total = _Line()
    for each in lines.values():
        total.take(each)
    together: frozenset[str | None] = frozenset()
    if not persons and group_by is PhoneCostsBy.DEPARTMENT:
        together = told_together({key: at_least(line.people) for key, line in lines.items()})
    keys = sorted(lines.keys() - together, key=lambda key: (key is None, key or ""))
    told = [_told(key, lines[key], row, rates) for key in keys]
    if together:
        small = _Line()
        for key in together:
            small.take(lines[key])
        told.append(replace(_told(None, small, row, rates), small_groups=len(together)))
    return PhoneCosts(since, max(since, until), group_by, tuple(told), _told(None, total, row, rates))


def _told(key: str | None, line: _Line, row: TenantRow, rates: RateBook) -> PhoneCostLine:
    unknown = line.unpriced and line.unpriced == line.rows
    cost = None if unknown else total_of(line.amounts, row.policy.currency, rates)
    return PhoneCostLine(key, line.rows, line.seconds, line.unpriced, cost)


async def _charged(
    db: psycopg.AsyncConnection[Any],
    asked: dict[str, object],
    row: TenantRow,
    group_by: PhoneCostsBy,
    days: Sequence[date],
    lines: defaultdict[str | None, _Line],
) -> None:
    """Rows of the PSTN log that Microsoft carried, summed by key, day and currency. A null fee is none."""
    found = await rows(
        db,
        f"""
        SELECT {_KEYS[group_by]}, {_DAY}, CASE WHEN {_IS_CHARGED} THEN c.currency END, count(*),
               coalesce(sum(c.seconds), 0), count(*) FILTER (WHERE NOT {_IS_CHARGED} AND c.seconds IS DISTINCT FROM 0),
               sum(c.charge) FILTER (WHERE {_IS_CHARGED}), sum(c.connection_charge) FILTER (WHERE {_IS_CHARGED}),
               array_agg(DISTINCT c.user_id) FILTER (WHERE c.user_id IS NOT NULL)
        FROM pstn_charges c {_place(group_by)} WHERE {_KNOWN} AND NOT {_IS_CARRIED} GROUP BY 1, 2, 3
        """,
        asked,
    )
    for key, nth, currency, count, seconds, unpriced, charge, fee, people in found:
        cost = charged(charge, fee, currency, fee_inside=row.policy.connection_fee_inside)
        line = lines[_text(key, days)]
        line.add(count, int(seconds), unpriced, cost, days[nth])
        line.people.update(people or ())


async def _carried(
    db: psycopg.AsyncConnection[Any],
    asked: dict[str, object],
    at: Moment,
    row: TenantRow,
    group_by: PhoneCostsBy,
    days: Sequence[date],
    lines: defaultdict[str | None, _Line],
) -> None:
    """Rows of other carriers, each by its rate card: rounding up is of every call."""
    cards = RateCards(await rate_cards.cards_at(db, row.tenant, at), row.policy.currency)
    zone = ZoneInfo(at.zone)
    for table, carrier, condition in (
        ("pstn_charges", "c.operator", _IS_CARRIED),
        ("direct_routing_calls", "c.trunk", "true"),
    ):
        key = _KEYS[group_by]
        if table == "direct_routing_calls" and group_by in _ONLY_CHARGED:
            key = "NULL"
        found = await rows(
            db,
            f"""
            SELECT {key}, {_DAY}, {carrier}, c.kind, c.caller, c.callee, c.began_at, c.seconds, c.user_id
            FROM {table} c {_place(group_by)} WHERE {_KNOWN} AND {condition}
            """,
            asked,
        )
        for key_found, nth, name, kind, caller, callee, began_at, seconds, user in found:
            call = _call(name, kind, caller, callee, began_at.astimezone(zone), seconds)
            cost = cards.cost_of(call)
            line = lines[_text(key_found, days)]
            line.add(1, seconds or 0, int(cost is None), cost, days[nth])
            line.people.update(() if user is None else (user,))


def _call(
    carrier: str | None, kind: str | None, caller: str | None, callee: str | None, began: datetime, seconds: int | None
) -> CarriedCall:
    way = way_of(kind)
    return CarriedCall(carrier, way, caller if way is CallWay.IN else callee, began, seconds)


_ONLY_CHARGED = frozenset({PhoneCostsBy.COUNTRY, PhoneCostsBy.CAPABILITY})
"""What the Direct Routing log does not tell."""

_DAY = "width_bucket(c.began_at, %(ends)s::timestamptz[])"
_KEYS = {
    PhoneCostsBy.DEPARTMENT: "nullif(trim(coalesce(u.department, s.department)), '')",
    PhoneCostsBy.COUNTRY: "c.destination",
    PhoneCostsBy.DIRECTION: "c.kind",
    PhoneCostsBy.USER: f"CASE WHEN NOT {IS_STAND_IN.format('c.user_id')} THEN c.user_id::text END",
    PhoneCostsBy.DAY: _DAY,
    PhoneCostsBy.CAPABILITY: "c.licence_capability",
}
_KNOWN = """
    c.tenant_id = %(tenant)s AND c.since_position <= %(position)s AND c.until_position > %(position)s
    AND c.began_at >= %(begins)s AND c.began_at < %(last)s
"""
_IS_CHARGED = "(c.charge IS NOT NULL AND c.currency IS NOT NULL)"
_IS_CARRIED = "(c.operator IS NOT NULL AND lower(c.operator) NOT LIKE 'microsoft%%')"
"""By an operator of Operator Connect, who sends the bill."""


def _place(group_by: PhoneCostsBy) -> str:
    """The user, or who stands in for them, as they were at the end of the call's day, where that is asked for."""
    if group_by is not PhoneCostsBy.DEPARTMENT:
        return ""
    ends = f"(%(ends)s::timestamptz[])[{_DAY} + 1]"
    return f"""
        LEFT JOIN {known("users")} u ON u.tenant_id = c.tenant_id AND u.user_id = c.user_id
         AND u.valid_from < {ends} AND u.valid_until >= {ends}
        LEFT JOIN call_stand_ins s ON s.tenant_id = c.tenant_id AND s.user_id = c.user_id
         AND s.since_position <= %(position)s AND s.until_position > %(position)s
         AND s.valid_from < {ends} AND s.valid_until >= {ends}
    """


def _text(key: object, days: Sequence[date]) -> str | None:
    """Days come as their place among the days asked of."""
    return days[key].isoformat() if isinstance(key, int) else None if key is None else str(key)


def _asked(tenant: TenantId, at: Moment, days: Sequence[date]) -> dict[str, object]:
    ends = [at.day_ends(on) for on in days]
    return {
        "tenant": tenant,
        "position": at.position,
        "ends": ends,
        "begins": at.day_begins(days[0]),
        "last": ends[-1],
    }
