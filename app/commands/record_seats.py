"""What one read of the directory showed of its users and their licences."""

from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime

from app.commands.desk import Desk
from app.commands.seat_reading import Decision, Reading, ReadOutcome, change_seats, known_users, opened
from app.domain import seat
from app.domain.coverage import check_removals
from app.domain.ids import RunId, TenantId, UserId
from app.domain.sightings import SeatSighting


@dataclass(frozen=True, slots=True)
class CompleteRead:
    """Every user of the directory; there is no type for less, so a partial read cannot remove anybody.

    `sightings` is gone through once, `seen` holds the ids of all of them.
    Who is known and in neither `seen` nor `torn` has left. `torn`: not in the listing, yet there when asked for by id,
    so the listing was torn between its pages; they stay as last seen.
    `removals_confirmed`: a person has looked at a refused read and it is true.
    """

    sightings: Iterable[SeatSighting]
    seen: AbstractSet[UserId]
    read_at: datetime
    removals_confirmed: bool = False
    torn: AbstractSet[UserId] = frozenset()


@dataclass(frozen=True, slots=True)
class RecordSeats:
    tenant: TenantId
    run: RunId
    read: CompleteRead


def record_seats(command: RecordSeats, desk: Desk) -> ReadOutcome:
    """Take the read in. A repeated one adds nothing.

    Raises TooManyRemovals, before anything was appended, where the read lacks too many of the users known.
    """
    read, known = command.read, known_users(command.tenant, desk)
    absent = _absent(command.tenant, read.seen, read.read_at, known, desk)
    gone = [user for user in absent if user not in read.torn]
    if not read.removals_confirmed:
        check_removals(len(gone), len(known & read.seen) + len(gone))
    readings = _then_missed(_readings(read.sightings), gone, read.read_at)
    outcome = change_seats(command.tenant, command.run, readings, desk)
    return replace(outcome, users=outcome.users - len(gone), gone=len(gone))


def absent_users(tenant: TenantId, seen: AbstractSet[UserId], read_at: datetime, desk: Desk) -> list[UserId]:
    """Users the log holds to be there and a complete read at `read_at` did not show."""
    return _absent(tenant, seen, read_at, known_users(tenant, desk), desk)


def _absent(
    tenant: TenantId, seen: AbstractSet[UserId], read_at: datetime, known: AbstractSet[UserId], desk: Desk
) -> list[UserId]:
    seats = opened(tenant, desk, known - seen)
    return sorted(there.user for there in seats if there.user is not None and seat.missed(there, read_at))


def _readings(sightings: Iterable[SeatSighting]) -> Iterator[Reading]:
    for seen in sightings:
        yield Reading(seen.user, _sighted(seen))


def _then_missed(readings: Iterable[Reading], gone: list[UserId], at: datetime) -> Iterator[Reading]:
    yield from readings
    for user in gone:
        yield Reading(user, lambda there: seat.missed(there, at))


def _sighted(seen: SeatSighting) -> Decision:
    return lambda there: seat.sight(there, seen)
