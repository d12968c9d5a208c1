"""Carries out for how long who called whom is kept: which months are due, and what stays of one that goes."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, timedelta
from uuid import UUID, uuid4

from app.commands.desk import Desk
from app.commands.drop_call_detail import DropCallDetail, drop_call_detail
from app.commands.set_call_retention import retention_of
from app.domain.events import Event
from app.domain.events.charging import DirectRoutingCallLogged, PstnCallCharged, RateCardSet
from app.domain.events.telephony import CallCompleted, CallRevised
from app.domain.ids import TenantId, UserId
from app.domain.kept_signs import EVIDENCE
from app.domain.retention import begins_at, ends_at, is_due, month_of, other_side, priced_part
from app.eventstore.dropping import MonthLeft
from app.eventstore.envelope import Recorded
from app.eventstore.pools import Connection, Pool, borrowed
from app.eventstore.streams import RATE_CARDS
from app.people.places import Said, Span, blurred
from app.projections.bearings import Bearings, take_bearings
from app.projections.engine import advance
from app.projections.facts import fact_of
from app.projections.reading import OPEN, NotReady
from app.projections.signs import signs_of, took_part
from app.projections.status import standings

_STREAMS = 5_000
_APART = timedelta(days=2)
"""Civil days end so far apart at most, and reckoning by them needs what was so at their end."""

# By the indexes of these tables; whatever version of a row says so.
_MONTHS = """
    SELECT to_char(month AT TIME ZONE 'UTC', 'YYYY-MM')
    FROM (SELECT least(
        (SELECT min(started_at) FROM calls WHERE tenant_id = %(tenant)s),
        (SELECT min(began_at) FROM pstn_charges WHERE tenant_id = %(tenant)s),
        (SELECT min(began_at) FROM direct_routing_calls WHERE tenant_id = %(tenant)s)) AS first) AS known,
        LATERAL generate_series(date_trunc('month', known.first, 'UTC'), %(now)s, interval '1 month') AS month
    WHERE EXISTS (SELECT FROM calls WHERE tenant_id = %(tenant)s
                  AND started_at >= month AND started_at < month + interval '1 month')
       OR EXISTS (SELECT FROM pstn_charges WHERE tenant_id = %(tenant)s
                  AND began_at >= month AND began_at < month + interval '1 month')
       OR EXISTS (SELECT FROM direct_routing_calls WHERE tenant_id = %(tenant)s
                  AND began_at >= month AND began_at < month + interval '1 month')
"""

_SAID = """
    SELECT user_id, department, company, cost_centre, country, valid_from, valid_until, since_position, until_position
    FROM users
    WHERE tenant_id = %(tenant)s AND user_id = ANY (%(users)s) AND valid_from < %(until)s AND valid_until > %(since)s
"""


def months_due(pool: Pool, desk: Desk, tenant: TenantId) -> list[str]:
    """Months with calls whose details are to go now, by the customer's own rule; the oldest first."""
    rule, now = retention_of(tenant, desk), desk.now()
    with borrowed(pool) as db:
        db.execute("SET LOCAL TIME ZONE 'UTC'")  # months are added where the session is
        found = {month for (month,) in db.execute(_MONTHS, {"tenant": tenant, "now": now})}
    found |= desk.store.sealed_months(tenant)
    return sorted(month for month in found - rule.dropped if is_due(month, rule.days, now))


def carry_out(pool: Pool, desk: Desk, tenant: TenantId, report: Callable[[str, int], None] | None = None) -> list[str]:
    """Drop the call details of every month that is due. Returns which; a repeat finds none.

    Killed anywhere, the next one goes on: each month is one transaction. `report`: the month, and calls it holds.
    Raises `NotReady` while the table of users has not taken in the log: what it says of departments stays for ever.
    """
    return [month for month in months_due(pool, desk, tenant) if _drop(pool, desk, tenant, month, report)]


def _drop(pool: Pool, desk: Desk, tenant: TenantId, month: str, report: Callable[[str, int], None] | None) -> int:
    store = desk.store
    advance(pool, store, tenant)
    head = store.head(tenant)
    behind = [each for each in standings(pool, tenant) if each.projection == "users" and each.position < head]
    if behind:
        raise NotReady(f"The table of users has not taken in the log of {tenant} yet; ask again.")
    begun = store.calls_begun(tenant, begins_at(month), ends_at(month), position=head)
    if report is not None:
        report(month, len(begun))

    def left() -> MonthLeft:
        with borrowed(pool) as db:
            bearings = take_bearings(db.cursor(), tenant)
        told = _told(desk, tenant, month, [each.stream for each in begun], head, bearings)
        with borrowed(pool) as db:
            return _left(desk, db, tenant, month, told)

    command = DropCallDetail(tenant, month, len(begun), left, uuid4())
    return drop_call_detail(command, desk)


@dataclass(slots=True)
class _Told:
    """What a month's facts say: who took part; numbers that a price follows from, by subject; the first position; by
    whom, source and day the position from which it may be told that they were active."""

    users: set[UserId] = field(default_factory=set)
    signs: dict[tuple[UserId, str, date], int] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)
    first: int = OPEN


def _told(desk: Desk, tenant: TenantId, month: str, streams: Sequence[str], until: int, bearings: Bearings) -> _Told:
    told = _Told()
    last_of_days = desk.store.last_of_days(tenant)
    for start in range(0, len(streams), _STREAMS):
        for each in desk.store.facts_of(tenant, streams[start : start + _STREAMS], until=until):
            if month_of(each.event.happened_at) == month:
                told.first = min(told.first, each.position)
                told.users.update(_users(each.event))
                number = other_side(each.event)
                if number is not None and number.value:
                    told.numbers[number.subject] = number.value
                # By the position of the fact the call could be found again, so it is told from the day's last one on.
                known = min(last_of_days[each.recorded_at.astimezone(UTC).date()], until)
                for key in _signs(each, bearings):
                    told.signs[key] = min(known, told.signs.get(key, known))
    return told


def _signs(recorded: Recorded, bearings: Bearings) -> Iterator[tuple[UserId, str, date]]:
    fact, zone = fact_of(recorded), bearings.zone_at(recorded.position)
    for user, at in took_part(fact, bearings):
        yield user, EVIDENCE, at.astimezone(zone).date()
    for user, source, at in signs_of(fact, bearings):
        yield user, source.value, at.astimezone(zone).date()


def _users(fact: Event) -> Iterator[UserId]:
    match fact:
        case CallCompleted() | CallRevised():
            parties = [leg.party for leg in fact.call.legs]
            parties += [] if fact.call.organiser is None else [fact.call.organiser]
            yield from (party.user for party in parties if party.user is not None)
        case PstnCallCharged() | DirectRoutingCallLogged() if fact.call.user is not None:
            yield fact.call.user


def _left(desk: Desk, db: Connection, tenant: TenantId, month: str, told: _Told) -> MonthLeft:
    since, until = begins_at(month) - _APART, ends_at(month) + _APART
    asked = {"tenant": tenant, "users": list(told.users), "since": since, "until": until}
    said: dict[UserId, list[Said]] = {}
    for user, *span, since_position, until_position in db.execute(_SAID, asked):
        said.setdefault(UserId(user), []).append(Said(Span(*span), since_position, until_position))
    prefixes = set(_prefixes(desk, tenant))
    parts = {subject: priced_part(number, prefixes) for subject, number in told.numbers.items()}
    keys = desk.store.stand_ins(tenant, month)
    return MonthLeft(
        {
            UserId(UUID(key.of_user(str(user)))): [
                (*each.span, *each[1:]) for each in blurred(told_of, since, until, told.first)
            ]
            for key in keys
            for user, told_of in said.items()
        },
        {key.of_subject(subject): part for key in keys for subject, part in parts.items() if part is not None},
        told.signs,
    )


def _prefixes(desk: Desk, tenant: TenantId) -> Iterator[str]:
    for stream in desk.store.streams(tenant, RATE_CARDS):
        for fact in desk.store.load(tenant, stream)[0]:
            if isinstance(fact, RateCardSet):
                yield from (row.prefix for row in fact.rows)
