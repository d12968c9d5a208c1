"""Sightings put aside until the last page has arrived, outside of memory."""

import tempfile
from collections.abc import Iterator
from types import TracebackType
from typing import Generic, Self, TypeVar

from pydantic import TypeAdapter

from app.domain.personal import Personal

T = TypeVar("T")


class _InClear:
    """Personal values as they are: the file has no name, nobody else can open it, and it ends with the process."""

    def seal(self, personal: Personal) -> dict[str, str]:
        return {"subject": personal.subject, "value": personal.value or ""}

    def open(self, stored: dict[str, str]) -> Personal:
        return Personal(stored["subject"], stored["value"])


IN_CLEAR = _InClear()


class Spool(Generic[T]):
    """A sequence on disk, one JSON line an item. It may be gone through more than once, by one reader at a time."""

    def __init__(self, kind: type[T]) -> None:
        self._adapter = TypeAdapter(kind)
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 (closed in __exit__)
        self._count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def add(self, item: T) -> None:
        """Put aside behind all others. Not while somebody goes through it."""
        self._file.write(self._adapter.dump_json(item, context=IN_CLEAR) + b"\n")
        self._count += 1

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[T]:
        self._file.seek(0)
        for line in self._file:
            yield self._adapter.validate_json(line, context=IN_CLEAR)
