"""`sua coverage`, `sua collect calls`: what SUA has of a customer's calls, what it lacks and why; listing them now."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID, uuid4

import psycopg
import typer
from psycopg import Connection

from app.assembly import assembled, present, required
from app.domain.errors import Refused
from app.domain.events.coverage import Pass
from app.domain.ids import CallId, RunId, TenantId
from app.domain.reconciliation import HOUR, Window, hour_of, kept_since, recent_window
from app.eventstore.pools import DatabaseDown
from app.ingest import reconcile_state
from app.ingest.reconcile import list_windows, watermarks_of
from app.ops.console import AsJson, FaultFound, err, out, say_json, show
from app.projections import coverage_gaps, reading
from app.projections.coverage_gaps import Gap, GapReason, HourRow, MissingRow
from app.settings import Settings

_DAYS = 3
_HOURS_SHOWN = timedelta(days=3)
_MISSING_SHOWN = 1_000

Tenant = Annotated[UUID, typer.Option(help="SUA's id of the customer.")]
Since = Annotated[datetime | None, typer.Option(help="UTC; taken from its full hour on.")]
Until = Annotated[datetime | None, typer.Option(help="UTC, excluded; without: now.")]


class WindowUnlistable(Refused):
    """The window to list is empty, lies in the future or is older than Graph's 30 days."""

    code = "WINDOW_UNLISTABLE"


@dataclass(frozen=True, slots=True)
class _Ledger:
    """`first`: the full hour it begins with. `reasons`: state and error code of missing calls the inbox knows."""

    first: datetime
    until: datetime
    watched_since: datetime | None
    hours: Sequence[HourRow]
    missing: Sequence[MissingRow]
    gaps: Sequence[Gap]
    reasons: dict[CallId, tuple[str, str | None]]


def collect_calls(tenant: Tenant, *, since: Since = None, until: Until = None, as_json: AsJson = False) -> None:
    """List Graph's calls and have what is missing fetched: the last hours, or those that began in [since, until)."""
    whose = TenantId(tenant)
    with assembled(Settings.load()) as parts, err.status("Reading Microsoft Graph ..."):
        now, shop = parts.clock.now(), parts.workshop
        window = recent_window(watermarks_of(shop, whose), now) if since is None else _window(since, until, now)
        listings = asyncio.run(list_windows(shop, whose, [window], RunId(uuid4()), now))
    rows = [
        {"since": each.window.since, "until": each.window.until, "listed": each.listed, "missing": each.missing}
        for each in listings
    ]
    show(rows, as_json=as_json)


def show_coverage(tenant: Tenant, *, since: Since = None, until: Until = None, as_json: AsJson = False) -> None:
    """What was notified, fetched, listed and is missing, by hour (by day for more than three days); exit 4 on a gap.

    A gap is explained where the inbox knows of every missing call; hours that no listing covered never are.
    """
    settings = Settings.load()
    dsn = required(settings.database_url, "database_url")
    now = present(settings)
    end = _utc(until) or now
    begin = hour_of(_utc(since) or end - timedelta(days=_DAYS))
    try:
        ledger = asyncio.run(_asked(dsn, TenantId(tenant), begin, end, now))
        with Connection.connect(dsn, connect_timeout=5) as db:
            ledger.reasons.update(reconcile_state.reasons(db, TenantId(tenant), [each.call for each in ledger.missing]))
    except psycopg.OperationalError as error:
        raise DatabaseDown("The database does not answer.") from error
    hours, missing = _hours(ledger), _missing(ledger)
    if as_json:
        gaps = [{"since": gap.since, "until": gap.until, "reason": gap.reason.value} for gap in ledger.gaps]
        say_json({"watched_since": ledger.watched_since, "hours": hours, "missing": missing, "gaps": gaps})
    else:
        show(hours, as_json=False)
        if missing:
            show(missing, as_json=False, title="Missing calls")
        for gap in ledger.gaps:
            out.print(f"gap {gap.since:%Y-%m-%d %H:%M} - {gap.until:%Y-%m-%d %H:%M} {gap.reason}", highlight=False)
    _complain(ledger)


async def _asked(dsn: str, tenant: TenantId, begin: datetime, end: datetime, now: datetime) -> _Ledger:
    async with await psycopg.AsyncConnection.connect(dsn, connect_timeout=5) as db:
        at = await reading.moment(db, tenant, None, None, now)
        watch = await coverage_gaps.watched(db, tenant, at)
        gaps: list[Gap] = []
        if watch is not None:
            gaps = await coverage_gaps.gaps_in(db, tenant, at, max(begin, watch.covered_since), end, now)
        return _Ledger(
            first=begin,
            until=end,
            watched_since=None if watch is None else watch.covered_since,
            hours=await coverage_gaps.hours_in(db, tenant, at, begin, end),
            missing=await coverage_gaps.missing_in(db, tenant, at, begin, end, _MISSING_SHOWN),
            gaps=gaps,
            reasons={},
        )


def _hours(ledger: _Ledger) -> list[dict[str, Any]]:
    """Every hour, or every day where there are many; `pass`: the least that covered all of it."""
    by_hour = {row.hour: row for row in ledger.hours}
    daily = ledger.until - ledger.first > _HOURS_SHOWN
    groups: dict[datetime, list[HourRow]] = {}
    hour = ledger.first
    while hour < ledger.until:
        key = hour.replace(hour=0) if daily else hour
        groups.setdefault(key, []).append(by_hour.get(hour) or HourRow(hour, 0, 0, None, 0, None))
        hour += HOUR
    return [
        {
            "day" if daily else "hour": key.strftime("%Y-%m-%d") if daily else key.strftime("%Y-%m-%d %H:00"),
            "notified": sum(row.notified for row in rows),
            "fetched": sum(row.fetched for row in rows),
            "listed": _sum([row.listed for row in rows]),
            "missing": sum(row.missing for row in rows),
            "pass": _least([row.best for row in rows]),
        }
        for key, rows in groups.items()
    ]


def _sum(numbers: Sequence[int | None]) -> int | None:
    known = [number for number in numbers if number is not None]
    return sum(known) if known else None


def _least(passes: Sequence[Pass | None]) -> str | None:
    known = [each for each in passes if each is not None]
    return min(known, key=list(Pass).index).value if len(known) == len(passes) and known else None


def _missing(ledger: _Ledger) -> list[dict[str, Any]]:
    found = []
    for each in ledger.missing:
        state, reason = ledger.reasons.get(each.call, ("not in the inbox", None))
        found.append(
            {
                "call": each.call,
                "revision": each.revision,
                "started_at": each.started_at,
                "missing_since": each.missing_since,
                "inbox": state,
                "reason": reason,
            }
        )
    return found


def _complain(ledger: _Ledger) -> None:
    """Raise FaultFound for what nothing explains."""
    if ledger.watched_since is None:
        raise FaultFound("The tenant's calls have never been listed.")
    uncovered = sum((gap.until - gap.since) // HOUR for gap in ledger.gaps if gap.reason is GapReason.NOT_LISTED)
    unknown = [each for each in ledger.missing if each.call not in ledger.reasons]
    if uncovered or unknown:
        raise FaultFound(f"{uncovered} hours no listing covered, {len(unknown)} missing calls nobody is fetching.")


def _window(since: datetime, until: datetime | None, now: datetime) -> Window:
    begin, end = max(hour_of(_utc(since) or now), kept_since(now)), min(_utc(until) or now, now)
    if begin >= end:
        raise WindowUnlistable("Graph lists calls of the last 30 days: `--since` and `--until` leave none of them.")
    return Window(Pass.HOURLY, begin, end)


def _utc(at: datetime | None) -> datetime | None:
    """The command line's times have no zone: they are UTC."""
    return None if at is None else at.replace(tzinfo=UTC) if at.tzinfo is None else at
