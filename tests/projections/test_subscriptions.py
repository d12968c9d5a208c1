"""What the table of notification subscriptions says, now and by what was known before."""

from __future__ import annotations

from app.domain.events.coverage import (
    Feed,
    SubscriptionCreated,
    SubscriptionEnd,
    SubscriptionLost,
    SubscriptionRenewed,
)
from app.domain.ids import TenantId
from app.projections import subscriptions
from app.projections.engine import advance
from app.projections.reading import moment, scope
from app.projections.subscriptions import Standing, SubscriptionRow
from tests.projections.asking import NOW, Reader, told
from tests.projections.conftest import Desk
from tests.projections.story import day

CREATED = SubscriptionCreated(happened_at=day(2), subscription="s-1", expires_at=day(5))
RENEWED = SubscriptionRenewed(happened_at=day(4), subscription="s-1", expires_at=day(7))
LOST = SubscriptionLost(happened_at=day(6), subscription="s-1", reason=SubscriptionEnd.NOT_FOUND)
ANEW = SubscriptionCreated(happened_at=day(6, 1), subscription="s-2", expires_at=day(9))


async def known(reader: Reader, tenant: TenantId) -> SubscriptionRow | None:
    async with scope(reader, [tenant]):
        return await subscriptions.of_feed(reader, tenant, Feed.CALLS, await moment(reader, tenant, None, None, NOW))


async def test_the_newest_subscription_and_what_became_of_it_is_known(desk: Desk, reader: Reader) -> None:
    tenant = told(desk)
    before = await known(reader, tenant)
    seen = []
    for fact in (CREATED, RENEWED, LOST, ANEW):
        desk.log.tell(tenant, fact)
        advance(desk.pool, desk.log, tenant)
        seen.append(await known(reader, tenant))

    assert before is None
    assert seen == [
        SubscriptionRow(tenant, "calls", "s-1", day(5), day(2), None, None, None),
        SubscriptionRow(tenant, "calls", "s-1", day(7), day(2), day(4), None, None),
        SubscriptionRow(tenant, "calls", "s-1", day(7), day(2), day(4), day(6), "NOT_FOUND"),
        SubscriptionRow(tenant, "calls", "s-2", day(9), day(6, 1), None, None, None),
    ]


async def test_a_subscription_past_its_end_has_expired_whoever_asks_when(desk: Desk, reader: Reader) -> None:
    tenant = told(desk, CREATED, RENEWED)
    live = await known(reader, tenant)
    desk.log.tell(tenant, LOST)
    advance(desk.pool, desk.log, tenant)
    lost = await known(reader, tenant)

    assert live is not None
    assert lost is not None
    assert [live.standing(at) for at in (day(6, 23), day(7), day(8))] == [
        Standing.LIVE,
        Standing.EXPIRED,
        Standing.EXPIRED,
    ]
    assert [lost.standing(at) for at in (day(6, 23), day(8))] == [Standing.LOST, Standing.LOST]


async def test_customers_are_listed_each_with_their_own(desk: Desk, reader: Reader) -> None:
    ours, theirs = told(desk, CREATED), told(desk, CREATED, LOST)

    async with scope(reader, [ours, theirs]):
        both = await subscriptions.listed(reader, None, Feed.CALLS)
    async with scope(reader, [ours]):
        one = await subscriptions.listed(reader, [ours, theirs], Feed.CALLS)

    assert {row.tenant: row.lost_reason for row in both} == {ours: None, theirs: "NOT_FOUND"}
    assert [row.tenant for row in one] == [ours]
