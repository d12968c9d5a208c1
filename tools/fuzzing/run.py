"""`make fuzz`: documents that schemathesis draws from the contract, against the door over a database of its own."""

import asyncio
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from graphql import DefinitionNode, DirectiveDefinitionNode, parse, print_ast

from app.clock import SteppedClock
from app.graphql.pool import open_read_pool
from tests.database import EMBEDDED, running
from tests.graphql.conftest import asgi, bearer
from tests.graphql.world import CONTOSO, NOON, built
from tools.conformance.run import served

HERE = Path(__file__).parent
PROGRAM = HERE / ".venv" / "bin" / "schemathesis"
SCHEMA = HERE.parents[1] / "app" / "graphql" / "schema.graphql"
LONGEST_SECONDS = 3_600


def _contract(folder: Path) -> Path:
    """The contract as its older graphql-core takes it: without the directives that answer in parts."""
    contract = parse(SCHEMA.read_text())
    kept = [each for each in contract.definitions if not _answers_in_parts(each)]
    file = folder / "schema.graphql"
    file.write_text("\n\n".join(print_ast(each) for each in kept))
    return file


def _answers_in_parts(definition: DefinitionNode) -> bool:
    return isinstance(definition, DirectiveDefinitionNode) and definition.name.value in ("defer", "stream")


async def _fuzzed(reader_dsn: str, contract: Path, arguments: list[str]) -> int:
    pool = await open_read_pool(reader_dsn, 4)
    try:
        async with served(asgi(pool, SteppedClock(NOON))) as address:
            command = [str(PROGRAM), "run", str(contract), "--url", f"{address}/graphql", "--phases", "fuzzing"]
            command += ["--checks", "answered_or_refused_by_code", "--continue-on-failure", "--no-color"]
            for name, value in bearer("hr").items():
                command += ["--header", f"{name}: {value}"]
            settings = {
                **os.environ,
                "SCHEMATHESIS_HOOKS": "tools.fuzzing.checks",
                "SUA_FUZZED_TENANT": str(CONTOSO),
            }
            done = await asyncio.to_thread(
                subprocess.run,
                [*command, *arguments],
                env=settings,
                cwd=HERE.parents[1],
                timeout=LONGEST_SECONDS,
                check=False,
            )
            return done.returncode
    finally:
        await pool.close()


def main(arguments: list[str]) -> int:
    with (
        running(EMBEDDED) as cluster,
        cluster.migrated() as template,
        cluster.database(template) as database,
        built(database.writer_dsn),
        tempfile.TemporaryDirectory(prefix="sua-fuzz-") as folder,
    ):
        return asyncio.run(_fuzzed(database.reader_dsn, _contract(Path(folder)), arguments))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
