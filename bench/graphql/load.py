"""Load on one system from a process of its own: wrk where it is installed, else the client beside this file."""

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.graphql.questions import Asked, Question
from bench.graphql.systems import RIVAL, ROOT, System, body_of

_WRK = shutil.which("wrk")
CLIENT = "wrk" if _WRK else "client.py"
_TIMEOUT_SECONDS = 60
_TRIES = 5


class Failed(RuntimeError):
    """A system answers too slowly to be measured."""


@dataclass(frozen=True, slots=True)
class Load:
    """`cpu_ms`: of the system and of the database for it, an answer; None: not known here.

    `failed`: requests without an answer of status 200. `busy`: share of the time the client computed; None: wrk does
    not say.
    """

    answers: int
    failed: int
    per_second: float
    p50_ms: float
    p99_ms: float
    cpu_ms: float | None
    busy: float | None


def written(folder: Path, system: System, question: Question, asked: Sequence[Asked], name: str) -> Path:
    """The requests as a file, one a line: bearer TAB body."""
    file = folder / f"{system.name}-{name}"
    document = question.theirs if system.name == "postgraphile" else question.ours
    with file.open("wb") as lines:
        for each in asked:
            bearer = system.bearer[str(each.customer.tenant)]
            lines.write(bearer.encode() + b"\t" + body_of(document, each.variables) + b"\n")
    return file


def loaded(system: System, file: Path, connections: int, seconds: int) -> Load:
    """So many connections for so long, each asking again as soon as it was answered; longer, where that is too short.

    Answers still awaited at the end are not told of, so each connection must have had some.
    """
    for nth in range(_TRIES):
        load = _loaded(system, file, connections, seconds * 2**nth)
        if load.answers >= 2 * connections:
            return load
    raise Failed(f"{system.name}, {file.name}: {load.answers} answers in {seconds * 2**nth} seconds")


def _loaded(system: System, file: Path, connections: int, seconds: int) -> Load:
    if _WRK:
        command = [_WRK, "-t1", f"-c{connections}", f"-d{seconds}s", f"--timeout={_TIMEOUT_SECONDS}s"]
        command += ["-s", str(RIVAL / "cycle.lua"), system.url, "--", str(file)]
    else:
        command = [
            sys.executable,
            "-m",
            "bench.graphql.client",
            system.url,
            str(file),
            str(connections),
            str(seconds),
        ]
    before = system.computed()
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    said = json.loads(done.stdout.splitlines()[-1])
    spent = sum(seconds - before.get(pid, 0.0) for pid, seconds in system.computed().items())
    answers = said["requests"] - said["failed"]
    cpu_ms = spent * 1_000 / answers if before and answers else None
    rate = answers / said["seconds"]
    return Load(answers, said["failed"], rate, said["p50_ms"], said["p99_ms"], cpu_ms, said.get("busy"))
