"""Call records: the record with its sessions and participants becomes one call."""

from collections.abc import Iterable
from datetime import datetime

from app.domain.events.telephony import Call, Leg, Party
from app.domain.ids import CallId, DirectoryId
from app.domain.sightings import CallSighting
from app.ingest.graph_errors import RecordUnusable
from app.ingest.graph_http import Json
from app.ingest.graph_types import CallRecord, Participant, Session, read_as
from app.ingest.translate import parties

CALL_EXPAND = "sessions,participants_v2"
"""Segments and media are not read: nothing SUA answers rests on them yet."""


def call(
    record: Json, sessions: Iterable[Json], participants: Iterable[Json], home: DirectoryId, seen_at: datetime
) -> CallSighting:
    """One record with all of its sessions and participants. `home` is the tenant's own directory.

    Raises RecordUnusable where its times contradict each other.
    """
    read = read_as(CallRecord, record, "$")
    named = [read_as(Participant, row, f"$.participants_v2[{at}]") for at, row in enumerate(participants)]
    kinds = parties.kinds_of([*([read.organizer_v2] if read.organizer_v2 else []), *named])
    rows = [read_as(Session, row, f"$.sessions[{at}]") for at, row in enumerate(sessions)]
    started_at, ended_at = _times(read.start_date_time, read.end_date_time, "the call")
    return CallSighting(
        call=Call(
            call=CallId(read.id),
            revision=read.version,
            kind=read.type,
            modalities=tuple(read.modalities),
            started_at=started_at,
            ended_at=ended_at,
            organiser=_organiser(read, home),
            legs=tuple(leg for row in rows for leg in _legs(row, kinds, home)),
            test=any(row.is_test for row in rows),
        ),
        seen_at=seen_at,
    )


def _organiser(read: CallRecord, home: DirectoryId) -> Party | None:
    """`organizer` is the deprecated place and holds nothing since 2026-06-30."""
    if read.organizer_v2 is not None:
        return parties.of_participant(read.organizer_v2, home)
    return None if read.organizer is None else parties.of_set(read.organizer, home)


def _legs(session: Session, kinds: parties.Kinds, home: DirectoryId) -> Iterable[Leg]:
    """One leg per person at the session's ends; Teams' own services are nobody."""
    started_at, ended_at = _times(session.start_date_time, session.end_date_time, "a session")
    failed = session.failure_info is not None
    for endpoint in (session.caller, session.callee):
        party = parties.of_endpoint(endpoint, kinds, home)
        if party is not None:
            yield Leg(party=party, started_at=started_at, ended_at=ended_at, failed=failed)


def _times(started_at: datetime | None, ended_at: datetime | None, what: str) -> tuple[datetime, datetime]:
    if started_at is None or ended_at is None:
        raise RecordUnusable(f"{what} has no start or no end")
    if ended_at < started_at:
        raise RecordUnusable(f"{what} ends before it starts")
    return started_at, ended_at
