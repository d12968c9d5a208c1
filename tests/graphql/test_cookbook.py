"""Every recipe of docs/cookbook.md is cooked, and its answer is the one on the page.

Where an answer has rightly changed: COOKBOOK=write python -m pytest tests/graphql/test_cookbook.py
"""

import json
import os
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from graphql import GraphQLObjectType, parse

from app.graphql.pool import ReadPool, open_read_pool
from app.graphql.schema import schema
from tests.database import Database
from tests.graphql import cookbook_world
from tests.graphql.conftest import Client, asking
from tests.graphql.cookbook import PAGE, Recipe, meant, printed, recipes, shortened
from tests.graphql.station import on_air
from tests.graphql.world import World

RECIPES = recipes(PAGE.read_text())
WRITING = os.environ.get("COOKBOOK") == "write"


@pytest.fixture
def world(database: Database) -> Iterator[World]:
    with cookbook_world.built(database.writer_dsn) as made:
        yield made


@pytest.fixture
async def read_pool(database: Database, world: World) -> AsyncIterator[ReadPool]:
    pool = await open_read_pool(database.reader_dsn, 4)
    yield pool
    await pool.close()


@pytest.fixture
async def client(read_pool: ReadPool, world: World) -> AsyncIterator[Client]:
    async with asking(read_pool, world=world) as made:
        yield made


async def first_news(
    pool: ReadPool, world: World, document: str, who: str, variables: dict[str, Any]
) -> dict[str, Any]:
    """The data of the first event, as server-sent events tell it."""
    async with on_air(pool, world) as station, station.stream(document, who, **variables) as response:
        async for line in response.aiter_lines():
            if line.startswith("data:"):
                data: dict[str, Any] = json.loads(line.removeprefix("data:"))["data"]
                return data
    raise AssertionError("nothing was told")


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.title)
async def test_a_recipe_gives_the_answer_on_the_page(
    client: Client, read_pool: ReadPool, world: World, recipe: Recipe
) -> None:
    answers: list[dict[str, Any]] = []
    for step in recipe.steps:
        variables = meant(step.variables, answers)
        if step.document.startswith("subscription"):
            answers.append(await first_news(read_pool, world, step.document, recipe.who, variables))
        else:
            answers.append(await client.data(step.document, recipe.who, **variables))

    if WRITING:
        _write(recipe.title, [printed(shortened(answer)) for answer in answers])
    else:
        assert [step.answer for step in recipe.steps] == [shortened(answer) for answer in answers]


def _write(title: str, answers: list[str]) -> None:
    page = PAGE.read_text()
    (recipe,) = [each for each in recipes(page) if each.title == title]
    for step, answer in reversed(list(zip(recipe.steps, answers, strict=True))):
        begin, end = step.place
        page = page[:begin] + answer + page[end:]
    PAGE.write_text(page)


def test_every_recipe_says_what_it_is_for_in_words() -> None:
    assert [each.title for each in RECIPES if not each.says.endswith(".")] == []


def test_names_of_operations_are_unique_so_that_one_client_can_hold_them_all() -> None:
    names = [part.name.value for each in RECIPES for step in each.steps for part in parse(step.document).definitions]  # type: ignore[attr-defined]

    assert len(names) >= 20
    assert sorted(set(names)) == sorted(names)


def test_every_change_has_a_recipe() -> None:
    mutation = schema._schema.mutation_type
    assert isinstance(mutation, GraphQLObjectType)
    documents = "".join(step.document for each in RECIPES for step in each.steps)

    assert [name for name in mutation.fields if f"{name}(" not in documents] == []
