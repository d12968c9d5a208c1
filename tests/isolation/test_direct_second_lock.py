"""Row-level security alone, for documents answered without resolvers."""

from typing import Any

import pytest

from app.auth.viewer import Viewer
from app.graphql.compiled import supposed
from app.graphql.compiled.batch import opened_to
from app.graphql.compiled.direct_reads import DirectReads
from app.graphql.compiled.found import Found
from tests.isolation.conftest import Door
from tests.isolation.viewers import KNOCKERS
from tests.isolation.world import CONTOSO, FABRIKAM

WHO = next(each for each in KNOCKERS if each.name == "Sua.Customer.Viewer who sees persons")
TEXT = """query($id: ID!) { tenant(id: $id) { at { position
    users(first: 50) { nodes { name userPrincipalName department } }
    idleLicences(first: 50, idleDays: 7) { nodes { userName department } }
    callUsage(groupBy: DAY) { key users } } } }"""


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What was answered without resolvers."""
    real, answers = DirectReads.found, list[bytes]()

    async def noted(self: DirectReads, *given: Any) -> Found | None:
        found = await real(self, *given)
        if found is not None:
            answers.append(found.data)
        return found

    monkeypatch.setattr(DirectReads, "found", noted)
    return answers


async def test_its_own_customer_is_told_all(door: Door, told: list[bytes]) -> None:
    answer = await door.ask(WHO, TEXT, id=str(CONTOSO.tenant))

    assert len(told) == 1
    assert set(answer.holding(CONTOSO.canaries)) >= {
        CONTOSO.department,
        *(part for name in CONTOSO.people.values() for part in name.split()),
    }


async def test_with_the_first_lock_open_a_foreign_tenant_is_still_not_there(
    door: Door, told: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = next(each for each in KNOCKERS if each.directory == FABRIKAM.directory)
    await door.ask(owner, TEXT, id=str(FABRIKAM.tenant))
    told.clear()
    monkeypatch.setattr(Viewer, "may_see", lambda *_: True)

    for _ in range(2):
        answer = await door.ask(WHO, TEXT, id=str(FABRIKAM.tenant))
        assert answer.codes == ["NOT_FOUND"]
    assert told == []


async def test_what_is_supposed_of_a_viewer_opens_no_tenant_that_is_not_theirs_meanwhile(
    door: Door, told: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    await door.ask(WHO, TEXT, id=str(CONTOSO.tenant))
    told.clear()
    asked: list[str] = []
    real = supposed.asked_with

    async def noted(pool: Any, batches: Any, paper: supposed.Paper, questions: Any) -> Any:
        asked.append(paper.opening)
        return await real(pool, batches, paper, questions)

    monkeypatch.setattr("app.graphql.compiled.direct_reads.asked_with", noted)
    await door.ask(WHO, TEXT, id=str(FABRIKAM.tenant))

    assert asked in ([], [opened_to(())])
    assert told == []
