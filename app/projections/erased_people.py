"""Who was erased, and when. Told at every moment alike: of an erased person no moment shows a name any more."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import psycopg

from app.domain.ids import TenantId, UserId
from app.domain.personal import Personal
from app.projections.reading import rows


async def erased_at(
    db: psycopg.AsyncConnection[Any], tenant: TenantId, users: Sequence[UserId]
) -> dict[UserId, datetime]:
    """When each of these was erased; who was not is left out."""
    by_subject = {Personal.of_user(user, "").subject: user for user in users}
    found = await rows(
        db,
        "SELECT subject, erased_at FROM erased_subjects WHERE tenant_id = %s AND subject = ANY (%s::text[])",
        (tenant, list(by_subject)),
    )
    return {by_subject[subject]: at for subject, at in found}
