"""The part of the store that is about months of calls: what began when, and of which months the details are gone."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import TypeVar

from app.domain.ids import TenantId
from app.domain.kept_signs import KeptPlace
from app.domain.retention import begins_at, ends_at
from app.eventstore import dropping
from app.eventstore.codec import Codec
from app.eventstore.dropping import Begun
from app.eventstore.envelope import Recorded
from app.eventstore.keys import KeyRing
from app.eventstore.pools import Connection, DatabaseDown, Pool, borrowed
from app.eventstore.veils import MonthKey

_T = TypeVar("_T")


class CallMonths:
    """What `app.eventstore.store.EventStore` can be asked about months of calls."""

    def __init__(self, pool: Pool, keys: KeyRing) -> None:
        self._pool = pool
        self._keys = keys

    def calls_begun(self, tenant: TenantId, since: datetime, until: datetime, *, position: int) -> list[Begun]:
        """Streams of calls and of telephone log rows, by any fact about one that began in [since, until)."""
        return self._ask(lambda db: dropping.begun_between(db, tenant, since, until, position))

    def facts_of(self, tenant: TenantId, streams: Sequence[str], *, until: int) -> list[Recorded]:
        """All facts of these streams up to position `until`, in order; as with `read`, of nobody erased by now."""
        found = self._ask(lambda db: dropping.of_streams(db, tenant, streams, until))
        self._keys.refresh(tenant)
        return Codec(tenant, self._keys).decode(found)

    def stand_ins(self, tenant: TenantId, month: str) -> list[MonthKey]:
        """What makes the stand-ins of a month's people."""
        made = self._keys.months
        unsealed = self._ask(lambda db: dropping.has_unsealed(db, tenant, begins_at(month), ends_at(month)))
        found = [made.opening(tenant, month) if month in self.sealed_months(tenant) else None]
        return [key for key in (*found, made.before(tenant, month) if unsealed else None) if key is not None]

    def dropped_months(self, tenant: TenantId) -> frozenset[str]:
        """Months whose call details are gone; at most 5 seconds late."""
        return self._keys.months.dropped(tenant)

    def sealed_months(self, tenant: TenantId) -> set[str]:
        """Months of which there is a key."""
        return {key.month for key in self._keys.months.live(tenant)}

    def count_late(self, tenant: TenantId, streams: Mapping[str, str], at: datetime) -> int:
        """Count what came, by stream, when the details of its month were gone. Returns how many are new."""
        return self._ask(lambda db: dropping.count_late(db, tenant, streams, at))

    def kept_places(self, tenant: TenantId, position: int) -> list[KeptPlace]:
        """What the directory said of those who stand in for people, as known at a position."""
        return self._ask(lambda db: dropping.places_at(db, tenant, position))

    def last_of_days(self, tenant: TenantId) -> dict[date, int]:
        """The last position recorded on each day (UTC)."""
        return self._ask(lambda db: dropping.last_of_days(db, tenant))

    def _with_signs(self, tenant: TenantId, after: int, facts: list[Recorded]) -> list[Recorded]:
        """These facts, which follow on position `after`, with what is kept of calls whose details are gone."""
        if not facts or not self._keys.months.dropped(tenant):
            return facts
        last = facts[-1].position
        signs = self._ask(lambda db: dropping.signs_after(db, tenant, after, last))
        whole = []
        for fact in facts:
            whole.append(fact)
            whole += [replace(fact, event=sign) for sign in signs.get(fact.position, ())]
        return whole

    def _ask(self, question: Callable[[Connection], _T], *, autocommit: bool = False) -> _T:
        """Once more on a new connection if the first is lost: a restarted server, an administrator's kill.

        A write may have been committed before the loss. Repeated, it meets its own facts and `_append` sees that.
        """
        try:
            return self._once(question, autocommit)
        except DatabaseDown as down:
            if not down.lost:
                raise
            return self._once(question, autocommit)

    def _once(self, question: Callable[[Connection], _T], autocommit: bool) -> _T:
        with borrowed(self._pool, autocommit=autocommit) as db:
            return question(db)
