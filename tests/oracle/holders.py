"""A customer of the oracle's as `app.domain.findings` takes it in: people on a day, and what they are judged by."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from uuid import UUID

from app.domain.events.licensing import UserKind
from app.domain.events.pricing import Per, PriceSource, Term
from app.domain.events.tenancy import PoolPolicy
from app.domain.ids import PlanId, SkuId
from app.domain.money import Money
from app.domain.policy import Policy
from app.domain.price_book import PriceBook, PriceLine
from app.domain.standing import Ground, HeldSeat, Holder, Source
from tests.oracle.model import Person, Rules, Tenant
from tests.oracle.prices import month_price
from tests.oracle.products import PLAN_IDS
from tests.oracle.standing import (
    Seat,
    disabled_days,
    exempt,
    human,
    in_grace,
    last_day,
    provable_never,
    seats_on,
    silent,
    sources_on,
)

NAMES = {UUID(plan): name for name, plan in PLAN_IDS.items()}


def plan_ids(names: Iterable[str]) -> frozenset[PlanId]:
    return frozenset(PlanId(UUID(PLAN_IDS[name])) for name in names)


def policy(rules: Rules) -> Policy:
    return Policy(
        idle_days=rules.idle_days,
        grace_days=rules.grace_days,
        time_zone=rules.zone,
        currency=rules.currency,
        disabled_days=rules.disabled_days,
        buffer_share=rules.buffer_share,
        buffer_min=rules.buffer_min,
        grace_billed=rules.grace_billed,
        pool=PoolPolicy(rules.pool),
        pool_owner=rules.pool_owner,
        sku_idle_days=tuple((SkuId(sku), days) for sku, days in sorted(rules.own_idle_days.items())),
        needed_plans=tuple(sorted(plan_ids(rules.needed))),
        unneeded_plans=tuple(sorted(plan_ids(rules.unneeded))),
    )


def ground(tenant: Tenant, on: date) -> Ground:
    seen = sources_on(tenant, on)
    return Ground(
        on=on,
        policy=policy(tenant.rules),
        observable=bool(seen & {"access", "human"}),
        observed=frozenset(Source(each) for each in seen - {"access"}),
        plans={SkuId(product.id): plan_ids(product.plans) for product in tenant.products},
    )


def holder(tenant: Tenant, person: Person, on: date) -> Holder:
    off = disabled_days(tenant, person, on)
    return Holder(
        kind=UserKind(person.kind),
        seats=tuple(_seat(tenant, person, seat, on) for seat in seats_on(tenant, person, on)),
        sure=person.sure,
        enabled=off is None,
        disabled_long=off is not None and off >= tenant.rules.disabled_days,
        never=last_day(tenant, person, on) is None,
        provable=provable_never(tenant, person, on),
    )


def prices(tenant: Tenant, on: date) -> dict[SkuId, Money]:
    known: dict[UUID, Decimal | None] = {product.id: month_price(tenant, product.id, on) for product in tenant.products}
    return {SkuId(sku): Money(amount, tenant.rules.currency) for sku, amount in known.items() if amount is not None}


def price_book(tenant: Tenant) -> PriceBook:
    """All prices, in the order in which they were told."""
    return PriceBook(
        PriceLine(
            sku=SkuId(each.sku),
            source=PriceSource(each.source),
            lot=each.lot,
            amount=each.amount,
            currency=tenant.rules.currency,
            per=Per.YEAR if each.yearly else Per.MONTH,
            term=Term.YEARLY,
            effective_from=each.since,
            effective_until=each.until,
            quantity=each.quantity,
        )
        for each in sorted(tenant.prices, key=lambda each: each.told)
    )


def _seat(tenant: Tenant, person: Person, seat: Seat, on: date) -> HeldSeat:
    days = tenant.rules.idle_days_of(seat.sku)

    def quiet(sources: frozenset[str] | None) -> bool:
        return silent(last_day(tenant, person, on, sources), on, days)

    return HeldSeat(
        sku=SkuId(seat.sku),
        plans_off=plan_ids(tenant.product(seat.sku).plans - seat.plans),
        young=in_grace(tenant, person, seat, on),
        quiet=quiet(None),
        attempted=not quiet(frozenset({"attempt"})),
        silent=frozenset(
            source for source in Source if quiet(human(person) if source is Source.HUMAN else frozenset({source.value}))
        ),
        exempt=exempt(tenant, person, seat.sku, on),
        direct=seat.direct,
        by_group=seat.by_group,
    )
