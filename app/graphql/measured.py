"""One request at the GraphQL door as operators see it. Of the document only the type of its operation is told."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import lru_cache
from time import perf_counter

from graphql import OperationDefinitionNode
from prometheus_client import Counter, Histogram
from starlette.requests import Request
from starlette.responses import Response

from app.telemetry.metrics import GRAPHQL_REQUESTS, GRAPHQL_SECONDS
from app.telemetry.tracing import rename, tracing

KEPT = "kept"
COMPILED = "compiled"
RUN = "run"


@dataclass(slots=True)
class Noted:
    """What is told of a request. `how`: KEPT, COMPILED or RUN. `errors`: the answer has some beside its data."""

    operation: str = "none"
    how: str = "none"
    errors: bool = False

    def chosen(self, operation: OperationDefinitionNode | None) -> None:
        """The document is known and may be run."""
        if operation is not None:
            self.operation = operation.operation.value
            if tracing():
                rename(f"graphql {self.operation}")


async def measured(request: Request, respond: Callable[[Request, Noted], Awaitable[Response]]) -> Response:
    began, noted = perf_counter(), Noted()
    response = await respond(request, noted)
    _seconds(noted.operation).observe(perf_counter() - began)
    _requests(noted.operation, _outcome(noted, response), noted.how).inc()
    return response


@lru_cache(100)
def _seconds(operation: str) -> Histogram:
    return GRAPHQL_SECONDS.labels(operation)


@lru_cache(1_000)
def _requests(operation: str, outcome: str, how: str) -> Counter:
    return GRAPHQL_REQUESTS.labels(operation, outcome, how)


def _outcome(noted: Noted, response: Response) -> str:
    if response.status_code == 503:
        return "unavailable"
    if response.status_code >= 500:
        return "failed"
    if response.status_code >= 400:
        return "refused"
    return "errors" if noted.errors else "ok"
