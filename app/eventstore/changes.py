"""What goes into one append, and what comes out of the seat states."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from app.domain.events import Event
from app.domain.ids import UserId
from app.domain.seat import Seat
from app.eventstore.streams import SEATS, seat_stream


@dataclass(frozen=True, slots=True)
class StreamChange:
    """New facts of one stream (not a seat's), which stood at version `expected` when they were decided; 0: empty.

    `cause`: where it is another than the whole append's.
    """

    stream: str
    expected: int
    facts: Sequence[Event]
    cause: UUID | None = None

    def __post_init__(self) -> None:
        if self.stream.startswith(SEATS):
            raise ValueError(f"{self.stream}: seats are appended with their state, by append_seats")


@dataclass(frozen=True, slots=True)
class SeatChange:
    """New facts of one user's seat, and the seat as they leave it."""

    user: UserId
    expected: int
    facts: Sequence[Event]
    seat: Seat

    @property
    def stream(self) -> str:
        return seat_stream(self.user)


@dataclass(frozen=True, slots=True)
class StoredSeat:
    """A seat's folded state as it lies in the table: JSON with personal values encrypted."""

    user: UserId
    version: int
    state: bytes
