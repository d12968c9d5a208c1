"""Signed notes kept as files outside the database, where its administrator has no say.

`<folder>/<tenant>/<size>.txt`, one note a file, never written twice. A database that was restored, or whose
checkpoints were deleted, lacks one that stands here.
"""

import os
from pathlib import Path
from typing import ClassVar
from uuid import UUID

from app.domain.errors import Unavailable
from app.domain.ids import TenantId
from app.evidence.notes import Checkpoint


class ArchiveDown(Unavailable):
    """The folder of SUA_CHECKPOINT_DIR cannot be read or written. What was signed meanwhile is put there later."""

    code: ClassVar[str] = "CHECKPOINT_ARCHIVE_DOWN"


class Archive:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def tenants(self) -> list[TenantId]:
        """Whose notes are here."""
        try:
            return [TenantId(UUID(path.name)) for path in self._folder.iterdir() if _is_id(path.name)]
        except OSError as error:
            raise _down(self._folder, error) from error

    def sizes(self, tenant: TenantId) -> list[int]:
        try:
            found = (self._folder / str(tenant)).glob("*.txt")
            return sorted(int(path.stem) for path in found if path.stem.isdecimal())
        except OSError as error:
            raise _down(self._folder, error) from error

    def note(self, tenant: TenantId, size: int) -> str:
        path = self._path(tenant, size)
        try:
            return path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            return ""
        except OSError as error:
            raise _down(self._folder, error) from error

    def keep(self, checkpoint: Checkpoint) -> None:
        """Two who keep the same note write the same file; a write that was cut off leaves none."""
        path = self._path(checkpoint.tenant, checkpoint.size)
        begun = path.with_suffix(f".{os.getpid()}.part")
        try:
            path.parent.mkdir(exist_ok=True)
            with begun.open("w", encoding="utf-8") as file:
                file.write(checkpoint.note)
                file.flush()
                os.fsync(file.fileno())
            begun.rename(path)
        except OSError as error:
            raise _down(self._folder, error) from error

    def _path(self, tenant: TenantId, size: int) -> Path:
        return self._folder / str(tenant) / f"{size}.txt"


def _is_id(name: str) -> bool:
    try:
        return str(UUID(name)) == name
    except ValueError:
        return False


def _down(folder: Path, error: OSError) -> ArchiveDown:
    return ArchiveDown(f"Checkpoints cannot be kept in {folder}: {error.strerror}.")
