"""Errors as clients see them: `extensions.code` is the contract, messages may change.

What is neither the caller's to fix nor known to be temporary is a bug: the answer then holds a trace id and nothing
else, and the log the error's type and place under that id, but not its text, which may quote data or secrets.
"""

import logging
import traceback
from typing import Any, ClassVar
from uuid import uuid4

import psycopg
import psycopg_pool
from graphql import GraphQLError

from app import telemetry
from app.domain.errors import Refused, SuaError, Unavailable

PARSE_FAILED = "GRAPHQL_PARSE_FAILED"
VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"
INTROSPECTION_OFF = "INTROSPECTION_OFF"
BAD_USER_INPUT = "BAD_USER_INPUT"
INTERNAL = "INTERNAL"


class BadUserInput(Refused):
    """An argument has a value that cannot be meant. The message names the argument and what is allowed."""

    code: ClassVar[str] = BAD_USER_INPUT


class CursorInvalid(Refused):
    """A cursor that did not come from this field of this tenant, with these arguments."""

    code: ClassVar[str] = "INVALID_CURSOR"


class QueryTooCostly(Refused):
    """The document asks for more than one request may. `measured` and `allowed` are of the quantity `what`."""

    code: ClassVar[str] = "QUERY_TOO_COSTLY"

    def __init__(self, what: str, measured: int | None, allowed: int) -> None:
        amount = "without end" if measured is None else str(measured)
        super().__init__(f"The query's {what}: {amount}; allowed: {allowed}. Ask for less, or in several requests.")
        self.what = what
        self.measured = measured
        self.allowed = allowed


class DatabaseDown(Unavailable):
    """The database does not answer. Nothing needs a restart when it is back."""

    code: ClassVar[str] = "DATABASE_DOWN"


class QuestionTooSlow(Unavailable):
    """A statement ran into the time limit; or there are too many customers to judge for a portfolio in order of
    figures: those who were judged are kept, so a repeat gets further."""

    code: ClassVar[str] = "QUERY_TIMED_OUT"


class Aborted(Unavailable):
    """Another part of the same request failed in the database, so this one was not answered."""

    code: ClassVar[str] = "ABORTED"


def known(error: BaseException | None) -> SuaError | None:
    """The error as one of ours, or None: a bug."""
    if isinstance(error, SuaError):
        return error
    if isinstance(error, psycopg.errors.QueryCanceled):
        return QuestionTooSlow("The question took too long; ask for less at once.")
    if isinstance(error, psycopg.errors.InFailedSqlTransaction):
        return Aborted("Another part of this request failed, so this part was not answered.")
    if isinstance(error, (psycopg.OperationalError, psycopg.InterfaceError, psycopg_pool.PoolTimeout)):
        return DatabaseDown("The database does not answer; try again in a moment.")
    return None


def described(error: SuaError) -> dict[str, Any]:
    extensions: dict[str, Any] = {"code": error.code}
    if isinstance(error, QueryTooCostly):
        extensions |= {"what": error.what, "measured": error.measured, "allowed": error.allowed}
    return {"message": str(error), "extensions": extensions}


def masked(error: BaseException) -> dict[str, Any]:
    """A bug: logged by type and place, answered with the id to look for."""
    trace = uuid4().hex
    frames = traceback.extract_tb(error.__traceback__)[-8:]
    where = [f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in frames]
    telemetry.count("graphql.internal_error")
    telemetry.say("graphql.internal_error", logging.ERROR, trace=trace, error=type(error).__name__, where=where)
    return {
        "message": f"Something went wrong here; it is logged as {trace}.",
        "extensions": {"code": INTERNAL, "traceId": trace},
    }


def of_execution(error: GraphQLError) -> dict[str, Any]:
    """An error of running a valid document: ours by its code, graphql-core's own as bad input, the rest masked.

    One without a path comes from before any field was run: from the variables or the operation's name.
    """
    cause = error.original_error
    ours = known(cause)
    if ours is not None:
        body = described(ours)
    elif cause is None or error.path is None or isinstance(cause, GraphQLError):
        body = {"message": error.message, "extensions": {"code": BAD_USER_INPUT}}
    else:
        body = masked(cause)
    return {**body, **_placed(error)}


def of_document(error: GraphQLError, code: str) -> dict[str, Any]:
    """A parse or validation error, which is always told: it speaks of the document and the schema only."""
    return {"message": error.message, **_placed(error), "extensions": {"code": code}}


def _placed(error: GraphQLError) -> dict[str, Any]:
    placed: dict[str, Any] = {}
    if error.locations:
        placed["locations"] = [{"line": each.line, "column": each.column} for each in error.locations]
    if error.path is not None:
        placed["path"] = error.path
    return placed
