"""What the demo asks SUA, over HTTP like any portal."""

from base64 import urlsafe_b64decode
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

import aiohttp

from app.domain.errors import SuaError
from app.ops.demo.truth import Seat, Spent

_PAGE = 200

IDLE = """
query Idle($tenant: ID!, $asOf: Date, $first: Int!, $after: String) {
  tenant(id: $tenant) {
    at(asOf: $asOf) {
      idleLicences(first: $first, after: $after) {
        nodes { userId userName department heldSince quietSince verdict suspected sku { skuId partNumber } }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
}
"""

HELD = """
query Held($tenant: ID!, $asOf: Date, $first: Int!, $after: String) {
  tenant(id: $tenant) {
    at(asOf: $asOf) {
      users(first: $first, after: $after) {
        nodes { userId holdings { sku { skuId } } }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
}
"""

USAGE = """
query Usage($tenant: ID!, $asOf: Date, $since: Date!, $until: Date!) {
  tenant(id: $tenant) {
    at(asOf: $asOf) {
      callUsage(since: $since, until: $until, groupBy: DEPARTMENT) { key calls participantSeconds users failedCalls }
    }
  }
}
"""


LEDGER = """
query Ledger($tenant: ID!, $since: DateTime!, $until: DateTime!) {
  tenant(id: $tenant) { coverage(since: $since, until: $until) { notified fetched listed missing } }
}
"""


class AnswerRefused(SuaError):
    """SUA's own API refused a question of the demo."""

    code: ClassVar[str] = "ANSWER_REFUSED"


@dataclass(frozen=True, slots=True)
class Idle:
    """One idle seat as the API tells it."""

    seat: Seat
    user: str
    department: str | None
    product: str
    quiet_since: str | None
    suspected: bool


@dataclass(frozen=True, slots=True)
class Ledger:
    """Call records by how SUA came to know of them: announced, in the log, listed by Graph, listed and not there."""

    notified: int
    fetched: int
    listed: int
    missing: int


@dataclass(frozen=True, slots=True)
class Api:
    """SUA's GraphQL door, as one viewer."""

    http: aiohttp.ClientSession
    url: str
    token: str

    async def ask(self, query: str, **variables: object) -> dict[str, Any]:
        """The data of an answer. Raises AnswerRefused with the first error's code."""
        headers = {"Authorization": f"Bearer {self.token}"}
        body = {"query": query, "variables": variables}
        async with self.http.post(self.url, json=body, headers=headers) as answer:
            said: dict[str, Any] = await answer.json()
        if said.get("errors"):
            raise AnswerRefused(
                f"{said['errors'][0].get('extensions', {}).get('code')}: {said['errors'][0]['message']}"
            )
        data: dict[str, Any] = said["data"]
        return data

    async def tenants(self) -> list[str]:
        """Ids of the tenants this viewer may see."""
        data = await self.ask("{ tenants(first: 100) { nodes { id } } }")
        return [node["id"] for node in data["tenants"]["nodes"]]

    async def idle(self, tenant: str, as_of: date) -> list[Idle]:
        return [
            Idle(
                (UUID(plain(node["userId"])), UUID(node["sku"]["skuId"])),
                node["userName"] or "",
                node["department"],
                node["sku"]["partNumber"] or "",
                node["quietSince"],
                node["suspected"],
            )
            async for node in self.nodes(IDLE, "idleLicences", tenant, as_of)
        ]

    async def held(self, tenant: str, as_of: date) -> set[Seat]:
        return {
            (UUID(plain(node["userId"])), UUID(holding["sku"]["skuId"]))
            async for node in self.nodes(HELD, "users", tenant, as_of)
            for holding in node["holdings"]
        }

    async def usage(self, tenant: str, as_of: date, since: date, until: date) -> dict[str, Spent]:
        """Participations and seconds by department, for calls begun on the days [since, until)."""
        data = await self.ask(
            USAGE, tenant=tenant, asOf=as_of.isoformat(), since=since.isoformat(), until=until.isoformat()
        )
        return {
            each["key"] or "": Spent(each["calls"], float(each["participantSeconds"]))
            for each in data["tenant"]["at"]["callUsage"]
        }

    async def ledger(self, tenant: str, since: datetime, until: datetime) -> Ledger:
        """The coverage ledger of calls begun in the hours of [since, until), summed."""
        data = await self.ask(LEDGER, tenant=tenant, since=since.isoformat(), until=until.isoformat())
        hours = data["tenant"]["coverage"]
        names = ("notified", "fetched", "listed", "missing")
        return Ledger(*(sum(hour[name] or 0 for hour in hours) for name in names))

    async def nodes(self, query: str, field: str, tenant: str, as_of: date) -> AsyncIterator[dict[str, Any]]:
        """All items of a list below `at`, page by page."""
        after = None
        while True:
            data = await self.ask(query, tenant=tenant, asOf=as_of.isoformat(), first=_PAGE, after=after)
            page = data["tenant"]["at"][field]
            for node in page["nodes"]:
                yield node
            if not page["pageInfo"]["hasNextPage"]:
                return
            after = page["pageInfo"]["endCursor"]


def plain(opaque: str) -> str:
    """The GUID at the end of one of SUA's opaque ids: the truth speaks in GUIDs."""
    return urlsafe_b64decode(opaque + "=" * (-len(opaque) % 4)).decode().rpartition(":")[2]
