"""When somebody last used each workload that has a usage report, as of an instant.

Exchange, OneDrive, SharePoint and Teams stand in the person's presences. The use of Office's programs and of Copilot
follows from them, for those who hold a licence for it; a mailbox is used when Exchange is.
"""

import zlib
from datetime import date, datetime

from app.simulator.people import Person, Presence
from app.simulator.products import PRODUCTS

PROGRAMS = "OFFICESUBSCRIPTION"
COPILOT = "M365_COPILOT_APPS"
NEVER_SHARE = 0.3


def apps_last(person: Person, presence: Presence, at: datetime) -> date | None:
    """The last day with Word, Outlook and the like: that of the last mail or document, since the licence is held."""
    days = [day for day in (presence.exchange, presence.onedrive) if day is not None]
    return _since_licensed(person, PROGRAMS, max(days, default=None), at)


def copilot_last(person: Person, presence: Presence, at: datetime) -> date | None:
    """The last day with Copilot: that of the last day with Teams; some holders of a licence never tried it."""
    tried = zlib.crc32(person.id.encode()) / 2**32 >= NEVER_SHARE
    return _since_licensed(person, COPILOT, presence.teams if tried else None, at)


def licensed_since(person: Person, plan: str, at: datetime) -> date | None:
    """The first day of the oldest licence held at an instant that contains the plan; None: none is held."""
    since = [grant.since for grant in person.held_at(at) if plan in PRODUCTS[grant.sku_id].plans]
    return min(since).date() if since else None


def _since_licensed(person: Person, plan: str, day: date | None, at: datetime) -> date | None:
    held = licensed_since(person, plan, at)
    return None if held is None or day is None or day < held else day
