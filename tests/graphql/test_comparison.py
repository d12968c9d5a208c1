"""Two moments compared, and the trail as it was known: what the door answers and what it refuses."""

from datetime import timedelta
from typing import Any

import pytest

from app.domain.events.tenancy import PolicyChanged
from app.eventstore.streams import TENANT
from app.graphql.ids import thing_id
from tests.graphql.conftest import Client
from tests.graphql.world import ANNA, BERT, CLEO, CONTOSO, DORA, ELENA, FABRIKAM, NOON, STAFF, World, assigned

COMPARED = """
query ($id: ID!, $asOf: Date, $knownAt: DateTime, $then: Date, $before: DateTime, $outcomes: [SeatOutcome!], $user: ID,
       $department: String, $first: Int, $after: String) {
  tenant(id: $id) { at(asOf: $asOf, knownAt: $knownAt) { comparedWith(asOf: $then, knownAt: $before) {
    asOf knownAt beforeFirstFact
    totals(user: $user, department: $department) { outcome seats sku { partNumber } }
    seats(outcomes: $outcomes, user: $user, department: $department, first: $first, after: $after) {
      nodes { userId userName department outcome sku { partNumber } changedAt
        before { viaGroup disabledPlans heldSince } after { viaGroup heldSince } }
      pageInfo { hasNextPage endCursor }
    }
  } } }
}
"""
JUNE = "2026-06-01T08:00:00+00:00"
MIDNIGHT_SOON = NOON + timedelta(minutes=5)
"""In Auckland the next day has begun."""


def moved_to(zone: str) -> PolicyChanged:
    return PolicyChanged(
        happened_at=MIDNIGHT_SOON,
        idle_days=90,
        grace_days=30,
        time_zone=zone,
        currency="EUR",
        disabled_days=14,
        sku_idle_days=(),
    )


async def compared(client: Client, who: str = "hr", **variables: Any) -> dict[str, Any]:
    data = await client.data(COMPARED, who, id=str(CONTOSO), **variables)
    found: dict[str, Any] = data["tenant"]["at"]["comparedWith"]
    return found


async def test_a_seat_lost_since_a_day_is_told_with_how_it_was_held(client: Client) -> None:
    found = await compared(client, then="2026-09-30")

    assert (found["asOf"], found["beforeFirstFact"]) == ("2026-09-30", False)
    assert found["totals"] == [{"outcome": "LOST", "seats": 1, "sku": {"partNumber": "SPE_E5"}}]
    assert found["seats"]["nodes"] == [
        {
            "userId": thing_id("User", CONTOSO, DORA),
            "userName": "Dora Au",
            "department": None,
            "outcome": "LOST",
            "sku": {"partNumber": "SPE_E5"},
            "changedAt": "2026-10-01T03:00:00+00:00",
            "before": [{"viaGroup": None, "disabledPlans": [], "heldSince": JUNE}],
            "after": [],
        }
    ]


async def test_against_a_day_before_the_first_fact_everything_is_gained_page_by_page(client: Client) -> None:
    first = await compared(client, then="2026-01-01", first=2)
    second = await compared(client, then="2026-01-01", first=2, after=first["seats"]["pageInfo"]["endCursor"])

    pages = [[node["userName"] for node in each["seats"]["nodes"]] for each in (first, second)]
    assert first["beforeFirstFact"] is True
    assert first["totals"] == [{"outcome": "GAINED", "seats": 3, "sku": {"partNumber": "SPE_E5"}}]
    assert pages == [["Anna Berg", "Bert Tal"], ["Cleo See"]]
    assert [path["viaGroup"] for path in first["seats"]["nodes"][0]["after"]] == [None, str(STAFF)]
    assert second["seats"]["pageInfo"]["hasNextPage"] is False


async def test_who_sees_pseudonyms_is_told_by_id(client: Client) -> None:
    found = (await compared(client, "viewer", then="2026-01-01"))["seats"]["nodes"]
    pages = [await compared(client, "viewer", then="2026-01-01", first=2)]
    pages += [
        await compared(client, "viewer", then="2026-01-01", first=2, after=pages[0]["seats"]["pageInfo"]["endCursor"])
    ]

    ids = [thing_id("User", CONTOSO, user) for user in sorted([ANNA, BERT, CLEO])]
    assert [each["userId"] for each in found] == ids
    assert [node["userId"] for each in pages for node in each["seats"]["nodes"]] == ids


async def test_what_is_left_out_is_the_moments_own(client: Client) -> None:
    same = await compared(client, asOf="2026-10-05", knownAt="2026-10-06T00:00:00Z")
    earlier = await compared(client, asOf="2026-10-05", before="2026-09-01T00:00:00Z")

    assert (same["asOf"], same["knownAt"], same["seats"]["nodes"]) == ("2026-10-05", "2026-10-06T00:00:00+00:00", [])
    assert [node["outcome"] for node in earlier["seats"]["nodes"]] == ["LOST"]


@pytest.mark.parametrize(
    ("which", "found"),
    [
        ({"user": str(ANNA)}, ["Anna Berg"]),
        ({"department": "Ops"}, ["Cleo See"]),
        ({"outcomes": ["LOST", "PATH"]}, []),
        ({"user": str(ELENA)}, []),
    ],
)
async def test_seats_are_chosen(client: Client, which: dict[str, Any], found: list[str]) -> None:
    told = await compared(client, then="2026-01-01", **which)

    assert [node["userName"] for node in told["seats"]["nodes"]] == found


async def test_names_are_pseudonyms_to_whoever_may_not_see_them(client: Client) -> None:
    names = [node["userName"] for node in (await compared(client, "viewer", then="2026-01-01"))["seats"]["nodes"]]

    assert len(names) == 3
    assert not set(names) & {"Anna Berg", "Bert Tal", "Cleo See"}


async def test_a_cursor_of_other_moments_or_seats_is_refused(client: Client) -> None:
    page = await compared(client, then="2026-09-30", first=1)
    cursor = page["seats"]["pageInfo"]["endCursor"]

    async def refused(**variables: Any) -> str:
        return await client.code(COMPARED, id=str(CONTOSO), after=cursor, **variables)

    assert await refused(then="2026-09-29") == "INVALID_CURSOR"
    assert await refused(then="2026-09-30", asOf="2026-11-20") == "INVALID_CURSOR"
    assert await refused(then="2026-09-30", before="2026-08-01T00:00:00Z") == "INVALID_CURSOR"
    assert await refused(then="2026-09-30", department="Ops") == "INVALID_CURSOR"


async def test_pages_agree_while_the_log_moves_on(client: Client, world: World) -> None:
    page = await compared(client, then="2026-01-01", first=1)
    world.seats(CONTOSO, [assigned(BERT, STAFF)], at=client.clock.now())
    world.tabulate(CONTOSO)

    rest = await compared(client, then="2026-01-01", after=page["seats"]["pageInfo"]["endCursor"])
    anew = await compared(client, then="2026-01-01", user=str(BERT))

    assert [len(node["after"]) for node in rest["seats"]["nodes"]] == [1, 1]
    assert [len(node["after"]) for node in anew["seats"]["nodes"]] == [2]


async def test_days_and_instants_to_come_are_refused(client: Client) -> None:
    assert await client.code(COMPARED, id=str(CONTOSO), then="2027-01-01") == "AS_OF_OUT_OF_RANGE"
    assert await client.code(COMPARED, id=str(CONTOSO), before="2027-01-01T00:00:00Z") == "AS_OF_OUT_OF_RANGE"
    assert await client.code(COMPARED, id=str(CONTOSO), user=thing_id("User", FABRIKAM, CLEO)) == "BAD_USER_INPUT"


TRAIL = """query ($id: ID!, $knownAt: DateTime, $after: String) { tenant(id: $id) {
  licenceChanges(knownAt: $knownAt, first: 2, after: $after) { nodes { change recordedAt } pageInfo { endCursor } }
  events(knownAt: $knownAt, first: 100) { nodes { recordedAt } }
} }"""


async def test_what_was_recorded_later_is_left_out_of_the_trail_and_of_the_log(client: Client) -> None:
    known_at = "2026-09-01T00:00:00+00:00"
    then = (await client.data(TRAIL, id=str(CONTOSO), knownAt=known_at))["tenant"]
    now = (await client.data(TRAIL, id=str(CONTOSO)))["tenant"]
    never = (await client.data(TRAIL, id=str(CONTOSO), knownAt="2026-01-01T00:00:00Z"))["tenant"]

    assert {each["change"] for each in then["licenceChanges"]["nodes"]} == {"ASSIGNED"}
    assert now["licenceChanges"]["nodes"][0]["change"] != then["licenceChanges"]["nodes"][0]["change"] or (
        now["licenceChanges"]["nodes"][0]["recordedAt"] > known_at
    )
    known = [each for each in now["events"]["nodes"] if each["recordedAt"] <= known_at]
    assert then["events"]["nodes"] == known
    assert len(known) < len(now["events"]["nodes"])
    assert (never["licenceChanges"]["nodes"], never["events"]["nodes"]) == ([], [])


async def test_a_cursor_of_other_knowledge_and_an_instant_to_come_are_refused(client: Client) -> None:
    page = await client.data(TRAIL, id=str(CONTOSO), knownAt="2026-09-01T00:00:00Z")
    cursor = page["tenant"]["licenceChanges"]["pageInfo"]["endCursor"]

    assert await client.code(TRAIL, id=str(CONTOSO), after=cursor) == "INVALID_CURSOR"
    assert await client.code(TRAIL, id=str(CONTOSO), knownAt="2027-01-01T00:00:00Z") == "AS_OF_OUT_OF_RANGE"


async def test_a_day_that_had_not_begun_by_older_knowledge_is_compared_with_the_newest_there_was(
    client: Client, world: World
) -> None:
    """The tenant's zone moved eastwards, where it is tomorrow already: by what was known before it is still today."""
    client.clock.step_to(MIDNIGHT_SOON)
    world.append(CONTOSO, TENANT, moved_to("Pacific/Auckland"), at=MIDNIGHT_SOON, after=3)
    world.tabulate(CONTOSO)
    before = "2026-11-23T11:00:00Z"

    fallen_back = await compared(client, before=before)
    same_day = await compared(client, asOf="2026-11-23", before=before)

    assert (fallen_back["asOf"], same_day["asOf"]) == ("2026-11-23", "2026-11-23")
    assert fallen_back["seats"]["nodes"] == same_day["seats"]["nodes"]
    assert await client.code(COMPARED, id=str(CONTOSO), then="2026-11-24", before=before) == "AS_OF_OUT_OF_RANGE"
