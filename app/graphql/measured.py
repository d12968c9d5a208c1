"""One request at the GraphQL door as operators see it. Of the document only the type of its operation is told."""

from time import perf_counter

import msgspec
from starlette.responses import Response

from app.graphql.documents import NO_OPERATION
from app.telemetry.metrics import GRAPHQL_REQUESTS, GRAPHQL_SECONDS
from app.telemetry.tracing import rename, tracing

KEPT = "kept"
COMPILED = "compiled"
RUN = "run"


class Noted(msgspec.Struct):
    """What is told of a request. `how`: KEPT, COMPILED or RUN. `errors`: the answer has some beside its data.

    `began`: as `perf_counter` says it.
    """

    operation: str = NO_OPERATION
    how: str = "none"
    errors: bool = False
    began: float = msgspec.field(default_factory=perf_counter)

    def chosen(self, operation: str) -> None:
        """The document is known and may be run."""
        self.operation = operation
        if tracing() and operation != NO_OPERATION:
            rename(f"graphql {operation}")

    def answered(self, response: Response) -> None:
        """The answer is known and about to be sent: the request is counted."""
        GRAPHQL_SECONDS.observe(perf_counter() - self.began, self.operation)
        GRAPHQL_REQUESTS.add(self.operation, _outcome(self, response), self.how)


def _outcome(noted: Noted, response: Response) -> str:
    status = response.status_code
    if status == 503:
        return "unavailable"
    if status >= 500:
        return "failed"
    if status >= 400:
        return "refused"
    return "errors" if noted.errors else "ok"
