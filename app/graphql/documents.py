"""Documents parsed, measured and validated once, remembered by their text."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    NoSchemaIntrospectionCustomRule,
    OperationDefinitionNode,
    OperationType,
    get_operation_ast,
    parse,
    specified_rules,
    validate,
)
from graphql.validation import MaxIntrospectionDepthRule

from app.graphql.answers import may_be_kept
from app.graphql.deferred import whole
from app.graphql.errors import INTROSPECTION_OFF, PARSE_FAILED, VALIDATION_FAILED, QueryTooCostly, of_document
from app.graphql.limits import Cost, Limits, Measure, Shape
from app.graphql.unmasking import asks_for_persons

REMEMBERED_CHARACTERS_MAX = 250_000
"""Of all remembered documents together: some 500 usual ones, and at worst 60 MB of parsed tokens."""
ERRORS_MAX = 20
QUERY = OperationType.QUERY.value
SUBSCRIPTION = OperationType.SUBSCRIPTION.value
NO_OPERATION = "none"
_RULES = (*specified_rules, MaxIntrospectionDepthRule)


class Meant(NamedTuple):
    """The operation of a document that a request means; None: it names none.

    `kind`: QUERY, SUBSCRIPTION or `mutation`; NO_OPERATION. `whole`: the document with nothing deferred. `lasting`: its
    answers may be kept.
    """

    operation: OperationDefinitionNode | None
    kind: str
    whole: DocumentNode
    lasting: bool


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document that may be run, or why not: `refusal`, ready to send. `varies`: variables change its cost.

    `cost`: as measured with the variables of this request; None: the document could not be read. `personal`: it asks
    for what people could be known by. `whole`: the document with nothing deferred.
    """

    document: DocumentNode | None
    cost: Cost | None = None
    refusal: tuple[dict[str, Any], ...] = ()
    varies: bool = False
    personal: bool = False
    whole: DocumentNode | None = None
    _meant: dict[str | None, Meant] = field(default_factory=dict)

    def meant(self, name: str | None) -> Meant:
        """What a request for the operation of this name means. Only of a document that may be run."""
        known = self._meant.get(name)
        if known is None:
            if self.whole is None:
                raise ValueError("a document that is refused means nothing")
            operation = get_operation_ast(self.whole, name)
            kind = NO_OPERATION if operation is None else operation.operation.value
            lasting = operation is not None and may_be_kept(self.whole, operation)
            known = Meant(operation, kind, self.whole, lasting)
            if operation is not None:  # there are only so many names
                self._meant[name] = known
        return known


class Documents:
    """`introspection` False: a document that asks for the schema is refused, and refusals suggest no names."""

    def __init__(self, schema: GraphQLSchema, limits: Limits, *, introspection: bool = True) -> None:
        self._schema = schema
        self._limits = limits
        self._introspection = introspection
        self._shape = Shape.of(schema)
        self._known: OrderedDict[str, Prepared] = OrderedDict()
        self._characters = 0

    def prepared(self, text: str, variables: Mapping[str, Any]) -> Prepared:
        """The document of this text. Raises `QueryTooCostly`, before anything else has looked at the document."""
        known = self._known.get(text)
        if known is None:
            known = self._prepare(text, variables)
            self._remember(text, known)
        else:
            self._known.move_to_end(text)
            if known.varies and known.document is not None:
                cost = Measure(known.document, self._shape, self._limits, variables).total()
                return replace(known, cost=cost)
        return known

    def _remember(self, text: str, prepared: Prepared) -> None:
        self._known[text] = prepared
        self._characters += len(text)
        while self._characters > REMEMBERED_CHARACTERS_MAX:
            oldest, _ = self._known.popitem(last=False)
            self._characters -= len(oldest)

    def _prepare(self, text: str, variables: Mapping[str, Any]) -> Prepared:
        try:
            document = parse(text, max_lexical_tokens=self._limits.tokens)
        except GraphQLError as error:
            if "more than" in error.message and "tokens" in error.message:
                raise QueryTooCostly("tokens", self._limits.tokens + 1, self._limits.tokens) from error
            if "nested too deeply" in error.message:
                raise QueryTooCostly("depth", None, self._limits.depth) from error
            return Prepared(None, refusal=(of_document(error, PARSE_FAILED),))
        measure = Measure(document, self._shape, self._limits, variables)
        cost = measure.total()
        faults = validate(
            self._schema, document, _RULES, max_errors=ERRORS_MAX, hide_suggestions=not self._introspection
        )
        code = VALIDATION_FAILED
        if not faults and not self._introspection:
            faults = validate(self._schema, document, (NoSchemaIntrospectionCustomRule,), max_errors=ERRORS_MAX)
            code = INTROSPECTION_OFF
        if faults:
            return Prepared(None, cost, tuple(of_document(each, code) for each in faults))
        personal = asks_for_persons(document, self._schema)
        return Prepared(document, cost, varies=measure.varies, personal=personal, whole=whole(document, text))
