"""docs/cookbook.md as tests read it: the page is the only place of its documents, variables and answers."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PAGE = Path(__file__).parents[2] / "docs" / "cookbook.md"
SHOWN = 2
"""Items of a list the page shows; more are cut."""
CURSORS = ("startCursor", "endCursor", "cursor")
CUT = "…"

WHO = {
    "Sua.Customer.Viewer": "viewer",
    "Sua.Customer.Viewer, Sua.SeePersons": "hr",
    "Sua.Customer.Admin": "admin",
    "Sua.Provider.Admin": "owner",
}
"""Who of the tests' viewers has the roles a recipe is asked with."""

_RECIPE = re.compile(r"^## (?P<title>.+)$", re.MULTILINE)
_ROLES = re.compile(r"^Asked with: `(?P<roles>[^`]+)`\.$", re.MULTILINE)
_BLOCK = re.compile(r"^```(?P<kind>graphql|json)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Step:
    """One request. `answer`: the data as printed, and where on the page its text lies."""

    document: str
    variables: dict[str, Any]
    answer: dict[str, Any]
    place: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Recipe:
    title: str
    roles: str
    says: str
    steps: tuple[Step, ...]

    @property
    def who(self) -> str:
        return WHO[self.roles]


def recipes(page: str) -> list[Recipe]:
    """Every recipe of the page, in order. Raises ValueError for one not of the form: words, then threes of blocks."""
    heads = list(_RECIPE.finditer(page))
    ends = [*(head.start() for head in heads[1:]), len(page)]
    return [_recipe(head["title"], page, head.end(), end) for head, end in zip(heads, ends, strict=True)]


def _recipe(title: str, page: str, start: int, end: int) -> Recipe:
    roles = _ROLES.search(page, start, end)
    if roles is None:
        raise ValueError(f"{title}: no line `Asked with: ...`.")
    return Recipe(title, roles["roles"], page[start : roles.start()].strip(), tuple(_steps(title, page, start, end)))


def _steps(title: str, page: str, start: int, end: int) -> Iterator[Step]:
    blocks = list(_BLOCK.finditer(page, start, end))
    if not blocks or [block["kind"] for block in blocks] != ["graphql", "json", "json"] * (len(blocks) // 3):
        raise ValueError(f"{title}: each step is a document, its variables and its answer.")
    for document, variables, answer in zip(blocks[::3], blocks[1::3], blocks[2::3], strict=True):
        place = answer.span("text")
        yield Step(document["text"], json.loads(variables["text"]), json.loads(answer["text"]), place)


def shortened(answer: Any) -> Any:
    """As the page prints it: lists and cursors cut."""
    match answer:
        case dict():
            return {name: _cut(value) if name in CURSORS else shortened(value) for name, value in answer.items()}
        case list():
            return [shortened(each) for each in answer[:SHOWN]]
        case _:
            return answer


def _cut(cursor: str | None) -> str | None:
    return None if cursor is None else cursor[:20] + CUT


def meant(variables: dict[str, Any], answers: list[dict[str, Any]]) -> dict[str, Any]:
    """Variables with the whole value, from an answer before, of each that is printed cut."""
    return {name: _whole(value, answers) for name, value in variables.items()}


def _whole(value: Any, answers: list[dict[str, Any]]) -> Any:
    if not isinstance(value, str) or not value.endswith(CUT):
        return value
    return next(text for text in _texts(answers) if text.startswith(value.removesuffix(CUT)))


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for each in value.values():
                yield from _texts(each)
        case list():
            for each in value:
                yield from _texts(each)


def printed(answer: dict[str, Any]) -> str:
    """JSON with what fits a line on one line."""
    return _printed(answer, 0, 0) + "\n"


def _printed(value: Any, depth: int, used: int) -> str:
    flat = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, (dict, list)) or len(flat) + 2 * depth + used <= 118:
        return flat
    inside, outside = "  " * (depth + 1), "  " * depth
    if isinstance(value, list):
        return "[\n" + ",\n".join(inside + _printed(each, depth + 1, 0) for each in value) + f"\n{outside}]"
    named = [(json.dumps(name) + ": ", each) for name, each in value.items()]
    lines = [inside + name + _printed(each, depth + 1, len(name)) for name, each in named]
    return "{\n" + ",\n".join(lines) + f"\n{outside}}}"
