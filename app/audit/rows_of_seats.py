"""What the replay says the rows about users, what they hold and when they were active are."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from app.audit.accounts import NOWHERE, Account
from app.audit.activity import EVIDENCE, WEAK
from app.audit.replay import WholeReplay
from app.audit.stated import Decided
from app.domain.events.licensing import LicenceAssigned, LicenceAssignmentFailed, LicenceChanged, LicenceRemoved
from app.domain.ids import GroupId
from app.domain.period import FOREVER
from app.domain.personal import Personal
from app.domain.policy import SHORTEST_IDLE_DAYS

Rows = Mapping[tuple[Any, ...], tuple[Any, ...]]

NEVER = datetime(1900, 1, 1, tzinfo=UTC)
"""Stored as the beginning of a gap before which there was no activity."""
_DIRECT = UUID(int=0)
"""Stored in place of a group where a licence was assigned directly."""

USER_COLUMNS = (
    "display_name",
    "user_principal_name",
    "kind",
    "kind_source",
    "kind_confidence",
    "enabled",
    "disabled_since",
    "deleted",
    "created_at",
    "department",
    "company",
    "cost_centre",
    "country",
    "usage_location",
)

_CHANGES = {
    LicenceAssigned: "ASSIGNED",
    LicenceChanged: "CHANGED",
    LicenceRemoved: "REMOVED",
    LicenceAssignmentFailed: "FAILED",
}


def users(replay: WholeReplay) -> Rows:
    return {(user,): _user(account) for user, account in replay.accounts.by_user.items()}


def _user(account: Account) -> tuple[Any, ...]:
    profile = account.profile
    return (
        plain(profile.display_name),
        plain(profile.user_principal_name),
        profile.kind.value,
        profile.kind_source and profile.kind_source.value,
        profile.kind_confidence and profile.kind_confidence.value,
        account.disabled_since is None,
        account.disabled_since,
        account.deleted,
        account.created_at,
        *account.place,
        profile.usage_location,
    )


def plain(personal: Personal | None) -> str | None:
    return None if personal is None else personal.value


def licence_holdings(replay: WholeReplay) -> Rows:
    return {(*seat, path.via or _DIRECT): (path.disabled_plans,) for seat, path in replay.holdings.paths()}


def licence_changes(replay: WholeReplay) -> Rows:
    found: dict[tuple[Any, ...], tuple[Any, ...]] = {}
    for fact in replay.changes.told:
        event = fact.event
        match event:
            case LicenceAssigned() | LicenceChanged():
                detail = ", ".join(map(str, event.disabled_plans)) or None
            case LicenceAssignmentFailed():
                detail = event.error
            case LicenceRemoved():
                detail = None
            case _:
                continue
        about = (event.user, event.sku, event.via or _DIRECT)
        times = (event.happened_at, fact.recorded_at)
        found[(fact.position,)] = (*times, *about, _CHANGES[type(event)], detail, fact.cause)
    return found


def idle_licences(replay: WholeReplay) -> Rows:
    return {seat: (since, _stored(paths)) for seat, paths, since in replay.holdings.seats()}


def licence_costs(replay: WholeReplay) -> Rows:
    accounts = replay.accounts.by_user
    return {
        (user, sku): (_stored(paths), *(accounts[user].place if user in accounts else NOWHERE))
        for (user, sku), paths, _ in replay.holdings.seats()
    }


def licence_cost_holders(replay: WholeReplay) -> Rows:
    return {(user,): account.place for user, account in replay.accounts.by_user.items()}


def _stored(paths: Iterable[GroupId | None]) -> tuple[UUID, ...]:
    return tuple(sorted(via or _DIRECT for via in paths))


def findings(replay: WholeReplay) -> Rows:
    return {seat: _decided(told) for seat, told in replay.decisions.by_seat.items()}


def _decided(told: Decided) -> tuple[Any, ...]:
    exempt: tuple[Any, ...] = (None,) * 4
    decided: tuple[Any, ...] = (None,) * 6
    if told.exempted is not None:
        event, _ = told.exempted
        exempt = (event.reason.value or "", event.owner.value, event.until, event.by)
    if told.decided is not None:
        said, _ = told.decided
        found = (said.decision.value, said.cause.value, said.tier.value)
        decided = (*found, plain(said.note), said.happened_at, said.by)
    return (*exempt, *decided)


def activity_gaps(replay: WholeReplay) -> Rows:
    return _gaps(replay, lambda sign: sign in (EVIDENCE, WEAK))


def workload_gaps(replay: WholeReplay) -> Rows:
    return _gaps(replay, lambda sign: sign not in (EVIDENCE, WEAK))


def _gaps(replay: WholeReplay, wanted: Any) -> Rows:
    before = week_before(replay)
    activity = replay.activity
    return {
        key: (last or NEVER, activity.next.get(key, FOREVER))
        for key, last in activity.last.items()
        if wanted(key[1]) and (last is None or last < before)
    }


def week_before(replay: WholeReplay) -> datetime:
    """Shorter gaps are not kept, so nobody may ask for fewer days (policy: shortest idle days)."""
    cut = replay.cut
    return cut.day_begins(cut.known_on - timedelta(days=SHORTEST_IDLE_DAYS))


def last_activity(replay: WholeReplay) -> Rows:
    return dict(replay.activity.newest)


def adoption(replay: WholeReplay) -> Rows:
    return {(source.value, day, user): (position,) for (source, day, user), position in replay.activity.days.items()}
