"""Random logs with everything in them: the stories of the tables' tests, and what those leave out."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import hypothesis.strategies as st

from app.domain.events import Event
from app.domain.events.charging import CallWay, RateCardSet, RateRow
from app.domain.events.coverage import SubscriptionCreated, SubscriptionEnd, SubscriptionLost, SubscriptionRenewed
from app.domain.events.licensing import Purchase, RenewalScheduled
from app.domain.events.pricing import ExchangeRateSet, Per, PriceSet, PriceSource, PriceWithdrawn, Term
from app.domain.events.tenancy import ConsentGranted, ConsentWithdrawn, PermissionsChanged, TenantOffboarded
from tests.projections.logs import stories
from tests.projections.story import E3, E5, ELSEWHERE, HOME

Story = list[tuple[datetime, Event]]

_SKUS = st.sampled_from([E3, E5])
_DAYS = st.sampled_from([date(2026, 1, 1), date(2026, 2, 1)])


@st.composite
def whole_stories(draw: st.DrawFn, most: int = 60, *, settled: bool = False) -> Story:
    """A story with prices, rates, purchases, consents and subscriptions told in between."""
    story: Story = draw(stories(most, settled=settled))
    for _ in range(draw(st.integers(0, 15))):
        nth = draw(st.integers(2, len(story)))
        at = story[nth - 1][0]
        story.insert(nth, (at, draw(_MORE)(draw, at - draw(st.sampled_from([timedelta(), timedelta(days=3)])))))
    return story


def _price(draw: st.DrawFn, at: datetime) -> Event:
    lot = {"sku": draw(_SKUS), "source": draw(st.sampled_from(PriceSource)), "lot": draw(st.sampled_from(["", "b"]))}
    since = draw(_DAYS)
    if not draw(st.integers(0, 3)):
        return PriceWithdrawn(happened_at=at, effective_from=since, **lot)
    return PriceSet(
        happened_at=at,
        amount=draw(st.sampled_from([Decimal("36.00"), Decimal("0.0185"), Decimal(0)])),
        currency=draw(st.sampled_from(["EUR", "USD"])),
        per=draw(st.sampled_from(Per)),
        term=draw(st.sampled_from(Term)),
        effective_from=since,
        effective_until=draw(st.sampled_from([None, date(2026, 3, 1)])),
        quantity=draw(st.sampled_from([None, 10])),
        commit_floor=draw(st.sampled_from([None, 5])),
        tax_included=draw(st.booleans()),
        **lot,
    )


def _rate(draw: st.DrawFn, at: datetime) -> Event:
    if draw(st.booleans()):
        return ExchangeRateSet(
            happened_at=at,
            base="EUR",
            quote="USD",
            rate=draw(st.decimals(1, 2, places=4)),
            on=draw(_DAYS),
            source="ECB",
        )
    row = RateRow(
        prefix="49",
        way=draw(st.sampled_from(CallWay)),
        weekdays=(1, 2),
        begins=0,
        ends=1440,
        setup_fee=Decimal("0.05"),
        per_minute=draw(st.decimals(0, 1, places=3)),
        minimum_seconds=60,
        first_seconds=60,
        next_seconds=1,
        fee_on_attempt=False,
    )
    return RateCardSet(happened_at=at, carrier="trunk", currency="EUR", effective_from=draw(_DAYS), rows=(row,))


def _renewal(draw: st.DrawFn, at: datetime) -> Event:
    purchases = tuple(
        Purchase(
            purchase=name,
            seats=draw(st.integers(1, 9)),
            trial=draw(st.booleans()),
            status="Enabled",
            created_at=draw(st.sampled_from([None, at])),
            next_change_at=draw(st.sampled_from([None, at + timedelta(days=90)])),
        )
        for name in draw(st.lists(st.sampled_from(["one", "two", "three"]), unique=True))
    )
    return RenewalScheduled(happened_at=at, sku=draw(_SKUS), purchases=purchases)


def _subscription(draw: st.DrawFn, at: datetime) -> Event:
    name, ends = draw(st.sampled_from(["first", "second"])), at + timedelta(days=3)
    facts: list[Event] = [
        SubscriptionCreated(happened_at=at, subscription=name, expires_at=ends),
        SubscriptionRenewed(happened_at=at, subscription=name, expires_at=ends),
        SubscriptionLost(happened_at=at, subscription=name, reason=draw(st.sampled_from(SubscriptionEnd))),
    ]
    return draw(st.sampled_from(facts))


def _consent(draw: st.DrawFn, at: datetime) -> Event:
    granted = ConsentGranted(
        happened_at=at,
        directory=draw(st.sampled_from([HOME, ELSEWHERE])),
        organisation="Contoso AG",
        default_domain="contoso.example",
        permissions=("One",),
    )
    facts: list[Event] = [
        granted,
        ConsentWithdrawn(happened_at=at, reason=draw(st.sampled_from(["TENANT_BLOCKED", "CONSENT_LOST"]))),
        PermissionsChanged(happened_at=at, permissions=("Two", "Three")),
        TenantOffboarded(happened_at=at),
    ]
    return draw(st.sampled_from(facts))


_MORE = st.sampled_from([_price, _price, _rate, _renewal, _subscription, _consent])
