"""What the replay says the rows about calls, their coverage and the telephone logs are."""

from collections.abc import Mapping
from typing import Any

from app.audit.replay import WholeReplay
from app.audit.rows_of_seats import plain
from app.domain.events.charging import PhoneCall
from app.domain.ids import UserId
from app.domain.stand_ins import span_of

Rows = Mapping[tuple[Any, ...], tuple[Any, ...]]

CALL_COLUMNS = (
    "revision",
    "kind",
    "modalities",
    "started_at",
    "ended_at",
    "direction",
    "organiser_id",
    "participants",
    "test",
    "failed",
)


def calls(replay: WholeReplay) -> Rows:
    return {
        (call,): (
            held.record.revision,
            held.record.kind,
            held.record.modalities,
            held.record.started_at,
            held.record.ended_at,
            held.direction.value,
            held.record.organiser and held.record.organiser.user,
            len(held.participants),
            held.record.test,
            held.failed,
        )
        for call, held in replay.calls.by_id.items()
    }


def call_participants(replay: WholeReplay) -> Rows:
    return {
        (call, party.key): (
            party.user,
            party.kind.value,
            plain(party.label),
            party.directory,
            party.joined_at,
            party.left_at,
            party.seconds,
            party.failed,
        )
        for call, held in replay.calls.by_id.items()
        for party in held.participants
    }


def call_usage(replay: WholeReplay) -> Rows:
    return {
        (user, day, direction.value): (used.calls, used.seconds, used.failed)
        for (user, day, direction), used in replay.calls.usage().items()
    }


def call_usage_days(replay: WholeReplay) -> Rows:
    """Stand-ins are apart by how their ids begin, as nobody can tell who they are in another span."""
    sums: dict[tuple[Any, ...], list[int]] = {}
    users: dict[tuple[Any, ...], set[UserId]] = {}
    for (user, day, _), used in replay.calls.usage().items():
        key = (day, "" if span_of(user) is None else str(user)[:8])
        users.setdefault(key, set()).add(user)
        sums[key] = [
            so_far + more
            for so_far, more in zip(sums.get(key, (0, 0, 0)), (used.calls, used.seconds, used.failed), strict=True)
        ]
    return {key: (*of_day, len(users[key])) for key, of_day in sums.items()}


def call_retention(replay: WholeReplay) -> Rows:
    kept = replay.kept
    return {(): (kept.days, tuple(sorted(kept.gone)))} if kept.stated else {}


def call_usage_shares(replay: WholeReplay) -> Rows:
    return {
        (call,): (
            held.day,
            held.direction.value,
            tuple(party.user for party in held.own),
            tuple(party.seconds for party in held.own),
            tuple(party.failed for party in held.own),
        )
        for call, held in replay.calls.by_id.items()
    }


def call_coverage(replay: WholeReplay) -> Rows:
    return {
        (hour,): (
            said.notified,
            said.fetched,
            None if said.listed is None else said.listed.calls,
            said.missing,
            said.listed and said.listed.best and said.listed.best.value,
        )
        for hour, said in replay.ledger.hours()
    }


def call_coverage_calls(replay: WholeReplay) -> Rows:
    return {(call,): (there.hour, there.revision, there.notified) for call, there in replay.ledger.fetched.items()}


def missing_calls(replay: WholeReplay) -> Rows:
    return {(call,): (each.revision, each.started_at, each.since) for call, each in replay.ledger.lacking.items()}


def calls_listed(replay: WholeReplay) -> Rows:
    watched = replay.ledger.watched
    return {} if watched is None else {(): watched}


def pstn_charges(replay: WholeReplay) -> Rows:
    return {
        (row,): (
            *_phone(call),
            call.shared_id,
            call.charge,
            call.connection_charge,
            call.currency,
            call.destination,
            call.destination_context,
            call.usage_country,
            call.tenant_country,
            call.conference,
            call.licence_capability,
            call.inventory_type,
            call.operator,
            call.counted_by,
        )
        for row, call in replay.phone_logs.charged.items()
    }


def direct_routing_calls(replay: WholeReplay) -> Rows:
    return {
        (row,): (
            *_phone(call),
            call.correlation,
            call.connected_at,
            call.invited_at,
            call.failed_at,
            call.successful,
            call.sip_code,
            call.sip_phrase,
            call.end_reason,
            call.trunk,
            call.media_location,
            call.signalling_location,
            call.media_bypass,
        )
        for row, call in replay.phone_logs.routed.items()
    }


def _phone(call: PhoneCall) -> tuple[Any, ...]:
    return (
        call.user,
        plain(call.label),
        call.kind,
        plain(call.caller),
        plain(call.callee),
        call.began_at,
        call.ended_at,
        call.seconds,
    )
