"""What one set of usage reports showed."""

from collections.abc import Iterable
from dataclasses import dataclass

from app.commands.desk import Desk
from app.commands.seat_reading import Decision, Reading, ReadOutcome, change_known_seats
from app.domain import seat
from app.domain.ids import RunId, TenantId
from app.domain.sightings import WorkloadSighting


@dataclass(frozen=True, slots=True)
class RecordWorkloads:
    """`sightings` is gone through once."""

    tenant: TenantId
    run: RunId
    sightings: Iterable[WorkloadSighting]


def record_workloads(command: RecordWorkloads, desk: Desk) -> ReadOutcome:
    """Take the reports in; repeated, they add nothing. Users the log does not know are skipped and counted."""
    readings = (Reading(seen.user, _sighted(seen)) for seen in command.sightings)
    return change_known_seats(command.tenant, command.run, readings, desk)


def _sighted(seen: WorkloadSighting) -> Decision:
    return lambda there: seat.sight_workloads(there, seen)
