"""One tenant's log behind the eventsourcing package's recorder interfaces, on the same SQL as the store.

The tenant's log is the package's application sequence: a notification id is a position.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Thread
from typing import Any
from uuid import UUID

import psycopg
from eventsourcing.persistence import (
    AggregateRecorder,
    ApplicationRecorder,
    IntegrityError,
    ListenNotifySubscription,
    OperationalError,
    StoredEvent,
)
from psycopg import errors, sql
from typing_extensions import override

from app.clock import Clock
from app.domain.ids import TenantId
from app.eventstore import rows as log
from app.eventstore.appending import CHANNEL, CHUNK, append, is_bulk
from app.eventstore.pools import Connection, DatabaseDown, Pool, borrowed
from app.eventstore.stored import FactNotification, name_and_schema, notification_of, row_of, stored_of

_LOOK_S = 0.1


class TenantAggregateRecorder(AggregateRecorder):
    """Streams of one tenant. `originator_id` is the stream's name."""

    def __init__(self, pool: Pool, tenant: TenantId, clock: Clock) -> None:
        self.pool = pool
        self.tenant = tenant
        self._clock = clock

    @override
    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int] | None:
        """All or none. Raises the package's IntegrityError when a version is taken already."""
        self._insert(stored_events)
        return None

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        where = [sql.SQL("AND stream = %(stream)s")]
        if gt is not None:
            where.append(sql.SQL("AND version > %(gt)s"))
        if lte is not None:
            where.append(sql.SQL("AND version <= %(lte)s"))
        tail = sql.SQL("ORDER BY version {} LIMIT %(limit)s").format(sql.SQL("DESC" if desc else "ASC"))
        given = {"stream": str(originator_id), "gt": gt, "lte": lte, "limit": limit}
        with _translated(self.pool) as db:
            return [stored_of(row) for row in log.select(db, self.tenant, sql.SQL(" ").join(where), given, tail)]

    def _insert(self, stored_events: Sequence[StoredEvent]) -> list[int]:
        now = self._clock.now()
        rows = [row_of(stored, now) for stored in stored_events]
        if not rows:
            return []
        chunks = [rows[start : start + CHUNK] for start in range(0, len(rows), CHUNK)]
        with _translated(self.pool, autocommit=not is_bulk(len(rows))) as db:
            last = append(db, self.tenant, chunks, len(rows), (), now)
        return list(range(last - len(rows) + 1, last + 1))


class TenantRecorder(TenantAggregateRecorder, ApplicationRecorder):
    """The whole log of one tenant, in order."""

    @override
    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int] | None:
        return self._insert(stored_events)

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[FactNotification]:
        where = []
        if start is not None:
            where.append(sql.SQL("AND position >= %(start)s" if inclusive_of_start else "AND position > %(start)s"))
        if stop is not None:
            where.append(sql.SQL("AND position <= %(stop)s"))
        if topics:
            where.append(
                sql.SQL("AND (name, schema) IN (SELECT * FROM unnest(%(names)s::text[], %(schemas)s::smallint[]))")
            )
        names, schemas = zip(*map(name_and_schema, topics), strict=True) if topics else ((), ())
        given = {"start": start, "stop": stop, "names": list(names), "schemas": list(schemas), "limit": limit}
        tail = sql.SQL("ORDER BY position LIMIT %(limit)s")
        with _translated(self.pool) as db:
            return [notification_of(row) for row in log.select(db, self.tenant, sql.SQL(" ").join(where), given, tail)]

    def max_notification_id(self) -> int | None:
        with _translated(self.pool) as db:
            return log.head(db, self.tenant) or None

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> "TenantSubscription":
        """Keeps one connection of the pool for itself while it lives. Close it as a context manager."""
        return TenantSubscription(self, gt, topics)


class TenantSubscription(ListenNotifySubscription[TenantRecorder]):
    """Facts as they are committed, without end. NOTIFY says when to look; what is there is read from the log."""

    def __init__(self, recorder: TenantRecorder, gt: int | None, topics: Sequence[str]) -> None:
        super().__init__(recorder=recorder, gt=gt, topics=topics)
        self._listener = Thread(target=self._listen, name="sua log subscription")
        self._listener.start()

    def __exit__(self, *args: object, **kwargs: Any) -> None:
        try:
            super().__exit__(*args, **kwargs)
        finally:
            self._listener.join()

    def _listen(self) -> None:
        try:
            with _translated(self._recorder.pool, autocommit=True) as db:
                db.execute(sql.SQL("LISTEN {}").format(sql.Identifier(CHANNEL)))
                # What was committed between the first look and LISTEN rang for nobody.
                self._has_been_notified.set()
                while not self._has_been_stopped and self._thread_error is None:
                    for notify in db.notifies(timeout=_LOOK_S, stop_after=1):
                        if notify.payload.startswith(str(self._recorder.tenant)):
                            self._has_been_notified.set()
                db.execute("UNLISTEN *")
        except BaseException as error:  # noqa: BLE001 - handed to the thread that iterates, which raises it
            if self._thread_error is None:
                self._thread_error = error
            self.stop()


@contextmanager
def _translated(pool: Pool, *, autocommit: bool = False) -> Iterator[Connection]:
    """Errors as the package's callers know them."""
    try:
        with borrowed(pool, autocommit=autocommit) as db:
            yield db
    except errors.UniqueViolation as error:
        raise IntegrityError(str(error)) from error
    except (DatabaseDown, psycopg.OperationalError) as error:
        raise OperationalError(str(error)) from error
