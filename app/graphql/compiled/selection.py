"""What a document selects, gone through once: who reads each field, and how its value is shown.

Fields are collected and arguments coerced by graphql-core itself, resolvers are the schema's own. What falls away is
the general way of running them: no resolver for a plain attribute, no info, path or task for each field of each row.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias, cast

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLField,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLResolveInfo,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    get_argument_values,
    get_named_type,
    get_operation_ast,
    is_leaf_type,
    is_object_type,
    is_scalar_type,
)
from graphql.execution.collect_fields import FieldDetails, FragmentDetails, collect_fields, collect_subfields
from graphql.execution.values import VariableValues
from strawberry.schema.config import StrawberryConfig
from strawberry.types.arguments import StrawberryArgument, convert_arguments
from strawberry.types.field import StrawberryField
from strawberry.types.info import Info as StrawberryInfo
from strawberry.types.scalar import ScalarDefinition, ScalarWrapper

from app.graphql.compiled.script import Script
from app.graphql.context import Asked, Info

Show: TypeAlias = Callable[[Any], Any]
"""A value as JSON. Raises where it is not what the schema promises."""
ShowLater: TypeAlias = Callable[["Run", Any], Awaitable[Any]]

COMPILED: Final = {
    "Query": frozenset({"tenant"}),
    "Tenant": frozenset({"at"}),
    "TenantView": frozenset(
        {"callUsage", "calls", "idleLicences", "knownAt", "licenceSummary", "skus", "user", "users"}
    ),
}
"""Fields with resolvers that are gone through on paper, of the types that have many. Those left out ask questions that
hang on each other's answers, keep what they found for the next request, or wait.
"""


class NotCompiled(Exception):
    """The document has something that runs in the general way only."""


class Null(Exception):
    """A field that is never null was."""


@dataclass(slots=True)
class Run:
    """One going through, over answers that may not be the true ones yet."""

    asked: Asked
    script: Script
    variables: VariableValues


@dataclass(frozen=True, slots=True)
class Selection:
    """What is selected of an object: by the name in the answer, in order."""

    fields: tuple[tuple[str, Show | None, ShowLater | None], ...]

    @property
    def plain(self) -> bool:
        return all(later is None for _, _, later in self.fields)

    def shown(self, source: Any) -> dict[str, Any]:
        """Of an object whose selected fields are all plain."""
        return {name: show(source) for name, show, _ in self.fields if show is not None}

    async def shown_later(self, run: Run, source: Any) -> dict[str, Any]:
        """Every field is tried, so that each writes down its questions, also where one broke on an untrue answer."""
        shown: dict[str, Any] = {}
        for name, show, later in self.fields:
            if show is not None:
                shown[name] = show(source)
            elif later is not None:
                try:
                    shown[name] = await later(run, source)
                except Exception:
                    if run.script.true:
                        raise
        return shown


@dataclass(frozen=True, slots=True)
class Compiler:
    """Compiles the selections of one operation. `variables`: those that directives name are set for good."""

    schema: GraphQLSchema
    operation: OperationDefinitionNode
    fragments: dict[str, FragmentDefinitionNode]
    variables: VariableValues
    scalars: Mapping[object, ScalarWrapper | ScalarDefinition]
    config: StrawberryConfig
    columns: Mapping[str, Callable[["Compiler", GraphQLObjectType, Sequence[FieldDetails]], ShowLater | None]] = field(
        default_factory=dict
    )

    def root(self) -> Selection:
        query = self.schema.query_type
        if query is None:
            raise NotCompiled
        details = {name: FragmentDetails(each) for name, each in self.fragments.items()}
        collected = collect_fields(self.schema, details, self.variables, query, self.operation)
        return self._selection(query, collected.grouped_field_set)

    def below(self, type_: GraphQLObjectType, selected: Sequence[FieldDetails]) -> Mapping[str, list[FieldDetails]]:
        """What is selected of the objects a field gives, by the name in the answer."""
        details = {name: FragmentDetails(each) for name, each in self.fragments.items()}
        collected = collect_subfields(
            self.schema, details, self.variables, self.operation, type_, cast("list[FieldDetails]", selected)
        )
        return collected.grouped_field_set

    def _selection(self, parent: GraphQLObjectType, grouped: Mapping[str, list[FieldDetails]]) -> Selection:
        return Selection(tuple((name, *self._field(parent, selected)) for name, selected in grouped.items()))

    def _field(
        self, parent: GraphQLObjectType, selected: Sequence[FieldDetails]
    ) -> tuple[Show | None, ShowLater | None]:
        name = selected[0].node.name.value
        if name == "__typename":
            return (lambda _: parent.name), None
        definition = parent.fields.get(name)
        own = None if definition is None else definition.extensions.get("strawberry-definition")
        if definition is None or not isinstance(own, StrawberryField):
            raise NotCompiled
        show, later = self._value(definition.type, selected)
        if own.is_basic_field:
            return _of_attribute(own.python_name, show, later)
        if parent.name in COMPILED and name not in COMPILED[parent.name]:
            raise NotCompiled
        by_columns = self.columns.get(f"{parent.name}.{name}")
        quick = None if by_columns is None else by_columns(self, parent, selected)
        return None, quick or self._resolved(parent, definition, selected, show, later)

    def _resolved(
        self,
        parent: GraphQLObjectType,
        definition: GraphQLField,
        selected: Sequence[FieldDetails],
        show: Show | None,
        later: ShowLater | None,
    ) -> ShowLater:
        called = self.called(parent, selected)
        own: StrawberryField = definition.extensions["strawberry-definition"]
        function = own.base_resolver
        if function is None or own.extensions or own.permission_classes:
            raise NotCompiled
        takes_info, asked = function.info_parameter is not None, cast("Callable[..., Any]", function)

        async def resolved(run: Run, source: Any) -> Any:
            info, arguments = called(run)
            value = asked(source, info, **arguments) if takes_info else asked(source, **arguments)
            if own.is_async:
                value = await value
            return show(value) if show is not None else await cast("ShowLater", later)(run, value)

        return resolved

    def called(
        self, parent: GraphQLObjectType, selected: Sequence[FieldDetails]
    ) -> Callable[[Run], tuple[Info, dict[str, Any]]]:
        """With what a field's own function is called, as strawberry would call it."""
        nodes = [each.node for each in selected]
        definition = parent.fields[nodes[0].name.value]
        own: StrawberryField = definition.extensions["strawberry-definition"]
        raw = self._info(parent, definition, nodes)

        arguments = {name: argument.python_name for name, argument in _by_name(own, self.config).items()}
        odd = [name for name in arguments if not is_scalar_type(get_named_type(definition.args[name].type))]
        node = nodes[0]

        def of_run(run: Run) -> tuple[Info, dict[str, Any]]:
            info: Info = StrawberryInfo(
                _raw_info=raw._replace(variable_values=run.variables, context=run.asked), _field=own
            )
            if not definition.args:
                return info, {}
            given = get_argument_values(definition, node, run.variables)
            if any(name in given for name in odd):
                return info, convert_arguments(given, own.arguments, self.scalars, self.config, info)
            return info, {arguments[name]: value for name, value in given.items()}

        return of_run

    def _info(
        self, parent: GraphQLObjectType, definition: GraphQLField, nodes: list[FieldNode]
    ) -> GraphQLResolveInfo[Any]:
        """What resolvers of SUA look at: the context and the nodes. There is no path: errors are told elsewhere."""
        nothing: Any = None
        return GraphQLResolveInfo(
            field_name=nodes[0].name.value,
            field_nodes=nodes,
            return_type=definition.type,
            parent_type=parent,
            path=nothing,
            schema=self.schema,
            fragments=self.fragments,
            root_value=None,
            operation=self.operation,
            variable_values=self.variables,
            context=nothing,
            is_awaitable=nothing,
            abort_signal=None,
            async_helpers=nothing,
        )

    def _value(
        self, type_: GraphQLOutputType, selected: Sequence[FieldDetails]
    ) -> tuple[Show | None, ShowLater | None]:
        """How a value of this type is shown: at once, or by asking."""
        if isinstance(type_, GraphQLNonNull):
            return _never_null(*self._value(type_.of_type, selected))
        if isinstance(type_, GraphQLList):
            return _each(*self._value(type_.of_type, selected))
        if is_leaf_type(type_):
            serialize = type_.serialize
            return (lambda value: None if value is None else serialize(value)), None
        if not is_object_type(type_):
            raise NotCompiled
        below = self._selection(type_, self.below(type_, selected))
        if below.plain:
            return (lambda value: None if value is None else below.shown(value)), None

        async def object_later(run: Run, value: Any) -> Any:
            return None if value is None else await below.shown_later(run, value)

        return None, object_later


def _by_name(own: StrawberryField, config: StrawberryConfig) -> dict[str, StrawberryArgument]:
    return {config.name_converter.from_argument(each): each for each in own.arguments}


def _of_attribute(name: str, show: Show | None, later: ShowLater | None) -> tuple[Show | None, ShowLater | None]:
    if show is not None:
        return (lambda source: show(getattr(source, name))), None
    given = cast("ShowLater", later)
    return None, lambda run, source: given(run, getattr(source, name))


def _never_null(show: Show | None, later: ShowLater | None) -> tuple[Show | None, ShowLater | None]:
    def checked(value: Any) -> Any:
        if value is None:
            raise Null
        return value

    if show is not None:
        return (lambda value: checked(show(value))), None
    given = cast("ShowLater", later)

    async def checked_later(run: Run, value: Any) -> Any:
        return checked(await given(run, value))

    return None, checked_later


def _each(show: Show | None, later: ShowLater | None) -> tuple[Show | None, ShowLater | None]:
    if show is not None:
        return (lambda values: None if values is None else [show(each) for each in values]), None
    given = cast("ShowLater", later)

    async def each_later(run: Run, values: Any) -> Any:
        return None if values is None else [await given(run, each) for each in values]

    return None, each_later


def operation_of(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    """The query to be run. Raises NotCompiled for anything else."""
    chosen = get_operation_ast(document, name)
    if chosen is None or chosen.operation is not OperationType.QUERY:
        raise NotCompiled
    return chosen


def fragments_of(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    return {each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)}
