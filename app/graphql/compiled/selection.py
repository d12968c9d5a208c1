"""What a document selects, gone through once: who reads each field, and how its value is shown.

Fields are collected and arguments coerced by graphql-core itself, resolvers are the schema's own. What falls away is
the general way of running them: no resolver for a plain attribute, no info, path or task for each field of each row.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, cast

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
    get_operation_ast,
    is_leaf_type,
    is_object_type,
)
from graphql.execution.collect_fields import FieldDetails, FragmentDetails, collect_fields, collect_subfields
from graphql.execution.values import VariableValues
from strawberry.schema.config import StrawberryConfig
from strawberry.types.field import StrawberryField
from strawberry.types.scalar import ScalarDefinition, ScalarWrapper

from app.graphql.compiled.calling import Arguments, Called
from app.graphql.compiled.showing import Lane, NotDirect, Run, Show, ShowLater, always, each_of, of_attribute
from app.projections.reading import rows

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
                    if run.true():
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
    lanes: Mapping[str, Callable[["Compiler", GraphQLObjectType, Sequence[FieldDetails]], Lane]] = field(
        default_factory=dict
    )

    @property
    def query(self) -> GraphQLObjectType:
        if self.schema.query_type is None:
            raise NotCompiled
        return self.schema.query_type

    def root(self) -> Selection:
        return self._selection(self.query, self.roots())

    def roots(self) -> Mapping[str, list[FieldDetails]]:
        """What is selected of the query itself, by the name in the answer."""
        details = {name: FragmentDetails(each) for name, each in self.fragments.items()}
        return collect_fields(self.schema, details, self.variables, self.query, self.operation).grouped_field_set

    def below(self, type_: GraphQLObjectType, selected: Sequence[FieldDetails]) -> Mapping[str, list[FieldDetails]]:
        """What is selected of the objects a field gives, by the name in the answer."""
        details = {name: FragmentDetails(each) for name, each in self.fragments.items()}
        collected = collect_subfields(
            self.schema, details, self.variables, self.operation, type_, cast("list[FieldDetails]", selected)
        )
        return collected.grouped_field_set

    def selection(self, parent: GraphQLObjectType, selected: Sequence[FieldDetails]) -> Selection:
        """What is selected of the objects a field gives. Raises NotCompiled."""
        return self._selection(parent, self.below(parent, selected))

    def _selection(self, parent: GraphQLObjectType, grouped: Mapping[str, list[FieldDetails]]) -> Selection:
        return Selection(tuple((name, *self.field(parent, selected)) for name, selected in grouped.items()))

    def field(
        self, parent: GraphQLObjectType, selected: Sequence[FieldDetails]
    ) -> tuple[Show | None, ShowLater | None]:
        """How a field is shown: at once, or by asking. Raises NotCompiled."""
        name = selected[0].node.name.value
        if name == "__typename":
            return (lambda _: parent.name), None
        definition = parent.fields.get(name)
        own = None if definition is None else definition.extensions.get("strawberry-definition")
        if definition is None or not isinstance(own, StrawberryField):
            raise NotCompiled
        show, later = self._value(definition.type, selected)
        if own.is_basic_field:
            return of_attribute(own.python_name, show, later)
        if parent.name in COMPILED and name not in COMPILED[parent.name]:
            raise NotCompiled
        resolved = self._resolved(parent, definition, selected, show, later)
        lane = self.lane(parent, selected)
        return None, resolved if lane is None else _by_lane(lane, resolved)

    def lane(self, parent: GraphQLObjectType, selected: Sequence[FieldDetails]) -> "Lane | None":
        """How the field is one question; None: it is not."""
        made = self.lanes.get(f"{parent.name}.{selected[0].node.name.value}")
        try:
            return None if made is None else made(self, parent, selected)
        except NotCompiled:
            return None

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
            info, arguments = called.info(run), called.arguments(run)
            value = asked(source, info, **arguments) if takes_info else asked(source, **arguments)
            if own.is_async:
                value = await value
            return show(value) if show is not None else await cast("ShowLater", later)(run, value)

        return resolved

    def called(self, parent: GraphQLObjectType, selected: Sequence[FieldDetails]) -> "Called":
        """With what a field's own function is called, as strawberry would call it."""
        nodes = [each.node for each in selected]
        definition = parent.fields[nodes[0].name.value]
        own: StrawberryField = definition.extensions["strawberry-definition"]
        given = Arguments.of(definition, nodes[0])
        return Called(own, self._info(parent, definition, nodes), given, self.scalars, self.config)

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
            return always(*self._value(type_.of_type, selected))
        if isinstance(type_, GraphQLList):
            return each_of(*self._value(type_.of_type, selected))
        if is_leaf_type(type_):
            serialize = type_.serialize
            return (lambda value: None if value is None else serialize(value)), None
        if not is_object_type(type_):
            raise NotCompiled
        below = self.selection(type_, selected)
        if below.plain:
            return (lambda value: None if value is None else below.shown(value)), None

        async def object_later(run: Run, value: Any) -> Any:
            return None if value is None else await below.shown_later(run, value)

        return None, object_later


def _by_lane(lane: Lane, resolved: ShowLater) -> ShowLater:
    async def asked(run: Run, source: Any) -> Any:
        try:
            question, show = lane(run, source)
            return show(await rows(run.asked.db, *question))
        except NotDirect:
            return await resolved(run, source)

    return asked


def operation_of(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    """The query to be run. Raises NotCompiled for anything else."""
    chosen = get_operation_ast(document, name)
    if chosen is None or chosen.operation is not OperationType.QUERY:
        raise NotCompiled
    return chosen


def fragments_of(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    return {each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)}
