"""How far the work has got, asked of the database; None while it is away."""

from dataclasses import dataclass
from datetime import datetime

import psycopg

from tests.database import Database

_ASKED = """
SELECT (SELECT count(*) FROM inbox WHERE state = 'PENDING'),
       (SELECT count(*) FROM schedule WHERE due_at <= %(now)s),
       (SELECT count(*) FROM schedule WHERE working_until > now()),
       (SELECT count(*) FROM schedule WHERE due_at <= %(now)s AND held_until <= now() AND failures = 0),
       (SELECT count(*) FROM tenant_heads h
        WHERE EXISTS (SELECT FROM checkpoints c WHERE c.tenant_id = h.tenant_id AND c.position < h.position)),
       (SELECT count(*) FROM alerts)
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """`pending`: items of the inbox; `due`: jobs, of which `fresh` were not tried yet; `behind`: tenants' tables.

    `alerts`: those open. They are looked for once a minute, so that one may outlast its cause for so long.
    """

    pending: int
    due: int
    working: int
    fresh: int
    behind: int
    alerts: int

    @property
    def settled(self) -> bool:
        return self.pending == self.due == self.working == self.behind == 0

    def passable(self, tenants: int) -> bool:
        """Little enough is left to let the next hour come: what waits after a failure may wait through it."""
        return self.pending <= tenants and self.fresh <= tenants // 4 and self.behind <= tenants // 4 + 1


def standing(database: Database, now: datetime) -> Standing | None:
    try:
        with psycopg.connect(database.owner_dsn, autocommit=True, connect_timeout=5) as db:
            row = db.execute(_ASKED, {"now": now}).fetchone()
    except psycopg.OperationalError:
        return None
    return None if row is None else Standing(*row)


def unsettled(database: Database, now: datetime) -> list[str]:
    """What is left to do, for who has waited for it in vain."""
    with psycopg.connect(database.owner_dsn, autocommit=True) as db:
        jobs = db.execute(
            "SELECT tenant_id, job, due_at, failures, last_reason FROM schedule WHERE due_at <= %s LIMIT 10", (now,)
        ).fetchall()
        items = db.execute(
            "SELECT tenant_id, call_id, attempts, due_at, reason FROM inbox WHERE state = 'PENDING' LIMIT 10"
        ).fetchall()
        behind = db.execute(
            "SELECT tenant_id, projection, c.position, h.position, stopped_at, reason"
            " FROM checkpoints c JOIN tenant_heads h USING (tenant_id) WHERE c.position < h.position LIMIT 10"
        ).fetchall()
    return [f"{what}: {' '.join(map(str, row))}" for what, rows in _named(jobs, items, behind) for row in rows]


def _named(*kinds: list[tuple[object, ...]]) -> list[tuple[str, list[tuple[object, ...]]]]:
    return list(zip(("job due", "inbox", "table behind"), kinds, strict=True))
