"""Spans by OpenTelemetry, and how a trace goes on in another process. Without a tracer all of it is nothing.

A span is named for a kind of work, never for a field, a document or a person; of an error it keeps the kind only.
"""

from collections.abc import Coroutine, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from contextvars import ContextVar
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.trace import Tracer, TracerProvider

T = TypeVar("T")

SPANS_AT_ONCE = 64
"""Traces that one batch goes on with; the others of a larger batch end before it."""

_tracer: "Tracer | None" = None
_NOTHING: AbstractContextManager[None] = nullcontext()
_origins: ContextVar[Mapping[UUID, str]] = ContextVar("origins", default=MappingProxyType({}))


def trace_with(provider: "TracerProvider | None") -> None:
    """From now on spans of this process go to `provider`; None: there are none."""
    global _tracer  # noqa: PLW0603 - one a process, like the logger
    _tracer = None if provider is None else provider.get_tracer("sua")


def tracing() -> bool:
    return _tracer is not None


def span(
    name: str, parent: str | None = None, *, links: Iterable[str] = (), **attributes: str | int
) -> AbstractContextManager[None]:
    """A span around the block; inside another span, or as the child of one elsewhere (`parent`, a traceparent)."""
    if _tracer is None:
        return _NOTHING
    return _spanned(_tracer, name, parent, links, attributes)


async def in_span(name: str, parent: str | None, work: Coroutine[Any, Any, T]) -> T:
    """The same around what is awaited."""
    with span(name, parent):
        return await work


@contextmanager
def spans(name: str, parents: Mapping[UUID, str], **attributes: str | int) -> Iterator[dict[UUID, str]]:
    """One block that several traces go through: a span in each, all around it. Yields by key how each goes on.

    The last is the one that further spans and log lines inside belong to. No parents: one span where we are.
    """
    if _tracer is None:
        yield {}
        return
    with ExitStack() as opened:
        went_on: dict[UUID, str] = {}
        by_parent: dict[str, str] = {}
        for key, parent in parents.items():
            if parent not in by_parent and len(by_parent) < SPANS_AT_ONCE:
                opened.enter_context(_spanned(_tracer, name, parent, (), attributes))
                by_parent[parent] = traceparent() or parent
            if parent in by_parent:
                went_on[key] = by_parent[parent]
        if not by_parent:
            opened.enter_context(_spanned(_tracer, name, None, (), attributes))
        yield went_on


@contextmanager
def following(origins: Mapping[UUID, str]) -> Iterator[None]:
    """Facts appended inside for these causes go on with these traces, whatever span the block is in."""
    before = _origins.set(origins)
    try:
        yield
    finally:
        _origins.reset(before)


def origins_of(causes: Iterable[UUID]) -> dict[UUID, str]:
    """The traceparent each cause's facts go on from: what `following` said, else the span we are in."""
    if _tracer is None:
        return {}
    known, here = _origins.get(), traceparent()
    found = {cause: known.get(cause, here) for cause in causes}
    return {cause: parent for cause, parent in found.items() if parent is not None}


def rename(name: str) -> None:
    """Call the span we are in by what it turned out to be."""
    if _tracer is not None:
        from opentelemetry.trace import get_current_span

        get_current_span().update_name(name)


def traceparent() -> str | None:
    """The span we are in, in W3C's form; None outside of any."""
    if _tracer is None:
        return None
    from opentelemetry.trace import get_current_span

    known = get_current_span().get_span_context()
    if not known.is_valid:
        return None
    return f"00-{known.trace_id:032x}-{known.span_id:016x}-{known.trace_flags:02x}"


def trace_id() -> str | None:
    """Of the trace we are in, 32 hexadecimal digits; None outside of any."""
    known = traceparent()
    return None if known is None else known.split("-")[1]


@contextmanager
def _spanned(
    tracer: "Tracer", name: str, parent: str | None, links: Iterable[str], attributes: Mapping[str, str | int]
) -> Iterator[None]:
    from opentelemetry.trace import Link, Status, StatusCode, get_current_span

    others = [Link(get_current_span(_context(each)).get_span_context()) for each in links]
    with tracer.start_as_current_span(
        name,
        context=None if parent is None else _context(parent),
        attributes={f"sua.{key}": value for key, value in attributes.items()},
        links=[each for each in others if each.context.is_valid],
        record_exception=False,
        set_status_on_exception=False,
    ) as begun:
        try:
            yield
        except BaseException as error:
            begun.set_status(Status(StatusCode.ERROR, type(error).__name__))
            raise


def _context(parent: str) -> "Context":
    """An odd `parent` gives a context without a span: a new trace begins."""
    from opentelemetry.context import Context
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    return TraceContextTextMapPropagator().extract({"traceparent": parent}, context=Context())
