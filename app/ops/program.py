"""The `sua` program: which part of the command line a process needs, and no more.

A worker or a scheduler that is started, or started again, is at work in two thirds of the time: the other commands
bring the whole GraphQL schema and the makers of spreadsheets with them.
"""

import sys

import typer

from app.ops.console import answering
from app.telemetry import hush_clients

LONG_RUNNING = ("serve", "worker", "scheduler", "simulate")


def main() -> None:
    hush_clients()
    with answering():
        _commands(sys.argv[1:2])()


def _commands(asked: list[str]) -> typer.Typer:
    if asked and asked[0] in LONG_RUNNING:
        from app.ops.processes import add_to

        only = typer.Typer(name="sua", pretty_exceptions_enable=False)
        add_to(only)
        return only
    from app.ops.cli import app

    return app
