"""A customer of the oracle's told as SUA's facts, in the order in which they were known."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from uuid import UUID, uuid5

from app.domain.events import Event
from app.domain.events.charging import PstnCall, PstnCallCharged
from app.domain.events.coverage import Feed, SnapshotTaken
from app.domain.events.deciding import ExemptionLifted, SeatExempted
from app.domain.events.licensing import (
    AccountDisabled,
    AccountEnabled,
    Confidence,
    LicenceAssigned,
    LicenceRemoved,
    Profile,
    ProfileChanged,
    SeatsChanged,
    ServicePlan,
    SkuSubscribed,
    UserDiscovered,
    UserKind,
    UserSignedIn,
    Workload,
    WorkloadUsed,
)
from app.domain.events.pricing import Per, PriceSet, PriceSource, Term
from app.domain.events.telephony import Call, CallCompleted, Leg, Party, PartyKind
from app.domain.events.tenancy import Capability, CapabilityChanged, ConsentGranted, TenantInvited
from app.domain.ids import CallId, DirectoryId, GroupId, LogRowId, RunId, SkuId, UserId
from app.domain.personal import Personal
from app.domain.policy import policy_changed
from tests.oracle.holders import plan_ids, policy
from tests.oracle.model import Exemption, Path, Person, Price, Product, Said, Sign, Tenant, Units

Told = tuple[datetime, Event]
"""When it was recorded, and the fact."""

HOME = DirectoryId(UUID(int=0xD1))
RUN = RunId(UUID(int=0x9))
_FEEDS = {
    "licences": (Feed.LICENCES,),
    "sign_ins": (Feed.SIGN_INS,),
    "reports": (Feed.REPORTS,),
    "calls": (Feed.CALLS, Feed.PSTN, Feed.DIRECT_ROUTING),
}
"""Telephone calls are known from three feeds, which the oracle takes for one."""


def story(tenant: Tenant) -> list[Told]:
    """All of it. Of what was known at the same instant, the fact others rest on comes first."""
    assert tenant.began is not None
    told = [*_beginning(tenant, tenant.began)]
    for product in tenant.products:
        told += _product(product, tenant.began)
    for person in tenant.people:
        told += _person(person)
    told += [_price(each, tenant.rules.currency) for each in tenant.prices]
    told += [fact for each in tenant.exemptions for fact in _exemption(each)]
    told += [(read.at, _read(feed, read.at)) for read in tenant.reads for feed in _FEEDS[read.feed]]
    return sorted(told, key=lambda each: each[0])


def _beginning(tenant: Tenant, at: datetime) -> Iterator[Told]:
    yield at, TenantInvited(happened_at=at, customer="Contoso", contact=Personal.alone("a@contoso.example"))
    yield (
        at,
        ConsentGranted(
            happened_at=at, directory=HOME, organisation="Contoso", default_domain=None, permissions=("User.Read.All",)
        ),
    )
    yield at, policy_changed(policy(tenant.rules), at)
    for what in ("pstn_logs", "direct_routing"):
        yield at, CapabilityChanged(happened_at=at, capability=Capability(what), available=True)
    for each in tenant.able:
        yield (
            each.at,
            CapabilityChanged(happened_at=each.at, capability=Capability(each.what), available=each.available),
        )


def _product(product: Product, at: datetime) -> Iterator[Told]:
    plans = tuple(
        ServicePlan(plan=next(iter(plan_ids([name]))), name=name, applies_to="User") for name in sorted(product.plans)
    )
    yield (
        at,
        SkuSubscribed(
            happened_at=at, sku=SkuId(product.id), part_number=product.part_number, applies_to="User", plans=plans
        ),
    )
    for said in product.units:
        yield said.told, _units(product.id, said)


def _units(sku: UUID, said: Said[Units]) -> SeatsChanged:
    units = said.value
    return SeatsChanged(
        happened_at=said.at,
        sku=SkuId(sku),
        enabled=units.enabled,
        warning=units.warning,
        suspended=units.suspended,
        locked_out=0,
        consumed=units.consumed,
    )


def _person(person: Person) -> Iterator[Told]:
    user, first = UserId(person.id), person.departments[0]
    yield (
        person.known_at,
        UserDiscovered(
            happened_at=person.known_at,
            user=user,
            created_at=person.created_at,
            enabled=person.enabled[0].value,
            profile=_profile(person, first.value),
        ),
    )
    for _, said in pairwise(person.departments):
        yield said.told, ProfileChanged(happened_at=said.at, user=user, profile=_profile(person, said.value))
    for _, on in pairwise(person.enabled):
        yield on.told, (AccountEnabled if on.value else AccountDisabled)(happened_at=on.at, user=user)
    for path in person.paths:
        yield from _path(user, path)
    for nth, sign in enumerate(person.signs):
        yield sign.told, _sign(user, sign, uuid5(person.id, str(nth)))


def _profile(person: Person, department: str | None) -> Profile:
    return Profile(
        display_name=Personal.of_user(UserId(person.id), "Anna"),
        user_principal_name=None,
        kind=UserKind(person.kind),
        department=department,
        company=None,
        cost_centre=None,
        country=None,
        usage_location=None,
        kind_confidence=Confidence.HIGH if person.sure else Confidence.LOW,
    )


def _path(user: UserId, path: Path) -> Iterator[Told]:
    sku, via = SkuId(path.sku), path.via and GroupId(path.via)
    off = tuple(sorted(plan_ids(path.off)))
    yield path.told, LicenceAssigned(happened_at=path.since, user=user, sku=sku, via=via, disabled_plans=off)
    if path.until is not None:
        assert path.end_told is not None
        yield path.end_told, LicenceRemoved(happened_at=path.until, user=user, sku=sku, via=via)


def _sign(user: UserId, sign: Sign, row: UUID) -> Event:
    match sign.source:
        case "access":
            return UserSignedIn(
                happened_at=sign.at, user=user, interactive=None, non_interactive=None, successful=sign.at
            )
        case "attempt":
            return UserSignedIn(
                happened_at=sign.at, user=user, interactive=sign.at, non_interactive=None, successful=None
            )
        case "telephone":
            return _call(user, sign.at, CallId(row))
        case "conference":
            return PstnCallCharged(happened_at=sign.at, call=_conference(user, sign.at, LogRowId(row)))
        case workload:
            return WorkloadUsed(
                happened_at=sign.at, user=user, workload=Workload(workload), last_activity_on=sign.at.date()
            )


def _call(user: UserId, at: datetime, call: CallId) -> CallCompleted:
    """Somebody telephoned with a number outside."""
    ended = at + timedelta(seconds=40)
    own = Party(kind=PartyKind.USER, user=user, directory=HOME, label=None)
    other = Party(kind=PartyKind.PHONE, user=None, directory=None, label=Personal.alone("+49 30 1"))
    content = Call(
        call=call,
        revision=1,
        kind="peerToPeer",
        modalities=("audio",),
        started_at=at,
        ended_at=ended,
        organiser=own,
        legs=tuple(Leg(party=party, started_at=at, ended_at=ended, failed=False) for party in (own, other)),
        test=False,
    )
    return CallCompleted(happened_at=at, call=content)


def _conference(user: UserId, at: datetime, row: LogRowId) -> PstnCall:
    """Somebody telephoned into a meeting of this user's."""
    unsaid: dict[str, object] = dict.fromkeys(PstnCall.model_fields)
    said = {"row": row, "user": user, "kind": "conf_in", "began_at": at, "seconds": 60, "charge": Decimal(1)}
    return PstnCall.model_validate(unsaid | said | {"currency": "EUR"})


def _price(price: Price, currency: str) -> Told:
    return price.told, PriceSet(
        happened_at=price.told,
        sku=SkuId(price.sku),
        source=PriceSource(price.source),
        lot=price.lot,
        amount=price.amount,
        currency=currency,
        per=Per.YEAR if price.yearly else Per.MONTH,
        term=Term.YEARLY,
        effective_from=price.since,
        effective_until=price.until,
        quantity=price.quantity,
        commit_floor=None,
        tax_included=False,
    )


def _exemption(exemption: Exemption) -> Iterator[Told]:
    user, sku = UserId(exemption.user), SkuId(exemption.sku)
    yield (
        exemption.told,
        SeatExempted(
            happened_at=exemption.at,
            user=user,
            sku=sku,
            reason=Personal.of_user(user, "long leave"),
            owner=Personal.alone("The manager"),
            until=exemption.until,
            by=None,
        ),
    )
    if exemption.lifted_at is not None:
        yield exemption.lifted_at, ExemptionLifted(happened_at=exemption.lifted_at, user=user, sku=sku, by=None)


def _read(feed: Feed, at: datetime) -> SnapshotTaken:
    return SnapshotTaken(happened_at=at, feed=feed, run=RUN, items=14, facts=0)
