"""What a piece of work is about: its tenant, its cause. Bound once where it begins, told on every log line inside."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType

_ids: ContextVar[Mapping[str, str]] = ContextVar("ids", default=MappingProxyType({}))


@contextmanager
def bound(**ids: object) -> Iterator[None]:
    """Ids (`tenant`, `cause`) of everything said inside, also by tasks and threads begun there. None binds nothing."""
    known = {name: str(value) for name, value in ids.items() if value is not None}
    before = _ids.set({**_ids.get(), **known})
    try:
        yield
    finally:
        _ids.reset(before)


def ids_bound() -> Mapping[str, str]:
    return _ids.get()
