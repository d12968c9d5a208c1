"""The rows of the usage reports, read from the company's histories as of the refresh day."""

import hashlib
import zlib
from datetime import date, datetime, timedelta
from typing import Any

from app.simulator.calls import seconds_of
from app.simulator.company import DAY, Company, midnight
from app.simulator.people import Person, Presence
from app.simulator.products import PRODUCTS
from app.simulator.report_columns import COLUMNS, COPILOT, PLATFORMS, PROGRAMS, TEAMS, TEAMS_COLUMNS, WORKLOADS
from app.simulator.workloads import COPILOT as COPILOT_PLAN
from app.simulator.workloads import PROGRAMS as PROGRAMS_PLAN
from app.simulator.workloads import apps_last, copilot_last, licensed_since

SUITE_PLANS = {"Exchange": "EXCHANGE_S", "OneDrive": "SHAREPOINT", "SharePoint": "SHAREPOINT", "Teams": "TEAMS1"}
APPS_IN_USE = ("Windows", "Outlook", "Word")
Row = dict[str, Any]


def report_rows(company: Company, report: str, days: int, refreshed: date) -> list[Row]:
    """One row for every account that the report is about, as of the end of the refresh day."""
    at = midnight(refreshed + DAY)
    usage = _usage(company, at - timedelta(days=days), at) if report == TEAMS else {}
    rows = []
    for person in company.people:
        presence = person.presence_at(at) or Presence(at)
        if person.created_at > at or person.kind == "guest" or not _is_about(report, person, at):
            continue
        row = {**_person_row(company, person, at, refreshed), "Report Period": days}
        match report:
            case "getTeamsUserActivityUserDetail":
                row |= _teams_row(company, person, presence, usage, at)
            case "getOffice365ActiveUserDetail":
                row |= _active_row(person, presence, at)
            case "getM365AppUserDetail":
                row |= _apps_row(person, presence, at)
            case "getMicrosoft365CopilotUsageUserDetail":
                row |= _copilot_row(person, presence, at)
            case _:
                row |= _mail_row(person, presence)
        rows.append(row)
    return rows


def _is_about(report: str, person: Person, at: datetime) -> bool:
    """Two reports are about everybody; the others about those with a mailbox, or with the licence in question."""
    match report:
        case "getMailboxUsageDetail" | "getEmailActivityUserDetail":
            plans = (plan for grant in person.held_at(at) for plan in PRODUCTS[grant.sku_id].plans)
            return any(plan.startswith("EXCHANGE_S_") and plan != "EXCHANGE_S_FOUNDATION" for plan in plans)
        case "getM365AppUserDetail":
            return licensed_since(person, PROGRAMS_PLAN, at) is not None
        case "getMicrosoft365CopilotUsageUserDetail":
            return licensed_since(person, COPILOT_PLAN, at) is not None
        case _:
            return True


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


def _apps_row(person: Person, presence: Presence, at: datetime) -> Row:
    last = apps_last(person, presence, at)
    installed = licensed_since(person, PROGRAMS_PLAN, at)
    used = {name: "Yes" if last and name in APPS_IN_USE else "No" for name in (*PLATFORMS, *PROGRAMS)}
    both = {
        f"{program} ({platform})": "Yes" if "Yes" == used[program] == used[platform] else "No"
        for platform in PLATFORMS
        for program in PROGRAMS
    }
    return {**used, **both, "Last Activation Date": installed or "", "Last Activity Date": last or ""}


def _copilot_row(person: Person, presence: Presence, at: datetime) -> Row:
    last = copilot_last(person, presence, at) or ""
    columns = [name for name in COLUMNS[COPILOT] if name.endswith("Copilot Last Activity Date")]
    empty: Row = dict.fromkeys(columns, "")
    return {
        **empty,
        "Last Activity Date": last,
        "Copilot Chat Last Activity Date": last,
        "Microsoft Teams Copilot Last Activity Date": last,
    }


def _mail_row(person: Person, presence: Presence) -> Row:
    """Both of the mailbox and of its owner's mail: used on the same days."""
    size = 50_000_000 + zlib.crc32(person.id.encode()) % 10**9
    return {
        "Created Date": person.created_at.date().isoformat(),
        "Last Activity Date": presence.exchange or "",
        "Item Count": size // 50_000,
        "Storage Used (Byte)": size,
        "Issue Warning Quota (Byte)": 105_226_698_752,
        "Prohibit Send Quota (Byte)": 106_300_440_576,
        "Prohibit Send/Receive Quota (Byte)": 107_374_182_400,
        "Deleted Item Count": 0,
        "Deleted Item Size (Byte)": 0,
        "Deleted Item Quota (Byte)": 32_212_254_720,
        "Has Archive": "False",
        "Send Count": 4 if presence.exchange else 0,
        "Receive Count": 9 if presence.exchange else 0,
        "Read Count": 7 if presence.exchange else 0,
        "Meeting Created Count": 0,
        "Meeting Interacted Count": 0,
    }
