"""An export read again and judged as the log itself is."""

import io
import json
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import IO

from app.domain.ids import TenantId
from app.evidence.exporting import CHECKPOINTS, LOG, ExportRefused
from app.evidence.fact_lines import LineUnreadable, entry_of
from app.evidence.merkle import Frontier
from app.evidence.notes import Checkpoint, NoteRefused, PublicKey, opened, tenant_of
from app.evidence.rows import BATCH, Entry
from app.evidence.verifying import Report, Verdict
from app.evidence.walking import Fault, Walk


def verified_export(path: Path, keys: Sequence[PublicKey], report: Report, notes: Sequence[str] = ()) -> Verdict:
    """Check a folder or ZIP that `sua audit export` wrote. Raises ExportRefused where it is none.

    Takes the memory of a version a stream and of the checkpoints.
    """
    try:
        with _file(path, CHECKPOINTS) as lines:
            kept = [str(json.loads(line)["note"]) for line in lines]
        tenant = next((whose for whose in map(tenant_of, [*kept, *notes]) if whose), None)
        if tenant is None:
            raise ExportRefused(f"{path} holds no checkpoint: nothing proves it.")
        marks, faults = _marks([*kept, *notes], tenant, keys)
        walk = Walk(tenant, Frontier(), marks)
        with _file(path, LOG) as lines:
            wrong = _walked(walk, lines, tenant, report)
    except (OSError, ValueError, LookupError, TypeError, zipfile.BadZipFile) as error:
        raise ExportRefused(f"{path} cannot be read as an export: {type(error).__name__}.") from error
    if wrong is None:
        walk.end(walk.frontier.size)
    faults += [fault for fault in (wrong, walk.fault) if fault]
    signed = max((mark.size for mark in marks), default=0)
    return Verdict(tenant, walk.frontier.size, len(kept), signed, sorted(faults, key=lambda fault: fault.position))


def _marks(notes: Sequence[str], tenant: TenantId, keys: Sequence[PublicKey]) -> tuple[list[Checkpoint], list[Fault]]:
    marks, faults = [], []
    for note in notes:
        try:
            marks.append(opened(note, tenant, keys))
        except NoteRefused as refused:
            faults.append(Fault(tenant, 0, f"a checkpoint does not count: {refused}"))
    return marks, faults


def _walked(walk: Walk, lines: IO[str], tenant: TenantId, report: Report) -> Fault | None:
    """Until the first fault. Returns one of the lines or of a stream's versions, where that is the first."""
    versions: dict[str, int] = {}
    while chunk := list(islice(lines, BATCH)):
        entries: list[Entry] = []
        position = walk.frontier.size
        wrong = None
        for line in chunk:
            position += 1
            try:
                entry, stream, version = entry_of(line)
            except LineUnreadable as unreadable:
                wrong = str(unreadable)
                break
            entries.append(entry)
            versions[stream] = versions.get(stream, 0) + 1
            if versions[stream] != version:
                wrong = "the fact does not follow the version in front of it in its stream"
                break
        walk.take(entries)
        if walk.fault is not None:
            return None
        if wrong is not None:
            return Fault(tenant, position, wrong)
        report(tenant, walk.frontier.size, walk.frontier.size)
    return None


@contextmanager
def _file(path: Path, name: str) -> Iterator[IO[str]]:
    if path.is_dir():
        with (path / name).open(encoding="utf-8", newline="\n") as file:
            yield file
    else:
        with zipfile.ZipFile(path) as archive, archive.open(name) as member:
            yield io.TextIOWrapper(member, encoding="utf-8", newline="\n")
