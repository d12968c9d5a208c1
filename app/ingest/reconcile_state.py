"""What listings keep between runs: how far they were, and the calls they put into the inbox.

Every function works in its caller's transaction.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from psycopg import Connection

from app.domain.ids import CallId, RunId, TenantId
from app.domain.reconciliation import ANY_REVISION, UNLISTED, ListedCall, Watermarks

_KEEP = """
    INSERT INTO call_listings AS known (tenant_id, backfilled, listed_until, settled_until, closed_until)
    VALUES (%s, %s, %s, %s, %s)
    ON CONFLICT (tenant_id) DO UPDATE SET
        backfilled = known.backfilled OR excluded.backfilled,
        listed_until = greatest(known.listed_until, excluded.listed_until),
        settled_until = greatest(known.settled_until, excluded.settled_until),
        closed_until = greatest(known.closed_until, excluded.closed_until)
"""

_PUT = """
    INSERT INTO inbox (tenant_id, call_id, delivery, listed_revision)
    SELECT %s, call_id, %s, revision FROM unnest(%s::uuid[], %s::bigint[]) AS missing (call_id, revision)
    ON CONFLICT (tenant_id, call_id, delivery) DO UPDATE SET listed_revision = excluded.listed_revision
"""


@dataclass(frozen=True, slots=True)
class Waiting:
    """What the inbox has of a call. `listed`: the highest revision a listing found missing; None: none did.

    `pending`: it is to be fetched. `given_up`: nothing more is tried. `own`: the run asking
    put it there.
    """

    pending: bool
    given_up: bool
    listed: int | None
    own: bool


def watermarks(db: Connection, tenant: TenantId) -> Watermarks:
    row = db.execute(
        "SELECT backfilled, listed_until, settled_until, closed_until FROM call_listings WHERE tenant_id = %s",
        (tenant,),
    ).fetchone()
    return UNLISTED if row is None else Watermarks(*row)


def keep_watermarks(db: Connection, tenant: TenantId, marks: Watermarks) -> None:
    """They only rise, also where two listings run at once."""
    given = (marks.backfilled, marks.listed_until, marks.settled_until, marks.closed_until)
    db.execute(_KEEP, (tenant, *given))


def waiting(db: Connection, tenant: TenantId, calls: Collection[CallId], run: RunId) -> dict[CallId, Waiting]:
    """Those of the calls the inbox knows."""
    rows = db.execute(
        "SELECT call_id, bool_or(state = 'PENDING'), bool_or(state = 'DEAD'), max(listed_revision),"
        " bool_or(delivery = %s) FROM inbox WHERE tenant_id = %s AND call_id = ANY (%s) GROUP BY call_id",
        (run, tenant, list(calls)),
    )
    return {CallId(call): Waiting(*rest) for call, *rest in rows}


def put(db: Connection, tenant: TenantId, calls: Sequence[ListedCall], run: RunId) -> None:
    """Have missing calls fetched. What was given up of them before is tried again, and settled together."""
    ids = [each.call for each in calls]
    db.execute(_PUT, (tenant, run, ids, [each.revision for each in calls]))
    again(db, tenant, ids)


def put_unread(db: Connection, tenant: TenantId, calls: Sequence[CallId], run: RunId, *, anew: bool) -> None:
    """Have calls fetched whose rows did not tell all. `anew`: also those that were fetched for such a row before."""
    there = waiting(db, tenant, calls, run)
    fetched = [call for call, waits in there.items() if waits.listed is not None]
    new = [call for call in calls if call not in there or (there[call].listed is None and not there[call].pending)]
    db.execute(_PUT, (tenant, run, new, [ANY_REVISION] * len(new)))
    again(db, tenant, [*new, *fetched] if anew else new)


def again(db: Connection, tenant: TenantId, calls: Collection[CallId]) -> None:
    """Try once more what was given up, or what was fetched when Graph did not show the revision yet."""
    db.execute(
        "UPDATE inbox SET state = 'PENDING', attempts = 0, due_at = now(), settled_at = NULL"
        " WHERE tenant_id = %s AND call_id = ANY (%s)"
        " AND (state = 'DEAD' OR (state = 'DONE' AND listed_revision IS NOT NULL))",
        (tenant, list(calls)),
    )


def settle_found(db: Connection, tenant: TenantId, calls: Collection[CallId]) -> None:
    """What was given up came by another way: the log has of these calls what Graph lists."""
    db.execute(
        "UPDATE inbox SET state = 'DONE', settled_at = now() WHERE tenant_id = %s AND state = 'DEAD'"
        " AND call_id = ANY (%s)",
        (tenant, list(calls)),
    )


def reasons(db: Connection, tenant: TenantId, calls: Collection[CallId]) -> dict[CallId, tuple[str, str | None]]:
    """State and last error code of each call's newest item in the inbox; calls it does not know are left out."""
    rows = db.execute(
        "SELECT DISTINCT ON (call_id) call_id, state, reason FROM inbox"
        " WHERE tenant_id = %s AND call_id = ANY (%s) ORDER BY call_id, received_at DESC",
        (tenant, list(calls)),
    )
    return {CallId(call): (state, reason) for call, state, reason in rows}
