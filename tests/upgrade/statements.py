"""The statements of a migration, so that a test can strike between any two of them."""

import re

_NEXT = re.compile(r"--[^\n]*|'(?:[^']|'')*'|\$(\w*)\$.*?\$\1\$|;", re.DOTALL)


def split(body: str) -> list[str]:
    """Pieces that make up the whole text, each ending with its semicolon but the last, which may be blank."""
    pieces, begin = [], 0
    for found in _NEXT.finditer(body):
        if found.group() == ";":
            pieces.append(body[begin : found.end()])
            begin = found.end()
    return [*pieces, body[begin:]]


def struck(body: str, after: int, blow: str) -> str:
    """The text with a statement of the test's own after so many of its statements."""
    pieces = split(body)
    return "".join(pieces[:after]) + f"\n{blow};\n" + "".join(pieces[after:])
