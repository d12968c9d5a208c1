"""`/readyz` names everything it looked at, what was wrong and how long it took; anything wrong is a 503."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from psycopg_pool import AsyncConnectionPool
from starlette.applications import Starlette
from starlette.routing import Route

from app.assembly import assembled
from app.broker import BrokerDown
from app.clock import SteppedClock, SystemClock
from app.main import create_app
from app.observe import readiness
from app.observe.readiness import (
    Check,
    ClockSkewed,
    DiskNearlyFull,
    SchemaBehind,
    WritePool,
    check_clock,
    check_schema,
    refuse_full_disk,
)
from app.observe.release import newest
from app.settings import Settings
from tests.database import Database


@pytest.fixture
async def pool(database: Database) -> AsyncIterator[WritePool]:
    async with AsyncConnectionPool(database.writer_dsn, min_size=1, max_size=2, open=False) as pool:
        yield pool


async def asked(checks: Mapping[str, Check]) -> tuple[httpx.Response, list[dict[str, Any]]]:
    app = Starlette(routes=[Route("/readyz", readiness.readiness(checks))])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://sua.test") as client:
        answer = await client.get("/readyz")
    return answer, answer.json()["checks"]


async def fine() -> None:
    """Nothing is wrong."""


async def test_all_is_well() -> None:
    answer, checks = await asked({"database": fine, "broker": fine})

    assert (answer.status_code, answer.json()["ready"]) == (200, True)
    assert "retry-after" not in answer.headers
    assert [(each["name"], each["ok"], each["reason"]) for each in checks] == [
        ("database", True, None),
        ("broker", True, None),
    ]
    assert all(each["ms"] >= 0 for each in checks)


async def test_what_is_wrong_is_named_by_its_code_and_the_rest_is_told_as_well(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def down() -> None:
        raise BrokerDown("amqp://sua:secret@host does not answer")

    async def unreachable() -> None:
        raise psycopg.OperationalError("password authentication failed for hunter2")

    async def hanging() -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(readiness, "LONGEST_S", 0.05)
    answer, checks = await asked({"broker": down, "database": unreachable, "clock": hanging, "disk": fine})

    assert (answer.status_code, answer.json()["ready"]) == (503, False)
    assert answer.headers["retry-after"] == "5"
    assert {each["name"]: each["reason"] for each in checks} == {
        "broker": "BROKER_DOWN",
        "database": "OperationalError",
        "clock": "TimeoutError",
        "disk": None,
    }
    assert "hunter2" not in json.dumps(answer.json())
    assert "secret" not in json.dumps(answer.json())


async def test_a_schema_that_is_behind_is_told_and_one_that_is_ahead_is_an_upgrade(
    pool: WritePool, database: Database
) -> None:
    await check_schema(pool)
    with psycopg.connect(database.owner_dsn) as owner:
        owner.execute("INSERT INTO schema_migrations VALUES (%s, 'later', '', now())", (newest() + 1,))
    await check_schema(pool)

    with psycopg.connect(database.owner_dsn) as owner:
        owner.execute("DELETE FROM schema_migrations WHERE number >= %s", (newest(),))
    with pytest.raises(SchemaBehind, match=f"{newest():04d}"):
        await check_schema(pool)


async def test_a_clock_that_is_off_is_told(pool: WritePool) -> None:
    now = SystemClock().now()
    await check_clock(pool, SteppedClock(now))

    for off in (timedelta(minutes=-2), timedelta(days=2)):
        with pytest.raises(ClockSkewed):
            await check_clock(pool, SteppedClock(now + off))


def test_skew_of_exactly_the_limit_passes() -> None:
    noon = datetime(2026, 11, 23, 12, tzinfo=UTC)

    readiness.refuse_skew(noon, noon + readiness.SKEW_MAX)

    with pytest.raises(ClockSkewed):
        readiness.refuse_skew(noon, noon - readiness.SKEW_MAX - timedelta(microseconds=1))


def test_a_disk_with_too_little_left_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refuse_full_disk(tmp_path / "none")
    monkeypatch.setattr(readiness, "DISK_MIN_BYTES", 0)
    refuse_full_disk(tmp_path)
    monkeypatch.setattr(readiness, "DISK_MIN_BYTES", 2**63)

    with pytest.raises(DiskNearlyFull, match=str(tmp_path)):
        refuse_full_disk(tmp_path)


@pytest.mark.parametrize(("token", "metrics"), [(None, 404), ("a token of sixteen or more", 401)])
async def test_the_web_process_looks_at_all_it_depends_on(
    database: Database, tmp_path: Path, token: str | None, metrics: int
) -> None:
    key = base64.b64encode(bytes(32)).decode()
    settings = Settings.load(
        database_url=database.writer_dsn,
        database_read_url=database.reader_dsn,
        master_key=key,
        pseudonym_key=key,
        graph_client_id="an id",
        graph_client_secret="a secret",
        token_audience="an audience",
        data_dir=tmp_path,
        metrics_token=token,
    )
    with assembled(settings) as parts:
        web = create_app(parts)
        transport = httpx.ASGITransport(web)
        async with (
            web.router.lifespan_context(web),
            httpx.AsyncClient(transport=transport, base_url="http://sua.test") as http,
        ):
            answers = [await http.get(path) for path in ("/readyz", "/healthz", "/metrics")]

    assert [answer.status_code for answer in answers] == [200, 200, metrics]
    assert {each["name"]: each["reason"] for each in answers[0].json()["checks"]} == dict.fromkeys(
        ("database, read side", "database, write side", "schema", "clocks", "message broker", "disk")
    )
