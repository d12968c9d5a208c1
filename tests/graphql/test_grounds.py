"""What a request stands on is made once a look, and is nobody else's."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import product
from typing import Any
from uuid import UUID

import pytest

from app.domain.ids import DirectoryId, TenantId
from app.graphql.compiled import grounds
from app.graphql.compiled.direct import Direct, Ground
from app.graphql.pool import ReadPool
from tests.graphql.conftest import SETTINGS, TOKENS, Client, asking
from tests.graphql.world import BERT, CONTOSO, FABRIKAM, FRIDA, NOON

LONG = 60.0
USER = """query Bert($id: ID!, $user: ID!, $asOf: Date, $knownAt: DateTime, $named: Boolean = true) {
  tenant(id: $id) { at(asOf: $asOf, knownAt: $knownAt) {
    asOf user(id: $user) { name @include(if: $named) department } users(first: 2) { nodes { name } } } } }"""
OTHER = """query Other($of: ID!, $person: ID!) { tenant(id: $of) { at { user(id: $person) { name } } } }"""
ASKED = {CONTOSO: BERT, FABRIKAM: FRIDA}


@dataclass
class Granted:
    """`tenants`: what every reseller was given."""

    tenants: frozenset[TenantId]

    async def granted_to(self, directory: DirectoryId, person: UUID) -> frozenset[TenantId]:
        return self.tenants


@pytest.fixture
async def looking(read_pool: ReadPool) -> AsyncIterator[Client]:
    async with asking(read_pool, replace(SETTINGS, look_seconds=LONG, answers_bytes=0)) as client:
        yield client


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often a ground was found out."""
    real, counted = Direct.ground, Counter[str]()

    def noted(self: Direct, *of: Any) -> Ground:
        found = real(self, *of)
        counted["made"] += 1
        return found

    monkeypatch.setattr(Direct, "ground", noted)
    return counted


async def bert(client: Client, who: str = "viewer", tenant: TenantId = CONTOSO, **variables: Any) -> dict[str, Any]:
    """The answer without what moves on."""
    told = await client.ask(USER, who, id=str(tenant), user=str(ASKED[tenant]), **variables)
    return {name: told.get(name) for name in ("data", "errors")}


async def test_a_request_stands_on_what_the_one_before_stood_on(looking: Client, made: Counter[str]) -> None:
    first = await bert(looking)
    made.clear()
    found = [await bert(looking) for _ in range(3)]
    other = await looking.data(USER, "viewer", id=str(CONTOSO), user=str(ASKED[CONTOSO]), asOf=None)

    assert found == [first] * 3
    assert other == first["data"]
    assert made["made"] <= 1


@pytest.mark.parametrize("looks", [0, LONG])
async def test_everybody_is_told_their_own_whoever_asked_before(read_pool: ReadPool, looks: float) -> None:
    """The viewer and the one who sees persons are the same person of the same directory with other roles."""
    of_days = [{}, {"asOf": "2026-11-20"}, {"asOf": "2026-11-23"}, {"knownAt": NOON.isoformat()}]
    cases = list(product(TOKENS, ASKED, of_days))
    async with asking(read_pool, replace(SETTINGS, compiled=False, answers_bytes=0)) as plain:
        told = [await bert(plain, who, tenant, **days) for who, tenant, days in cases]
    async with asking(read_pool, replace(SETTINGS, look_seconds=looks, answers_bytes=0)) as client:
        for _ in range(2):
            assert [await bert(client, who, tenant, **days) for who, tenant, days in cases] == told

    assert sum(each["errors"] is None for each in told) > len(told) / 3
    assert sum(each["errors"] is not None for each in told) > len(told) / 3


async def test_two_documents_have_each_their_own_ground(looking: Client) -> None:
    for _ in range(2):
        one = await bert(looking)
        other = await looking.data(OTHER, "viewer", of=str(CONTOSO), person=str(BERT))
        without = await bert(looking, named=False)

        assert other["tenant"]["at"]["user"]["name"] == one["data"]["tenant"]["at"]["user"]["name"]
        assert set(without["data"]["tenant"]["at"]["user"]) == {"department"}


async def test_what_a_reseller_is_given_is_looked_at_each_time(read_pool: ReadPool) -> None:
    grants = Granted(frozenset({FABRIKAM}))
    settings = replace(SETTINGS, look_seconds=LONG, answers_bytes=0)
    async with asking(read_pool, settings, grants) as client:
        for _ in range(2):
            assert (await bert(client, "reseller", FABRIKAM))["errors"] is None
        grants.tenants = frozenset()
        told = await bert(client, "reseller", FABRIKAM)

    assert [each["extensions"]["code"] for each in told["errors"]] == ["FORBIDDEN"]


async def test_a_ground_is_of_its_day_and_never_of_a_later_request(looking: Client) -> None:
    days = []
    for hours in (0, 1, 24, 0, 48):
        looking.clock.step_to(NOON + timedelta(hours=hours))
        days.append((await bert(looking))["data"]["tenant"]["at"]["asOf"])

    assert days == ["2026-11-23", "2026-11-23", "2026-11-24", "2026-11-23", "2026-11-25"]


async def test_a_ground_is_gone_when_its_look_is_over_and_another_is_kept(
    read_pool: ReadPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[list[int]] = []
    real = grounds.Grounds.keep

    def noted(self: grounds.Grounds, *of: Any) -> None:
        real(self, *of)
        kept.append([each.ground.view.moment.on.day for each in self._kept.values()])

    monkeypatch.setattr(grounds.Grounds, "keep", noted)
    async with asking(read_pool, replace(SETTINGS, look_seconds=0.5, answers_bytes=0)) as client:
        for days in ((1, 2, 1), (3,)):
            for day in days:
                for _ in range(2):
                    await bert(client, asOf=f"2026-11-{day:02}")
            await asyncio.sleep(2.5)  # until nobody renews the look any more, and it is over

    assert {day for each in kept for day in each} == {1, 2, 3}
    assert kept[-1] == [3]


async def test_a_ground_is_made_anew_after_its_time_however_long_its_looks_stand(
    looking: Client, made: Counter[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grounds, "GROUND_SECONDS", 0.5)
    for _ in range(2):
        await bert(looking)
    made.clear()
    await bert(looking)
    within = made["made"]
    await asyncio.sleep(0.6)
    await bert(looking)

    assert (within, made["made"]) == (0, 1)


async def test_grounds_are_bounded(looking: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[int] = []
    monkeypatch.setattr(grounds, "GROUNDS_MAX", 3)
    real = grounds.Grounds.keep

    def noted(self: grounds.Grounds, *of: Any) -> None:
        real(self, *of)
        kept.append(len(self._kept))

    monkeypatch.setattr(grounds.Grounds, "keep", noted)
    for day in range(1, 11):
        for _ in range(2):
            await bert(looking, asOf=f"2026-11-{day:02}")

    assert max(kept) == 3
