"""With what fields' own functions are called: what does not hang on the request is found out once."""

from collections.abc import Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Any, Final

from graphql import (
    FieldNode,
    GraphQLField,
    GraphQLInputType,
    GraphQLResolveInfo,
    Undefined,
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
"""Arguments remembered of one field of one document, by variables no longer than MADE_CHARACTERS as text."""

MADE_SECONDS: Final = 60.0
"""And no longer than this: somebody's name may be in them, which an erasure takes from memory, too."""

MADE_CHARACTERS: Final = 500


@dataclass(frozen=True, slots=True)
class Arguments:
    """A field's arguments as a document gives them, by their names in the schema.

    `fixed`: those the same in every request. `by_variable`: those that are a variable and nothing else, which was
    brought to a type that fits already. `plain`: there are no others, so that nothing has to be looked at again.
    `variables`: all they hang on.
    """

    definition: GraphQLField
    node: FieldNode
    fixed: Mapping[str, Any]
    by_variable: tuple[tuple[str, str, bool], ...]
    plain: bool
    variables: tuple[str, ...]

    @classmethod
    def of(cls, definition: GraphQLField, node: FieldNode) -> "Arguments":
        said = {each.name.value: each.value for each in node.arguments or ()}
        by_variable = tuple(
            (name, value.name.value, is_non_null_type(definition.args[name].type))
            for name, value in said.items()
            if isinstance(value, VariableNode)
        )
        inside = _Inside()
        for value in said.values():
            if not isinstance(value, VariableNode):
                visit(value, inside)
        hanging = {name for name, *_ in by_variable}
        others = {name: each for name, each in definition.args.items() if name not in hanging}
        fixed = {} if inside.variables else get_argument_values(GraphQLField(definition.type, others), node)
        variables = (*(variable for _, variable, _ in by_variable), *inside.variables)
        return cls(definition, node, fixed, by_variable, not inside.variables, variables)

    def given(self, variables: VariableValues) -> dict[str, Any]:
        """Raises GraphQLError as `get_argument_values` does."""
        if not self.plain:
            return get_argument_values(self.definition, self.node, variables)
        values = dict(self.fixed)
        for name, variable, needed in self.by_variable:
            value = variables.coerced.get(variable, Undefined)
            if value is Undefined or (value is None and needed):  # a default stands in for it, or it is an error
                return get_argument_values(self.definition, self.node, variables)
            values[name] = value
        return values


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
        self._stand = given.plain and not self._odd
        self._made: dict[str, dict[str, Any]] = {}
        self._until = 0.0

    def info(self, run: Run) -> Info:
        raw = self._raw._replace(variable_values=run.variables, context=run.asked)
        return StrawberryInfo(_raw_info=raw, _field=self._own)

    def arguments(self, run: Run) -> dict[str, Any]:
        """Raises GraphQLError where they are refused. Where something has to be made of them, what was made last of
        the same variables is remembered: nobody changes what stands in them.
        """
        if self._stand:
            return self._make(run.variables)
        coerced = run.variables.coerced
        said = repr([coerced.get(name, Undefined) for name in self._given.variables])
        if monotonic() >= self._until:
            self._made.clear()
            self._until = monotonic() + MADE_SECONDS
        made = self._made.get(said)
        if made is None:
            made = self._make(run.variables)
            if len(said) <= MADE_CHARACTERS and len(self._made) < MADE_MAX:
                self._made[said] = made
        return dict(made)

    def _make(self, variables: VariableValues) -> dict[str, Any]:
        return {
            self._names[name]: self._convert(name, value) if name in self._odd else value
            for name, value in self._given.given(variables).items()
        }

    def _convert(self, name: str, value: Any) -> Any:
        """An input object or a list, as strawberry makes it."""
        return convert_argument(value, self._of_schema[name].type, self._scalars, self._config)


def _stands(type_: GraphQLInputType) -> bool:
    """Whether a value of this type is what graphql-core made of it."""
    return is_leaf_type(get_nullable_type(type_))
