"""What the operator sees: tables or JSON on standard output, one line on standard error when something is wrong."""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from enum import IntEnum
from typing import Annotated, Any, ClassVar
from uuid import UUID

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from app.domain.errors import Refused, SuaError, Unavailable

out = Console()
err = Console(stderr=True)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


class Exit(IntEnum):
    """Exit codes of every `sua` command."""

    DONE = 0
    REFUSED = 1
    USAGE = 2
    UNAVAILABLE = 3
    FAULT_FOUND = 4


class FaultFound(SuaError):
    """A check did its work and what it checked is not as it should be."""

    code: ClassVar[str] = "FAULT_FOUND"


@contextmanager
def answering() -> Iterator[None]:
    """Turn SUA's errors into one line and the right exit code; anything else is a bug and keeps its traceback."""
    try:
        yield
    except SuaError as error:
        err.print(f"[bold red]{error.code}[/]: {escape(one_line(error))}", highlight=False, soft_wrap=True)
        raise SystemExit(exit_code(error)) from error
    except KeyboardInterrupt as error:
        raise SystemExit(130) from error
    except BrokenPipeError as error:
        sys.stderr.close()
        raise SystemExit(Exit.DONE) from error


def one_line(error: Exception) -> str:
    """What an error says, where a client library said it in several."""
    return " ".join(str(error).split())


def exit_code(error: SuaError) -> Exit:
    match error:
        case Refused():
            return Exit.REFUSED
        case Unavailable():
            return Exit.UNAVAILABLE
        case _:
            return Exit.FAULT_FOUND


def show(rows: Sequence[dict[str, Any]], *, as_json: bool, title: str | None = None) -> None:
    """Rows of one shape, as a table for people or as a JSON list for scripts."""
    if as_json:
        say_json(rows)
        return
    table = Table(*(rows[0] if rows else ["nothing to show"]), title=title, title_justify="left")
    for row in rows:
        table.add_row(*("" if value is None else str(value) for value in row.values()))
    out.print(table)


def say_json(value: object) -> None:
    out.out(json.dumps(value, default=_plain), highlight=False)


def _plain(value: object) -> object:
    match value:
        case datetime() | date():
            return value.isoformat()
        case UUID():
            return str(value)
        case set() | frozenset() | tuple():
            return list(value)
        case _:
            raise TypeError(type(value).__name__)
