"""The same question asked the compiled way, in the transaction of the check: both ways see the same rows."""

import hashlib
from collections.abc import Mapping
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, cast
from uuid import UUID

import orjson
import psycopg
from graphql import DocumentNode

from app.auth.pseudonyms import Pseudonyms
from app.auth.tokens import Claims
from app.auth.viewer import Role
from app.clock import SteppedClock
from app.domain.ids import DirectoryId, TenantId
from app.graphql.compiled.batch import Batches
from app.graphql.compiled.direct_reads import DirectReads, Left
from app.graphql.compiled.found import Terms
from app.graphql.compiled.plans import Plans
from app.graphql.compiled.reads import CompiledReads
from app.graphql.limits import Limits
from app.graphql.paging import Cursors
from app.graphql.pool import ReadPool
from app.graphql.schema import schema

LONGEST = timedelta(minutes=10)
"""Of one question; an audit waits where a portal would not."""

NOBODY = UUID(int=0)
ROLES = frozenset({Role.AUDITOR, Role.RESELLER})
"""An auditor, to whom the customer was given: no directory is asked whose they are."""


class WaysDiffer(Exception):
    """The compiled way answers otherwise than the general way does. `at`: the first place, as a path of names."""

    def __init__(self, at: str, general: object, compiled: object) -> None:
        super().__init__(at)
        self.at = at
        self.general = general
        self.compiled = compiled


@dataclass(slots=True)
class Asked:
    """Answers told by both ways, and those the compiled way left to the general one though it has a plan for them."""

    both: int = 0
    left: int = 0


class CompiledWay:
    """One for each connection, which keeps its statements prepared.

    Whenever it asks, `db` stands in a transaction of one snapshot (repeatable read) that sees the tenant.
    """

    def __init__(self, db: psycopg.AsyncConnection[Any], tenant: TenantId, now: datetime, secret: bytes) -> None:
        self.asked = Asked()
        pool = cast("ReadPool", _Lent(db))
        terms = Terms(None, _Given(tenant), SteppedClock(now), Limits(), Cursors(secret), Pseudonyms(secret))
        batches = Batches(LONGEST)
        self._direct = DirectReads(pool, terms, batches, rests=False)  # between two questions rows are changed
        self._reads = CompiledReads(pool, terms, batches)

    async def agree(self, text: str, document: DocumentNode, variables: Mapping[str, Any], data: object) -> None:
        """Compare with what the general way told, byte for byte: what was gone through on paper, and where the plan is
        a direct one, what that tells. `data` None: it refused, and so must these. Raises WaysDiffer.

        Nothing is compared where the document has no plan, or its plan leaves it to the general way.
        """
        plan = _plans().plan(text, document, None, variables)
        if plan is None:
            return
        key = hashlib.sha256(orjson.dumps([text, variables])).digest()
        ways = [await self._reads.found(_CLAIMS, plan, key)]
        if plan.direct is not None:
            with suppress(Left):
                ways.append(await self._direct.found(_CLAIMS, plan.direct, plan.variables))
        found = [each.data for each in ways if each is not None]
        if data is None and found:
            raise WaysDiffer("answer", "refused", "told")
        self.asked.both += data is None or bool(found)
        self.asked.left += data is not None and not found
        told = orjson.dumps(data)
        for each in found:
            if each != told:
                raise WaysDiffer(*first_difference(data, orjson.loads(each)))


def first_difference(general: Any, compiled: Any, at: str = "") -> tuple[str, object, object]:
    """Where two answers part: the path, and what each says there. Two that say the same differ in their order."""
    if isinstance(general, dict) and isinstance(compiled, dict) and list(general) == list(compiled):
        below = [(f"{at}.{name}".lstrip("."), general[name], compiled[name]) for name in general]
    elif isinstance(general, list) and isinstance(compiled, list) and len(general) == len(compiled):
        below = [(f"{at}.{nth}", *pair) for nth, pair in enumerate(zip(general, compiled, strict=True))]
    else:
        return at, general, compiled
    return next((first_difference(one, other, where) for where, one, other in below if one != other), (at, "", ""))


class _Lent:
    """A pool of one connection, in a transaction already: what a read opens there is closed again with it."""

    def __init__(self, db: psycopg.AsyncConnection[Any]) -> None:
        self._db = db
        self._lent = AsyncExitStack()

    async def getconn(self) -> psycopg.AsyncConnection[Any]:
        await self._lent.enter_async_context(self._db.transaction(force_rollback=True))
        return self._db

    async def putconn(self, _: psycopg.AsyncConnection[Any]) -> None:
        await self._lent.aclose()


@dataclass(frozen=True, slots=True)
class _Given:
    tenant: TenantId

    async def granted_to(self, directory: DirectoryId, person: UUID) -> frozenset[TenantId]:  # noqa: ARG002
        return frozenset({self.tenant})


_CLAIMS = Claims(
    aud="audit",
    iss="audit",
    sub="audit",
    exp=0,
    nbf=0,
    iat=0,
    tid=str(NOBODY),
    oid=str(NOBODY),
    ver="2.0",
    roles=[role.value for role in ROLES],
)


@cache
def _plans() -> Plans:
    return Plans(schema)
