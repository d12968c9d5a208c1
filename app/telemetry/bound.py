"""What a piece of work is about: its tenant, its cause. Bound once where it begins, told on every log line inside."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from contextvars import ContextVar
from types import MappingProxyType

_ids: ContextVar[Mapping[str, str]] = ContextVar("ids", default=MappingProxyType({}))


class bound(AbstractContextManager[None]):  # noqa: N801 - a context manager, named as those of contextlib are
    """Ids (`tenant`, `cause`) of everything said inside, also by tasks and threads begun there. None binds nothing.

    For one use.
    """

    __slots__ = ("_before", "_ids")

    def __init__(self, **ids: object) -> None:
        self._ids = ids

    def __enter__(self) -> None:
        ids = dict(_ids.get())
        for name, value in self._ids.items():
            if value is not None:
                ids[name] = str(value)
        self._before = _ids.set(ids)

    def __exit__(self, *_: object) -> None:
        _ids.reset(self._before)


def ids_bound() -> Mapping[str, str]:
    return _ids.get()
