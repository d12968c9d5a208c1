"""What a read adds to one user's seat: the decisions. A repeated read adds nothing."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, time

from app.domain.events import Event
from app.domain.events.licensing import (
    AccountDisabled,
    AccountEnabled,
    LicenceAssigned,
    LicenceAssignmentFailed,
    LicenceChanged,
    LicenceRemoved,
    ProfileChanged,
    UserDeleted,
    UserDiscovered,
    UserSignedIn,
    WorkloadUsed,
)
from app.domain.ids import PlanId
from app.domain.seat_state import NOBODY, Holding, Path, Seat, evolve, in_order, nameless, replay, risen
from app.domain.sightings import LicenceSighting, SeatSighting, SignInSighting, WorkloadSighting

__all__ = ["NOBODY", "Seat", "evolve", "missed", "replay", "sight", "sight_sign_in", "sight_workloads"]


def sight(seat: Seat, seen: SeatSighting) -> list[Event]:
    """Decide which facts a daily read adds. An unchanged seat adds none, nor does a read older than the last change.

    Gains stand before losses, so that a SKU that moves from one path to another is held throughout. Of a person who
    was erased everything is taken in but the name.
    """
    if seat.erased:
        seen = replace(seen, profile=nameless(seen.profile))
    if seat.changed_at is not None and seen.seen_at < seat.changed_at:
        return []
    return [*_sight_account(seat, seen), *_sight_licences(seat, seen)]


def missed(seat: Seat, at: datetime) -> list[Event]:
    """The user was not in a complete read at `at`: licences end, then the user.

    Nothing if never known or gone already.
    """
    if seat.user is None or not seat.present or (seat.changed_at is not None and at < seat.changed_at):
        return []
    return [
        *(LicenceRemoved(happened_at=at, user=seat.user, sku=held.sku, via=held.via) for held in seat.holdings),
        UserDeleted(happened_at=at, user=seat.user),
    ]


def sight_sign_in(seat: Seat, seen: SignInSighting) -> list[Event]:
    """One fact with the stamps that rose. Nothing for a user unknown or gone: the directory read comes first."""
    if not seat.present:
        return []
    interactive = risen(seat.interactive, seen.interactive)
    non_interactive = risen(seat.non_interactive, seen.non_interactive)
    successful = risen(seat.successful, seen.successful)
    moved = [stamp for stamp in (interactive, non_interactive, successful) if stamp is not None]
    if not moved:
        return []
    return [
        UserSignedIn(
            happened_at=max(moved),
            user=seen.user,
            interactive=interactive,
            non_interactive=non_interactive,
            successful=successful,
        )
    ]


def sight_workloads(seat: Seat, seen: WorkloadSighting) -> list[Event]:
    """One fact per workload whose last day rose, by workload's name. Nothing for a user unknown or gone."""
    if not seat.present:
        return []
    known = {use.workload: use.on for use in seat.uses}
    return [
        WorkloadUsed(
            happened_at=datetime.combine(on, time(12), UTC), user=seen.user, workload=workload, last_activity_on=on
        )
        for workload, on in sorted(seen.last_activity.items())
        if workload not in known or on > known[workload]
    ]


def _sight_account(seat: Seat, seen: SeatSighting) -> list[Event]:
    at, user = seen.seen_at, seen.user
    if not seat.present:
        return [
            UserDiscovered(
                happened_at=at, user=user, created_at=seen.created_at, enabled=seen.enabled, profile=seen.profile
            )
        ]
    facts: list[Event] = []
    if seat.profile != seen.profile:
        facts.append(ProfileChanged(happened_at=at, user=user, profile=seen.profile))
    if seat.enabled != seen.enabled:
        facts.append((AccountEnabled if seen.enabled else AccountDisabled)(happened_at=at, user=user))
    return facts


def _sight_licences(seat: Seat, seen: SeatSighting) -> list[Event]:
    if not seat.holdings and not seen.licences:
        return []
    at, user = seen.seen_at, seen.user
    known = {(held.sku, held.via): held for held in seat.holdings}
    shown, failing = _shown(seen.licences)
    gained = in_order(path for path in shown if path not in known)
    lost = in_order(path for path in known if path not in shown)
    kept = in_order(path for path in known if path in shown and _differ(known[path], shown[path]))
    reported = {(failure.sku, failure.via): failure.error for failure in seat.failures}
    failed = in_order(path for path, error in failing.items() if reported.get(path) != error)
    return [
        *(
            LicenceAssigned(
                happened_at=_assigned_at(seat, seen, shown[sku, via]),
                user=user,
                sku=sku,
                via=via,
                disabled_plans=_plans(shown[sku, via]),
            )
            for sku, via in gained
        ),
        *(
            LicenceChanged(happened_at=at, user=user, sku=sku, via=via, disabled_plans=_plans(shown[sku, via]))
            for sku, via in kept
        ),
        *(LicenceRemoved(happened_at=at, user=user, sku=sku, via=via) for sku, via in lost),
        *(
            LicenceAssignmentFailed(happened_at=at, user=user, sku=sku, via=via, error=failing[sku, via])
            for sku, via in failed
        ),
    ]


def _shown(licences: Iterable[LicenceSighting]) -> tuple[dict[Path, LicenceSighting], dict[Path, str]]:
    """Paths held and paths failing. Where Graph shows one path as both, it is held."""
    held = {(licence.sku, licence.via): licence for licence in licences if licence.error is None}
    failing = {
        (licence.sku, licence.via): licence.error
        for licence in licences
        if licence.error is not None and (licence.sku, licence.via) not in held
    }
    return held, failing


def _assigned_at(seat: Seat, seen: SeatSighting, licence: LicenceSighting) -> datetime:
    """Graph's time of the last change, believed as far as it agrees with the reads and with an earlier removal."""
    if licence.updated_at is None:
        return seen.seen_at
    bounds = [removal.at for removal in seat.removals if (removal.sku, removal.via) == (licence.sku, licence.via)]
    if seen.since is not None:
        bounds.append(seen.since)
    return min(seen.seen_at, max([licence.updated_at, *bounds]))


def _differ(held: Holding, licence: LicenceSighting) -> bool:
    """Graph promises no order of disabled plans."""
    return held.disabled_plans != licence.disabled_plans and held.disabled_plans != _plans(licence)


def _plans(licence: LicenceSighting) -> tuple[PlanId, ...]:
    return tuple(sorted(set(licence.disabled_plans)))
