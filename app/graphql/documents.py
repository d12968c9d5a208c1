"""Documents parsed, measured and validated once, remembered by their text."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import DocumentNode, GraphQLError, GraphQLSchema, parse, specified_rules, validate
from graphql.validation import MaxIntrospectionDepthRule

from app.graphql.errors import PARSE_FAILED, VALIDATION_FAILED, QueryTooCostly, of_document
from app.graphql.limits import Limits, Measure, Shape

REMEMBERED_CHARACTERS_MAX = 250_000
"""Of all remembered documents together: some 500 usual ones, and at worst 60 MB of parsed tokens."""
ERRORS_MAX = 20
_RULES = (*specified_rules, MaxIntrospectionDepthRule)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document that may be run, or why not: `refusal`, ready to send. `varies`: variables change its cost."""

    document: DocumentNode | None
    refusal: tuple[dict[str, Any], ...] = ()
    varies: bool = False


class Documents:
    def __init__(self, schema: GraphQLSchema, limits: Limits) -> None:
        self._schema = schema
        self._limits = limits
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
                Measure(known.document, self._shape, self._limits, variables).total()
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
            return Prepared(None, (of_document(error, PARSE_FAILED),))
        measure = Measure(document, self._shape, self._limits, variables)
        measure.total()
        faults = validate(self._schema, document, _RULES, max_errors=ERRORS_MAX)
        if faults:
            return Prepared(None, tuple(of_document(each, VALIDATION_FAILED) for each in faults))
        return Prepared(document, varies=measure.varies)
