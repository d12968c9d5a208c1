"""What the replay and the domain's rules say each seat's finding is."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from app.audit.activity import EVIDENCE, WEAK
from app.audit.amounts import money
from app.audit.customer import Customer
from app.audit.difference import Values
from app.audit.expected_seats import Nodes, user_id
from app.audit.holdings import Path
from app.audit.minutes import Called, called_out
from app.audit.month import book_of
from app.audit.replay import WholeReplay
from app.domain.catalogue import CATALOGUE
from app.domain.events.coverage import Feed
from app.domain.events.licensing import Confidence
from app.domain.events.tenancy import Capability
from app.domain.findings import SeatFinding, judge
from app.domain.ids import SkuId, TenantId, UserId
from app.domain.licensing import SUCCESSES_KEPT_SINCE, grace_cutoff, idle_cutoff, read_cutoff, usual_ground
from app.domain.money import Money
from app.domain.period import day_ends
from app.domain.sku_class import SkuClass, classify
from app.domain.standing import Ground, HeldSeat, Holder, Source

_OF_CALLS = {Source.TELEPHONE, Source.CONFERENCE}
_CALLS_REACH_BACK = timedelta(days=30)
"""How far calls from before the first consent are known."""


@dataclass(frozen=True, slots=True)
class Judged:
    """Everybody who holds anything, and what is found about them; what they are judged by. `by_user`: of `found`."""

    ground: Ground
    prices: Mapping[SkuId, Money]
    holders: tuple[tuple[UserId, Holder], ...]
    by_user: Mapping[UserId, tuple[SeatFinding, ...]]

    @property
    def found(self) -> Iterator[SeatFinding]:
        for findings in self.by_user.values():
            yield from findings


def judged_all(replay: WholeReplay, customer: Customer) -> Judged:
    ground, prices = _ground(replay, customer), _prices(replay)
    holders = tuple(_holders(replay, customer))
    found = {user: judge(holder, ground, prices, CATALOGUE) for user, holder in holders}
    return Judged(ground, prices, holders, found)


def findings_of(tenant: TenantId, replay: WholeReplay) -> Nodes:
    customer = replay.customer.told
    if customer is None or not replay.cut.position:
        return {}
    judged = judged_all(replay, customer)
    return {
        (user_id(tenant, user), str(found.sku)): _node(tenant, user, found)
        for user, findings in judged.by_user.items()
        for found in findings
    }


def _node(tenant: TenantId, user: UserId, found: SeatFinding) -> Values:
    saving = found.saving
    return {
        "userId": user_id(tenant, user),
        "sku": {"skuId": str(found.sku)},
        "cause": found.cause.name,
        "tier": found.tier.name,
        "saving": saving and money(Fraction(saving.amount), saving.currency),
        "better": found.better and {"skuId": str(found.better)},
    }


def _holders(replay: WholeReplay, customer: Customer) -> Iterator[tuple[UserId, Holder]]:
    """Everybody in the directory who holds anything."""
    cut, policy = replay.cut, customer.policy
    held: dict[UserId, dict[SkuId, list[Path]]] = {}
    for (user, sku), path in replay.holdings.paths():
        held.setdefault(user, {}).setdefault(sku, []).append(path)
    since = {seat: at for seat, _, at in replay.holdings.seats()}
    disabled_before = day_ends(cut.on - timedelta(days=policy.disabled_days), cut.zone)
    young = grace_cutoff(cut.on, policy.grace_days, cut.zone)
    minutes = called_out(replay, customer, _calls_known_since(customer))
    for user, account in replay.accounts.by_user.items():
        if account.deleted or user not in held:
            continue
        kind = account.profile.kind
        new = account.created_at is not None and account.created_at >= young
        evidence, attempt = (replay.activity.last.get((user, grade)) for grade in (EVIDENCE, WEAK))
        old = account.created_at is None or account.created_at < SUCCESSES_KEPT_SINCE
        called = None if minutes is None else minutes.get(user, Called())
        seats = [
            _seat(replay, customer, user, sku, held[user][sku], called, young=new or since[user, sku] >= young)
            for sku in sorted(held[user])
        ]
        holder = Holder(
            kind=kind,
            seats=tuple(seats),
            sure=(account.profile.kind_confidence or usual_ground(kind).confidence) is Confidence.HIGH,
            enabled=account.disabled_since is None,
            disabled_long=account.disabled_since is not None and account.disabled_since < disabled_before,
            never=evidence is None,
            provable=evidence is not None or attempt is None or not old,
        )
        yield user, holder


def _seat(
    replay: WholeReplay,
    customer: Customer,
    user: UserId,
    sku: SkuId,
    paths: list[Path],
    called: Called | None,
    *,
    young: bool,
) -> HeldSeat:
    cut, last = replay.cut, replay.activity.last
    cutoff = idle_cutoff(cut.known_on, customer.policy.idle_days_of(sku), cut.zone)

    def quiet(sign: str) -> bool:
        at = last.get((user, sign))
        return at is None or at < cutoff

    decided = replay.decisions.by_seat.get((user, sku))
    return HeldSeat(
        sku=sku,
        plans_off=frozenset.intersection(*(frozenset(path.disabled_plans) for path in paths)),
        young=young,
        quiet=quiet(EVIDENCE),
        attempted=quiet(EVIDENCE) and not quiet(WEAK),
        silent=frozenset(source for source in Source if quiet(source.value)),
        exempt=decided is not None and decided.exempt_on(cut.on),
        direct=any(path.via is None for path in paths),
        by_group=any(path.via is not None for path in paths),
        minutes=called and called.minutes,
        abroad=called is not None and called.abroad,
    )


def _ground(replay: WholeReplay, customer: Customer) -> Ground:
    products = replay.products.by_sku
    described = {sku: each.described for sku, each in products.items() if each.described is not None}
    return Ground(
        on=replay.cut.on,
        policy=customer.policy,
        observable=customer.observable(replay.cut),
        observed=_observed(replay, customer),
        plans={
            sku: frozenset(plan.plan for plan in each.plans if plan.applies_to == "User")
            for sku, each in described.items()
        },
        classes={
            sku: _class(replay, customer, sku, each.applies_to, units.enabled)
            for sku, each in described.items()
            if (units := products[sku].units) is not None
        },
    )


def _class(replay: WholeReplay, customer: Customer, sku: SkuId, applies_to: str, enabled: int) -> SkuClass:
    """Where purchases were never read nobody can say what was not bought."""
    listed = replay.purchases.by_sku.get(sku)
    purchases = (listed[0].purchases if listed else ()) if Feed.RENEWALS in customer.read_at else None
    return classify(CATALOGUE.class_of(sku), applies_to, enabled, purchases)


def _observed(replay: WholeReplay, customer: Customer) -> frozenset[Source]:
    """The sources whose silence says something, for the longest of the idle days (definitions: SKU-idle)."""
    cut, able = replay.cut, customer.able
    late = read_cutoff(cut.known_on, cut.zone)
    fresh = {feed for feed, at in customer.read_at.items() if at >= late}
    observed: set[Source] = set()
    if able.get(Capability.REPORTS) and able.get(Capability.CONCEALED_NAMES) is False and Feed.REPORTS in fresh:
        observed |= set(Source) - _OF_CALLS - {Source.COPILOT}
        observed |= {Source.COPILOT} if able.get(Capability.COPILOT_REPORTS) else set()
    policy = customer.policy
    longest = max([policy.idle_days, *(days for _, days in policy.sku_idle_days)])
    reached = _calls_known_since(customer)
    if reached is not None and reached <= idle_cutoff(cut.known_on, longest, cut.zone):
        if Feed.CALLS in fresh:
            observed |= _OF_CALLS
        elif able.get(Capability.PSTN_LOGS) and Feed.PSTN in fresh:
            observed.add(Source.CONFERENCE)
    return frozenset(observed)


def _calls_known_since(customer: Customer) -> datetime | None:
    """None: nobody has consented."""
    return None if customer.consented_at is None else customer.consented_at - _CALLS_REACH_BACK


def _prices(replay: WholeReplay) -> dict[SkuId, Money]:
    """Of a seat a month on the day, where one is known."""
    book = book_of(replay)
    return {sku: price.monthly for sku in book.skus() if (price := book.price_on(sku, replay.cut.on)) is not None}
