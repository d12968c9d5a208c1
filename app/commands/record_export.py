"""A file with a customer's data is about to leave SUA."""

from dataclasses import dataclass
from datetime import UTC, date
from uuid import UUID

from app.commands.desk import Desk
from app.commands.retry import retried
from app.domain.errors import TenantUnknown
from app.domain.events.access import DataExported, ExportFormat, ExportKind
from app.domain.ids import TenantId
from app.eventstore.streams import access_stream


@dataclass(frozen=True, slots=True)
class RecordExport:
    """`cause`: of this one file; the other fields are those of the fact `DataExported`."""

    tenant: TenantId
    kind: ExportKind
    format: ExportFormat
    as_of: date
    position: int
    persons: bool
    by: UUID | None
    cause: UUID


def record_export(command: RecordExport, desk: Desk) -> None:
    """Record it, also of a customer who has left: their history can still be read. Raises TenantUnknown, TenantErased.

    Two files are two facts, however alike they are.
    """
    if not desk.store.head(command.tenant):
        raise TenantUnknown(f"There is no tenant {command.tenant}.")
    now = desk.now()
    stream = access_stream(now.astimezone(UTC).date())
    fact = DataExported(
        happened_at=now,
        kind=command.kind,
        format=command.format,
        as_of=command.as_of,
        position=command.position,
        persons=command.persons,
        by=command.by,
    )

    def attempt() -> int:
        _, version = desk.store.load(command.tenant, stream)
        return desk.store.append(command.tenant, stream, [fact], expected=version, cause=command.cause, at=now)

    desk.ring(command.tenant, retried(attempt))
