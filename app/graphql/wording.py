"""Words of the contract that stand apart from the code: what values and arguments mean, and what null means.

What a type or field says beside its code goes before; here stands what several share, and what enums of the domain
cannot say to strawberry.
"""

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
)

from app.graphql.wording_arguments import ARGUMENTS, OF_FIELDS, SPAN
from app.graphql.wording_errors import MUTATION, QUERY, SUBSCRIPTION
from app.graphql.wording_fields import FIELDS, NULLS
from app.graphql.wording_values import VALUES


def worded(schema: GraphQLSchema) -> None:
    """Put these words into a schema."""
    for root, codes in (
        (schema.query_type, QUERY),
        (schema.mutation_type, MUTATION),
        (schema.subscription_type, SUBSCRIPTION),
    ):
        if root is not None:
            root.description = " ".join(filter(None, (root.description, codes)))
    for kind in schema.type_map.values():
        if kind.name.startswith("__"):
            continue
        match kind:
            case GraphQLEnumType():
                words = VALUES.get(kind.name, {})
                for name, value in kind.values.items():
                    value.description = value.description or words.get(name)
            case GraphQLObjectType() | GraphQLInterfaceType() | GraphQLInputObjectType():
                for name, field in kind.fields.items():
                    place = f"{kind.name}.{name}"
                    field.description = _of_field(place, kind.name, name, field.description)
                    if isinstance(field, GraphQLField):
                        _word_arguments(place, field)


def _of_field(place: str, kind: str, name: str, said: str | None) -> str | None:
    words = said or FIELDS.get(place)
    if words is None and name == "node" and kind.endswith("Edge"):
        words = "The item."
    return f"{words} {NULLS[place]}" if words and place in NULLS else words


def _word_arguments(place: str, field: GraphQLField) -> None:
    for name, argument in field.args.items():
        own = OF_FIELDS.get(f"{place}.{name}") or SPAN.get(name) or ARGUMENTS.get(name)
        argument.description = argument.description or own
