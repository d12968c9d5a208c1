"""The schema is the contract: as text, described, and with nothing in it that a client could misread."""

from pathlib import Path

from graphql import GraphQLObjectType

from app.graphql import schema as schemas

COMMITTED = Path(schemas.__file__).with_name("schema.graphql")


def test_the_committed_text_is_current() -> None:
    assert COMMITTED.read_text() == schemas.as_text(), "run: python -m app.graphql.schema > app/graphql/schema.graphql"


def test_every_field_that_holds_a_time_or_an_amount_says_its_unit() -> None:
    ours = schemas.schema._schema.type_map.values()
    objects = [each for each in ours if isinstance(each, GraphQLObjectType) and not each.name.startswith("__")]

    silent = [
        f"{each.name}.{name}"
        for each in objects
        for name, field in each.fields.items()
        if str(field.type).strip("!") in ("DateTime", "Seconds", "Date", "Position") and not field.description
    ]

    assert silent == []


def test_every_page_is_asked_for_with_first_and_after() -> None:
    objects = [each for each in schemas.schema._schema.type_map.values() if isinstance(each, GraphQLObjectType)]
    fields = [field for each in objects for field in each.fields.values()]

    pages = [field for field in fields if str(field.type).strip("!").endswith("Connection")]

    assert {frozenset({"first", "after"} & field.args.keys()) for field in pages} == {frozenset({"first", "after"})}
    assert len(pages) == 13
