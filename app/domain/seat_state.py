"""What the log says of one user: profile, licences held, last signs of life. The state and its fold."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import reduce

from app.domain.events import Event
from app.domain.events.licensing import (
    AccountDisabled,
    AccountEnabled,
    LicenceAssigned,
    LicenceAssignmentFailed,
    LicenceChanged,
    LicenceRemoved,
    Profile,
    ProfileChanged,
    UserDeleted,
    UserDiscovered,
    UserSignedIn,
    Workload,
    WorkloadUsed,
)
from app.domain.events.persons import UserErased
from app.domain.ids import GroupId, PlanId, SkuId, UserId

Path = tuple[SkuId, GroupId | None]
"""A SKU and how it came: directly (None) or by a group. Two paths of one SKU are two holdings and one seat."""


@dataclass(frozen=True, slots=True)
class Holding:
    sku: SkuId
    via: GroupId | None
    disabled_plans: tuple[PlanId, ...]


@dataclass(frozen=True, slots=True)
class Failure:
    """An assignment Graph could not give, as last reported."""

    sku: SkuId
    via: GroupId | None
    error: str


@dataclass(frozen=True, slots=True)
class Removal:
    """A path once held and not held now. The same path can only be held again from here on."""

    sku: SkuId
    via: GroupId | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Use:
    """Last day a workload was used."""

    workload: Workload
    on: date


@dataclass(frozen=True, slots=True)
class Seat:
    """What the log says of one user, without history: 50,000 of these are kept while a snapshot is compared.

    `changed_at` is the newest time of a fact that came from a directory read; an older read is not believed.
    `erased`: the person's values are gone and are not taken in again; the seat goes on without them.
    """

    user: UserId | None = None
    present: bool = False
    enabled: bool = False
    created_at: datetime | None = None
    profile: Profile | None = None
    changed_at: datetime | None = None
    holdings: tuple[Holding, ...] = ()
    failures: tuple[Failure, ...] = ()
    removals: tuple[Removal, ...] = ()
    interactive: datetime | None = None
    non_interactive: datetime | None = None
    successful: datetime | None = None
    uses: tuple[Use, ...] = ()
    erased: bool = False


NOBODY = Seat()


def replay(events: Iterable[Event]) -> Seat:
    return reduce(evolve, events, NOBODY)


def evolve(seat: Seat, event: Event) -> Seat:
    """Fold one fact in. Never refuses; a fact about something else leaves the seat as it is."""
    match event:
        case UserSignedIn():
            return replace(
                seat,
                interactive=_newest(seat.interactive, event.interactive),
                non_interactive=_newest(seat.non_interactive, event.non_interactive),
                successful=_newest(seat.successful, event.successful),
            )
        case WorkloadUsed():
            return _used(seat, event)
        case UserErased():
            return replace(seat, profile=seat.profile and nameless(seat.profile), erased=True)
        case LicenceAssigned() | LicenceChanged() | LicenceRemoved() | LicenceAssignmentFailed():
            return _changed(_licence(seat, event), event)
        case UserDiscovered() | ProfileChanged() | AccountEnabled() | AccountDisabled() | UserDeleted():
            return _changed(_account(seat, event), event)
        case _:
            return seat


def nameless(profile: Profile) -> Profile:
    return profile.model_copy(update={"display_name": None, "user_principal_name": None})


def in_order(paths: Iterable[Path]) -> list[Path]:
    """One order for facts and state, so that equal seats make equal bytes."""
    return sorted(paths, key=lambda path: (path[0].int, -1 if path[1] is None else path[1].int))


def risen(known: datetime | None, seen: datetime | None) -> datetime | None:
    """`seen` if it is later than what is known, else None."""
    return seen if seen is not None and (known is None or seen > known) else None


def _newest(known: datetime | None, seen: datetime | None) -> datetime | None:
    return known if risen(known, seen) is None else seen


def _changed(seat: Seat, event: Event) -> Seat:
    return replace(seat, changed_at=_newest(seat.changed_at, event.happened_at))


def _account(
    seat: Seat, event: UserDiscovered | ProfileChanged | AccountEnabled | AccountDisabled | UserDeleted
) -> Seat:
    match event:
        case UserDiscovered():
            return replace(
                seat,
                user=event.user,
                present=True,
                enabled=event.enabled,
                created_at=event.created_at,
                profile=event.profile,
            )
        case ProfileChanged():
            return replace(seat, profile=event.profile)
        case AccountEnabled():
            return replace(seat, enabled=True)
        case AccountDisabled():
            return replace(seat, enabled=False)
        case UserDeleted():
            return replace(seat, present=False, profile=None, holdings=(), failures=())


def _licence(seat: Seat, event: LicenceAssigned | LicenceChanged | LicenceRemoved | LicenceAssignmentFailed) -> Seat:
    path = (event.sku, event.via)
    others = tuple(held for held in seat.holdings if (held.sku, held.via) != path)
    failures = tuple(failure for failure in seat.failures if (failure.sku, failure.via) != path)
    match event:
        case LicenceAssigned():
            held = Holding(event.sku, event.via, event.disabled_plans)
            return replace(
                seat, holdings=_sorted(others, held), failures=failures, removals=_without(seat.removals, path)
            )
        case LicenceChanged():
            if len(others) == len(seat.holdings):
                return seat
            return replace(seat, holdings=_sorted(others, Holding(event.sku, event.via, event.disabled_plans)))
        case LicenceRemoved():
            removal = Removal(event.sku, event.via, event.happened_at)
            removals = (*_without(seat.removals, path), removal)
            return replace(seat, holdings=others, failures=failures, removals=removals)
        case LicenceAssignmentFailed():
            return replace(seat, failures=(*failures, Failure(event.sku, event.via, event.error)))


def _sorted(others: tuple[Holding, ...], held: Holding) -> tuple[Holding, ...]:
    by_path = {(each.sku, each.via): each for each in (*others, held)}
    return tuple(by_path[path] for path in in_order(by_path))


def _without(removals: tuple[Removal, ...], path: Path) -> tuple[Removal, ...]:
    return tuple(removal for removal in removals if (removal.sku, removal.via) != path)


def _used(seat: Seat, event: WorkloadUsed) -> Seat:
    latest = {use.workload: use.on for use in seat.uses}
    known = latest.get(event.workload)
    if known is not None and event.last_activity_on <= known:
        return seat
    latest[event.workload] = event.last_activity_on
    return replace(seat, uses=tuple(Use(workload, on) for workload, on in sorted(latest.items())))
