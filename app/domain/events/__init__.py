"""The facts, and the register by stored name."""

from app.domain.events import (
    access,
    charging,
    coverage,
    deciding,
    licensing,
    persons,
    pricing,
    retention,
    telephony,
    tenancy,
)
from app.domain.events.base import Event

__all__ = ["REGISTER", "Event"]


def _facts() -> dict[str, type[Event]]:
    rooms = (tenancy, licensing, telephony, charging, coverage, pricing, deciding, access, persons, retention)
    found = [v for room in rooms for v in vars(room).values() if isinstance(v, type) and issubclass(v, Event)]
    return {fact.name: fact for fact in found if fact is not Event}


REGISTER: dict[str, type[Event]] = _facts()
"""Every fact by the name it is stored under."""
