"""What commands share: load, decide, append, and again if another writer was faster."""

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from app.commands.desk import Desk
from app.domain.errors import ConcurrentAppend
from app.domain.events import Event
from app.domain.ids import TenantId
from app.telemetry import bound

RETRIES = 3

T = TypeVar("T")


def retried(attempt: Callable[[], T], retries: int = RETRIES) -> T:
    """Run `attempt` again, at most `retries` times, while another writer keeps appending first."""
    for _ in range(retries):
        try:
            return attempt()
        except ConcurrentAppend:
            continue
    return attempt()


def decided(
    desk: Desk, tenant: TenantId, stream: str, cause: UUID, decide: Callable[[list[Event]], list[Event]]
) -> int:
    """Append to one stream what `decide` makes of its history, then ring. Returns how many facts were new."""

    def attempt() -> tuple[int, int]:
        history, version = desk.store.load(tenant, stream)
        facts = decide(history)
        if not facts:
            return 0, 0
        return len(facts), desk.store.append(tenant, stream, facts, expected=version, cause=cause, at=desk.now())

    with bound(tenant=tenant, cause=cause):
        appended, position = retried(attempt)
    if appended:
        desk.ring(tenant, position)
    return appended
