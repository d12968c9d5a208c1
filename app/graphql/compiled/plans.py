"""Plans of documents, made once: what can be compiled, and how."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec
import strawberry
from graphql import (
    DirectiveNode,
    DocumentNode,
    GraphQLError,
    GraphQLID,
    GraphQLSchema,
    GraphQLString,
    ListValueNode,
    ObjectFieldNode,
    OperationDefinitionNode,
    Undefined,
    VariableNode,
    Visitor,
    get_nullable_type,
    get_variable_values,
    is_non_null_type,
    is_scalar_type,
    visit,
)
from graphql.execution.get_variable_signature import GraphQLVariableSignature, get_variable_signature
from graphql.execution.values import VariableValues, VariableValueSource
from graphql.utilities import coerce_input_value

from app.graphql.compiled.direct import Direct
from app.graphql.compiled.lanes import LANES
from app.graphql.compiled.selection import Compiler, NotCompiled, Selection, fragments_of, operation_of

REMEMBERED_MAX: Final = 1_000
"""Plans kept, and documents known to have none; the longest unused leaves first."""


class Plan(msgspec.Struct, frozen=True):
    """`variables`: of this request, coerced."""

    selection: Selection
    variables: VariableValues
    direct: Direct | None


@dataclass(frozen=True, slots=True)
class _Known:
    """One operation of a document. `scalars`: its variables, where none is more than that (None: some are). `directed`:
    variables that directives hang on, so that each choice is a plan. `texts`: variables that a text is a value of as it
    stands. `inside`: some stand within values.
    """

    operation: OperationDefinitionNode
    scalars: tuple[GraphQLVariableSignature, ...] | None
    texts: frozenset[str]
    nullable: frozenset[str]
    directed: tuple[str, ...]
    inside: bool
    compiled: dict[tuple[Any, ...], tuple[Selection, Direct | None] | None]


class Plans:
    def __init__(self, schema: strawberry.Schema) -> None:
        self._schema = schema._schema
        self._scalars = schema.schema_converter.scalar_registry
        self._config = schema.config
        self._known: OrderedDict[tuple[str, str | None], _Known | None] = OrderedDict()

    def plan(
        self, text: str, document: DocumentNode, operation: str | None, variables: Mapping[str, Any]
    ) -> Plan | None:
        """The plan of a valid document; None: it runs in the general way, also where its variables are refused."""
        place = (text, operation)
        known = self._known.get(place)
        if known is None and place not in self._known:
            known = _known(self._schema, document, operation)
            self._known[place] = known
            while len(self._known) > REMEMBERED_MAX:
                self._known.popitem(last=False)
        self._known.move_to_end(place)
        if known is None:
            return None
        coerced = self._coerced(known, variables)
        if coerced is None:
            return None
        choice = tuple([coerced.coerced.get(name) for name in known.directed]) if known.directed else ()
        if choice not in known.compiled:
            known.compiled[choice] = self._compiled(document, known.operation, coerced)
        compiled = known.compiled[choice]
        return None if compiled is None else Plan(compiled[0], coerced, compiled[1])

    def _coerced(self, known: _Known, given: Mapping[str, Any]) -> VariableValues | None:
        """The variables, as graphql-core would bring them to their types; None: they are refused."""
        sources: dict[str, VariableValueSource] = {}  # only values with a variable inside are made from them
        coerced: dict[str, Any] = {}
        for signature in known.scalars or ():
            name = signature.name
            raw = given.get(name, Undefined)
            stands = name in known.texts if type(raw) is str else raw is None and name in known.nullable
            value: Any = raw if stands else _brought(raw, signature)
            if value is Undefined:
                break
            if known.inside:
                sources[name] = VariableValueSource(signature, raw)
            coerced[name] = value
        if known.scalars is not None and len(coerced) == len(known.scalars):
            return VariableValues(sources, coerced)
        found = get_variable_values(self._schema, known.operation.variable_definitions or (), dict(given))
        return found if isinstance(found, VariableValues) else None

    def _compiled(
        self, document: DocumentNode, operation: OperationDefinitionNode, variables: VariableValues
    ) -> tuple[Selection, Direct | None] | None:
        try:
            compiler = Compiler(
                self._schema, operation, fragments_of(document), variables, self._scalars, self._config, LANES
            )
            return compiler.root(), Direct.of(compiler)
        except (NotCompiled, GraphQLError):
            return None


def _known(schema: GraphQLSchema, document: DocumentNode, operation: str | None) -> _Known | None:
    try:
        chosen = operation_of(document, operation)
    except NotCompiled:
        return None
    used = _Used()
    visit(document, used)
    if len(used.directed) > DIRECTED_MAX:
        return None
    scalars = _scalars(schema, chosen)
    texts = frozenset(each.name for each in scalars or () if get_nullable_type(each.type) in (GraphQLID, GraphQLString))
    nullable = frozenset(each.name for each in scalars or () if not is_non_null_type(each.type))
    return _Known(chosen, scalars, texts, nullable, tuple(sorted(used.directed)), used.inside, {})


def _brought(raw: Any, signature: GraphQLVariableSignature) -> Any:
    return Undefined if raw is Undefined else coerce_input_value(raw, signature.type)


def _scalars(schema: GraphQLSchema, operation: OperationDefinitionNode) -> tuple[GraphQLVariableSignature, ...] | None:
    signatures = [get_variable_signature(schema, each) for each in operation.variable_definitions or ()]
    known = [each for each in signatures if isinstance(each, GraphQLVariableSignature)]
    plain = len(known) == len(signatures) and all(is_scalar_type(get_nullable_type(each.type)) for each in known)
    return tuple(known) if plain else None


DIRECTED_MAX: Final = 6
"""Variables in directives that a document with a plan may have: two to the power of it are its plans."""


class _Used(Visitor):
    """Where variables are used, also in what the operation does not reach. `directed`: names of those in directives.
    `inside`: whether any stands within a list or an object.
    """

    def __init__(self) -> None:
        super().__init__()
        self.directed: set[str] = set()
        self.inside = False

    def enter_directive(self, node: DirectiveNode, *_: Any) -> None:
        for argument in node.arguments or ():
            if isinstance(argument.value, VariableNode):
                self.directed.add(argument.value.name.value)

    def enter_object_field(self, node: ObjectFieldNode, *_: Any) -> None:
        self.inside = self.inside or isinstance(node.value, VariableNode)

    def enter_list_value(self, node: ListValueNode, *_: Any) -> None:
        self.inside = self.inside or any(isinstance(each, VariableNode) for each in node.values)
