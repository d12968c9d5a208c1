"""A log with something in every table, in every column that may be empty too where one row can hold it all."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

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
from app.domain.events.coverage import (
    CallsMissing,
    CallsReconciled,
    Feed,
    MissingCall,
    Pass,
    SnapshotFailed,
    SubscriptionCreated,
    SubscriptionEnd,
    SubscriptionLost,
    SubscriptionRenewed,
)
from app.domain.events.deciding import Cause, Decision, FindingDecided, SeatExempted, Tier
from app.domain.events.licensing import (
    AccountDisabled,
    Confidence,
    KindSource,
    LicenceAssigned,
    LicenceAssignmentFailed,
    Profile,
    Purchase,
    RenewalScheduled,
    SeatsChanged,
    ServicePlan,
    SkuSubscribed,
    UserDiscovered,
    UserKind,
    UserSignedIn,
    Workload,
    WorkloadUsed,
)
from app.domain.events.pricing import ExchangeRateSet, Per, PriceSet, PriceSource, Term
from app.domain.events.retention import CallDetailDropped, CallRetentionSet
from app.domain.events.tenancy import (
    Capability,
    CapabilityChanged,
    ConsentGranted,
    ConsentWithdrawn,
    PolicyChanged,
    TenantInvited,
)
from app.domain.ids import CallId, LogRowId, PlanId
from app.domain.personal import Personal
from tests.projections.story import (
    ANNA,
    BERT,
    E3,
    E5,
    HOME,
    RUN,
    SALES,
    assigned,
    call,
    completed,
    day,
    leg,
    named,
    party,
    removed,
    snapshot,
)

LOST_CALL = CallId(named("lost call"))
NOW = day(200)


def _profile(user: str) -> Profile:
    return Profile(
        display_name=Personal("user/x", user),
        user_principal_name=Personal("user/x", f"{user}@contoso.example"),
        kind=UserKind.PERSON,
        department="Sales",
        company="Contoso",
        cost_centre="47",
        country="DE",
        usage_location="DE",
        kind_source=KindSource.USER_TYPE,
        kind_confidence=Confidence.HIGH,
    )


def _facts() -> list[Event]:
    noon = datetime.combine(day(20).date(), time(12), UTC)
    number = Personal("pseudonym/1", "+49 30 1")
    phone = {
        "label": Personal("pseudonym/2", "Bot"),
        "caller": number,
        "callee": number,
        "ended_at": day(21, 1),
        "began_at": day(21),
        "seconds": 61,
        "user": ANNA,
    }
    return [
        TenantInvited(happened_at=day(1), customer="Contoso", contact=Personal.alone("a@contoso.example")),
        ConsentGranted(
            happened_at=day(1),
            directory=HOME,
            organisation="Contoso AG",
            default_domain="c.example",
            permissions=("A",),
        ),
        *(CapabilityChanged(happened_at=day(1), capability=each, available=True) for each in Capability),
        PolicyChanged(happened_at=day(1), idle_days=14, grace_days=3, time_zone="Europe/Berlin", currency="EUR"),
        SkuSubscribed(
            happened_at=day(2),
            sku=E5,
            part_number="SPE_E5",
            applies_to="User",
            plans=(ServicePlan(plan=PlanId(named("plan")), name="plan", applies_to="User"),),
        ),
        SeatsChanged(happened_at=day(2), sku=E5, enabled=9, warning=1, suspended=2, locked_out=3, consumed=2),
        RenewalScheduled(
            happened_at=day(2),
            sku=E5,
            purchases=(
                Purchase(
                    purchase="one",
                    seats=9,
                    trial=False,
                    status="Enabled",
                    created_at=day(2),
                    next_change_at=day(300),
                ),
            ),
        ),
        *(
            UserDiscovered(
                happened_at=day(2), user=user, created_at=day(-900), enabled=True, profile=_profile(str(user)[:4])
            )
            for user in (ANNA, BERT)
        ),
        LicenceAssigned(happened_at=day(3), user=ANNA, sku=E5, via=SALES, disabled_plans=(PlanId(named("plan")),)),
        assigned(day(3), ANNA),
        assigned(day(3), BERT),
        assigned(day(4), BERT, E3),
        removed(day(40), BERT, E3),
        LicenceAssignmentFailed(happened_at=day(5), user=BERT, sku=E3, via=SALES, error="CountViolation"),
        UserSignedIn(happened_at=day(20), user=ANNA, interactive=day(20), non_interactive=day(19), successful=day(20)),
        WorkloadUsed(happened_at=noon, user=BERT, workload=Workload.TEAMS, last_activity_on=noon.date()),
        completed(call(leg(party(ANNA), day(22), 30), leg(party(None, number="+49 1"), day(22), 10))),
        PstnCallCharged(
            happened_at=day(21),
            call=PstnCall(
                row=LogRowId(named("charged")),
                kind="user_out",
                shared_id="s",
                charge=Decimal("0.25"),
                connection_charge=Decimal("0.01"),
                currency="EUR",
                destination="Germany",
                destination_context="Domestic",
                usage_country="DE",
                tenant_country="DE",
                conference="7",
                licence_capability="MCOPSTN1",
                inventory_type="Subscriber",
                operator="Microsoft",
                counted_by="microsoft",
                **phone,
            ),
        ),
        DirectRoutingCallLogged(
            happened_at=day(21),
            call=DirectRoutingCall(
                row=LogRowId(named("routed")),
                kind="ByotOut",
                correlation=named("one call"),
                connected_at=day(21),
                invited_at=day(21),
                failed_at=day(21),
                successful=True,
                sip_code=200,
                sip_phrase="OK",
                end_reason=0,
                trunk="sbc.contoso.example",
                media_location="EUWE",
                signalling_location="EUWE",
                media_bypass=True,
                **phone,
            ),
        ),
        RateCardSet(
            happened_at=day(6),
            carrier="sbc.contoso.example",
            currency="EUR",
            effective_from=date(2026, 1, 1),
            rows=(
                RateRow(
                    prefix="",
                    way=CallWay.OUT,
                    weekdays=(),
                    begins=0,
                    ends=1440,
                    setup_fee=Decimal(0),
                    per_minute=Decimal("0.12"),
                    minimum_seconds=60,
                    first_seconds=60,
                    next_seconds=1,
                    fee_on_attempt=False,
                ),
            ),
        ),
        ExchangeRateSet(
            happened_at=day(6), base="EUR", quote="USD", rate=Decimal("1.10"), on=date(2026, 1, 6), source="ECB"
        ),
        PriceSet(
            happened_at=day(6),
            sku=E5,
            source=PriceSource.CONTRACT,
            lot="a",
            amount=Decimal("57.10"),
            currency="EUR",
            per=Per.MONTH,
            term=Term.YEARLY,
            effective_from=date(2026, 1, 1),
            effective_until=date(2027, 1, 1),
            quantity=9,
            commit_floor=5,
            tax_included=False,
        ),
        SeatExempted(
            happened_at=day(30),
            user=ANNA,
            sku=E5,
            reason=Personal.of_user(ANNA, "leave"),
            owner=Personal("pseudonym/3", "Olga"),
            until=date(2027, 1, 1),
            by=named("admin"),
        ),
        FindingDecided(
            happened_at=day(31),
            user=ANNA,
            sku=E5,
            cause=Cause.IDLE,
            tier=Tier.LIKELY,
            decision=Decision.ACCEPTED,
            note=Personal.of_user(ANNA, "gone in May"),
            by=named("admin"),
        ),
        CallsMissing(
            happened_at=day(23), run=RUN, calls=(MissingCall(call=LOST_CALL, revision=1, started_at=day(22, 3)),)
        ),
        CallsReconciled(
            happened_at=day(23),
            run=RUN,
            kind=Pass.HOURLY,
            since=day(22),
            until=day(22, 4),
            listed=(1, 0, 0, 1),
            missing=1,
        ),
        CallRetentionSet(happened_at=day(24), days=400, by=None),
        CallDetailDropped(happened_at=day(25), month="2024-01", calls=0, days=400),
        SubscriptionCreated(happened_at=day(2), subscription="s", expires_at=day(4)),
        SubscriptionRenewed(happened_at=day(3), subscription="s", expires_at=day(6)),
        SubscriptionLost(happened_at=day(7), subscription="s", reason=SubscriptionEnd.EXPIRED),
        *(snapshot(day(195), feed) for feed in Feed),
        SnapshotFailed(happened_at=day(196), feed=Feed.PSTN, run=RUN, reason="GRAPH_TIMEOUT"),
        AccountDisabled(happened_at=day(170), user=BERT),
        ConsentWithdrawn(happened_at=day(199), reason="TENANT_BLOCKED"),
    ]


EVERYTHING: list[tuple[datetime, Event]] = [
    (max(fact.happened_at, day(1)) + timedelta(hours=1), fact)
    for fact in sorted(_facts(), key=lambda fact: fact.happened_at)
]
