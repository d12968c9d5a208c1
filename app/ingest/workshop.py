"""What ingestion's workers need at hand."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from psycopg import Connection, OperationalError
from psycopg_pool import ConnectionPool

from app.commands.desk import Desk
from app.domain.errors import Unavailable
from app.ingest.graph_client import GraphAccess


class IngestDatabaseDown(Unavailable):
    """The database went away. What was taken comes back when its lease ends."""

    code: ClassVar[str] = "INGEST_DATABASE_DOWN"


@dataclass(frozen=True, slots=True)
class Workshop:
    """`pool` connects as sua_writer; `public_url` is where Graph reaches the webhook.

    `lease`: how long work taken by a worker that was killed stays away from the others. Long work renews it.
    `first_wait`: after a first failed fetch; doubled after each further one. A failed job waits six times as long.
    """

    desk: Desk
    pool: ConnectionPool[Connection]
    access: GraphAccess
    public_url: str
    lease: timedelta = timedelta(minutes=1)
    first_wait: timedelta = timedelta(seconds=5)

    @contextmanager
    def database(self) -> Iterator[Connection]:
        """A connection for a short piece of work, committed at the end."""
        try:
            with self.pool.connection() as db:
                yield db
        except OperationalError as error:  # PoolTimeout among them
            raise IngestDatabaseDown(f"The database cannot be used: {type(error).__name__}.") from error
