"""Why a seat costs money for nothing, how sure that is, and what could be saved: the rules of the definitions.

One cause a seat, the first that applies; findings are judged when somebody asks (insight), never stored.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from app.domain.catalogue import Catalogue
from app.domain.downgrade import NOT_FOR_PEOPLE, cheaper
from app.domain.events.deciding import Cause, Tier
from app.domain.events.licensing import UserKind
from app.domain.ids import SkuId
from app.domain.market import Market
from app.domain.money import Money, nothing
from app.domain.overlap import Offer, redundant
from app.domain.sku_class import SkuClass
from app.domain.standing import Ground, HeldSeat, Holder, Source


class Remark(StrEnum):
    """What somebody who acts on a finding should know besides its cause and tier."""

    SUSPECTED = "SUSPECTED"
    """Quiet by all evidence, yet a sign-in was attempted within the idle days."""
    BACKGROUND_ONLY = "BACKGROUND_ONLY"
    """Tokens renew themselves, but no workload saw the person act within the idle days."""
    KIND_UNSURE = "KIND_UNSURE"
    """It is not certain that the account is a person's: it may be a shared mailbox or a service."""
    NOT_OBSERVED = "NOT_OBSERVED"
    """No source that shows activity was read of late: neither used nor wasted."""
    STAMP_PROVES_NOTHING = "STAMP_PROVES_NOTHING"
    """Never seen, but the account is older than Graph's record of successful sign-ins."""
    PRICE_UNKNOWN = "PRICE_UNKNOWN"
    TRIAL = "TRIAL"
    """Costs nothing yet."""
    PAID_BY_USE = "PAID_BY_USE"
    """Costs by use and not by the seat: nothing is saved by taking it away."""
    TWO_PATHS = "TWO_PATHS"
    """Assigned directly and by a group: one seat, and both assignments have to go."""
    BY_GROUP = "BY_GROUP"
    """Assigned by a group only: the membership, or a dynamic group's rule, has to change."""
    UNOBSERVABLE_PLANS = "UNOBSERVABLE_PLANS"
    """The cheaper product lacks plans whose use cannot be observed; the customer says that they are not needed."""
    FEWER_MINUTES = "FEWER_MINUTES"
    """The cheaper calling plan includes fewer minutes: enough in each of the last three whole months."""
    MAY_HOLD_NUMBER = "MAY_HOLD_NUMBER"
    """A calling plan: a telephone number may depend on it and has to be moved first."""


@dataclass(frozen=True, slots=True)
class SeatFinding:
    """What is wrong with one seat.

    `saving`: a month, net; None: the price is unknown. Of a DOWNGRADE the difference of prices; of an UNVERIFIABLE one
    and of a product without a seat's price 0. `also`: later causes that apply as well, as notes. `covered_by`: of an
    OVERLAP, the products kept that cover it. `better`: of a DOWNGRADE, the product to hold instead.
    """

    sku: SkuId
    cause: Cause
    tier: Tier
    saving: Money | None
    remarks: tuple[Remark, ...] = ()
    also: tuple[Cause, ...] = ()
    covered_by: tuple[SkuId, ...] = ()
    better: SkuId | None = None


@dataclass(frozen=True, slots=True)
class _Claim:
    """A cause that applies to a seat. `saving` None: all the seat costs."""

    cause: Cause
    tier: Tier
    remarks: tuple[Remark, ...] = ()
    covered_by: tuple[SkuId, ...] = ()
    saving: Money | None = None
    better: SkuId | None = None


_Claims = dict[SkuId, list[_Claim]]

_JUDGED = frozenset({SkuClass.PAID, SkuClass.TRIAL, SkuClass.CONSUMPTION})
"""Products a seat of which can be given up. Money is in the first only."""

_COVERING = frozenset({SkuClass.PAID, SkuClass.FREE, SkuClass.CONSUMPTION})
"""Products that may make another one redundant. A trial ends."""

_WITHOUT_PRICE = {SkuClass.TRIAL: Remark.TRIAL, SkuClass.CONSUMPTION: Remark.PAID_BY_USE}


def judge(
    holder: Holder, ground: Ground, prices: Mapping[SkuId, Money], knowledge: Catalogue
) -> tuple[SeatFinding, ...]:
    """The findings of one holder, at most one a seat, in the order of their seats.

    `prices`: of a seat a month, net, on the day of the ground; a product that is absent has none that is known.
    """
    return judge_in(holder, Market(ground, prices, knowledge))


def judge_in(holder: Holder, market: Market) -> tuple[SeatFinding, ...]:
    """The same by one market for many holders."""
    classes = {seat.sku: market.class_of(seat.sku) for seat in holder.seats}
    seats = [
        seat
        for seat in holder.seats
        if not seat.exempt and classes[seat.sku] in _JUDGED and seat.sku not in NOT_FOR_PEOPLE
    ]
    match holder.kind:
        case UserKind.PERSON | UserKind.UNKNOWN:
            claims = _of_person(holder, seats, classes, market)
        case UserKind.GUEST:
            paid = [seat for seat in seats if classes[seat.sku] is SkuClass.PAID]
            claims = {seat.sku: [_Claim(Cause.GUEST_LICENSED, Tier.REVIEW)] for seat in paid}
        case UserKind.ROOM | UserKind.PHONE_RESOURCE:
            claims = {seat.sku: _by_workload(seat, Tier.REVIEW, market) for seat in seats if not seat.young}
        case _:
            claims = {}
    unsure = holder.kind is UserKind.UNKNOWN or (holder.kind is UserKind.PERSON and not holder.sure)
    return tuple(
        _finding(seat, claims[seat.sku], classes[seat.sku], unsure, market) for seat in seats if claims.get(seat.sku)
    )


def two_paths(holder: Holder) -> tuple[SkuId, ...]:
    """Products held directly and by a group: one seat each and no money lost, but something to tidy up."""
    return tuple(seat.sku for seat in holder.seats if seat.direct and seat.by_group)


def _of_person(holder: Holder, seats: Sequence[HeldSeat], classes: Mapping[SkuId, SkuClass], market: Market) -> _Claims:
    """All causes that apply to each seat, in their order; the first is the one that counts.

    Overlap is only among what no earlier cause frees already. That a seat is unverifiable is no cause: it is said where
    none applies.
    """
    ground = market.ground
    claims = {seat.sku: _by_activity(holder, seat, ground) for seat in seats}
    freed = {sku for sku, of_seat in claims.items() if of_seat}
    paid = {seat.sku for seat in seats if classes[seat.sku] is SkuClass.PAID}
    overlaps = _overlaps([seat for seat in holder.seats if seat.sku not in freed], paid, classes, market)
    if freed:
        notes = _overlaps(holder.seats, paid, classes, market)
        overlaps = {**overlaps, **{sku: cover for sku, cover in notes.items() if sku in freed}}
    for seat in seats:
        of_seat = claims[seat.sku]
        if seat.sku in overlaps:
            of_seat.append(_Claim(Cause.OVERLAP, Tier.GUARANTEED, covered_by=overlaps[seat.sku]))
        if not holder.enabled or holder.disabled_long or seat.young:
            continue
        if not seat.quiet:
            of_seat += market.once((seat, seat.sku in paid), partial(_by_use, seat, seat.sku in paid, market))
        elif not of_seat:
            of_seat.append(_unverifiable(holder, ground))
    return claims


def _by_activity(holder: Holder, seat: HeldSeat, ground: Ground) -> list[_Claim]:
    if holder.disabled_long:
        return [_Claim(Cause.DISABLED, Tier.GUARANTEED)]
    if not holder.enabled or seat.young:
        return []
    if not seat.quiet:
        background = Source.HUMAN in ground.observed and Source.HUMAN in seat.silent
        return [_Claim(Cause.IDLE, Tier.REVIEW, (Remark.BACKGROUND_ONLY,))] if background else []
    if not ground.observable or (holder.never and not holder.provable):
        return []
    cause = Cause.NEVER_USED if holder.never else Cause.IDLE
    return [_Claim(cause, Tier.REVIEW, (Remark.SUSPECTED,)) if seat.attempted else _Claim(cause, Tier.LIKELY)]


def _unverifiable(holder: Holder, ground: Ground) -> _Claim:
    remark = Remark.STAMP_PROVES_NOTHING if ground.observable else Remark.NOT_OBSERVED
    return _Claim(Cause.NEVER_USED if holder.never else Cause.IDLE, Tier.UNVERIFIABLE, (remark,))


def _overlaps(
    seats: Sequence[HeldSeat], paid: Collection[SkuId], classes: Mapping[SkuId, SkuClass], market: Market
) -> Mapping[SkuId, tuple[SkuId, ...]]:
    """The redundant ones of the paid seats that may be given up, each with the products that cover it."""
    if len(seats) < 2:
        return {}
    key = tuple([(seat.sku, seat.plans_off, seat.sku in paid) for seat in seats])
    return market.once(key, lambda: _redundant(seats, paid, classes, market))


def _redundant(
    seats: Sequence[HeldSeat], paid: Collection[SkuId], classes: Mapping[SkuId, SkuClass], market: Market
) -> dict[SkuId, tuple[SkuId, ...]]:
    prices = {seat.sku: market.prices[seat.sku] for seat in seats if seat.sku in paid and seat.sku in market.prices}
    currencies = {price.currency for price in prices.values()}
    # Prices in several currencies cannot be compared: only those in the customer's own count then.
    currency = next(iter(currencies)) if len(currencies) == 1 else market.ground.policy.currency
    offers = [
        Offer(
            seat.sku,
            market.knowledge.reach(market.held_plans(seat)),
            prices[seat.sku].amount if seat.sku in prices and prices[seat.sku].currency == currency else None,
            staying=seat.sku not in paid,
        )
        for seat in seats
        if classes[seat.sku] in _COVERING
    ]
    return redundant(offers)


def _by_use(seat: HeldSeat, is_paid: bool, market: Market) -> list[_Claim]:
    """What is wrong with a seat of somebody who is active, and known to be."""
    return [*_by_workload(seat, Tier.LIKELY, market), *(_by_price(seat, market) if is_paid else [])]


def _by_workload(seat: HeldSeat, tier: Tier, market: Market) -> list[_Claim]:
    """A product of nothing but add-ons, and nobody saw any of them used: Teams Phone without a call, for instance."""
    knowledge = market.knowledge
    plans = knowledge.billable(market.held_plans(seat))
    silent = knowledge.add_ons & knowledge.seen_by(seat.silent & market.ground.observed)
    return [_Claim(Cause.SKU_IDLE, tier)] if plans and plans <= silent else []


def _by_price(seat: HeldSeat, market: Market) -> list[_Claim]:
    found = cheaper(seat, market)
    if found is None:
        return []
    remarks = [Remark.UNOBSERVABLE_PLANS] if found.unobservable else []
    remarks += [Remark.FEWER_MINUTES] if found.fewer_minutes else []
    tier = Tier.LIKELY if found.clear else Tier.REVIEW
    return [_Claim(Cause.DOWNGRADE, tier, tuple(remarks), saving=found.saving, better=found.sku)]


def _finding(
    seat: HeldSeat, claims: Sequence[_Claim], sku_class: SkuClass, unsure: bool, market: Market
) -> SeatFinding:
    first, *others = claims
    price = market.prices.get(seat.sku)
    remarks = [*first.remarks]
    if unsure:
        remarks.append(Remark.KIND_UNSURE)
    if sku_class in _WITHOUT_PRICE:
        saving: Money | None = nothing(market.ground.policy.currency)
        remarks.append(_WITHOUT_PRICE[sku_class])
    elif price is None:
        saving = None
        remarks.append(Remark.PRICE_UNKNOWN)
    else:
        saving = nothing(price.currency) if first.tier is Tier.UNVERIFIABLE else first.saving or price
    if seat.by_group:
        remarks.append(Remark.TWO_PATHS if seat.direct else Remark.BY_GROUP)
    if not market.knowledge.calling.isdisjoint(market.held_plans(seat)):
        remarks.append(Remark.MAY_HOLD_NUMBER)
    return SeatFinding(
        sku=seat.sku,
        cause=first.cause,
        tier=Tier.REVIEW if unsure and first.tier in (Tier.GUARANTEED, Tier.LIKELY) else first.tier,
        saving=saving,
        remarks=tuple(remarks),
        also=tuple(each.cause for each in others),
        covered_by=first.covered_by,
        better=first.better,
    )
