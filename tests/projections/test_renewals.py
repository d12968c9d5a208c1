"""What was bought of each product, as of before and after, and by what was known before and after."""

from __future__ import annotations

from datetime import datetime

from app.domain.events.licensing import Confidence, KindSource, Purchase, RenewalScheduled, UserDiscovered
from app.projections import renewals, users
from app.projections.engine import advance
from app.projections.reading import scope
from app.projections.renewals import Renewal
from tests.projections.asking import Reader, told, when
from tests.projections.conftest import Desk
from tests.projections.story import ANNA, BERT, E3, E5, day, discovered, profile

RENEWS = day(200)


def purchase(name: str, seats: int, next_change_at: datetime | None = RENEWS, status: str = "Enabled") -> Purchase:
    return Purchase(
        purchase=name, seats=seats, trial=False, status=status, created_at=day(1), next_change_at=next_change_at
    )


def scheduled(on: int, *purchases: Purchase) -> RenewalScheduled:
    return RenewalScheduled(happened_at=day(on), sku=E5, purchases=purchases)


def row(name: str, seats: int, next_change_at: datetime | None = RENEWS, status: str = "Enabled") -> Renewal:
    return Renewal(E5, name, seats, False, status, day(1), next_change_at)


async def test_purchases_come_change_and_end_by_day(desk: Desk, reader: Reader) -> None:
    tenant = told(
        desk,
        scheduled(2, purchase("a", 80), purchase("b", 20, None)),
        scheduled(5, purchase("a", 90)),
        RenewalScheduled(happened_at=day(5), sku=E3, purchases=(purchase("c", 1),)),
        scheduled(8),
    )

    async with scope(reader, [tenant]):
        found = [
            [
                each
                for each in await renewals.listed_at(reader, tenant, await when(reader, tenant, day(on)))
                if each.sku == E5
            ]
            for on in (1, 2, 5, 8)
        ]

    assert found == [[], [row("a", 80), row("b", 20, None)], [row("a", 90)], []]


async def test_a_later_batch_ends_what_an_earlier_one_began(desk: Desk, reader: Reader) -> None:
    tenant = told(desk, scheduled(2, purchase("a", 80), purchase("b", 20)))
    desk.log.tell(tenant, scheduled(5, purchase("b", 20)))
    advance(desk.pool, desk.log, tenant)

    async with scope(reader, [tenant]):
        then = await renewals.listed_at(reader, tenant, await when(reader, tenant, day(5), day(4)))
        now = await renewals.listed_at(reader, tenant, await when(reader, tenant, day(5)))

    assert then == [row("a", 80), row("b", 20)]
    assert now == [row("b", 20)]


async def test_a_kind_says_what_it_was_concluded_from(desk: Desk, reader: Reader) -> None:
    unsaid = profile("Bert").model_copy(update={"kind_source": KindSource.ASSUMED, "kind_confidence": Confidence.LOW})
    other = UserDiscovered(happened_at=day(2), user=BERT, created_at=None, enabled=True, profile=unsaid)
    tenant = told(desk, discovered(day(2)), other)

    async with scope(reader, [tenant]):
        at = await when(reader, tenant, day(3))
        found = [await users.found_at(reader, tenant, at, user) for user in (ANNA, BERT)]

    assert [each and (each.kind_source, each.kind_confidence) for each in found] == [
        (KindSource.USER_TYPE, Confidence.HIGH),
        (KindSource.ASSUMED, Confidence.LOW),
    ]
