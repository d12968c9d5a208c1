"""JSON documents that a schema allows, as strategies of hypothesis, for the part of JSON Schema that Graph's files use.

A member that is not required may be absent; a nullable one null; an open type may hold members nobody declared.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

Schema = Mapping[str, Any]
Definitions = Mapping[str, Schema]

DEEPEST = 6
_GUID = "[0-9a-fA-F]{8}"
_TEXT = st.text(max_size=12)
_UNDECLARED = st.dictionaries(_TEXT, st.none() | st.booleans() | _TEXT, max_size=2)
_INSTANTS = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)).map(  # noqa: DTZ001 - made aware below
    lambda at: at.replace(tzinfo=UTC)
)


def documents(schema: Schema, definitions: Definitions, depth: int = 0) -> st.SearchStrategy[Any]:
    """Everything `schema` allows; what refers to itself ends at a depth of six."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return st.deferred(lambda: documents(definitions[name], definitions, depth))
    if "const" in schema:
        return st.just(schema["const"])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    for choice in ("anyOf", "oneOf"):
        if choice in schema:
            return st.one_of(*(documents(each, definitions, depth) for each in schema[choice]))
    if "allOf" in schema:
        return st.tuples(*(documents(each, definitions, depth) for each in schema["allOf"])).map(_merged)
    kinds = schema.get("type", "object" if "properties" in schema else None)
    if kinds is None:
        return st.none() | st.booleans() | _TEXT
    return st.one_of(
        *(_of(kind, schema, definitions, depth) for kind in ([kinds] if isinstance(kinds, str) else kinds))
    )


def _of(kind: str, schema: Schema, definitions: Definitions, depth: int) -> st.SearchStrategy[Any]:
    match kind:
        case "null":
            return st.none()
        case "boolean":
            return st.booleans()
        case "integer":
            return st.integers(schema.get("minimum", -(2**63)), schema.get("maximum", 2**63 - 1))
        case "number":
            return st.decimals(-(10**9), 10**9, places=4).map(float)
        case "string":
            return _text(schema)
        case "array":
            longest = 2 if depth < DEEPEST else 0
            return st.lists(documents(schema["items"], definitions, depth + 1), max_size=longest)
        case _:
            return _object(schema, definitions, depth)


def _text(schema: Schema) -> st.SearchStrategy[str]:
    if schema.get("format") == "date-time":
        return st.builds(_written, _INSTANTS, st.sampled_from(("Z", "+00:00", "+05:30", ".1234567Z", ".000Z")))
    if schema.get("format") == "duration":
        return st.sampled_from(("PT0S", "PT0.016S", "P1DT2H"))
    if str(schema.get("pattern", "")).startswith(f"^{_GUID}"):
        return st.uuids().map(str)
    return st.text(min_size=schema.get("minLength", 0), max_size=12)


def _written(at: datetime, ending: str) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S}{ending}"


def _object(schema: Schema, definitions: Definitions, depth: int) -> st.SearchStrategy[dict[str, Any]]:
    members = {name: documents(each, definitions, depth + 1) for name, each in schema.get("properties", {}).items()}
    required = set(schema.get("required", ()))
    if depth >= DEEPEST:
        members = {name: each for name, each in members.items() if name in required}
    declared = st.fixed_dictionaries(
        {name: each for name, each in members.items() if name in required},
        optional={name: each for name, each in members.items() if name not in required},
    )
    if schema.get("additionalProperties", True) is False:
        return declared
    return st.tuples(_UNDECLARED, declared).map(_merged)


def _merged(parts: tuple[Any, ...]) -> dict[str, Any]:
    return {name: value for part in parts for name, value in part.items()}
