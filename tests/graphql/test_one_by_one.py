"""Fields of an answer are asked one after the other, so one that fails leaves nothing begun and nothing forgotten."""

import asyncio
import gc
import warnings

import pytest
import strawberry
from graphql import ExecutionResult, parse
from graphql.execution import experimental_execute_incrementally

from app.graphql.live_parts import OneByOne

_begun: list[str] = []


async def _begin(what: str, turns: int) -> None:
    """`turns`: how often others come first, as while a database answers."""
    _begun.append(what)
    for _ in range(turns):
        await asyncio.sleep(0)


@strawberry.type
class _Seat:
    @strawberry.field
    async def held(self) -> int:
        await _begin("held", 1)
        return 1


@strawberry.type
class _View:
    @strawberry.field
    async def seat(self, turns: int) -> _Seat:
        await _begin("seat", turns)
        return _Seat()

    @strawberry.field
    async def broken(self, turns: int) -> int:
        await _begin("broken", turns)
        raise ValueError


@strawberry.type
class _Query:
    @strawberry.field
    async def view(self) -> _View:
        return _View()


_SCHEMA = strawberry.Schema(_Query)._schema


async def _asked(text: str) -> ExecutionResult:
    _begun.clear()
    found = experimental_execute_incrementally(_SCHEMA, parse(text), executor_class=OneByOne)
    result = found if isinstance(found, ExecutionResult) else await found  # type: ignore[misc]
    assert isinstance(result, ExecutionResult)
    return result


@pytest.mark.parametrize("turns", range(4))
@pytest.mark.parametrize("later", range(4))
async def test_a_field_that_fails_leaves_no_resolver_behind_whenever_it_fails(turns: int, later: int) -> None:
    seats = f"a: seat(turns: {turns}) {{ held again: held }}"

    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        result = await _asked(f"{{ view {{ {seats} broken(turns: {later}) c: seat(turns: 0) {{ held }} }} }}")
        gc.collect()

    assert [error.path for error in result.errors or ()] == [["view", "broken"]]
    assert _begun == ["seat", "held", "held", "broken"]
    assert [str(each.message) for each in told] == []


async def test_of_two_fields_that_fail_the_first_of_the_document_is_told() -> None:
    result = await _asked("{ view { slow: broken(turns: 9) fast: broken(turns: 0) } }")

    assert [error.path for error in result.errors or ()] == [["view", "slow"]]
