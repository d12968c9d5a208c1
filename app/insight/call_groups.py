"""Calls and participant time by what the calls themselves say: their kind, their modalities, the hour of the week."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

from app.domain.ids import TenantId
from app.domain.period import FOREVER
from app.domain.policy import DEFAULT_POLICY
from app.domain.stand_ins import IS_STAND_IN
from app.projections.reading import Moment, Question

Grouping = Literal["kind", "modality", "weekday_hour"]

_APART = timedelta(days=1)
"""A civil day begins less than this away from the same day of UTC, wherever it is."""

_KEYS = {
    "kind": "c.kind",
    "modality": "nullif(array_to_string(ARRAY(SELECT DISTINCT m FROM unnest(c.modalities) m ORDER BY m), ' + '), '')",
    "weekday_hour": "to_char(c.local_start, 'ID HH24')",
}
"""Of the week: the weekday (1 is Monday) and hour the tenant's clocks showed as the call began. The hour that comes
twice as summer time ends is one group, and the one left out as it begins has no call.
"""


def spending(tenant: TenantId, at: Moment, since: date, until: date, group_by: Grouping) -> Question:
    """As `call_usage.spending`, by what the calls themselves say; `call_usage.usage_of` reads its rows.

    Key of "modality": all of the call's, in order, with " + " between; None: it has none. Of "weekday_hour": "1 09".
    As there, a call counts on the civil day, and here at the hour, it began at by the tenant's time zone as that was
    known when the call was recorded: a zone that changes later moves no call to another day.

    Own users are those of the directory the tenant had consented for when the call was recorded, and of none named.
    """
    query = f"""
        WITH homes AS MATERIALIZED (
            SELECT t.directory_id, min(t.since_position) AS since_position FROM tenants t
            WHERE t.tenant_id = %(tenant)s AND t.since_position <= %(position)s AND t.valid_until = %(forever)s
              AND t.directory_id IS NOT NULL
            GROUP BY t.directory_id
        ), said AS (
            SELECT t.since_position, coalesce(t.time_zone, %(default)s) AS zone,
                   lag(coalesce(t.time_zone, %(default)s)) OVER (ORDER BY t.since_position) AS before
            FROM tenants t
            WHERE t.tenant_id = %(tenant)s AND t.since_position <= %(position)s AND t.valid_until = %(forever)s
        ), zones AS MATERIALIZED (
            SELECT array_agg(since_position ORDER BY since_position) AS since,
                   array_agg(zone ORDER BY since_position) AS names
            FROM said WHERE before IS DISTINCT FROM zone
        )
        SELECT t.key, sum(t.calls), sum(t.seconds), max(t.users), sum(t.failed)
        FROM (
            SELECT {_KEYS[group_by]} AS key, count(*) AS calls, sum(p.seconds) AS seconds,
                   count(DISTINCT p.user_id) AS users, count(*) FILTER (WHERE p.failed) AS failed
            FROM (
                SELECT c.*, c.started_at AT TIME ZONE coalesce((SELECT names FROM zones)[
                           width_bucket(c.since_position, (SELECT since FROM zones))], %(default)s) AS local_start
                FROM calls c
                WHERE c.tenant_id = %(tenant)s AND c.since_position <= %(position)s AND c.until_position > %(position)s
                  AND c.started_at >= %(earliest)s AND c.started_at < %(latest)s AND NOT c.test
            ) AS c
            JOIN call_participants p ON p.tenant_id = c.tenant_id AND p.call_id = c.call_id
             AND p.since_position <= %(position)s AND p.until_position > %(position)s
             AND p.user_id IS NOT NULL
            LEFT JOIN homes h ON h.directory_id = p.directory_id AND h.since_position <= c.since_position
            WHERE c.local_start >= %(since)s AND c.local_start < least(%(until)s, %(on)s + 1)
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
            "default": DEFAULT_POLICY.time_zone,
            "on": at.on,
            "since": since,
            "until": until,
            "earliest": datetime.combine(since, time(), UTC) - _APART,
            "latest": datetime.combine(until, time(), UTC) + _APART,
        },
    )
