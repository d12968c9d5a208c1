"""What one listing of sign-in activity showed."""

from collections.abc import Iterable
from dataclasses import dataclass

from app.commands.desk import Desk
from app.commands.seat_reading import Decision, Reading, ReadOutcome, change_known_seats
from app.domain import seat
from app.domain.ids import RunId, TenantId
from app.domain.sightings import SignInSighting


@dataclass(frozen=True, slots=True)
class RecordSignIns:
    """`sightings` is gone through once."""

    tenant: TenantId
    run: RunId
    sightings: Iterable[SignInSighting]


def record_sign_ins(command: RecordSignIns, desk: Desk) -> ReadOutcome:
    """Take the listing in; a repeated one adds nothing. Users the log does not know are skipped and counted."""
    readings = (Reading(seen.user, _sighted(seen)) for seen in command.sightings)
    return change_known_seats(command.tenant, command.run, readings, desk)


def _sighted(seen: SignInSighting) -> Decision:
    return lambda there: seat.sight_sign_in(there, seen)
