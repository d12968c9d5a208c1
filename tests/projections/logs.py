"""Random logs: any facts about few people, learned late and out of order, that a decision would not have refused."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import hypothesis.strategies as st

from app.domain.events import Event
from app.domain.events.charging import DirectRoutingCall, DirectRoutingCallLogged, PstnCall, PstnCallCharged
from app.domain.events.coverage import CallsMissing, CallsReconciled, Feed, MissingCall, Pass, SnapshotFailed
from app.domain.events.deciding import Cause, Decision, ExemptionLifted, FindingDecided, SeatExempted, Tier
from app.domain.events.licensing import (
    AccountDisabled,
    AccountEnabled,
    LicenceAssignmentFailed,
    LicenceChanged,
    ProfileChanged,
    SeatsChanged,
    ServicePlan,
    SkuLapsed,
    SkuSubscribed,
    UserDeleted,
    UserKind,
    UserSignedIn,
    Workload,
    WorkloadUsed,
)
from app.domain.events.tenancy import (
    Capability,
    CapabilityChanged,
    ConsentGranted,
    PolicyChanged,
    SkuIdleDays,
    TenantInvited,
)
from app.domain.ids import CallId, LogRowId, PlanId, UserId
from app.domain.personal import Personal
from tests.projections.story import (
    ANNA,
    BERT,
    CARL,
    E3,
    E5,
    ELSEWHERE,
    HOME,
    OPS,
    RUN,
    SALES,
    assigned,
    call,
    completed,
    day,
    discovered,
    leg,
    named,
    party,
    profile,
    removed,
    revised,
    snapshot,
)

_USERS = st.sampled_from([ANNA, BERT, CARL])
_SKUS = st.sampled_from([E3, E5])
_PATHS = st.sampled_from([None, SALES, OPS])
_PLANS = st.sampled_from([(), (PlanId(named("plan")),)])
_CALLS = st.sampled_from([CallId(named(f"call {number}")) for number in range(3)])
_PARTIES = st.sampled_from(
    [party(ANNA), party(BERT), party(CARL, ELSEWHERE), party(BERT, None), party(None), party(None, number="+49 1")]
)


@st.composite
def stories(draw: st.DrawFn, most: int = 60, *, settled: bool = False) -> list[tuple[datetime, Event]]:
    """Facts with the time each was recorded, which never decreases; most happened shortly before, some long.

    `settled`: sign-ins are readable and read most of the time, and everyone is there and holds a licence before the
    rest begins.
    """
    now = day(1)
    story: list[tuple[datetime, Event]] = [
        (now, TenantInvited(happened_at=now, customer="Contoso", contact=Personal.alone("a@contoso.example"))),
        (
            now,
            ConsentGranted(
                happened_at=now, directory=HOME, organisation="Contoso", default_domain=None, permissions=("One", "Two")
            ),
        ),
    ]
    if settled:
        story.append((now, CapabilityChanged(happened_at=now, capability=Capability.ENTRA_P1, available=True)))
        story += [(now, fact(now, user)) for user in (ANNA, BERT, CARL) for fact in (discovered, assigned)]
    for _ in range(draw(st.integers(1, most))):
        now += draw(st.sampled_from([timedelta(), timedelta(hours=9), timedelta(days=1), timedelta(days=8)]))
        late = draw(
            st.sampled_from([timedelta(), timedelta(), timedelta(hours=5), timedelta(days=5), timedelta(days=30)])
        )
        story.append((now, draw(_FACTS)(draw, now - late)))
        if settled and draw(st.integers(0, 3)):
            story.append((now, snapshot(now, Feed.SIGN_INS)))
    return story


def _discovered(draw: st.DrawFn, at: datetime) -> Event:
    kind = draw(st.sampled_from([UserKind.PERSON, UserKind.PERSON, UserKind.GUEST]))
    created = draw(st.sampled_from([None, day(-900), day(-10)]))
    return discovered(at, draw(_USERS), created_at=created, enabled=draw(st.booleans()), kind=kind)


def _profile(draw: st.DrawFn, at: datetime) -> Event:
    changed = profile(draw(st.sampled_from([None, "Anna", "Ann"])), draw(st.sampled_from([None, "Sales", "Ops"])))
    return ProfileChanged(happened_at=at, user=draw(_USERS), profile=changed)


def _account(draw: st.DrawFn, at: datetime) -> Event:
    return draw(st.sampled_from([AccountDisabled, AccountEnabled, UserDeleted]))(happened_at=at, user=draw(_USERS))


def _assigned(draw: st.DrawFn, at: datetime) -> Event:
    return assigned(at, draw(_USERS), draw(_SKUS), draw(_PATHS))


def _removed(draw: st.DrawFn, at: datetime) -> Event:
    return removed(at, draw(_USERS), draw(_SKUS), draw(_PATHS))


def _changed(draw: st.DrawFn, at: datetime) -> Event:
    return LicenceChanged(
        happened_at=at, user=draw(_USERS), sku=draw(_SKUS), via=draw(_PATHS), disabled_plans=draw(_PLANS)
    )


def _failed(draw: st.DrawFn, at: datetime) -> Event:
    return LicenceAssignmentFailed(
        happened_at=at, user=draw(_USERS), sku=draw(_SKUS), via=draw(_PATHS), error="CountViolation"
    )


def _signed_in(draw: st.DrawFn, at: datetime) -> Event:
    stamps = [at - timedelta(days=draw(st.sampled_from([0, 0, 3, 20]))) if draw(st.booleans()) else None for _ in "123"]
    moved = [stamp for stamp in stamps if stamp is not None]
    return UserSignedIn(
        happened_at=max(moved, default=at),
        user=draw(_USERS),
        interactive=stamps[0],
        non_interactive=stamps[1],
        successful=stamps[2] if moved else at,
    )


def _workload(draw: st.DrawFn, at: datetime) -> Event:
    noon = datetime.combine(at.date(), time(12), UTC)
    workload = draw(st.sampled_from([Workload.TEAMS, Workload.EXCHANGE]))
    return WorkloadUsed(happened_at=noon, user=draw(_USERS), workload=workload, last_activity_on=noon.date())


def _call(draw: st.DrawFn, at: datetime) -> Event:
    legs = [
        leg(draw(_PARTIES), at + timedelta(minutes=draw(st.integers(0, 20))), draw(st.integers(0, 30)), failed=failed)
        for failed in draw(st.lists(st.booleans(), min_size=1, max_size=4))
    ]
    content = call(*legs, call=draw(_CALLS), revision=draw(st.integers(1, 5)), test=draw(st.integers(0, 9)) == 0)
    content = content.model_copy(update={"kind": draw(st.sampled_from(["groupCall", "groupCall", "peerToPeer"]))})
    return draw(st.sampled_from([completed, revised]))(content)


def _missing(draw: st.DrawFn, at: datetime) -> Event:
    found = draw(st.lists(_CALLS, min_size=1, max_size=3, unique=True))
    starts = st.integers(0, 30).map(lambda hours: at - timedelta(hours=hours))
    calls = [MissingCall(call=each, revision=draw(st.integers(1, 5)), started_at=draw(starts)) for each in found]
    return CallsMissing(happened_at=at, run=RUN, calls=tuple(calls))


def _listing(draw: st.DrawFn, at: datetime) -> Event:
    hours, ends = draw(st.integers(1, 30)), draw(st.sampled_from([timedelta(), timedelta(), timedelta(minutes=20)]))
    until = at.replace(minute=0, second=0, microsecond=0) + ends
    since = until - ends - timedelta(hours=hours - bool(ends))
    return CallsReconciled(
        happened_at=at,
        run=RUN,
        kind=draw(st.sampled_from(Pass)),
        since=since,
        until=until,
        listed=tuple(draw(st.lists(st.integers(0, 3), min_size=hours, max_size=hours))),
        missing=0,
    )


def _phone_row(draw: st.DrawFn, at: datetime) -> Event:
    common = {"row": LogRowId(named(f"row {draw(st.integers(0, 2))}")), "user": draw(_USERS), "began_at": at}
    if draw(st.booleans()):
        unsaid: dict[str, object] = dict.fromkeys(DirectRoutingCall.model_fields)
        told = {"correlation": draw(_CALLS), "sip_code": draw(st.sampled_from([None, 0, 486]))}
        told["successful"] = draw(st.sampled_from([None, True, False]))
        return DirectRoutingCallLogged(happened_at=at, call=DirectRoutingCall.model_validate(unsaid | common | told))
    unsaid = dict.fromkeys(PstnCall.model_fields)
    money: dict[str, object] = {"charge": draw(st.none() | st.decimals(0, 9, places=4)), "currency": "EUR"}
    money["kind"] = draw(
        st.sampled_from([None, "user_in", "user_out", "user_out_conf", "conf_in", "user_out_forwarding"])
    )
    money["seconds"] = draw(st.sampled_from([None, 0, 61]))
    return PstnCallCharged(happened_at=at, call=PstnCall.model_validate(unsaid | common | money))


def _decided(draw: st.DrawFn, at: datetime) -> Event:
    seat = {"user": draw(_USERS), "sku": draw(_SKUS)}
    until = draw(st.sampled_from([None, at.date() + timedelta(days=5), at.date() + timedelta(days=50)]))
    facts = [
        SeatExempted(
            happened_at=at,
            reason=Personal.of_user(UserId(seat["user"]), "leave"),
            owner=Personal("pseudonym/x", "Olga"),
            until=until,
            by=None,
            **seat,
        ),
        ExemptionLifted(happened_at=at, by=None, **seat),
        FindingDecided(
            happened_at=at,
            cause=draw(st.sampled_from(Cause)),
            tier=draw(st.sampled_from(Tier)),
            decision=draw(st.sampled_from(Decision)),
            note=draw(st.sampled_from([None, Personal.of_user(UserId(seat["user"]), "gone in May")])),
            by=draw(st.sampled_from([None, named("admin")])),
            **seat,
        ),
    ]
    return draw(st.sampled_from(facts))


def _sku(draw: st.DrawFn, at: datetime) -> Event:
    sku = draw(_SKUS)
    units = SeatsChanged(
        happened_at=at, sku=sku, enabled=draw(st.integers(0, 3)), warning=0, suspended=0, locked_out=0, consumed=1
    )
    plans = tuple(
        ServicePlan(plan=PlanId(named(name)), name=name, applies_to=applies_to)
        for name, applies_to in draw(st.sampled_from([(), (("plan", "User"), ("other", "User"), ("own", "Company"))]))
    )
    subscribed = SkuSubscribed(happened_at=at, sku=sku, part_number="E5", applies_to="User", plans=plans)
    return draw(st.sampled_from([units, units, subscribed, SkuLapsed(happened_at=at, sku=sku)]))


def _tenant(draw: st.DrawFn, at: datetime) -> Event:
    feed = draw(st.sampled_from(Feed))
    zone = draw(st.sampled_from(["UTC", "Europe/Berlin", "America/New_York"]))
    facts: list[Event] = [
        snapshot(at, feed),
        SnapshotFailed(happened_at=at, feed=feed, run=RUN, reason="GRAPH_TIMEOUT"),
        CapabilityChanged(happened_at=at, capability=draw(st.sampled_from(Capability)), available=draw(st.booleans())),
        PolicyChanged(
            happened_at=at,
            idle_days=draw(st.sampled_from([90, 14])),
            grace_days=draw(st.sampled_from([30, 3])),
            time_zone=zone,
            currency="EUR",
            disabled_days=draw(st.sampled_from([14, 0])),
            sku_idle_days=draw(st.sampled_from([(), (SkuIdleDays(sku=E3, days=7),)])),
        ),
    ]
    return draw(st.sampled_from(facts))


_FACTS = st.sampled_from(
    [
        *(_discovered, _profile, _account, _assigned, _assigned, _removed, _changed, _failed),
        *(_signed_in, _signed_in, _signed_in, _workload, _call, _call, _missing, _listing, _sku, _tenant),
        *(_phone_row, _decided),
    ]
)
