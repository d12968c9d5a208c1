"""How far a workload is used, through the door: five people have Teams since June, two used it of late."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from app.domain.events.licensing import LicenceAssigned, ServicePlan, SkuSubscribed, Workload, WorkloadUsed
from app.domain.ids import PlanId, SkuId
from app.eventstore.streams import sku_stream
from tests.database import Database
from tests.graphql import world as worlds
from tests.graphql.conftest import Client
from tests.graphql.world import CONTOSO, JUNE, NOON, World, user_id

TEAMS = SkuId(UUID(int=0x7EA))
PLAN = ServicePlan(plan=PlanId(UUID("57ff2da0-773e-42df-b2af-ffb7a2317929")), name="TEAMS1", applies_to="User")
PEOPLE = [user_id(number) for number in range(10, 15)]
QUERY = """
query ($id: ID!, $source: WorkloadSource!, $since: Date, $until: Date, $asOf: Date) {
  tenant(id: $id) { at(asOf: $asOf) { adoption(source: $source, since: $since, until: $until) {
    source since until suppressed active eligible adoption stickiness
  } } }
}
"""


@pytest.fixture(scope="module")
def world(module_database: Database) -> Iterator[World]:
    with worlds.built(module_database.writer_dsn) as made:
        subscribed = SkuSubscribed(happened_at=JUNE, sku=TEAMS, part_number="TEAMS", applies_to="User", plans=(PLAN,))
        made.append(CONTOSO, sku_stream(TEAMS), subscribed, at=NOON)
        held = [LicenceAssigned(happened_at=JUNE, user=user, sku=TEAMS, via=None, disabled_plans=()) for user in PEOPLE]
        used = [
            WorkloadUsed(
                happened_at=datetime(2026, 11, day, 12, tzinfo=UTC),
                user=user,
                workload=Workload.TEAMS,
                last_activity_on=date(2026, 11, day),
            )
            for user, day in ((PEOPLE[0], 10), (PEOPLE[1], 19), (PEOPLE[1], 20))
        ]
        made.seats(CONTOSO, [*held, *used], at=NOON)
        made.tabulate(CONTOSO)
        yield made


async def adoption(client: Client, who: str = "hr", source: str = "TEAMS", **variables: Any) -> dict[str, Any]:
    data = await client.data(QUERY, who, id=str(CONTOSO), source=source, **variables)
    found: dict[str, Any] = data["tenant"]["at"]["adoption"]
    return found


async def test_a_workload_is_used_by_so_many_of_those_who_have_it(client: Client) -> None:
    assert await adoption(client, "viewer") == {
        "source": "TEAMS",
        "since": "2026-10-27",
        "until": "2026-11-24",
        "suppressed": False,
        "active": 2,
        "eligible": 5.0,
        "adoption": 0.4,
        "stickiness": None,
    }


async def test_another_window_has_another_answer(client: Client) -> None:
    found = await adoption(client, since="2026-11-15", until="2026-11-20")

    assert (found["active"], found["adoption"]) == (1, 0.2)


async def test_what_nobody_has_is_not_adopted(client: Client) -> None:
    found = await adoption(client, source="COPILOT")

    assert (found["suppressed"], found["active"], found["adoption"]) == (False, 0, None)


@pytest.mark.parametrize(
    ("source", "window"),
    [
        ("HUMAN", {}),
        ("TEAMS", {"since": "2025-01-01", "until": "2026-11-01"}),
        ("TEAMS", {"since": "2026-11-02", "until": "2026-11-01"}),
        ("TEAMS", {"until": "0001-01-01"}),
    ],
)
async def test_what_cannot_be_asked_is_refused(client: Client, source: str, window: dict[str, str]) -> None:
    assert await client.code(QUERY, id=str(CONTOSO), source=source, **window) == "BAD_USER_INPUT"


async def test_a_neighbour_learns_nothing(client: Client) -> None:
    assert await client.code(QUERY, "neighbour", id=str(CONTOSO), source="TEAMS") == "NOT_FOUND"
