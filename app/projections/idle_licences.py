"""Seats held by any path without a break; idle or not is decided when asked, so no fact is made by a timer.

The questions are `app.domain.licensing.judge` for a whole tenant, in one statement each.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, NotRequired, TypeAlias, TypedDict, Unpack
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg

from app.domain.events.licensing import LicenceAssigned, LicenceRemoved
from app.domain.ids import SkuId, TenantId, UserId
from app.domain.licensing import SUCCESSES_KEPT_SINCE, read_cutoff
from app.domain.policy import SHORTEST_IDLE_DAYS, IdleDaysOutOfRange
from app.projections.bearings import Bearings
from app.projections.columns import Column
from app.projections.facts import OPEN_END, Fact, Instant
from app.projections.projection import Versioned, users_of
from app.projections.reading import WHOLE, Moment, Question, in_force, known, rows
from app.projections.versioned import VALID, Book, Placed, Table, Value, changed_from

Known: TypeAlias = Callable[[str], str]
"""How the rows of a table as known are asked for: `known`, or `_known_whole`."""

_NEVER = "'1900-01-01Z'::timestamptz"

_QUIET = "g.gap_from < %(cutoff)s AND g.gap_until >= %(judged_at)s"

_SEATED = f"""
    {in_force("s")} AND s.held_since < %(young)s AND (u.created_at IS NULL OR u.created_at < %(young)s)
"""


def _known_whole(table: str) -> str:
    """As `known`, in one condition: planned as WHOLE is, that is one stretch of the index, and no history is read."""
    as_known = "since_position <= %(position)s AND until_position > %(position)s"
    return f"(SELECT * FROM {table} WHERE tenant_id = %(tenant)s AND {as_known})"


def _observable(known: Known) -> str:
    return f"""
        coalesce((SELECT (t.entra_p1 AND t.sign_ins_collected_at >= %(read_since)s) IS TRUE
                      OR (t.reports AND NOT t.concealed_names AND t.reports_collected_at >= %(read_since)s) IS TRUE
                  FROM {known("tenants")} t WHERE {in_force("t")} LIMIT 1), false)
    """


def _quiet_seats(known: Known) -> str:
    """Seats of persons with the gap their holder is in (`g`), and the one without even an attempt (`w`)."""
    return f"""
        {known("activity_gaps")} g
        JOIN {known("idle_licences")} s ON g.tenant_id = s.tenant_id AND g.user_id = s.user_id
        JOIN {known("users")} u ON u.tenant_id = s.tenant_id AND u.user_id = s.user_id AND {in_force("u")}
         AND u.kind = 'PERSON' AND u.enabled AND NOT u.deleted
        LEFT JOIN {known("activity_gaps")} w ON w.tenant_id = s.tenant_id AND w.user_id = s.user_id
         AND w.grade = 'WEAK' AND w.gap_from < %(cutoff)s AND w.gap_until >= %(judged_at)s
        WHERE g.grade = 'EVIDENCE' AND {_QUIET} AND {_SEATED}
    """


_UNVERIFIABLE = f"""
    (gap_from = {_NEVER} AND weak_from IS DISTINCT FROM {_NEVER}
     AND (created_at IS NULL OR created_at < '{SUCCESSES_KEPT_SINCE.isoformat()}'))
"""


@dataclass(frozen=True, slots=True)
class IdleLicence:
    """`quiet_since`: the last proof of activity, None: never any. `suspected`: sign-in was attempted of late."""

    user: UserId
    display_name: str | None
    department: str | None
    sku: SkuId
    held_since: datetime
    quiet_since: datetime | None
    suspected: bool


@dataclass(frozen=True, slots=True)
class IdleSummary:
    """Seats of one SKU: all that are held; of these the idle, the never used and the unverifiable ones, each once."""

    sku: SkuId
    held: int
    idle: int
    never_used: int
    unverifiable: int


class Chosen(TypedDict):
    """Which idle seats. `after`: `quiet_since`, user and SKU of the last one of the page before."""

    idle_days: int
    grace_days: int
    sku: NotRequired[SkuId | None]
    department: NotRequired[str | None]
    after: tuple[datetime | None, UUID, UUID] | None


class Wanted(Chosen):
    """Which idle seats, and how many at most."""

    limit: int


async def idle_at(
    db: psycopg.AsyncConnection[Any], tenant: TenantId, at: Moment, **wanted: Unpack[Wanted]
) -> list[IdleLicence]:
    """Licences idle or never used at a moment: the rows of a `listing`."""
    return [IdleLicence(*row) for row in await rows(db, *listing(tenant, at, **wanted))]


COLUMNS = (
    "user_id",
    "display_name",
    "department",
    "sku_id",
    "held_since",
    f"nullif(gap_from, {_NEVER})",
    "weak_from IS NULL",
)
"""Of `IdleLicence`, in order."""


def listing(
    tenant: TenantId, at: Moment, columns: Sequence[str] = COLUMNS, holder: Sequence[str] = (), **wanted: Unpack[Wanted]
) -> Question:
    """Licences idle or never used at a moment, the longest quiet first, then by user and SKU: expressions over what
    `COLUMNS` are of, and after them some over the row `u` of the `holder`.

    Those nothing can be said of (unverifiable) are not listed: `summary_at` counts them.
    """
    after = wanted["after"]
    query = f"""
        {WHOLE} SELECT {", ".join([*columns, *(f"holder_{nth}" for nth in range(len(holder)))])}
        FROM (
            SELECT s.user_id, u.display_name, u.department, s.sku_id, s.held_since, u.created_at, g.gap_from,
                   w.gap_from AS weak_from{"".join(f", {each} AS holder_{nth}" for nth, each in enumerate(holder))}
            FROM {_quiet_seats(_known_whole)}
              AND (%(sku)s::uuid IS NULL OR s.sku_id = %(sku)s::uuid)
              AND (%(department)s::text IS NULL OR u.department = %(department)s::text)
              AND (%(after_user)s::uuid IS NULL OR (g.gap_from, s.user_id, s.sku_id)
                   > (coalesce(%(after_quiet)s::timestamptz, {_NEVER}), %(after_user)s::uuid, %(after_sku)s::uuid))
        ) AS candidates
        WHERE {_observable(_known_whole)} AND NOT {_UNVERIFIABLE}
        ORDER BY candidates.gap_from, candidates.user_id, candidates.sku_id LIMIT %(limit)s
    """
    return Question(
        query,
        {
            **_parameters(tenant, at, wanted["idle_days"], wanted["grace_days"]),
            "sku": wanted.get("sku"),
            "department": wanted.get("department"),
            "after_quiet": after and after[0],
            "after_user": after and after[1],
            "after_sku": after and after[2],
            "limit": wanted["limit"],
        },
    )


async def summary_at(
    db: psycopg.AsyncConnection[Any], tenant: TenantId, at: Moment, idle_days: int, grace_days: int
) -> list[IdleSummary]:
    """Every SKU held at a moment, by SKU. A seat in grace, of no person or of a disabled account is only `held`."""
    found = await rows(
        db,
        f"""
        SELECT held.sku_id, held.seats, coalesce(idle, 0), coalesce(never_used, 0), coalesce(unverifiable, 0)
        FROM (SELECT s.sku_id, count(*) AS seats FROM {known("idle_licences")} s WHERE {in_force("s")} GROUP BY s.sku_id
        ) AS held
        LEFT JOIN (
            SELECT sku_id,
                   count(*) FILTER (WHERE observable AND gap_from > {_NEVER}) AS idle,
                   count(*) FILTER (WHERE observable AND gap_from = {_NEVER} AND NOT {_UNVERIFIABLE}) AS never_used,
                   count(*) FILTER (WHERE NOT observable OR {_UNVERIFIABLE}) AS unverifiable
            FROM (
                SELECT s.sku_id, u.created_at, g.gap_from, w.gap_from AS weak_from, {_observable(known)} AS observable
                FROM {_quiet_seats(known)}
            ) AS candidates
            GROUP BY sku_id
        ) AS quiet ON quiet.sku_id = held.sku_id
        ORDER BY held.sku_id
        """,
        _parameters(tenant, at, idle_days, grace_days),
    )
    return [IdleSummary(*row) for row in found]


def _parameters(tenant: TenantId, at: Moment, idle_days: int, grace_days: int) -> dict[str, object]:
    if idle_days < SHORTEST_IDLE_DAYS:
        raise IdleDaysOutOfRange(f"Gaps of less than {SHORTEST_IDLE_DAYS} days are not kept, so none of {idle_days}.")
    return {
        "tenant": tenant,
        "position": at.position,
        "at": at.at,
        "judged_at": at.day_ends(at.known_on),
        "cutoff": at.day_begins(at.known_on - timedelta(days=idle_days)),
        "young": at.day_ends(at.on - timedelta(days=grace_days)),
        "read_since": read_cutoff(at.known_on, ZoneInfo(at.zone)),
    }


_DIRECT = 0


_FACTS = (LicenceAssigned, LicenceRemoved)


def project(facts: Sequence[Fact], book: Book, _: Bearings) -> None:
    """One row for each stretch in which the paths by which a user held a SKU were the same.

    `held_since` runs through as long as one stretch begins where the last one ended.
    """
    for fact in facts:
        event = fact.event
        if not isinstance(event, _FACTS):
            continue
        key, at = (event.user.int, event.sku.int), fact.at
        path = _DIRECT if event.via is None else event.via.int
        change = partial(_gained, path, at) if isinstance(event, LicenceAssigned) else partial(_lost, path)
        versions = book.of(key)
        if (
            not versions
            or at > versions[-1].place[1]
            or versions[-1].place[0] <= at < OPEN_END == versions[-1].place[1]
        ):
            book.change_from(key, at, fact.position, change)
        else:
            spans = [(version.place, version.value) for version in versions]
            book.put(key, _unbroken(changed_from(spans, at, change), spans[0][0][0]), fact.position)


def _gained(path: int, at: Instant, before: Value | None) -> Value:
    if before is None:
        return (at, (path,))
    since, paths = before
    return before if path in paths else (since, tuple(sorted((*paths, path))))


def _lost(path: int, before: Value | None) -> Value | None:
    if before is None:
        return None
    since, paths = before
    left = tuple(each for each in paths if each != path)
    return (since, left) if left else None


def _unbroken(spans: Sequence[Placed], first: Instant) -> list[Placed]:
    """Each span with the time since when the seat was held, which only the one that was `first` knows of itself.

    What lies before that one is not at hand. A span that comes first because those before it vanished begins by itself.
    """
    wanted: list[Placed] = []
    for (since, until), (held_since, paths) in spans:
        if wanted:
            touches = wanted[-1][0][1] == since
            wanted.append(((since, until), (wanted[-1][1][0] if touches else since, paths)))
        else:
            wanted.append(((since, until), (held_since if since <= first else since, paths)))
    return wanted


PROJECTION = Versioned(
    table=Table(
        "idle_licences",
        key=(Column("user_id", "uuid"), Column("sku_id", "uuid")),
        place=VALID,
        values=(Column("held_since", "timestamptz"), Column("paths", "uuid[]")),
    ),
    facts=frozenset(_FACTS),
    looked_up=users_of,
    project=project,
    version=3,
)
