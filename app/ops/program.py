"""The `sua` program: which part of the command line a process needs, and no more.

A worker or a scheduler that is started, or started again, is at work in two thirds of the time, the doctor answers in
half of it, and the migrations begin in a fifth: the other commands bring the whole GraphQL schema and the makers of
spreadsheets with them.
"""

import sys

import typer

from app.ops.console import answering
from app.telemetry import hush_clients

LONG_RUNNING = ("serve", "worker", "scheduler", "simulate")
DOCTOR, MIGRATE = "doctor", "migrate"


def main() -> None:
    hush_clients()
    with answering():
        _commands(sys.argv[1:2])()


def _commands(asked: list[str]) -> typer.Typer:
    if asked and asked[0] in (*LONG_RUNNING, DOCTOR, MIGRATE):
        only = typer.Typer(name="sua", pretty_exceptions_enable=False)
        if asked[0] == DOCTOR:
            from app.ops.doctor import doctor

            only.callback()(_by_name)
            only.command(DOCTOR)(doctor)
        elif asked[0] == MIGRATE:
            from app.ops.database import migrate_database

            only.callback()(_by_name)
            only.command(MIGRATE)(migrate_database)
        else:
            from app.ops.processes import add_to

            add_to(only)
        return only
    from app.ops.cli import app

    return app


def _by_name() -> None:
    """A single command is called by its name too."""
