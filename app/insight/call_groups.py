"""Calls and participant time by what the calls themselves say: their kind, their modalities, the hour of the week."""

from datetime import date
from typing import Literal

from app.domain.ids import TenantId
from app.domain.period import FOREVER
from app.domain.stand_ins import IS_STAND_IN
from app.projections.reading import Moment, Question

Grouping = Literal["kind", "modality", "weekday_hour"]

_KEYS = {
    "kind": "c.kind",
    "modality": "nullif(array_to_string(ARRAY(SELECT DISTINCT m FROM unnest(c.modalities) m ORDER BY m), ' + '), '')",
    "weekday_hour": "to_char(c.started_at AT TIME ZONE %(zone)s, 'ID HH24')",
}
"""Of the week: the weekday (1 is Monday) and hour the tenant's clocks showed as the call began. The hour that comes
twice as summer time ends is one group, and the one left out as it begins has no call.
"""


def spending(tenant: TenantId, at: Moment, since: date, until: date, group_by: Grouping) -> Question:
    """As `call_usage.spending`, by what the calls themselves say; `call_usage.usage_of` reads its rows.

    Key of "modality": all of the call's, in order, with " + " between; None: it has none. Of "weekday_hour": "1 09".
    A call counts on the civil day it began on by the zone of the moment; where the tenant's zone has changed, a call at
    the edge of the days may so be in one sum and not in `call_usage`'s, which keeps the zone it was recorded in.

    Own users are those of the directory the tenant had consented for when the call was recorded, and of none named.
    """
    query = f"""
        WITH homes AS MATERIALIZED (
            SELECT t.directory_id, min(t.since_position) AS since_position FROM tenants t
            WHERE t.tenant_id = %(tenant)s AND t.since_position <= %(position)s AND t.valid_until = %(forever)s
              AND t.directory_id IS NOT NULL
            GROUP BY t.directory_id
        )
        SELECT t.key, sum(t.calls), sum(t.seconds), max(t.users), sum(t.failed)
        FROM (
            SELECT {_KEYS[group_by]} AS key, count(*) AS calls, sum(p.seconds) AS seconds,
                   count(DISTINCT p.user_id) AS users, count(*) FILTER (WHERE p.failed) AS failed
            FROM calls c
            JOIN call_participants p ON p.tenant_id = c.tenant_id AND p.call_id = c.call_id
             AND p.since_position <= %(position)s AND p.until_position > %(position)s
             AND p.user_id IS NOT NULL
            LEFT JOIN homes h ON h.directory_id = p.directory_id AND h.since_position <= c.since_position
            WHERE c.tenant_id = %(tenant)s AND c.since_position <= %(position)s AND c.until_position > %(position)s
              AND c.started_at >= %(begin)s AND c.started_at < least(%(end)s, %(at)s) AND NOT c.test
              AND (p.directory_id IS NULL OR h.directory_id IS NOT NULL)
            GROUP BY 1, CASE WHEN {IS_STAND_IN.format("p.user_id")} THEN left(p.user_id::text, 8) END
        ) AS t
        GROUP BY 1 ORDER BY 1 NULLS LAST
    """
    return Question(
        query,
        {
            "tenant": tenant,
            "position": at.position,
            "forever": FOREVER,
            "zone": at.zone,
            "at": at.at,
            "begin": at.day_begins(since),
            "end": at.day_begins(until),
        },
    )
