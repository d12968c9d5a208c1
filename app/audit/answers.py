"""GraphQL asked in this process, as an auditor of the customer would ask it: the schema and its limits, no socket.

Every question is asked both ways the door has: in the general way, and compiled where there is a plan for it.
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any, ClassVar

import psycopg

from app.audit.compiled import NOBODY, ROLES, CompiledWay
from app.auth.pseudonyms import Pseudonyms
from app.auth.viewer import Viewer
from app.domain.errors import SuaError
from app.domain.ids import DirectoryId, TenantId
from app.graphql.assessments import Assessments
from app.graphql.context import Asked
from app.graphql.documents import Documents
from app.graphql.errors import of_execution
from app.graphql.limits import Limits
from app.graphql.live_parts import executed_whole
from app.graphql.paging import Cursors
from app.graphql.schema import schema

PAGE = 100


class AuditAnswerRefused(SuaError):
    """SUA's own API refused a question of an audit."""

    code: ClassVar[str] = "ANSWER_REFUSED"


@cache
def _documents() -> Documents:
    return Documents(schema._schema, Limits())


@dataclass(slots=True)
class Door:
    """Answers questions about one tenant in the transaction `db` stands in, which is one snapshot.

    People have pseudonyms. `compiled`: the other way of the door, on the same connection.
    """

    db: psycopg.AsyncConnection[Any]
    tenant: TenantId
    now: datetime
    secret: bytes = field(repr=False)
    compiled: CompiledWay
    pseudonyms: Pseudonyms = field(init=False)
    _cursors: Cursors = field(init=False)
    _assessments: Assessments = field(init=False)

    def __post_init__(self) -> None:
        self.pseudonyms = Pseudonyms(self.secret)
        self._cursors = Cursors(self.secret)
        self._assessments = Assessments()

    async def ask(self, text: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        """The data of an answer. Raises AuditAnswerRefused with the code of the first error, and WaysDiffer."""
        given = {"tenant": str(self.tenant), **variables}
        prepared = _documents().prepared(text, given)
        if prepared.document is None:
            raise AuditAnswerRefused(f"{prepared.refusal[0]['message']}")
        result = await executed_whole(prepared.document, self._asked(), given, None)
        refused = bool(result.errors) or result.data is None
        await self.compiled.agree(text, prepared.document, given, None if refused else result.data)
        if result.errors or result.data is None:
            error = of_execution((result.errors or [])[0])
            raise AuditAnswerRefused(f"{error['extensions']['code']}: {error['message']}")
        return result.data

    async def pages(self, text: str, variables: Mapping[str, Any], *path: str) -> AsyncIterator[dict[str, Any]]:
        """The nodes of a list, page by page; `path` leads to it. The document takes `$first` and `$after`."""
        after: str | None = None
        while True:
            found: Any = await self.ask(text, {**variables, "first": PAGE, "after": after})
            for name in path:
                found = found[name]
            for node in found["nodes"]:
                yield node
            if not found["pageInfo"]["hasNextPage"]:
                return
            after = found["pageInfo"]["endCursor"]

    def _asked(self) -> Asked:
        own = frozenset({self.tenant})
        viewer = Viewer(DirectoryId(NOBODY), NOBODY, None, ROLES, own, frozenset())
        return Asked(viewer, self.db, self.now, Limits(), self._cursors, self.pseudonyms, self._assessments)


def moment_of(as_of: date | None, known_at: datetime | None) -> dict[str, str | None]:
    """The variables that name a moment; None: now."""
    return {
        "asOf": None if as_of is None else as_of.isoformat(),
        "knownAt": None if known_at is None else known_at.isoformat(),
    }
