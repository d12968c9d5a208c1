"""What the replay says telephone calls cost: a second sum, row by row, of what the logs and the customer's cards say.

What a card makes of one call is the domain's rule, taken as it is.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any
from uuid import UUID

from app.audit.amounts import Amount, shown
from app.audit.customer import Customer
from app.audit.expected_seats import Nodes, user_id
from app.audit.month import rates_of
from app.audit.replay import WholeReplay
from app.audit.rows_of_seats import plain
from app.domain.events.charging import CallWay, DirectRoutingCall, PhoneCall, PstnCall
from app.domain.ids import TenantId, UserId
from app.domain.money import Money
from app.domain.period import day_ends
from app.domain.phone_costs import CarriedCall, RateCard, RateCards, way_of
from app.domain.price_book import RateBook
from app.domain.small_groups import told_together
from app.domain.stand_ins import at_least, span_of

DEPARTMENT = "DEPARTMENT"
GROUPINGS = (DEPARTMENT, "COUNTRY", "DIRECTION", "USER", "DAY", "CAPABILITY")


@dataclass(frozen=True, slots=True)
class Row:
    """A row of either log on its civil day. `cost` None: not known; `unpriced`: so that the sum lacks it.

    `carried`: by another carrier, whose calls are converted one by one; charges are, summed by day.
    """

    call: PhoneCall
    on: date
    cost: Money | None
    unpriced: bool
    carried: bool


@dataclass(slots=True)
class _Group:
    rows: int = 0
    seconds: int = 0
    people: set[UserId] = field(default_factory=set)
    amount: Amount = field(default_factory=Amount)
    charged: dict[tuple[date, str], Money] = field(default_factory=dict)

    def take(self, row: Row, rates: RateBook, currency: str) -> None:
        self.rows += 1
        self.seconds += row.call.seconds or 0
        self.amount.unpriced += row.unpriced
        if row.call.user is not None:
            self.people.add(row.call.user)
        if row.cost is not None and row.carried:
            self._add(row.cost, row.on, rates, currency)
        elif row.cost is not None:
            key = (row.on, row.cost.currency)
            self.charged[key] = self.charged[key] + row.cost if key in self.charged else row.cost

    def settle(self, rates: RateBook, currency: str) -> None:
        """Nothing more is taken: convert what was charged."""
        for (on, _), cost in self.charged.items():
            self._add(cost, on, rates, currency)

    def _add(self, cost: Money, on: date, rates: RateBook, currency: str) -> None:
        worth = rates.convert(cost, currency, on) if cost.amount else cost
        self.amount.add(cost.currency, Fraction(cost.amount), None if worth is None else Fraction(worth.amount))

    def join(self, other: "_Group") -> None:
        self.rows += other.rows
        self.seconds += other.seconds
        self.amount.take(other.amount)

    @property
    def known(self) -> Amount | None:
        return None if self.amount.unpriced and self.amount.unpriced == self.rows else self.amount


def rows_of(replay: WholeReplay, customer: Customer, since: date, until: date) -> list[Row]:
    """The calls that began on the days of [since, until), up to the moment's, each with what it cost."""
    cut, policy = replay.cut, customer.policy
    cards = RateCards(
        (
            RateCard(card.carrier, card.currency, card.effective_from, card.rows)
            for card, _ in replay.rates.cards.values()
        ),
        policy.currency,
    )
    found = []
    calls: list[PhoneCall] = [*replay.phone_logs.charged.values(), *replay.phone_logs.routed.values()]
    for call in calls:
        began = call.began_at.astimezone(cut.zone)
        if not (since <= began.date() < until and began.date() <= cut.on):
            continue
        carrier = call.trunk if isinstance(call, DirectRoutingCall) else _carrier(call)
        if isinstance(call, DirectRoutingCall) or carrier is not None:
            way = way_of(call.kind)
            number = plain(call.caller if way is CallWay.IN else call.callee)
            cost = cards.cost_of(CarriedCall(carrier, way, number, began, call.seconds))
            found.append(Row(call, began.date(), cost, unpriced=cost is None, carried=True))
        elif isinstance(call, PstnCall):
            cost = _charge(call, fee_inside=policy.connection_fee_inside)
            unpriced = cost is None and call.seconds != 0
            found.append(Row(call, began.date(), cost, unpriced, carried=False))
    return found


def _carrier(call: PhoneCall) -> str | None:
    """The operator that sends the bill; None: Microsoft does."""
    operator = call.operator if isinstance(call, PstnCall) else None
    return None if operator is None or operator.lower().startswith("microsoft") else operator


def _charge(call: PstnCall, *, fee_inside: bool) -> Money | None:
    if call.charge is None or call.currency is None:
        return None
    fee = call.connection_charge
    return Money(call.charge if fee is None or fee_inside else call.charge + fee, call.currency)


def phone_costs_of(
    tenant: TenantId, replay: WholeReplay, customer: Customer, rows: list[Row], since: date, until: date, by: str
) -> Nodes:
    """The report by one grouping, as GraphQL tells it, by line."""
    currency, rates = customer.policy.currency, rates_of(replay)
    key_of = _key_of(replay, by)
    groups: dict[str | None, _Group] = {}
    for row in rows:
        groups.setdefault(key_of(row), _Group()).take(row, rates, currency)
    total = _Group()
    for each in groups.values():
        each.settle(rates, currency)
        total.join(each)
    together: frozenset[str | None] = frozenset()
    if by == DEPARTMENT:
        together = told_together({key: at_least(each.people) for key, each in groups.items()})
    lines = [(key, groups[key], 0) for key in sorted(groups.keys() - together, key=_by_key)]
    if together:
        small = _Group()
        for key in together:
            small.join(groups[key])
        lines.append((None, small, len(together)))
    told = shown([group.known for _, group, _ in lines], currency, kept_places=None)
    (whole,) = shown([total.known], currency, kept_places=None)
    ends = max(since, min(until, date.fromordinal(replay.cut.on.toordinal() + 1)))
    nodes: dict[tuple[Any, ...], Mapping[str, Any]] = {
        (by, "total"): _node(None, total, whole, 0),
        (by, "report"): {"since": since.isoformat(), "until": ends.isoformat()},
    }
    for nth, ((key, group, small_groups), cost) in enumerate(zip(lines, told, strict=True)):
        nodes[by, "group", nth] = _node(_told_key(tenant, by, key), group, cost, small_groups)
    return nodes


def _by_key(key: str | None) -> tuple[bool, str]:
    return key is None, key or ""


def _node(key: str | None, group: _Group, cost: Any, small: int) -> Mapping[str, Any]:
    return {
        "key": key,
        "calls": group.rows,
        "seconds": group.seconds,
        "unpricedCalls": group.amount.unpriced,
        "cost": cost,
        "smallGroups": small,
    }


def _told_key(tenant: TenantId, by: str, key: str | None) -> str | None:
    """Users are ordered by their object ids and told by SUA's own."""
    return user_id(tenant, UserId(UUID(key))) if by == "USER" and key is not None else key


def _key_of(replay: WholeReplay, by: str) -> Callable[[Row], str | None]:
    cut = replay.cut

    def department(row: Row) -> str | None:
        if row.call.user is None:
            return None
        ends = day_ends(row.on, cut.zone)
        kept = [each for each in replay.places.get(row.call.user, ()) if each.valid_from < ends <= each.valid_until]
        if kept:
            return (kept[0].department or "").strip(" ") or None
        account = replay.days.account_at(row.call.user, ends)
        return ((account.place[0] if account else None) or "").strip(" ") or None

    def user(row: Row) -> str | None:
        return None if row.call.user is None or span_of(row.call.user) is not None else str(row.call.user)

    return {
        DEPARTMENT: department,
        "COUNTRY": lambda row: row.call.destination if isinstance(row.call, PstnCall) else None,
        "DIRECTION": lambda row: row.call.kind,
        "USER": user,
        "DAY": lambda row: row.on.isoformat(),
        "CAPABILITY": lambda row: row.call.licence_capability if isinstance(row.call, PstnCall) else None,
    }[by]
