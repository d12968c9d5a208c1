"""A command that is waited for loads what it needs and no more: the whole schema takes longer than its work."""

import subprocess
import sys

import pytest

HELP_THEN_LOADED = """
import sys
from app.ops.program import main
sys.argv[:] = ["sua", {command!r}, "--help"]
try:
    main()
except SystemExit as ended:
    assert ended.code == 0, ended.code
print("\\n".join(sys.modules))
"""


@pytest.mark.parametrize("command", ["doctor", "migrate", "worker", "scheduler"])
def test_these_do_not_wait_for_the_schema_and_the_spreadsheets(command: str) -> None:
    asked = [sys.executable, "-c", HELP_THEN_LOADED.format(command=command)]

    done = subprocess.run(asked, capture_output=True, text=True, check=True)

    assert f"Usage: sua {command}" in done.stdout
    assert not {"strawberry", "xlsxwriter", "app.graphql.schema"} & set(done.stdout.split())
