"""What one read of the PSTN or the Direct Routing log showed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from app.commands.desk import Desk
from app.commands.late_calls import count_late, late_among
from app.commands.retry import retried
from app.domain import phone_log
from app.domain.erasure import bound_to_user, own_number
from app.domain.events.charging import PstnCall
from app.domain.ids import RunId, TenantId
from app.domain.personal import Personal
from app.domain.phone_log import PhoneCallSighting
from app.eventstore.store import StreamChange
from app.eventstore.streams import direct_routing_stream, pstn_stream

ROWS_PER_APPEND = 5_000


@dataclass(frozen=True, slots=True)
class RecordPhoneLog:
    """`rows` is gone through once."""

    tenant: TenantId
    run: RunId
    rows: Iterable[PhoneCallSighting]


def record_phone_log(command: RecordPhoneLog, desk: Desk) -> int:
    """Take the rows in. Returns how many facts were new; rows known as they are add none, and rows of a month whose
    details are not kept any more are counted only.

    Each transaction holds ROWS_PER_APPEND rows; killed in between, the repeated read adds the rest.
    """
    facts = sum(_append(command, rows, desk) for rows in _chunks(command.rows))
    if facts:
        desk.ring(command.tenant, desk.store.head(command.tenant))
    return facts


def _append(command: RecordPhoneLog, rows: dict[str, PhoneCallSighting], desk: Desk) -> int:
    late: dict[str, str] = {}

    def attempt() -> int:
        late.clear()
        late.update(late_among(command.tenant, {stream: row.began_at for stream, row in rows.items()}, desk))
        kept = {stream: row for stream, row in rows.items() if stream not in late}
        kept = _given_on(command.tenant, kept, desk)
        known = desk.store.latest(command.tenant, list(kept))
        changes = []
        for stream, seen in kept.items():
            newest = known.get(stream)
            facts = phone_log.sight(newest.event if newest else None, seen)
            if facts:
                changes.append(StreamChange(stream, newest.version if newest else 0, facts))
        if changes:
            desk.store.append_many(command.tenant, changes, cause=command.run, at=desk.now())
        return len(changes)

    added = retried(attempt)
    count_late(command.tenant, late.items(), desk)
    return added


def _given_on(tenant: TenantId, rows: dict[str, PhoneCallSighting], desk: Desk) -> dict[str, PhoneCallSighting]:
    """A number whose owner was erased tells nothing any more. Whoever calls or is called by it now, another person, has
    it as a value of their own; of the person erased it stays untold, however late a row of theirs comes."""
    numbers = {number for row in rows.values() if (number := own_number(row)) is not None}
    subjects = {number: desk.store.pseudonym(tenant, number) for number in numbers}
    people = {row.user: Personal.of_user(row.user, "").subject for row in rows.values() if row.user is not None}
    erased = desk.store.erased_among(tenant, [*subjects.values(), *people.values()])

    def is_given_on(row: PhoneCallSighting) -> bool:
        number = own_number(row)
        if row.user is None or number is None:
            return False
        return subjects[number] in erased and people[row.user] not in erased

    return {stream: bound_to_user(row) if is_given_on(row) else row for stream, row in rows.items()}


def _chunks(rows: Iterable[PhoneCallSighting]) -> Iterator[dict[str, PhoneCallSighting]]:
    """By stream. Where pages show a row twice, what they showed last counts."""
    remaining = iter(rows)
    while chunk := {_stream(row): row for row in islice(remaining, ROWS_PER_APPEND)}:
        yield chunk


def _stream(row: PhoneCallSighting) -> str:
    return pstn_stream(row.row) if isinstance(row, PstnCall) else direct_routing_stream(row.row)
