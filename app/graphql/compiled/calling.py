"""With what fields' own functions are called: what does not hang on the request is found out once."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from graphql import (
    FieldNode,
    GraphQLField,
    GraphQLInputType,
    GraphQLResolveInfo,
    Undefined,
    ValueNode,
    VariableNode,
    Visitor,
    get_argument_values,
    get_nullable_type,
    is_leaf_type,
    is_non_null_type,
    visit,
)
from graphql.execution.values import VariableValues
from strawberry.schema.config import StrawberryConfig
from strawberry.types.arguments import convert_argument
from strawberry.types.field import StrawberryField
from strawberry.types.info import Info as StrawberryInfo
from strawberry.types.scalar import ScalarDefinition, ScalarWrapper

from app.graphql.compiled.showing import Run
from app.graphql.context import Info

MADE_MAX: Final = 20
"""Arguments remembered of one field of one document, made of nothing longer than MADE_CHARACTERS as text."""

MADE_SECONDS: Final = 60.0
"""And no longer than this: somebody's name may be in them, which an erasure takes from memory, too."""

MADE_CHARACTERS: Final = 500


@dataclass(frozen=True, slots=True)
class Arguments:
    """A field's arguments as a document gives them, by their names in the schema.

    `fixed`: those the same in every request. `by_variable`: those that are a variable and nothing else, which was
    brought to a type that fits already. `mixed`: the field with those alone that have a variable inside; None: there
    are none. `inside`: these variables.
    """

    definition: GraphQLField
    node: FieldNode
    fixed: Mapping[str, Any]
    by_variable: tuple[tuple[str, str, bool], ...]
    mixed: GraphQLField | None
    inside: tuple[str, ...]

    @classmethod
    def of(cls, definition: GraphQLField, node: FieldNode) -> "Arguments":
        said = {each.name.value: each.value for each in node.arguments or ()}
        by_variable = tuple(
            (name, value.name.value, is_non_null_type(definition.args[name].type))
            for name, value in said.items()
            if isinstance(value, VariableNode)
        )
        inside = {name: _variables_in(value) for name, value in said.items() if not isinstance(value, VariableNode)}
        mixed = {name: definition.args[name] for name, variables in inside.items() if variables}
        hanging = {name for name, *_ in by_variable} | mixed.keys()
        others = {name: each for name, each in definition.args.items() if name not in hanging}
        return cls(
            definition,
            node,
            get_argument_values(GraphQLField(definition.type, others), node),
            by_variable,
            GraphQLField(definition.type, mixed) if mixed else None,
            tuple(variable for variables in inside.values() for variable in variables),
        )

    def given(self, variables: VariableValues) -> dict[str, Any]:
        """All but the mixed ones. Raises GraphQLError as `get_argument_values` does."""
        values = dict(self.fixed)
        for name, variable, needed in self.by_variable:
            value = variables.coerced.get(variable, Undefined)
            if value is Undefined or (value is None and needed):  # a default stands in for it, or it is an error
                return get_argument_values(self.definition, self.node, variables)
            values[name] = value
        return values


def _variables_in(value: ValueNode) -> list[str]:
    inside = _Inside()
    visit(value, inside)
    return inside.variables


class _Inside(Visitor):
    """Names of the variables inside of values."""

    def __init__(self) -> None:
        super().__init__()
        self.variables: list[str] = []

    def enter_variable(self, node: VariableNode, *_: object) -> None:
        self.variables.append(node.name.value)


class Called:
    """A field's function: its arguments by their names in Python, and what it is told of the request."""

    def __init__(
        self,
        own: StrawberryField,
        raw: GraphQLResolveInfo[Any],
        given: Arguments,
        scalars: Mapping[object, ScalarWrapper | ScalarDefinition],
        config: StrawberryConfig,
    ) -> None:
        self._own, self._raw, self._given = own, raw, given
        self._scalars, self._config = scalars, config
        arguments = {config.name_converter.from_argument(each): each for each in own.arguments}
        self._names = {name: each.python_name for name, each in arguments.items()}
        self._of_schema = arguments
        self._odd = frozenset(name for name in arguments if not _stands(given.definition.args[name].type))
        self._made: dict[tuple[str, str], Any] = {}
        self.variables = (*(variable for _, variable, _ in given.by_variable), *given.inside)
        """Those that the arguments follow from."""

    def info(self, run: Run) -> Info:
        raw = self._raw._replace(variable_values=run.variables, context=run.asked)
        return StrawberryInfo(_raw_info=raw, _field=self._own)

    def arguments(self, run: Run) -> dict[str, Any]:
        """Raises GraphQLError where they are refused."""
        values = self._in_python(self._given.given(run.variables))
        if self._given.mixed is not None:
            values |= self._mixed(self._given.mixed, run.variables)
        return values

    def _mixed(self, field: GraphQLField, variables: VariableValues) -> Mapping[str, Any]:
        said = repr([variables.coerced.get(name, Undefined) for name in self._given.inside])

        def made() -> Mapping[str, Any]:
            return self._in_python(get_argument_values(field, self._given.node, variables))

        return cast("Mapping[str, Any]", self._remembered(("", said), made))

    def _in_python(self, values: Mapping[str, Any]) -> dict[str, Any]:
        names, odd = self._names, self._odd
        return {names[each]: self._converted(each, values[each]) if each in odd else values[each] for each in values}

    def _converted(self, name: str, value: Any) -> Any:
        """An input object or a list, as strawberry makes it."""
        type_ = self._of_schema[name].type
        return self._remembered(
            (name, repr(value)), lambda: convert_argument(value, type_, self._scalars, self._config)
        )

    def _remembered(self, said: tuple[str, str], make: Callable[[], Any]) -> Any:
        """Some of each minute are: nobody changes them."""
        if said in self._made:
            return self._made[said]
        made = make()
        if len(said[1]) <= MADE_CHARACTERS and len(self._made) < MADE_MAX:
            if not self._made:
                asyncio.get_running_loop().call_later(MADE_SECONDS, self._made.clear)
            self._made[said] = made
        return made


def _stands(type_: GraphQLInputType) -> bool:
    """Whether a value of this type is what graphql-core made of it."""
    return is_leaf_type(get_nullable_type(type_))
