"""Random telephone logs with rate cards, learned late and out of order; and what the calls cost, row by row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import hypothesis.strategies as st

from app.domain.catalogue import CATALOGUE
from app.domain.events import Event
from app.domain.events.charging import (
    CallWay,
    DirectRoutingCall,
    DirectRoutingCallLogged,
    PstnCall,
    PstnCallCharged,
    RateCardSet,
    RateRow,
)
from app.domain.events.licensing import ProfileChanged, UserDiscovered
from app.domain.events.pricing import ExchangeRateSet
from app.domain.ids import LogRowId
from app.domain.money import Money
from app.domain.period import day_ends
from app.domain.personal import Personal
from app.domain.phone_costs import CarriedCall, RateCard, RateCards, way_of
from app.domain.policy import Policy, policy_changed
from app.domain.price_book import Rate, RateBook
from app.insight.phone_costs import PhoneCostsBy
from tests.insight.money_logs import Story, rated
from tests.projections.asking import CONSENTED, INVITED
from tests.projections.story import ANNA, BERT, day, discovered, named, profile

EUROS = Policy(90, 30, "Europe/Berlin", "EUR")
TRUNK, OPERATOR = "sbc1.contoso.example", "orbit"
PLAN = next(plan for plan, name in CATALOGUE.plan_names.items() if name == "MCOPSTN1")
CALLING_PLAN = next(sku for sku, product in CATALOGUE.products.items() if product.plans == {PLAN})


def charged(at: datetime, row: object = "row", **changed: Any) -> PstnCallCharged:
    plain: dict[str, Any] = dict.fromkeys(PstnCall.model_fields)
    plain |= {"charge": Decimal("0.10"), "connection_charge": Decimal("0.05"), "currency": "EUR", "seconds": 60}
    plain |= {"row": LogRowId(named(f"pstn {row}")), "user": ANNA, "began_at": at, "kind": "user_out"}
    return PstnCallCharged(happened_at=at, call=PstnCall(**plain | changed))


def logged(at: datetime, row: object = "row", **changed: Any) -> DirectRoutingCallLogged:
    plain: dict[str, Any] = dict.fromkeys(DirectRoutingCall.model_fields)
    plain |= {"row": LogRowId(named(f"dr {row}")), "user": BERT, "began_at": at, "seconds": 61, "kind": "ByotOut"}
    plain |= {"trunk": TRUNK, "callee": Personal.alone("+4930123***")}
    return DirectRoutingCallLogged(happened_at=at, call=DirectRoutingCall(**plain | changed))


def rate_row(per_minute: str = "0.12") -> RateRow:
    return RateRow(
        prefix="49",
        way=CallWay.OUT,
        weekdays=(),
        begins=0,
        ends=24 * 60,
        setup_fee=Decimal("0.05"),
        per_minute=Decimal(per_minute),
        minimum_seconds=60,
        first_seconds=60,
        next_seconds=1,
        fee_on_attempt=False,
    )


def card(at: datetime, carrier: str = TRUNK, since: date = date(2026, 1, 1), per_minute: str = "0.12") -> RateCardSet:
    return RateCardSet(
        happened_at=at, carrier=carrier, currency="EUR", effective_from=since, rows=(rate_row(per_minute),)
    )


users = st.sampled_from([ANNA, BERT, None])
amounts = st.none() | st.decimals("0", "9", places=4)
seconds = st.none() | st.sampled_from([0, 1, 59, 61, 3600])
currencies = st.sampled_from(["EUR", "EUR", "USD"])
numbers = st.sampled_from(["+4930123***", "+4917***", "+331234567", None])
kinds = st.sampled_from(["user_out", "user_in", "ByotOut", "ByotIn", None])


def _pstn(draw: st.DrawFn, at: datetime) -> Event:
    operator = draw(st.sampled_from([None, "Microsoft", "Orbit"]))
    number = draw(numbers)
    return charged(
        at,
        draw(st.integers(0, 6)),
        user=draw(users),
        charge=draw(amounts),
        connection_charge=draw(amounts),
        currency=draw(currencies),
        seconds=draw(seconds),
        kind=draw(kinds),
        operator=operator,
        callee=number and Personal.alone(number),
        destination=draw(st.sampled_from(["France", None])),
    )


def _direct(draw: st.DrawFn, at: datetime) -> Event:
    number, trunk = draw(numbers), draw(st.sampled_from([TRUNK, "other", None]))
    given: dict[str, Any] = {"user": draw(users), "seconds": draw(seconds), "kind": draw(kinds), "trunk": trunk}
    return logged(at, draw(st.integers(0, 6)), callee=number and Personal.alone(number), **given)


def _card(draw: st.DrawFn, at: datetime) -> Event:
    since = at.date() + timedelta(days=draw(st.integers(-30, 10)))
    return card(at, draw(st.sampled_from([TRUNK, OPERATOR])), since, draw(st.sampled_from(["0.12", "1"])))


def _profile(draw: st.DrawFn, at: datetime) -> Event:
    changed = profile("Ann", draw(st.sampled_from([None, "Sales", "Ops"])))
    return ProfileChanged(happened_at=at, user=draw(st.sampled_from([ANNA, BERT])), profile=changed)


def _rate(draw: st.DrawFn, at: datetime) -> Event:
    return rated(at, at.date() - timedelta(days=draw(st.integers(0, 20))), "1.25")


_FACTS = st.sampled_from([_pstn, _pstn, _direct, _direct, _card, _profile, _rate])


@st.composite
def phone_stories(draw: st.DrawFn) -> Story:
    now = day(1)
    facts: list[Event] = [INVITED, CONSENTED, policy_changed(EUROS, now), discovered(now), discovered(now, BERT)]
    story = [(now, fact) for fact in [*facts, card(now)]]
    for _ in range(draw(st.integers(1, 40))):
        now += draw(st.sampled_from([timedelta(), timedelta(hours=9), timedelta(days=3)]))
        late = draw(st.sampled_from([timedelta(), timedelta(hours=30), timedelta(days=9)]))
        story.append((now, draw(_FACTS)(draw, now - late)))
    return story


def costs_read(
    facts: Sequence[Event], by: PhoneCostsBy, since: date, until: date
) -> dict[str | None, tuple[int, int, int, object]]:
    zone = ZoneInfo(EUROS.time_zone)
    calls = {fact.call.row: fact.call for fact in facts if isinstance(fact, PstnCallCharged | DirectRoutingCallLogged)}
    stated = [RateCard(f.carrier, f.currency, f.effective_from, f.rows) for f in facts if isinstance(f, RateCardSet)]
    cards = RateCards(stated, "EUR")
    rates = RateBook([Rate(f.base, f.quote, f.rate, f.on, f.source) for f in facts if isinstance(f, ExchangeRateSet)])
    lines: defaultdict[str | None, list[tuple[int, bool, Money | None, date]]] = defaultdict(list)
    for call in calls.values():
        began = call.began_at.astimezone(zone)
        if not since <= began.date() < until:
            continue
        carrier = call.operator if isinstance(call, PstnCall) else call.trunk
        if isinstance(call, PstnCall) and carrier in (None, "Microsoft"):
            told_of = call.charge is not None
            cost = (
                Money(call.charge + (call.connection_charge or 0), call.currency or "")
                if call.charge is not None
                else None
            )
            unpriced = not told_of and call.seconds != 0
        else:
            way = way_of(call.kind)
            other = call.caller if way is CallWay.IN else call.callee
            number = None if other is None else other.value
            cost = cards.cost_of(CarriedCall(carrier, way, number, began, call.seconds))
            unpriced = cost is None
        lines[_key(call, by, facts, began.date())].append((call.seconds or 0, unpriced, cost, began.date()))
    return {key: _line(each, rates) for key, each in lines.items()}


def _line(calls: list[tuple[int, bool, Money | None, date]], rates: RateBook) -> tuple[int, int, int, object]:
    unpriced = sum(each[1] for each in calls)
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    total: Decimal | None = Decimal(0)
    for _, _, cost, on in calls:
        if cost is not None:
            sums[cost.currency] += cost.amount
            if cost.amount:
                converted = rates.convert(cost, "EUR", on)
                total = None if total is None or converted is None else total + converted.amount
    told_of = None if unpriced == len(calls) else ({code: round(each, 9) for code, each in sums.items() if each}, total)
    return len(calls), sum(each[0] for each in calls), unpriced, _rounded(told_of)


def _rounded(told_of: Any) -> object:
    return told_of and (told_of[0], None if told_of[1] is None else round(told_of[1], 9))


def _key(call: PstnCall | DirectRoutingCall, by: PhoneCostsBy, facts: Sequence[Event], on: date) -> str | None:
    match by:
        case PhoneCostsBy.COUNTRY:
            return call.destination if isinstance(call, PstnCall) else None
        case PhoneCostsBy.DIRECTION:
            return call.kind
        case PhoneCostsBy.USER:
            return None if call.user is None else str(call.user)
        case PhoneCostsBy.DAY:
            return on.isoformat()
        case _:
            return _department(facts, call.user, day_ends(on, ZoneInfo(EUROS.time_zone)))


def _charged(call: PstnCall) -> Money | None:
    if call.charge is None or call.currency is None:
        return None
    return Money(call.charge + (call.connection_charge or 0), call.currency)


def _department(facts: Sequence[Event], user: object, end: datetime) -> str | None:
    of_user = [
        fact
        for fact in facts
        if isinstance(fact, UserDiscovered | ProfileChanged) and fact.user == user and fact.happened_at < end
    ]
    return of_user[-1].profile.department if any(isinstance(fact, UserDiscovered) for fact in of_user) else None
