"""What schemathesis asks of, and what it is to find (it reads this by SCHEMATHESIS_HOOKS).

It draws ids at random, so most documents would ask of no tenant: three in four are given one that there is. Its own
check for server errors takes every error of a field for one, and a refusal is an error of a field.
"""

import os
import re
from typing import Any

import schemathesis
from hypothesis import strategies
from schemathesis.graphql import nodes

schemathesis.graphql.scalar(
    "Position", strategies.one_of(strategies.integers(-1, 300).map(str), strategies.text()).map(nodes.String)
)
"""The only scalar of the contract that is an argument and that it does not know itself."""

_TENANT = re.compile(r'\b(tenant\(id|tenant): *"(?:[^"\\]|\\.)*"')


@schemathesis.hook
def before_call(_context: Any, case: Any, _kwargs: Any) -> None:
    if isinstance(case.body, str) and hash(case.body) % 4:
        case.body = _TENANT.sub(rf'\1: "{os.environ["SUA_FUZZED_TENANT"]}"', case.body)


@schemathesis.check
def answered_or_refused_by_code(_context: Any, response: Any, _case: Any) -> None:
    """No 5xx, and every error has a code that is not the one for what nobody foresaw."""
    if response.status_code >= 500:
        raise AssertionError(f"answered {response.status_code}")
    codes = [error.get("extensions", {}).get("code") for error in response.json().get("errors", ())]
    if any(code in (None, "INTERNAL") for code in codes):
        raise AssertionError(f"refused by {codes}")
