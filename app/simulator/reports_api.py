"""Graph's usage reports: a redirect to a pre-authenticated CSV.

Follows "reportRoot: getTeamsUserActivityUserDetail" and "getOffice365ActiveUserDetail": the data are two days old,
the address is fetched without the bearer token, the CSV has a byte order mark and CRLF, and names may be concealed.
"""

import csv
import hashlib
import io
from datetime import date, datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from app.simulator.calls import seconds_of
from app.simulator.company import DAY, Company, midnight, new_id
from app.simulator.graph_http import Call, guarded
from app.simulator.people import Person, Presence
from app.simulator.products import PRODUCTS
from app.simulator.world import World

TEAMS = "getTeamsUserActivityUserDetail"
ACTIVE = "getOffice365ActiveUserDetail"
LAG = timedelta(days=2)
SUITE_PLANS = {"Exchange": "EXCHANGE_S", "OneDrive": "SHAREPOINT", "SharePoint": "SHAREPOINT", "Teams": "TEAMS1"}
WORKLOADS = ("Exchange", "OneDrive", "SharePoint", "Skype For Business", "Yammer", "Teams")
TEAMS_HEADER = (
    "Report Refresh Date,Tenant Display Name,Shared Channel Tenant Display Names,User Id,User Principal Name,"
    "Last Activity Date,Is Deleted,Deleted Date,Assigned Products,Team Chat Message Count,"
    "Private Chat Message Count,Call Count,Meeting Count,Post Messages,Reply Messages,Urgent Messages,"
    "Meetings Organized Count,Meetings Attended Count,Ad Hoc Meetings Organized Count,"
    "Ad Hoc Meetings Attended Count,Scheduled One-time Meetings Organized Count,"
    "Scheduled One-time Meetings Attended Count,Scheduled Recurring Meetings Organized Count,"
    "Scheduled Recurring Meetings Attended Count,Audio Duration,Video Duration,Screen Share Duration,"
    "Audio Duration In Seconds,Video Duration In Seconds,Screen Share Duration In Seconds,Has Other Action,"
    "Is Licensed,Report Period"
)
TEAMS_COLUMNS = tuple(TEAMS_HEADER.split(","))
ACTIVE_COLUMNS = (
    *("Report Refresh Date", "User Principal Name", "Display Name", "Is Deleted", "Deleted Date"),
    *(f"Has {workload} License" for workload in WORKLOADS),
    *(f"{workload} Last Activity Date" for workload in WORKLOADS),
    *(f"{workload} License Assign Date" for workload in WORKLOADS),
    "Assigned Products",
)
Row = dict[str, Any]


async def redirect(call: Call) -> Response:
    report = call.request.url.path.rpartition("/")[2].partition("(")[0]
    ticket = new_id(call.world.rng)
    call.world.report_tickets[ticket] = (call.company.id, report, int(call.request.path_params["days"]))
    base = str(call.request.base_url).rstrip("/")
    return RedirectResponse(f"{base}/data/download/{ticket}", 302, {"Content-Type": "text/plain"})


async def download(request: Request) -> Response:
    """The CSV behind a ticket. A bearer token sent along is refused: it was leaked to a host that must not have it."""
    world: World = request.app.state.world
    if "authorization" in request.headers:
        return PlainTextResponse("Authentication is not expected here.", 401)
    ticket = world.report_tickets.get(str(request.path_params["ticket"]))
    if ticket is None:
        return PlainTextResponse("Expired.", 404)
    tenant, report, days = ticket
    body = _csv(report, report_rows(world.companies[tenant], report, days, world.now))
    return Response(body, media_type="application/octet-stream")


def report_rows(company: Company, report: str, days: int, now: datetime) -> list[Row]:
    """One row for every licensed or active account as of the end of the refresh day."""
    refreshed = now.date() - LAG
    at = midnight(refreshed + DAY)
    usage = _usage(company, at - timedelta(days=days), at) if report == TEAMS else {}
    rows = []
    for person in company.people:
        if person.created_at > at or person.kind == "guest":
            continue
        presence = person.presence_at(at) or Presence(at)
        row = _person_row(company, person, at, refreshed)
        if report == TEAMS:
            rows.append({**row, **_teams_row(company, person, presence, usage, days, at)})
        else:
            rows.append({**row, **_active_row(person, presence, at)})
    return rows


def _person_row(company: Company, person: Person, at: datetime, refreshed: date) -> Row:
    profile = person.profile_at(at)
    deleted = person.deleted_at if person.deleted_at is not None and person.deleted_at <= at else None
    products = sorted({PRODUCTS[grant.sku_id].display_name.upper() for grant in person.held_at(at)})
    return {
        "Report Refresh Date": refreshed.isoformat(),
        "User Id": _shown(company, person.id),
        "User Principal Name": _shown(company, profile.upn),
        "Display Name": _shown(company, profile.display_name),
        "Is Deleted": str(deleted is not None),
        "Deleted Date": deleted.date().isoformat() if deleted else "",
        "Assigned Products": "+".join(products),
    }


def _shown(company: Company, value: str) -> str:
    """The value, or where names are concealed a pseudonym of 32 hexadecimal digits."""
    return hashlib.md5(value.encode(), usedforsecurity=False).hexdigest().upper() if company.conceal else value


def _usage(company: Company, since: datetime, until: datetime) -> dict[str, tuple[int, int, float]]:
    """Per user: peer-to-peer calls, meetings attended, seconds, of calls started in the period."""
    found: dict[str, tuple[int, int, float]] = {}
    for call in company.calls:
        version = call.version_at(until)
        if version is None or not since <= version.started_at < until:
            continue
        for party in {each for session in version.sessions for each in (session.caller, session.callee) if each}:
            if party.kind in ("user", "application"):
                calls, meetings, seconds = found.get(party.id, (0, 0, 0.0))
                meeting = call.type == "groupCall"
                seconds += seconds_of(version, party)
                found[party.id] = (calls + (not meeting), meetings + meeting, seconds)
    return found


def _teams_row(
    company: Company,
    person: Person,
    presence: Presence,
    usage: dict[str, tuple[int, int, float]],
    days: int,
    at: datetime,
) -> Row:
    calls, meetings, seconds = usage.get(person.id, (0, 0, 0.0))
    counts = {name: 0 for name in TEAMS_COLUMNS if name.endswith(("Count", "Messages", "In Seconds"))}
    return {
        **counts,
        "Tenant Display Name": company.name,
        "Shared Channel Tenant Display Names": "",
        "Last Activity Date": presence.teams or "",
        "Call Count": calls,
        "Meeting Count": meetings,
        "Meetings Attended Count": meetings,
        "Audio Duration": f"PT{int(seconds)}S",
        "Video Duration": "PT0S",
        "Screen Share Duration": "PT0S",
        "Audio Duration In Seconds": int(seconds),
        "Has Other Action": "No",
        "Is Licensed": "Yes" if any("TEAMS1" in PRODUCTS[each.sku_id].plans for each in person.held_at(at)) else "No",
        "Report Period": days,
    }


def _active_row(person: Person, presence: Presence, at: datetime) -> Row:
    row: Row = {}
    last = {
        "Exchange": presence.exchange,
        "OneDrive": presence.onedrive,
        "SharePoint": presence.sharepoint,
        "Teams": presence.teams,
    }
    for workload in WORKLOADS:
        begins = SUITE_PLANS.get(workload, "none of ours")
        since = [
            grant.since
            for grant in person.held_at(at)
            if any(plan.startswith(begins) for plan in PRODUCTS[grant.sku_id].plans)
        ]
        row[f"Has {workload} License"] = str(bool(since))
        row[f"{workload} Last Activity Date"] = last.get(workload) or ""
        row[f"{workload} License Assign Date"] = min(since).date().isoformat() if since else ""
    return row


def _csv(report: str, rows: list[Row]) -> bytes:
    columns = TEAMS_COLUMNS if report == TEAMS else ACTIVE_COLUMNS
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, extrasaction="ignore", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")


ROUTES = [
    Route(f"/reports/{TEAMS}(period='D{{days:int}}')", guarded("Reports.Read.All", redirect)),
    Route(f"/reports/{ACTIVE}(period='D{{days:int}}')", guarded("Reports.Read.All", redirect)),
]
DOWNLOADS = [Route("/data/download/{ticket}", download)]
