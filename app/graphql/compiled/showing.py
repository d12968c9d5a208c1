"""How values are shown as JSON: at once, or later, by asking for what they follow from."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeAlias, cast

import msgspec
from graphql.execution.values import VariableValues

from app.graphql.context import Asked
from app.projections.reading import Question

Show: TypeAlias = Callable[[Any], Any]
"""A value as JSON. Raises where it is not what the schema promises."""
ShowLater: TypeAlias = Callable[["Run", Any], Awaitable[Any]]
Rows: TypeAlias = Sequence[tuple[Any, ...]]
Lane: TypeAlias = Callable[["Run", Any], tuple[Question, Callable[[Rows], Any]]]
"""A field of an object that is one question: which, and how its rows are shown. May raise NotDirect, as the second."""


class NotDirect(Exception):
    """What this request asks is not one question after all."""


class Null(Exception):
    """A field that is never null was."""


class Run(msgspec.Struct):
    """One going through, over answers that may not be the true ones yet."""

    asked: Asked
    variables: VariableValues
    true: Callable[[], bool] = lambda: True
    """Whether every answer up to now is a true one."""


def of_attribute(name: str, show: Show | None, later: ShowLater | None) -> tuple[Show | None, ShowLater | None]:
    if show is not None:
        return (lambda source: show(getattr(source, name))), None
    given = cast("ShowLater", later)
    return None, lambda run, source: given(run, getattr(source, name))


def always(show: Show | None, later: ShowLater | None) -> tuple[Show | None, ShowLater | None]:
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


def each_of(show: Show | None, later: ShowLater | None) -> tuple[Show | None, ShowLater | None]:
    if show is not None:
        return (lambda values: None if values is None else [show(each) for each in values]), None
    given = cast("ShowLater", later)

    async def each_later(run: Run, values: Any) -> Any:
        return None if values is None else [await given(run, each) for each in values]

    return None, each_later
