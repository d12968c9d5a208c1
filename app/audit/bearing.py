"""The tenant's own directory and its time zone, as they were known while each fact was recorded."""

from uuid import UUID
from zoneinfo import ZoneInfo

from app.domain.events import Event
from app.domain.events.telephony import Party
from app.domain.events.tenancy import ConsentGranted, PolicyChanged
from app.domain.ids import DirectoryId
from app.domain.policy import DEFAULT_POLICY
from app.domain.telephony import Participant
from app.eventstore.envelope import Recorded


class Bearing:
    """Follows the log. What a call was taken for does not change when the tenant later moves."""

    facts: frozenset[type[Event]] = frozenset({ConsentGranted, PolicyChanged})

    def __init__(self) -> None:
        self.home = DirectoryId(UUID(int=0))
        """Nowhere, until somebody consents: no user can be of it."""
        self.zone = ZoneInfo(DEFAULT_POLICY.time_zone)

    def take(self, fact: Recorded) -> None:
        match fact.event:
            case ConsentGranted(directory=directory):
                self.home = directory
            case PolicyChanged(time_zone=zone):
                self.zone = ZoneInfo(zone)

    def is_own(self, party: Party | Participant) -> bool:
        """A user of the tenant: of its directory, or of none that was named."""
        return party.user is not None and party.directory in (None, self.home)
