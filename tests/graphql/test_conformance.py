"""GraphQL over HTTP, as its own authors audit it."""

import os
import shutil

import pytest

from app.clock import SteppedClock
from app.graphql.pool import ReadPool
from tests.graphql.conftest import asgi
from tests.graphql.world import NOON
from tools.conformance.run import HERE, audited


async def test_every_audit_of_graphql_over_http_passes(read_pool: ReadPool) -> None:
    if shutil.which("node") is None or not (HERE / "node_modules").is_dir():
        if os.environ.get("SUA_TEST_REQUIRE_SERVICES") == "1":
            pytest.fail("node and its packages are to be here: make conformance installs them")
        pytest.skip("no node, or its packages are not installed: make conformance")

    code, told = await audited(asgi(read_pool, SteppedClock(NOON)))

    assert (code, told) == (0, "61 of 61 audits pass\n")
