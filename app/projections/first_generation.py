"""Tables that came with a release, and of which there are no rows yet, or not all.

A question that reads such a table begins with `refuse_unbuilt`. docs/decisions/new-tables.md
"""

from typing import Any

import psycopg

from app.domain.ids import TenantId
from app.projections.checkpoints import UNBUILT
from app.projections.reading import NotReady, rows


async def refuse_unbuilt(db: psycopg.AsyncConnection[Any], tenant: TenantId, projection: str) -> None:
    """Raise NotReady where the tenant has facts and this projection's first generation is not there yet.

    Not before any table of the tenant has taken a fact in: then nothing is known, and nothing is what a table says.
    """
    ((unbuilt,),) = await rows(
        db,
        """
        SELECT coalesce(max(position), 0) > 0 AND count(*) FILTER (WHERE projection = %s AND version > %s) = 0
        FROM checkpoints WHERE tenant_id = %s
        """,
        (projection, UNBUILT, tenant),
    )
    if unbuilt:
        raise NotReady(f"{projection} is new in this release and is being built for the first time; ask again.")
