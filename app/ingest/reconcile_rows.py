"""Rows of Graph's list of calls: what each tells, and what is wrong with one that does not tell all."""

from dataclasses import dataclass

from app.domain.errors import SuaError
from app.domain.ids import CallId
from app.domain.reconciliation import ANY_REVISION, ListedCall
from app.ingest.dead_letters import nameless_key
from app.ingest.graph_errors import BadUpstreamAnswer
from app.ingest.graph_http import Json
from app.ingest.graph_types import Guid, Instant, Row, Version, read_as

CALL_LIST = "call_list"
"""The feed of dead letters that are rows of the list; the call's id is their key, if there is one."""


class CallListed(Row):
    """A row of the list. Its other members are not to be relied on: the documents' own example shows no type."""

    id: Guid
    version: Version
    start_date_time: Instant


class _Named(Row):
    id: Guid


class _Placed(_Named):
    start_date_time: Instant


@dataclass(frozen=True, slots=True)
class Spoilt:
    """A row that does not tell all, and why. `call` None: nor which call it is."""

    key: str
    row: Json
    error: SuaError
    call: CallId | None


def read_row(row: Json, path: str) -> tuple[ListedCall | None, Spoilt | None]:
    """The call a row lists, and what is wrong with the row.

    None of the first: it tells no id or no start. Both: its version alone is not told, so any the log has will do.
    """
    try:
        read = read_as(CallListed, row, path)
        if read.start_date_time is None:
            raise BadUpstreamAnswer(f"{path}.startDateTime: none")
    except BadUpstreamAnswer as error:
        return _placed(row), _spoilt(row, error)
    return ListedCall(CallId(read.id), read.version, read.start_date_time), None


def _placed(row: Json) -> ListedCall | None:
    try:
        read = read_as(_Placed, row, "")
    except BadUpstreamAnswer:
        return None
    return None if read.start_date_time is None else ListedCall(CallId(read.id), ANY_REVISION, read.start_date_time)


def _spoilt(row: Json, error: SuaError) -> Spoilt:
    try:
        call = CallId(read_as(_Named, row, "").id)
    except BadUpstreamAnswer:
        return Spoilt(nameless_key(row), row, error, None)
    return Spoilt(str(call), row, error, call)
