"""What each call has added to its users' days, so that a revision can take it away again."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from app.domain.events.telephony import Call, CallCompleted, CallRevised
from app.domain.ids import CallId, TenantId
from app.domain.telephony import direction_of, local_day
from app.projections.bearings import Bearings
from app.projections.columns import Column, pack
from app.projections.facts import Fact
from app.projections.statements import Cursor, Statement, inserts
from app.projections.versioned import Key


@dataclass(frozen=True, slots=True)
class Share:
    """What one call adds to its users' day: to each (id as an integer) seconds, and whether all their legs failed."""

    day: date
    direction: str
    users: tuple[int, ...]
    seconds: tuple[int, ...]
    failed: tuple[bool, ...]


_SHARE_COLUMNS = (
    Column("call_id", "uuid"),
    Column("day", "date"),
    Column("direction", "text"),
    Column("users", "uuid[]"),
    Column("seconds", "integer[]"),
    Column("failed", "boolean[]"),
)
_REPLACING = """
    ON CONFLICT (tenant_id, call_id) DO UPDATE SET day = excluded.day, direction = excluded.direction,
        users = excluded.users, seconds = excluded.seconds, failed = excluded.failed
"""


def share_of(call: Call, position: int, bearings: Bearings) -> Share:
    """The tenant's own users in a call; nobody's, if it is a test call."""
    own = [] if call.test else [one for one in bearings.parties(position, call) if bearings.is_own(one, position)]
    return Share(
        day=local_day(call, bearings.zone_at(position)),
        direction=direction_of(call, bearings.home_at(position)).value,
        users=tuple(one.user.int for one in own if one.user is not None),
        seconds=tuple(one.seconds for one in own),
        failed=tuple(one.failed for one in own),
    )


def shares_of(tenant: TenantId, facts: Sequence[Fact], bearings: Bearings) -> Iterator[Statement]:
    """What puts the shares these calls add anew. `facts`: all of each call, in order of the log."""
    shares = {
        fact.event.call.call: share_of(fact.event.call, fact.position, bearings)
        for fact in facts
        if isinstance(fact.event, CallCompleted | CallRevised)
    }
    yield from kept(tenant, shares)


def kept(tenant: TenantId, shares: Mapping[CallId, Share]) -> Iterator[Statement]:
    rows = [
        (call.int, share.day, share.direction, share.users, share.seconds, share.failed)
        for call, share in shares.items()
    ]
    yield from inserts("call_usage_shares", _SHARE_COLUMNS, tenant, rows, _REPLACING)


def count(changes: dict[Key, list[int]], share: Share, sign: int) -> None:
    """Add a share to changes of calls, seconds and failed calls, by user, day and direction; -1: take it away."""
    for user, seconds, failed in zip(share.users, share.seconds, share.failed, strict=True):
        change = changes.setdefault((user, share.day, share.direction), [0, 0, 0])
        change[0] += sign
        change[1] += sign * seconds
        change[2] += sign * failed


def load_shares(db: Cursor, tenant: TenantId, calls: Iterable[CallId]) -> dict[CallId, Share]:
    found = db.execute(
        """
        SELECT call_id, day, direction, users, seconds, failed FROM call_usage_shares
        WHERE tenant_id = %s AND call_id = ANY (%s::uuid[])
        """,
        (tenant, pack("uuid", list(calls))),
        binary=True,
    )
    return {
        call: Share(day, direction, tuple(user.int for user in users), tuple(seconds), tuple(failed))
        for call, day, direction, users, seconds, failed in found
    }
