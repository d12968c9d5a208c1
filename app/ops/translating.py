"""`sua translate`: what SUA would make of a payload of Microsoft Graph, or the reason why not (exit 1)."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from app.clock import SystemClock
from app.domain.ids import DirectoryId
from app.ingest.translate import doors
from app.ops.console import say_json

app = typer.Typer(help="What SUA would make of a Graph payload, as JSON.", no_args_is_help=True)

Files = Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, help="Payloads as Graph sent them.")]


@app.command("call-record")
def call_record(
    files: Files,
    *,
    directory: Annotated[
        UUID | None, typer.Option(help="Entra tenant the record is from; else all are others.")
    ] = None,
) -> None:
    """Call records with their sessions expanded."""
    home = doors.NOBODYS_DIRECTORY if directory is None else DirectoryId(directory)
    now = SystemClock().now()
    say_json([shown for file in files for shown in doors.call_record(file.read_bytes(), now, home)])


def _door(name: str) -> Callable[[list[Path]], None]:
    translate = doors.DOORS[name]

    def command(files: Files) -> None:
        now = SystemClock().now()
        say_json([shown for file in files for shown in translate(file.read_bytes(), now)])

    command.__doc__ = translate.__doc__
    return command


for _name in ("users", "sign-ins", "skus", "report", "pstn", "direct-routing"):
    app.command(_name)(_door(_name))
