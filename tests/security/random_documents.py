"""Documents drawn at random from the schema: valid in form, with arguments that make sense and such as make none."""

from random import Random

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_abstract_type,
)

NASTY = ("''", "0", "-1", "null", "2147483648", '"\\u0000"', '"\\ud800"', "[]", "{}", "$gone", "1e400", "true", '""')
STRINGS = (
    "2026-11-23",
    "2026-02-30",
    "9999-12-31",
    "0001-01-01",
    "2026-10",
    "2026-13",
    "x",
    "'; DROP TABLE users",
    "ß€𝄞",
)
INSTANTS = ("2026-11-23T12:00:00Z", "2026-11-23T12:00:00", "9999-12-31T23:59:59+14:00", "0001-01-01T00:00:00-14:00")
NUMBERS = ("0", "1", "7", "50", "200", "201", "-1", "2147483647", "-2147483648", "99999999999")


class Drawing:
    """Draws documents; the same seed draws the same ones. `ids`: what ID arguments are given, among others."""

    def __init__(self, schema: GraphQLSchema, seed: int, ids: list[str]) -> None:
        self._schema = schema
        self._random = Random(seed)
        self._ids = ids

    def document(self) -> str:
        kind = self._random.choice(["query"] * 9 + ["mutation"])
        root = self._schema.query_type if kind == "query" else self._schema.mutation_type
        assert root is not None
        return f"{kind} {self._selection(root, self._random.choice([2, 4, 6, 7]))}"

    def _selection(self, at: GraphQLNamedType, depth: int) -> str:
        if is_abstract_type(at):
            kinds = self._schema.get_possible_types(at)
            one = self._random.choice(list(kinds))
            return f"{{ __typename ... on {one.name} {self._selection(one, depth)} }}"
        assert isinstance(at, GraphQLObjectType)
        usable = [(name, each) for name, each in at.fields.items() if depth > 1 or not _holds_fields(each)]
        if not usable:
            return "{ __typename }"
        drawn = self._random.sample(usable, min(len(usable), self._random.choice([1, 1, 2, 3])))
        if at.name == "Query":
            drawn += [(name, each) for name, each in usable if name == "tenant" and self._random.random() < 0.7]
        if at.name == "Tenant":
            drawn += [(name, each) for name, each in usable if name == "at" and self._random.random() < 0.7]
        return f"{{ {' '.join(self._field(place, *each, depth) for place, each in enumerate(drawn))} }}"

    def _field(self, place: int, name: str, field: GraphQLField, depth: int) -> str:
        alias = f"a{place}: " if self._random.random() < 0.95 else ""
        given = [(each, argument) for each, argument in field.args.items() if self._is_given(argument)]
        arguments = ", ".join(f"{each}: {self._value(each, argument.type)}" for each, argument in given)
        below = self._selection(get_named_type(field.type), depth - 1) if _holds_fields(field) else ""
        skipped = " @include(if: true)" if self._random.random() < 0.02 else ""
        return f"{alias}{name}{f'({arguments})' if arguments else ''}{skipped} {below}"

    def _is_given(self, argument: GraphQLArgument) -> bool:
        needed = isinstance(argument.type, GraphQLNonNull)
        return self._random.random() < (0.995 if needed else 0.2)

    def _value(self, name: str, kind: object) -> str:
        if self._random.random() < 0.02:
            return self._random.choice(NASTY)
        if isinstance(kind, GraphQLNonNull):
            return self._value(name, kind.of_type)
        if isinstance(kind, GraphQLList):
            return f"[{', '.join(self._value(name, kind.of_type) for _ in range(self._random.choice([0, 1, 2])))}]"
        if isinstance(kind, GraphQLEnumType):
            return str(self._random.choice(list(kind.values)))
        if isinstance(kind, GraphQLInputObjectType):
            given = [
                (each, field)
                for each, field in kind.fields.items()
                if isinstance(field.type, GraphQLNonNull) or self._random.random() < 0.3
            ]
            return f"{{{', '.join(f'{each}: {self._value(each, field.type)}' for each, field in given)}}}"
        return self._scalar(name, str(kind))

    def _scalar(self, name: str, kind: str) -> str:
        draw = self._random.choice
        match kind:
            case "ID":
                return f'"{draw(self._ids)}"'
            case "Int":
                return draw(NUMBERS)
            case "Boolean":
                return draw(["true", "false"])
            case "DateTime":
                return f'"{draw(INSTANTS)}"'
            case "Date":
                return f'"{draw([*STRINGS[:1] * 6, *STRINGS[:4]])}"'
            case "Position":
                return f'"{draw(["0", "1", "3"])}"'
            case _:
                return f'"{draw(STRINGS)}"' if name != "month" else f'"{draw(STRINGS[4:6])}"'


def _holds_fields(field: GraphQLField) -> bool:
    named = get_named_type(field.type)
    return isinstance(named, GraphQLObjectType) or is_abstract_type(named)
