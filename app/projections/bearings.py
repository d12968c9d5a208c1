"""What the facts of a batch are seen from: the customer's own directory and time zone, at each position."""

import json
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID
from zoneinfo import ZoneInfo

from app.domain.events.telephony import Call, Party
from app.domain.events.tenancy import ConsentGranted, PolicyChanged
from app.domain.ids import DirectoryId, TenantId
from app.domain.policy import DEFAULT_POLICY
from app.domain.telephony import Participant, participants_of
from app.eventstore.streams import TENANT
from app.projections.statements import Cursor

NOWHERE = DirectoryId(UUID(int=0))
"""The home of a tenant that has not consented: no user can be of it."""


@dataclass(slots=True)
class Bearings:
    """Directories and zones with the position each was known from, in order; and the parties of the batch's calls.

    They come from the log and not from the table `tenants`, so that each table can be rebuilt alone.
    """

    homes: Sequence[tuple[int, DirectoryId]] = ()
    zones: Sequence[tuple[int, ZoneInfo]] = ()
    _parties: dict[int, tuple[Participant, ...]] = field(default_factory=dict)

    def home_at(self, position: int) -> DirectoryId:
        nth = bisect_right(self.homes, position, key=_position)
        return self.homes[nth - 1][1] if nth else NOWHERE

    def zone_at(self, position: int) -> ZoneInfo:
        nth = bisect_right(self.zones, position, key=_position)
        return self.zones[nth - 1][1] if nth else ZoneInfo(DEFAULT_POLICY.time_zone)

    def is_own(self, party: Party | Participant, position: int) -> bool:
        """A user of the tenant's own directory: one of no named directory, or of the directory it consented for."""
        return party.user is not None and party.directory in (None, self.home_at(position))

    def parties(self, position: int, call: Call) -> tuple[Participant, ...]:
        """Worked out once for the several tables that ask."""
        parties = self._parties.get(position)
        if parties is None:
            parties = self._parties[position] = participants_of(call)
        return parties


def take_bearings(db: Cursor, tenant: TenantId) -> Bearings:
    """From the whole log of the tenant's own stream, which is short; each position takes what stood before it."""
    homes: list[tuple[int, DirectoryId]] = []
    zones: list[tuple[int, ZoneInfo]] = []
    found = db.execute(
        """
        SELECT position, name, state FROM events
        WHERE tenant_id = %s AND stream = %s AND name = ANY (%s) ORDER BY version
        """,
        (tenant, TENANT, [ConsentGranted.name, PolicyChanged.name]),
    )
    for position, name, state in found:
        fact = json.loads(state)
        if name == ConsentGranted.name:
            homes.append((position, DirectoryId(UUID(fact["directory"]))))
        else:
            zones.append((position, ZoneInfo(fact["time_zone"])))
    return Bearings(homes, zones)


def _position(known: tuple[int, object]) -> int:
    return known[0]
