"""The calls of one person are found by the person: what is seen of the read side's plan."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest

from app.domain.ids import UserId
from app.projections.calls import listed_at, listing
from app.projections.reading import Moment, scope
from tests.projections.asking import Reader
from tests.projections.conftest import Desk
from tests.projections.story import day

AT = Moment(day(30), day(29).date(), 9, "UTC", day(29).date(), before_first_fact=False)
CALLS = """
    INSERT INTO calls (tenant_id, call_id, revision, kind, modalities, started_at, ended_at, direction, participants,
                       test, failed, since_position, until_position)
    SELECT %s, md5(n::text)::uuid, 1, 'groupCall', '{audio}', timestamptz '2026-01-02Z' + n * interval '5 min',
           timestamptz '2026-01-02Z' + n * interval '6 min', 'internal', 2, false, false, 1, 9223372036854775807
    FROM generate_series(1, 5000) n
"""
PARTIES = """
    INSERT INTO call_participants (tenant_id, call_id, party_key, user_id, party_kind, joined_at, left_at, seconds,
                                   failed, since_position, until_position)
    SELECT %s, md5(n::text)::uuid, 'p' || p, lpad(to_hex(CASE p WHEN 0 THEN 1 ELSE n / 10 END), 32, '0')::uuid, 'USER',
           timestamptz '2026-01-02Z', timestamptz '2026-01-02Z', 60, false, 1, 9223372036854775807
    FROM generate_series(1, 5000) n, generate_series(0, 1) p
"""


@pytest.mark.both_databases
@pytest.mark.parametrize(("user", "calls"), [(200, 10), (9999, 0)])
async def test_the_calls_of_a_person_are_sought_by_that_person(
    desk: Desk, reader: Reader, user: int, calls: int
) -> None:
    tenant = desk.tenant()
    with psycopg.connect(desk.database.owner_dsn, autocommit=True) as owner:
        for query in (CALLS, PARTIES):
            owner.execute(query, (tenant,))
        owner.execute("ANALYZE calls, call_participants")
    wanted: dict[str, Any] = {
        "since": day(1),
        "until": day(1) + timedelta(days=60),
        "user": UserId(UUID(int=user)),
        "after": None,
    }
    question = listing(tenant, AT, **wanted, limit=51)

    async with scope(reader, [tenant]):
        found = await reader.execute(f"EXPLAIN (COSTS OFF) {question.query}".encode(), question.parameters)
        told = "\n".join(line for (line,) in await found.fetchall())
        listed = await listed_at(reader, tenant, AT, **wanted, limit=51)

    assert "call_participants_by_user_idx" in told
    assert "Seq Scan" not in told
    assert len(listed) == calls
