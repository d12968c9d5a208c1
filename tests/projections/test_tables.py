"""What each table says of what happened, as of before and after, and by what was known before and after."""

from __future__ import annotations

from app.domain.events.coverage import Feed, SnapshotFailed
from app.domain.events.licensing import (
    AccountDisabled,
    LicenceAssignmentFailed,
    LicenceChanged,
    ProfileChanged,
    SeatsChanged,
    SkuLapsed,
    SkuSubscribed,
    UserDeleted,
    UserKind,
    Workload,
    WorkloadUsed,
)
from app.domain.events.tenancy import (
    Capability,
    CapabilityChanged,
    ConsentWithdrawn,
    PolicyChanged,
    TenantOffboarded,
)
from app.domain.ids import PlanId
from app.projections import (
    activity_gaps,
    event_log,
    last_activity,
    licence_changes,
    licence_holdings,
    sku_units,
    tenants,
    user_listing,
    users,
)
from app.projections.engine import advance
from app.projections.last_activity import LastActivity
from app.projections.licence_holdings import Holding
from app.projections.reading import scope
from app.projections.sku_units import SkuUnits
from tests.projections.asking import Reader, told, when
from tests.projections.conftest import Desk
from tests.projections.story import (
    ANNA,
    BERT,
    CARL,
    CAUSE,
    E3,
    E5,
    HOME,
    OPS,
    RUN,
    assigned,
    attempted,
    day,
    discovered,
    named,
    profile,
    removed,
    signed_in,
    snapshot,
)


async def test_a_user_is_who_they_were_on_that_day(desk: Desk, reader: Reader) -> None:
    moved = ProfileChanged(happened_at=day(10), user=ANNA, profile=profile("Anna B.", "Ops"))
    tenant = told(desk, discovered(day(2)), moved, AccountDisabled(happened_at=day(20), user=ANNA))

    async with scope(reader, [tenant]):
        found = [
            await users.found_at(reader, tenant, await when(reader, tenant, day(at)), ANNA) for at in (1, 9, 10, 20)
        ]

    assert [one and (one.display_name, one.department, one.enabled) for one in found] == [
        None,
        ("Anna", "Sales", True),
        ("Anna B.", "Ops", True),
        ("Anna B.", "Ops", False),
    ]


async def test_users_are_listed_by_name_in_pages_and_the_deleted_left_out(desk: Desk, reader: Reader) -> None:
    tenant = told(
        desk,
        discovered(day(2), ANNA, name="Zoe"),
        discovered(day(2), BERT, name=None),
        discovered(day(2), CARL, name="Adam", kind=UserKind.GUEST),
        UserDeleted(happened_at=day(9), user=ANNA),
    )

    async with scope(reader, [tenant]):
        before, after = await when(reader, tenant, day(8)), await when(reader, tenant, day(9))
        first = await user_listing.listed_at(reader, tenant, before, after=None, limit=2)
        second = await user_listing.listed_at(reader, tenant, before, after=("Adam", CARL), limit=2)
        left = await user_listing.listed_at(reader, tenant, after, after=None, limit=9)
        guests = await user_listing.listed_at(reader, tenant, before, kind=UserKind.GUEST, after=None, limit=9)
        by_name = await user_listing.listed_at(reader, tenant, before, search="OE", after=None, limit=9)
        wild = await user_listing.listed_at(reader, tenant, before, search="%", after=None, limit=9)

    assert [one.user for one in first] == [BERT, CARL]
    assert [one.user for one in second] == [ANNA]
    assert [one.user for one in left] == [BERT, CARL]
    assert [one.user for one in guests] == [CARL]
    assert [one.user for one in by_name] == [ANNA]
    assert wild == []


async def test_a_licence_is_held_from_its_day_to_the_day_before_it_went(desk: Desk, reader: Reader) -> None:
    plan = PlanId(named("plan"))
    changed = LicenceChanged(happened_at=day(8), user=ANNA, sku=E5, via=None, disabled_plans=(plan,))
    tenant = told(desk, assigned(day(5)), assigned(day(5), via=OPS), changed, removed(day(9, 12)))

    async with scope(reader, [tenant]):
        moments = [await when(reader, tenant, day(at)) for at in (4, 5, 8, 9)]
        held = [await licence_holdings.held_at(reader, tenant, at, [ANNA]) for at in moments]

    by_group = Holding(ANNA, E5, OPS, (), day(5))
    assert held[0] == []
    assert held[1] == [Holding(ANNA, E5, None, (), day(5)), by_group]
    assert held[2] == [Holding(ANNA, E5, None, (plan,), day(8)), by_group]
    assert held[3] == [by_group]


async def test_what_was_learned_late_is_not_known_before(desk: Desk, reader: Reader) -> None:
    tenant = told(desk, assigned(day(5)))
    desk.log.tell(tenant, removed(day(7)), at=day(20))
    advance(desk.pool, desk.log, tenant)

    async with scope(reader, [tenant]):
        then = await when(reader, tenant, day(8), known_at=day(19))
        now = await when(reader, tenant, day(8))
        held = [await licence_holdings.held_at(reader, tenant, at, [ANNA]) for at in (then, now)]

    assert [len(each) for each in held] == [1, 0]
    assert (then.position, now.position) == (3, 4)


async def test_units_of_a_product_that_lapses(desk: Desk, reader: Reader) -> None:
    subscribed = SkuSubscribed(happened_at=day(2), sku=E5, part_number="E5", applies_to="User", plans=())
    units = SeatsChanged(happened_at=day(3), sku=E5, enabled=10, warning=1, suspended=2, locked_out=3, consumed=12)
    tenant = told(desk, subscribed, units, SkuLapsed(happened_at=day(5), sku=E5))

    async with scope(reader, [tenant]):
        listed = [await sku_units.listed_at(reader, tenant, await when(reader, tenant, day(at))) for at in (2, 3, 5)]

    unread = SkuUnits(E5, "E5", "User", None, None, None, None, None)
    assert listed == [[unread], [SkuUnits(E5, "E5", "User", 10, 1, 2, 3, 12)], []]


async def test_a_customers_life(desk: Desk, reader: Reader) -> None:
    rules = PolicyChanged(happened_at=day(3), idle_days=60, grace_days=14, time_zone="Europe/Berlin", currency="EUR")
    p1 = CapabilityChanged(happened_at=day(3), capability=Capability.ENTRA_P1, available=True)
    gone = [ConsentWithdrawn(happened_at=day(8), reason="AADSTS7000112"), TenantOffboarded(happened_at=day(9))]
    tenant = told(desk, rules, p1, snapshot(day(4)), *gone)

    async with scope(reader, [tenant]):
        found = [await tenants.found(reader, tenant, await when(reader, tenant, day(at))) for at in (1, 4, 8, 9)]
        now = await tenants.listed(reader, [tenant], None, 9)

    states = [one and (one.state, one.idle_days, one.time_zone, one.entra_p1) for one in found]
    assert states == [
        ("CONSENTED", 90, "UTC", None),
        ("CONSENTED", 60, "Europe/Berlin", True),
        ("WITHDRAWN", 60, "Europe/Berlin", True),
        ("OFFBOARDED", 60, "Europe/Berlin", True),
    ]
    assert now == [found[-1]]
    assert (now[0].name, now[0].organisation, now[0].directory) == ("Contoso", "Contoso AG", HOME)


async def test_freshness_tells_what_was_read_when_and_what_failed(desk: Desk, reader: Reader) -> None:
    failed = SnapshotFailed(happened_at=day(6), feed=Feed.LICENCES, run=RUN, reason="GRAPH_TIMEOUT")
    tenant = told(desk, snapshot(day(5, 2)), failed, snapshot(day(7, 2)))

    async with scope(reader, [tenant]):
        moments = [await when(reader, tenant, day(at)) for at in (4, 5, 6, 7)]
        fresh = [await tenants.freshness_at(reader, tenant, at) for at in moments]

    assert [(one.collected_at, one.complete, one.estimated) for one in fresh] == [
        (None, False, False),
        (day(5, 2), True, False),
        (day(5, 2), False, True),
        (day(7, 2), True, False),
    ]
    assert fresh[2].failed_feeds == ("licences",)
    assert (fresh[2].last_failure, fresh[2].last_failure_at) == ("licences: GRAPH_TIMEOUT", day(6))


async def test_last_activity_and_the_gap_one_is_in(desk: Desk, reader: Reader) -> None:
    used = WorkloadUsed(happened_at=day(4, 12), user=ANNA, workload=Workload.TEAMS, last_activity_on=day(4).date())
    tenant = told(desk, discovered(day(2)), signed_in(day(3)), used, attempted(day(20)), signed_in(day(40)))

    async with scope(reader, [tenant]):
        at = await when(reader, tenant, day(30))
        last = await last_activity.known_at(reader, tenant, at, [ANNA])
        quiet = await activity_gaps.quiet_at(reader, tenant, at, [ANNA])

    assert last == [LastActivity(ANNA, "interactive", day(20)), LastActivity(ANNA, "teams", day(4, 12))]
    assert [(one.grade, one.since) for one in quiet] == [("EVIDENCE", day(4, 12)), ("WEAK", day(20))]


async def test_the_audit_trail_and_the_log(desk: Desk, reader: Reader) -> None:
    failed = LicenceAssignmentFailed(happened_at=day(6), user=BERT, sku=E3, via=OPS, error="CountViolation")
    tenant = told(desk, assigned(day(5)), failed, removed(day(7)))

    async with scope(reader, [tenant]):
        trail = await licence_changes.listed(reader, tenant, 5, after=None, limit=9)
        of_anna = await licence_changes.listed(reader, tenant, 4, user=ANNA, after=None, limit=9)
        log = await event_log.listed(reader, tenant, 5, names=["TenantInvited", "LicenceAssigned"], after=None, limit=9)

    assert [(one.position, one.change, one.user, one.via, one.detail) for one in trail] == [
        (5, "REMOVED", ANNA, None, None),
        (4, "FAILED", BERT, OPS, "CountViolation"),
        (3, "ASSIGNED", ANNA, None, None),
    ]
    assert [one.position for one in of_anna] == [3]
    assert [(one.position, one.name, one.cause) for one in log] == [
        (3, "LicenceAssigned", CAUSE),
        (1, "TenantInvited", CAUSE),
    ]
