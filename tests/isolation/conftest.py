"""The door over the two customers, and what of its answers was told."""

import base64
import binascii
import json
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import httpx
import psycopg
import pytest

from app.auth.grants import KeptGrants
from app.clock import SteppedClock
from app.graphql.pool import ReadPool, open_read_pool
from tests.auth.issuing import claims_at, signed
from tests.database import Database
from tests.graphql.conftest import SETTINGS, asgi
from tests.graphql.world import NOON, World
from tests.isolation.viewers import KNOCKERS, Knocker
from tests.isolation.world import built

_SEALED = re.compile(r"[A-Za-z0-9_-]{16,}")


@dataclass(frozen=True, slots=True)
class Told:
    """An answer: all its bytes as text, with what its opaque ids and cursors say when they are decoded."""

    status: int
    text: str
    content: dict[str, Any]

    @property
    def codes(self) -> list[str]:
        return [each["extensions"]["code"] for each in self.content.get("errors", ())]

    def holding(self, canaries: list[str]) -> list[str]:
        return [each for each in canaries if each in self.text]


@dataclass(slots=True)
class Door:
    http: httpx.AsyncClient

    async def ask(self, who: Knocker, text: str, *, accept: str = "application/json", **variables: object) -> Told:
        headers = {"authorization": f"Bearer {_token(who)}", "accept": accept}
        answer = await self.http.post("/graphql", json={"query": text, "variables": variables}, headers=headers)
        content = answer.json() if "json" in answer.headers["content-type"] else {}
        told = answer.text + json.dumps(content, ensure_ascii=False) + str(answer.headers)
        return Told(answer.status_code, told + _unsealed(told), content)


def _unsealed(text: str) -> str:
    """What every word that may be base64 says."""
    said = []
    for word in set(_SEALED.findall(text)):
        try:
            said.append(base64.urlsafe_b64decode(word + "=" * (-len(word) % 4)).decode("utf-8", "replace"))
        except (binascii.Error, ValueError):
            continue
    return "\n".join(said)


@cache
def _token(who: Knocker) -> str:
    return signed(claims_at(tid=str(who.directory), oid=str(who.oid), roles=[role.value for role in who.roles]))


def _give(database: Database) -> None:
    """What the operator gave each reseller."""
    given = [(each.tenant, who.directory, who.oid) for who in KNOCKERS for each in who.granted]
    with psycopg.connect(database.writer_dsn) as db:
        for row in given:
            db.execute("INSERT INTO reseller_grants VALUES (%s, %s, %s, %s, 'ops')", (*row, NOON))


@pytest.fixture(scope="module")
def world(module_database: Database) -> Iterator[World]:
    with built(module_database.writer_dsn) as made:
        _give(module_database)
        yield made


@pytest.fixture
async def read_pool(module_database: Database, world: World) -> AsyncIterator[ReadPool]:
    pool = await open_read_pool(module_database.reader_dsn, 4)
    yield pool
    await pool.close()


@pytest.fixture
async def door(module_database: Database, read_pool: ReadPool) -> AsyncIterator[Door]:
    """Answers questions; takes no changes, so that whoever may change something is told READ_ONLY."""
    granting = await open_read_pool(module_database.reader_dsn, 1)
    settings = replace(SETTINGS, requests_per_minute=10**6)
    app = asgi(read_pool, SteppedClock(NOON), settings, KeptGrants(granting))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://sua.test") as http:
        yield Door(http)
    await granting.close()
