"""Facts about who took data out of SUA."""

from datetime import date
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime

from app.domain.events.base import Event


class ExportKind(StrEnum):
    """What a file is about."""

    FINDINGS = "findings"
    COSTS = "costs"
    LICENCE_HISTORY = "licence-history"
    MONTHLY_REPORT = "monthly-report"
    LOG = "log"
    """The log itself, for auditors: names in it are sealed."""
    REPLAY = "audit-replay"
    HISTORY = "audit-history"


class ExportFormat(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"
    HTML = "html"
    JSONL = "jsonl"
    JSON = "json"
    TEXT = "text"


class DataExported(Event):
    """A file with a customer's data was about to leave SUA: the fact is recorded before the first byte.

    `as_of` and `position`: the moment the file tells of. `persons`: names stand in it, else pseudonyms. `by`: the
    object id of who asked, in their directory; None: an operator at the command line.
    """

    name: ClassVar[str] = "DataExported"
    kind: ExportKind
    format: ExportFormat
    as_of: date
    position: int
    persons: bool
    by: UUID | None


class PersonsShown(Event):
    """Names, addresses or numbers of a customer's people were about to be shown in clear: once an hour and viewer.

    `by`: the object id of who asked, in their directory. `hour`: the full hour, UTC, this speaks for.
    """

    name: ClassVar[str] = "PersonsShown"
    by: UUID
    hour: AwareDatetime
