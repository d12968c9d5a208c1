"""How long it is known which trace a cause belongs to."""

from datetime import timedelta

from app.eventstore.pools import Pool, borrowed

KEPT = timedelta(days=7)
"""A projection that comes later begins a trace of its own."""


def forget_old(pool: Pool) -> int:
    """Delete what is older. Once an hour is enough. Returns how many. Raises DatabaseDown."""
    with borrowed(pool) as db:
        return db.execute("DELETE FROM traces WHERE noted_at < now() - %s", (KEPT,)).rowcount
