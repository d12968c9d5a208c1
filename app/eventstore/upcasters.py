"""Old shapes of a fact -> today's, one step at a time. Stored facts are never edited.

To change the stored shape of a fact: raise its `schema_version` from n to n + 1, register here the function that turns
the JSON of schema n into that of n + 1, and test it on bytes as schema n wrote them. Personal values are still sealed
in that JSON; move their objects whole.
"""

import json
from collections.abc import Callable
from typing import Any

Upcaster = Callable[[dict[str, Any]], dict[str, Any]]


def _as_it_was(shape: dict[str, Any]) -> dict[str, Any]:
    """The new member may be absent, and then says what was so before there was one."""
    return shape


UPCASTERS: dict[tuple[str, int], Upcaster] = {
    ("UserDiscovered", 1): _as_it_was,
    ("ProfileChanged", 1): _as_it_was,
    ("SnapshotTaken", 1): _as_it_was,
    ("PolicyChanged", 1): _as_it_was,
    # The second schema of these is the first one behind a veil, which is lifted before anybody looks: veils.py.
    ("CallCompleted", 1): _as_it_was,
    ("CallRevised", 1): _as_it_was,
    ("PstnCallCharged", 1): _as_it_was,
    ("DirectRoutingCallLogged", 1): _as_it_was,
}
"""By stored name and the schema the function reads."""


class NoUpcaster(Exception):
    """There is no way from the stored schema to today's."""


def upcast(name: str, stored: int, today: int, state: bytes) -> bytes:
    """The JSON of schema `today` for the bytes of schema `stored`."""
    shape: dict[str, Any] = json.loads(state)
    for schema in range(stored, today):
        step = UPCASTERS.get((name, schema))
        if step is None:
            raise NoUpcaster(f"no upcaster for {name} from schema {schema}")
        shape = step(shape)
    if stored > today:
        raise NoUpcaster(f"{name} has schema {stored}; this release knows {today}")
    return json.dumps(shape, separators=(",", ":")).encode()
