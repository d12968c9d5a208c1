"""Facts by what stands in their bytes: ids, and the subjects of sealed values. Each question reads a tenant's log."""

from collections.abc import Sequence

from psycopg import sql

from app.domain.ids import TenantId
from app.eventstore.pools import Connection
from app.eventstore.rows import StoredRow, select

# As text: PostgreSQL leaps through text by the length of what it looks for, and through bytes one by one. OFFSET keeps
# it from making the text anew for each of those.
_HOLDING = sql.SQL(
    """
    SELECT {}
    FROM events AS fact, LATERAL (SELECT convert_from(fact.state, 'UTF8') COLLATE "C" AS said OFFSET 0) AS its
    WHERE fact.tenant_id = %(tenant)s
      AND EXISTS (SELECT FROM unnest(%(texts)s::text[]) AS wanted (part) WHERE strpos(its.said, wanted.part) > 0)
    """
)


def facts_with(connection: Connection, tenant: TenantId, texts: Sequence[str]) -> list[StoredRow]:
    """Facts that hold one of these, in order."""
    where = sql.SQL("AND position IN ({})").format(_HOLDING.format(sql.SQL("fact.position")))
    return select(connection, tenant, where, {"texts": list(texts)}, sql.SQL("ORDER BY position"))


def streams_with(connection: Connection, tenant: TenantId, texts: Sequence[str], until: int) -> list[StoredRow]:
    """All facts of the streams that hold one of these, up to position `until`."""
    where = sql.SQL("AND position <= %(until)s AND stream IN ({} AND fact.position <= %(until)s)").format(
        _HOLDING.format(sql.SQL("fact.stream"))
    )
    given = {"texts": list(texts), "until": until}
    return select(connection, tenant, where, given, sql.SQL("ORDER BY position"))
