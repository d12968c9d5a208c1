"""Row-level security alone, for compiled reads: with the first lock open, a batch finds nothing of a neighbour."""

from collections import Counter
from dataclasses import replace

import pytest

from app.auth.tokens import Claims
from app.auth.viewer import Viewer
from app.graphql import tenants as customers
from app.graphql.compiled.found import Found
from app.graphql.compiled.plans import Plan
from app.graphql.compiled.reads import CompiledReads
from app.graphql.context import Asked
from app.graphql.ids import tenant_of
from app.projections import tenants
from app.projections.tenants import TenantRow
from tests.isolation.conftest import Door
from tests.isolation.viewers import KNOCKERS
from tests.isolation.world import CONTOSO, FABRIKAM

WHO = next(each for each in KNOCKERS if each.name == "Sua.Customer.Viewer who sees persons")
TEXT = """query($id: ID!) { tenant(id: $id) { name at { position beforeFirstFact
    users(first: 50) { nodes { name userPrincipalName department } edges { cursor } }
    idleLicences(first: 50, idleDays: 7) { nodes { userName department } } skus { partNumber }
    licenceSummary { held } callUsage(groupBy: USER) { key name }
    calls(first: 50, since: "2026-01-01") { nodes { callId participants { name } } } } } }"""


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """What compiled reads came to, by the tenant's name in the answer; "left": they left it to the general way."""
    real, counted = CompiledReads.found, Counter[str]()

    async def noted(self: CompiledReads, claims: Claims, plan: Plan, key: bytes) -> Found | None:
        told = await real(self, claims, plan, key)
        counted["left" if told is None else "told"] += 1
        return told

    monkeypatch.setattr(CompiledReads, "found", noted)
    return counted


async def test_the_question_is_compiled_and_tells_its_own_customer_all(door: Door, found: Counter[str]) -> None:
    told = await door.ask(WHO, TEXT, id=str(CONTOSO.tenant))

    assert found == {"told": 1}
    assert set(told.holding(CONTOSO.canaries)) >= {
        CONTOSO.name,
        CONTOSO.department,
        *(part for name in CONTOSO.people.values() for part in name.split()),
    }


@pytest.mark.parametrize("times", [1, 2])
async def test_with_the_first_lock_open_a_foreign_tenant_is_still_not_there(
    door: Door, found: Counter[str], monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    monkeypatch.setattr(Viewer, "may_see", lambda *_: True)

    for _ in range(times):
        told = await door.ask(WHO, TEXT, id=str(FABRIKAM.tenant))

    assert told.codes == ["NOT_FOUND"]
    assert told.holding(FABRIKAM.persons) == []
    assert found == {"left": times}


async def test_every_statement_of_a_batch_given_a_foreign_tenant_finds_nothing_of_it(
    door: Door, found: Counter[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def taken_for_seen(asked: Asked, id: str) -> TenantRow:  # noqa: A002
        row, wanted = await tenants.found(asked.db, CONTOSO.tenant), tenant_of(id)
        assert row is not None
        assert wanted is not None
        return replace(row, tenant=wanted)

    monkeypatch.setattr(Viewer, "may_see", lambda *_: True)
    monkeypatch.setattr(customers, "row_seen", taken_for_seen)

    told = await door.ask(WHO, TEXT, id=str(FABRIKAM.tenant))

    assert found == {"told": 1}
    assert told.content["data"]["tenant"]["at"] == {
        "position": "0",
        "beforeFirstFact": True,
        "users": {"nodes": [], "edges": []},
        "idleLicences": {"nodes": []},
        "skus": [],
        "licenceSummary": [],
        "callUsage": [],
        "calls": {"nodes": []},
    }
    said = {str(FABRIKAM.tenant), f"{FABRIKAM.number:08x}-"}
    assert told.holding([each for each in FABRIKAM.canaries if each not in said]) == []
