"""Reads a tenant's log for the engine, one batch ahead where there is time."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Protocol

from app.domain.errors import FactUnreadable
from app.domain.ids import TenantId
from app.eventstore.dropping import Begun
from app.eventstore.envelope import Recorded


class Log(Protocol):
    """What the projections need of the event store."""

    def head(self, tenant: TenantId) -> int: ...

    def read(self, tenant: TenantId, *, after: int, limit: int) -> list[Recorded]: ...

    def facts_about(self, tenant: TenantId, subjects: Iterable[str], *, until: int) -> list[Recorded]:
        """All facts of every stream that holds a value of one of these subjects."""

    def calls_begun(self, tenant: TenantId, since: datetime, until: datetime, *, position: int) -> list[Begun]: ...

    def facts_of(self, tenant: TenantId, streams: Sequence[str], *, until: int) -> list[Recorded]: ...


class Reader:
    """One tenant's log. What was read ahead cannot have changed: positions are gapless and facts immutable."""

    def __init__(self, log: Log, tenant: TenantId) -> None:
        self._log = log
        self._tenant = tenant
        self._ahead: tuple[int, int, list[Recorded]] | None = None

    def read(self, after: int, limit: int) -> tuple[list[Recorded], FactUnreadable | None]:
        """As many facts as can be read, up to `limit`; if not even the first can, why."""
        ahead, self._ahead = self._ahead, None
        if ahead is not None and ahead[:2] == (after, limit) and ahead[2]:
            return ahead[2], None
        while True:
            try:
                return self._log.read(self._tenant, after=after, limit=limit), None
            except FactUnreadable as error:
                if limit == 1:
                    return [], error
                limit //= 2

    def about(self, subjects: Iterable[str], until: int) -> list[Recorded]:
        return self._log.facts_about(self._tenant, subjects, until=until)

    def calls_begun(self, since: datetime, until: datetime, position: int) -> list[Begun]:
        return self._log.calls_begun(self._tenant, since, until, position=position)

    def facts_of(self, streams: Sequence[str], until: int) -> list[Recorded]:
        return self._log.facts_of(self._tenant, streams, until=until)

    def look_ahead(self, after: int, limit: int) -> None:
        """Fetch what will be asked for next, if there is anything."""
        if limit > 0:
            with suppress(FactUnreadable):  # it will be met again, and then told
                self._ahead = (after, limit, self._log.read(self._tenant, after=after, limit=limit))
