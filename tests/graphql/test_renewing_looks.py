"""What is renewed together, what ends meanwhile, and that nothing stands or goes on for ever."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from time import monotonic
from typing import Any, cast
from uuid import UUID

import pytest

from app.domain.ids import DirectoryId, TenantId
from app.graphql.compiled import renewal
from app.graphql.compiled.batch import Batches, Part, Scope
from app.graphql.compiled.leading import SupposedRows, SupposedUnmoved
from app.graphql.compiled.looks import UNUSED_MAX, Looks, stand
from app.graphql.compiled.renewal import TOGETHER_MAX, Renewal
from app.graphql.pool import ReadPool, changed
from app.projections.heads import Head, Standing, heads_of, moved, unmoved
from app.projections.reading import Question, Reached, scope
from tests.graphql.conftest import SETTINGS
from tests.graphql.world import CONTOSO, CONTOSO_DIRECTORY, FABRIKAM, FABRIKAM_DIRECTORY

UNKNOWN = Reached(0, None, None)
QUESTION = SupposedRows(("standing",), Question("", {}), None)


@dataclass
class Slow:
    """Answers that everything is so: after a while, or never."""

    seconds: float

    async def alone(self, *_: object) -> list[list[Any]]:
        await asyncio.sleep(self.seconds)
        return [[]]


def standing(looks: Looks, nth: int = 1) -> Any:
    tenant = TenantId(UUID(int=nth))
    question = SupposedUnmoved(("standing", nth), tenant, unmoved(tenant), Standing(UNKNOWN, Head(0, 0, None, "")))
    looks.take(question, question.supposed, monotonic())
    return looks.found(question.key, monotonic())


async def test_a_renewed_look_stands_from_before_it_was_asked(read_pool: ReadPool) -> None:
    looks = Looks(0.8)
    look = standing(looks)
    began = monotonic()
    Renewal(read_pool, cast("Batches", Slow(0.3)), looks).wake()
    while look.until <= began + looks.seconds:  # noqa: ASYNC110 - nobody tells
        await asyncio.sleep(0.01)

    assert look.until - looks.seconds <= monotonic() - 0.3


async def test_a_renewal_that_is_not_answered_ends_and_keeps_nothing(
    read_pool: ReadPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(renewal, "ANSWER_SECONDS", 0.2)
    monkeypatch.setattr(renewal, "PAUSE_SECONDS", 0.1)
    looks = Looks(0.1)
    for nth in range(200):
        standing(looks, nth)
    going_on = Renewal(read_pool, cast("Batches", Slow(60.0)), looks)
    going_on.wake()
    await asyncio.sleep(1.0)

    assert len(looks) == 0
    assert going_on._round is None
    assert going_on._timer is None


async def test_many_looks_are_renewed_in_several_messages(read_pool: ReadPool) -> None:
    looks = Looks(0.4)
    those = [standing(looks, nth) for nth in range(2 * TOGETHER_MAX + 1)]
    until = max(each.until for each in those)
    Renewal(read_pool, cast("Batches", Slow(0.0)), looks).wake()
    await asyncio.sleep(0.35)

    assert min(each.until for each in those) > until


async def told_otherwise(pool: ReadPool, scope: Scope, question: Question) -> set[Any]:
    """Of which of those asked about it is said that it is otherwise."""
    register, questions = ([question], []) if scope.directories else ([], [question])
    (rows,) = await Batches(SETTINGS.statement_timeout).alone(pool, Part.of(scope, register, questions))
    return {subject for (subject,) in rows}


async def test_of_several_directories_those_are_told_that_have_other_tenants_now(read_pool: ReadPool) -> None:
    nobody = DirectoryId(FABRIKAM)
    as_it_is = {CONTOSO_DIRECTORY: [CONTOSO], FABRIKAM_DIRECTORY: [FABRIKAM], nobody: []}
    several = Scope(tuple(as_it_is), ())

    assert await told_otherwise(read_pool, several, changed(as_it_is)) == set()
    for directory, tenants in as_it_is.items():
        for others in ([], [CONTOSO], [FABRIKAM], [FABRIKAM, CONTOSO]):
            expected = set() if others == tenants else {directory}
            assert await told_otherwise(read_pool, several, changed({**as_it_is, directory: others})) == expected
    hidden = Scope((CONTOSO_DIRECTORY,), ())
    assert await told_otherwise(read_pool, hidden, changed(as_it_is)) == {FABRIKAM_DIRECTORY}


async def test_of_several_tenants_those_are_told_that_stand_otherwise_now(read_pool: ReadPool) -> None:
    several = (CONTOSO, FABRIKAM)
    async with read_pool.connection() as db, scope(db, several):
        as_it_is = dict(await heads_of(db, several))

    async def otherwise(heads: dict[TenantId, Head], tenants: tuple[TenantId, ...] = several) -> set[Any]:
        return await told_otherwise(read_pool, Scope((), tenants), moved(heads))

    assert await otherwise(as_it_is) == set()
    for tenant, head in as_it_is.items():
        for other in (replace(head, tables="0"), replace(head, ahead=head.ahead + 1)):
            assert await otherwise({**as_it_is, tenant: other}) == {tenant}
    assert await otherwise(as_it_is, (CONTOSO,)) == {FABRIKAM}


def taken(looks: Looks, answer: object = 1) -> Any:
    looks.take(QUESTION, answer, monotonic())
    return looks.found(QUESTION.key, monotonic())


@pytest.mark.parametrize(
    "ended",
    [Looks.forget, lambda looks: looks.end(looks.found(QUESTION.key, monotonic())), lambda looks: taken(looks, 2)],
)
def test_what_ended_while_it_was_renewed_stands_no_longer(ended: Callable[[Looks], object]) -> None:
    looks = Looks(60.0)
    look = taken(looks)
    ended(looks)
    looks.renew(look, monotonic())

    assert not stand([look])
    found = looks.found(QUESTION.key, monotonic())
    assert found is None or found.answer == 2


def test_what_is_seen_again_stands_on_and_so_does_what_rests_on_it() -> None:
    looks = Looks(0.2)
    look, until = taken(looks), monotonic() + 1.0
    while monotonic() < until:
        assert taken(looks) is look
        assert stand([look])


def test_looks_are_bounded_and_one_that_had_to_leave_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.graphql.compiled.looks.LOOKS_MAX", 3)
    looks = Looks(60.0)
    those = [standing(looks, nth) for nth in range(5)]

    assert len(looks) == 3
    assert [stand([each]) for each in those] == [False, False, True, True, True]


def test_a_look_is_due_in_the_second_half_of_its_time_while_it_is_used_of_late() -> None:
    looks, now = Looks(60.0), monotonic()
    look = taken(looks)
    early = looks.due()
    renewed = list[bool]()
    for nth in range(UNUSED_MAX + 1):
        look.until = now + 20 + nth
        renewed.append(look in looks.due())
        looks.renew(look, now - 35 + nth)
    look.until = now - 1

    assert early == []
    assert renewed == [True] * UNUSED_MAX + [False]
    assert looks.due() == []
    assert len(looks) == 0


def test_a_look_that_only_its_first_asker_needed_is_not_renewed() -> None:
    looks, now = Looks(60.0), monotonic()
    looks.take(QUESTION, 1, now - 40)
    before = looks.due()
    looks.found(QUESTION.key, monotonic())

    assert before == []
    assert len(looks.due()) == 1
