"""One request at the GraphQL door as operators see it. Of the document only the type of its operation is told."""

from collections.abc import Awaitable, Callable
from time import perf_counter

from graphql import OperationDefinitionNode
from starlette.requests import Request
from starlette.responses import Response

from app.telemetry.metrics import GRAPHQL_REQUESTS, GRAPHQL_SECONDS
from app.telemetry.tracing import rename

KEPT = "kept"
COMPILED = "compiled"
RUN = "run"


def note(request: Request, chosen: OperationDefinitionNode | None) -> None:
    """The document is known and may be run."""
    if chosen is not None:
        request.state.operation = chosen.operation.value
        rename(f"graphql {chosen.operation.value}")


def note_answer(request: Request, how: str, *, errors: bool) -> None:
    """`how`: KEPT, COMPILED or RUN. `errors`: the answer has some beside its data."""
    request.state.how, request.state.errors = how, errors


async def measured(request: Request, respond: Callable[[Request], Awaitable[Response]]) -> Response:
    began = perf_counter()
    response = await respond(request)
    operation = getattr(request.state, "operation", "none")
    GRAPHQL_SECONDS.labels(operation).observe(perf_counter() - began)
    GRAPHQL_REQUESTS.labels(operation, _outcome(request, response), getattr(request.state, "how", "none")).inc()
    return response


def _outcome(request: Request, response: Response) -> str:
    if response.status_code == 503:
        return "unavailable"
    if response.status_code >= 500:
        return "failed"
    if response.status_code >= 400:
        return "refused"
    return "errors" if getattr(request.state, "errors", False) else "ok"
