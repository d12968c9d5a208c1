"""Random logs of seats, units, prices and rates, learned late and out of order; and what they cost, day by day."""

from __future__ import annotations

from calendar import monthrange
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import hypothesis.strategies as st

from app.domain.events import Event
from app.domain.events.licensing import (
    LicenceAssigned,
    LicenceRemoved,
    ProfileChanged,
    SeatsChanged,
    SkuLapsed,
    SkuSubscribed,
    UserDiscovered,
)
from app.domain.events.pricing import ExchangeRateSet, Per, PriceSet, PriceSource, PriceWithdrawn, Term
from app.domain.events.tenancy import PoolPolicy
from app.domain.ids import SkuId, UserId
from app.domain.money import Money
from app.domain.period import day_ends
from app.domain.policy import DEFAULT_POLICY, Policy, policy_changed
from app.domain.price_book import PriceBook, PriceLine, Rate, RateBook
from tests.projections.asking import CONSENTED, INVITED
from tests.projections.story import ANNA, BERT, CARL, E3, E5, OPS, SALES, assigned, day, discovered, profile, removed

Story = list[tuple[datetime, Event]]

USERS, SKUS = (ANNA, BERT, CARL), (E3, E5)
_DEPARTMENTS = st.sampled_from([None, "", "Sales", "Ops"])
_LATE = st.sampled_from([timedelta(), timedelta(), timedelta(hours=5), timedelta(days=5), timedelta(days=40)])

policies = st.builds(
    lambda zone, currency, pool, billed: replace(
        DEFAULT_POLICY, time_zone=zone, currency=currency, pool=pool, pool_owner="IT", grace_billed=billed
    ),
    st.sampled_from(["UTC", "Europe/Berlin", "America/New_York"]),
    st.sampled_from(["EUR", "USD"]),
    st.sampled_from(PoolPolicy),
    st.booleans(),
)


@st.composite
def money_stories(draw: st.DrawFn, most: int = 40) -> tuple[Policy, Story]:
    """Facts with the time each was recorded, which never decreases."""
    policy, now = draw(policies), day(1)
    told: list[Event] = [INVITED, CONSENTED, policy_changed(policy, now)]
    told += [fact(now, user) for user in USERS for fact in (discovered, assigned)]
    told += [units(now, sku, 2) for sku in SKUS] + [priced(now, E5, "36.00", now.date())]
    story = [(now, fact) for fact in told]
    for _ in range(draw(st.integers(1, most))):
        now += draw(st.sampled_from([timedelta(), timedelta(hours=9), timedelta(days=1), timedelta(days=8)]))
        story.append((now, draw(_FACTS)(draw, now - draw(_LATE))))
    return policy, story


def units(at: datetime, sku: SkuId = E5, enabled: int = 1, warning: int = 0) -> SeatsChanged:
    return SeatsChanged(
        happened_at=at, sku=sku, enabled=enabled, warning=warning, suspended=0, locked_out=0, consumed=0
    )


def priced(
    at: datetime, sku: SkuId = E5, amount: str = "36.00", since: date = date(2026, 1, 1), **changed: Any
) -> PriceSet:
    plain: dict[str, Any] = {
        "source": PriceSource.LIST,
        "lot": "",
        "currency": "EUR",
        "per": Per.MONTH,
        "term": Term.MONTHLY,
        "effective_until": None,
        "quantity": None,
        "commit_floor": None,
        "tax_included": False,
    }
    return PriceSet(happened_at=at, sku=sku, amount=Decimal(amount), effective_from=since, **{**plain, **changed})


def rated(at: datetime, on: date, rate: str = "1.10") -> ExchangeRateSet:
    return ExchangeRateSet(happened_at=at, base="EUR", quote="USD", rate=Decimal(rate), on=on, source="ECB")


def _units(draw: st.DrawFn, at: datetime) -> Event:
    sku = draw(st.sampled_from(SKUS))
    facts = [
        units(at, sku, draw(st.integers(0, 4)), draw(st.integers(0, 2))),
        SkuSubscribed(happened_at=at, sku=sku, part_number="E5", applies_to="User", plans=()),
        SkuLapsed(happened_at=at, sku=sku),
    ]
    return draw(st.sampled_from([facts[0], *facts]))


def _price(draw: st.DrawFn, at: datetime) -> Event:
    sku, since = draw(st.sampled_from(SKUS)), at.date() + timedelta(days=draw(st.integers(-40, 20)))
    source = draw(st.sampled_from(PriceSource))
    if not draw(st.integers(0, 4)):
        return PriceWithdrawn(happened_at=at, sku=sku, source=source, lot="", effective_from=since)
    until = draw(st.none() | st.integers(1, 60).map(lambda days: since + timedelta(days=days)))
    currency, per = draw(st.sampled_from(["EUR", "EUR", "USD"])), draw(st.sampled_from(Per))
    amount = draw(st.sampled_from(["36.00", "57.00", "10.1234"]))
    return priced(at, sku, amount, since, source=source, currency=currency, per=per, effective_until=until)


def _rate(draw: st.DrawFn, at: datetime) -> Event:
    return rated(at, at.date() + timedelta(days=draw(st.integers(-30, 5))), draw(st.sampled_from(["1.10", "0.9"])))


def _seat(draw: st.DrawFn, at: datetime) -> Event:
    of = (draw(st.sampled_from(USERS)), draw(st.sampled_from(SKUS)), draw(st.sampled_from([None, SALES, OPS])))
    return draw(st.sampled_from([assigned, assigned, removed]))(at, *of)


def _profile(draw: st.DrawFn, at: datetime) -> Event:
    user, changed = draw(st.sampled_from(USERS)), profile("Ann", draw(_DEPARTMENTS))
    return ProfileChanged(happened_at=at, user=user, profile=changed)


_FACTS = st.sampled_from([_units, _price, _rate, _seat, _seat, _profile])


@dataclass(frozen=True, slots=True)
class DayOracle:
    """A log as known, read anew for every day: the state is the fold of what happened before the day's end."""

    facts: Sequence[Event]
    policy: Policy

    def seats_on(self, on: date) -> list[tuple[UserId, SkuId, str | None]]:
        """Every seat with its holder's department."""
        paths: dict[tuple[UserId, SkuId], set[object]] = {}
        places: dict[UserId, str | None] = {}
        for fact in self._before(on):
            match fact:
                case LicenceAssigned():
                    paths.setdefault((fact.user, fact.sku), set()).add(fact.via)
                case LicenceRemoved():
                    paths.setdefault((fact.user, fact.sku), set()).discard(fact.via)
                case UserDiscovered():
                    places[fact.user] = fact.profile.department
                case ProfileChanged(user=user) if user in places:
                    places[user] = fact.profile.department
        return [(user, sku, places.get(user)) for (user, sku), held in paths.items() if held]

    def paid_on(self, on: date, sku: SkuId) -> int | None:
        """None: not read, as on days on which nothing at all is listed."""
        bought: tuple[int, int] | None = None
        listed = False
        for fact in self._before(on):
            match fact:
                case SeatsChanged() if fact.sku == sku:
                    bought, listed = (fact.enabled, fact.warning), True
                case SkuSubscribed() if fact.sku == sku:
                    listed = True
                case SkuLapsed() if fact.sku == sku:
                    bought, listed = None, False
        if not listed:
            return 0 if self._listed_on(on) else None
        return bought and bought[0] + (bought[1] if self.policy.grace_billed else 0)

    def _listed_on(self, on: date) -> set[SkuId]:
        listed: set[SkuId] = set()
        for fact in self._before(on):
            match fact:
                case SeatsChanged() | SkuSubscribed():
                    listed.add(fact.sku)
                case SkuLapsed():
                    listed.discard(fact.sku)
        return listed

    def price_on(self, on: date, sku: SkuId) -> tuple[str, Fraction] | None:
        stated: dict[object, PriceLine] = {}
        for fact in self.facts:
            match fact:
                case PriceSet():
                    values = fact.model_dump(exclude={"happened_at"})
                    stated[fact.sku, fact.source, fact.lot, fact.effective_from] = PriceLine(**values)
                case PriceWithdrawn():
                    stated.pop((fact.sku, fact.source, fact.lot, fact.effective_from), None)
        price = PriceBook(stated.values()).price_on(sku, on)
        return None if price is None else (price.monthly.currency, Fraction(price.on_day(on).amount))

    def run_rate_on(self, on: date) -> dict[str, Fraction]:
        """What the paid units cost a month."""
        length = monthrange(on.year, on.month)[1]
        found: defaultdict[str, Fraction] = defaultdict(Fraction)
        for sku in SKUS:
            price, paid = self.price_on(on, sku), self.paid_on(on, sku)
            if price is not None and paid:
                found[price[0]] += price[1] * length * paid
        return dict(found)

    def costs_of(self, days: Sequence[date]) -> tuple[dict[tuple[str, str], Fraction], int, Fraction | None]:
        """By line and currency; paid seat-days without a price; and all of it in the customer's currency."""
        lines: defaultdict[tuple[str, str], Fraction] = defaultdict(Fraction)
        pools: defaultdict[tuple[SkuId, str], Fraction] = defaultdict(Fraction)
        weights: dict[SkuId, Counter[str]] = {sku: Counter() for sku in SKUS}
        unpriced, converted, rates = 0, Fraction(0), self.rates()
        lacking = False
        for on in days:
            seats = self.seats_on(on)
            for sku in SKUS:
                groups = Counter((group or "").strip() or "unallocated" for _, held, group in seats if held == sku)
                weights[sku] += groups
                held, paid, price = groups.total(), self.paid_on(on, sku), self.price_on(on, sku)
                if paid is None or price is None:
                    unpriced += held if paid is None else paid
                    continue
                code, amount = price
                for line, count in {**groups, "variance": min(0, paid - held), "total": paid}.items():
                    lines[line, code] += count * amount
                pools[sku, code] += max(0, paid - held) * amount
                rate = rates.convert(Money(Decimal(1), code), self.policy.currency, on)
                lacking |= rate is None and paid > 0
                converted += paid * amount * Fraction(0 if rate is None else rate.amount)
        for (sku, code), amount in pools.items():
            for line, share in self._payers(weights[sku]).items():
                lines[line, code] += amount * share
        return dict(lines), unpriced, None if lacking else converted

    def _payers(self, weights: Counter[str]) -> dict[str, Fraction]:
        """Who pays for seats nobody held, and what share of them."""
        if self.policy.pool is PoolPolicy.PRO_RATA and weights.total():
            return {line: Fraction(count, weights.total()) for line, count in weights.items()}
        return {"IT" if self.policy.pool is PoolPolicy.OWNER else "central": Fraction(1)}

    def rates(self) -> RateBook:
        told = [fact for fact in self.facts if isinstance(fact, ExchangeRateSet)]
        return RateBook([Rate(each.base, each.quote, each.rate, each.on, each.source) for each in told])

    def _before(self, on: date) -> list[Event]:
        end = day_ends(on, ZoneInfo(self.policy.time_zone))
        return [fact for fact in self.facts if fact.happened_at < end]
