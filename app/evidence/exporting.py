"""A log as files that can be checked without SUA, in ten years too: a folder or a ZIP, written as it is read."""

import json
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from psycopg import Connection
from psycopg.rows import TupleRow

from app.domain.errors import Refused
from app.domain.ids import TenantId
from app.eventstore.pools import borrowed
from app.evidence import checkpoints
from app.evidence.export_readme import README
from app.evidence.fact_lines import lines
from app.evidence.known_leaves import leaves_in
from app.evidence.notary import Notary, counted
from app.evidence.proofs import consistency, consistency_text
from app.evidence.rows import head_of
from app.evidence.verifying import Report

LOG, CHECKPOINTS, KEYS, CONTINUED = "log.jsonl", "checkpoints.jsonl", "keys.txt", "consistency.txt"

_TOLD_EVERY = 10_000


class ExportRefused(Refused):
    """The folder or file of an export exists already, or cannot be written or read."""

    code: ClassVar[str] = "EXPORT_REFUSED"


@dataclass(frozen=True, slots=True)
class Exported:
    facts: int
    checkpoints: int
    signed: int


def export(notary: Notary, tenant: TenantId, target: Path, report: Report) -> Exported:
    """Write the log as of one instant, with its checkpoints and public keys. `target`: a folder, or a `.zip`.

    Raises ExportRefused where it exists; what was cut off stands beside it, its name ending in `.part`.
    """
    part = target.with_name(f"{target.name}.part")
    if target.exists() or part.exists():
        raise ExportRefused(f"{target} exists, or {part.name} beside it: an export never overwrites.")
    try:
        with _bundle(part, zipped=target.suffix == ".zip") as bundle:
            done = _written(notary, tenant, bundle, report)
        part.rename(target)
    except OSError as error:
        raise ExportRefused(f"{target} cannot be written: {error.strerror}.") from error
    return done


class _Bundle:
    """Files by name, one open at a time."""

    def __init__(self, folder: Path | None, archive: zipfile.ZipFile | None) -> None:
        self._folder = folder
        self._archive = archive

    @contextmanager
    def file(self, name: str) -> Iterator[Callable[[str], object]]:
        """How to write text to it."""
        if self._archive is not None:
            with self._archive.open(name, "w", force_zip64=True) as member:
                yield lambda text: member.write(text.encode())
        elif self._folder is not None:
            with (self._folder / name).open("w", encoding="utf-8", newline="\n") as file:
                yield file.write


@contextmanager
def _bundle(part: Path, *, zipped: bool) -> Iterator[_Bundle]:
    if zipped:
        with zipfile.ZipFile(part, "x", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            yield _Bundle(None, archive)
    else:
        part.mkdir()
        yield _Bundle(part, None)


def _written(notary: Notary, tenant: TenantId, bundle: _Bundle, report: Report) -> Exported:
    with borrowed(notary.pool) as db:
        db.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        head = head_of(db, tenant)
        with bundle.file("README.md") as write:
            write(README.format(tenant=tenant))
        with bundle.file(KEYS) as write:
            for each in notary.keys:
                write(f"{each}\n")
        facts = _log(db, tenant, head, bundle, report)
        signed = _checkpoints(db, tenant, bundle)
        if signed:
            _continued(db, notary, tenant, bundle, (signed[0], signed[-1]))
    return Exported(facts, len(signed), signed[-1] if signed else 0)


def _log(db: Connection[TupleRow], tenant: TenantId, head: int, bundle: _Bundle, report: Report) -> int:
    facts = 0
    with bundle.file(LOG) as write:
        for line in lines(db, tenant, 0, head):
            write(json.dumps(line, ensure_ascii=False) + "\n")
            facts += 1
            if facts % _TOLD_EVERY == 0 or facts == head:
                report(tenant, facts, head)
    return facts


def _checkpoints(db: Connection[TupleRow], tenant: TenantId, bundle: _Bundle) -> list[int]:
    sizes = []
    with bundle.file(CHECKPOINTS) as write:
        for row in checkpoints.streamed(db, tenant):
            write(json.dumps({"size": row.size, "made_at": row.made_at.isoformat(), "note": row.note}) + "\n")
            sizes.append(row.size)
    return sizes


def _continued(
    db: Connection[TupleRow], notary: Notary, tenant: TenantId, bundle: _Bundle, ends: tuple[int, int]
) -> None:
    """That the newest checkpoint continues the first, for whoever has no time to read the log."""
    rows = [row for row in (checkpoints.of_size(db, tenant, size) for size in ends) if row]
    old, new = (counted(row, notary, tenant).checkpoint for row in rows)
    path = consistency(old, new, leaves_in(db, tenant))
    with bundle.file(CONTINUED) as write:
        write(consistency_text(old, new, path))
