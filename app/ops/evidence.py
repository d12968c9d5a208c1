"""`sua audit verify | checkpoint | prove | export | key`: that a log was not altered, shown to whoever doubts it."""

import base64
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC
from pathlib import Path
from typing import Annotated
from uuid import UUID, uuid4

import typer
from rich.progress import Progress, TaskID

from app.assembly import Parts, assembled, signing_keys
from app.commands.record_export import RecordExport, record_export
from app.domain.errors import TenantUnknown
from app.domain.events.access import ExportFormat, ExportKind
from app.domain.ids import TenantId
from app.eventstore.pools import borrowed
from app.evidence import checkpoints, verifying
from app.evidence.exported import verified_export
from app.evidence.exporting import ExportRefused
from app.evidence.exporting import export as exported
from app.evidence.fact_lines import lines
from app.evidence.known_leaves import leaves_in
from app.evidence.notary import Notary, counted, take_checkpoint
from app.evidence.notes import PublicKey, Signer, tenant_of
from app.evidence.proofs import NotProvable, consistency, consistency_text, inclusion, inclusion_text
from app.evidence.verifying import Report, Verdict
from app.ingest import alerts
from app.ingest.alerts import Alert
from app.ops.console import AsJson, FaultFound, err, out, say_json, show
from app.settings import Settings, SettingsRefused

Tenant = Annotated[UUID, typer.Option(help="SUA's id of the customer.")]
Tenants = Annotated[UUID | None, typer.Option(help="One customer; without: all.")]
Keys = Annotated[
    list[str] | None, typer.Option("--public-key", help="Only this key's signatures count; may be repeated.")
]


def verify(
    *,
    tenant: Tenants = None,
    export: Annotated[Path | None, typer.Option(help="A folder or ZIP of `sua audit export`, instead.")] = None,
    public_key: Keys = None,
    checkpoint: Annotated[
        list[Path] | None, typer.Option(help="A note kept elsewhere, to be compared as well; may be repeated.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Read whole logs: every hash, order, checkpoint and signature. Exit 4 with the first position that disagrees.

    Ends the alarm EVIDENCE_BROKEN of a customer whose log is whole, and raises it where one is not.
    """
    settings = Settings.load()
    notes = [_read(path) for path in checkpoint or []]
    given = tuple(map(PublicKey.read, public_key or []))
    if export is not None:
        with _progress("verify") as report:
            verdicts = [verified_export(export, given or _keys(settings), report, notes)]
    else:
        with assembled(settings) as parts, _progress("verify") as report:
            verdicts = [_verified(parts, each, given, report, notes) for each in _whose(parts, tenant)]
    show([_row(verdict) for verdict in verdicts], as_json=as_json)
    faults = [fault for verdict in verdicts for fault in verdict.faults]
    if faults:
        raise FaultFound(f"{len(faults)} faults; the first: {faults[0]}.")


def checkpoint(*, tenant: Tenants = None, as_json: AsJson = False) -> None:
    """Sign the log of a customer, or of each, as it stands. Nothing new: the last checkpoint is shown."""
    with assembled(Settings.load()) as parts:
        if parts.notary.signer is None:
            raise SettingsRefused("SUA_CHECKPOINT_KEY is needed: checkpoints are signed by it (`sua audit key`).")
        taken = [take_checkpoint(parts.notary, each) for each in _whose(parts, tenant)]
    rows = [{"tenant": each.tenant, "size": each.size, "note": each.note} for each in taken if each]
    show(rows, as_json=as_json)


def prove(
    *,
    tenant: Tenant,
    position: Annotated[int | None, typer.Option(min=1, help="The fact to prove.")] = None,
    since: Annotated[int | None, typer.Option("--from", min=1, help="Size of the older checkpoint.")] = None,
    until: Annotated[
        int | None, typer.Option("--to", min=1, help="Size of the newer one; by default the last.")
    ] = None,
    output: Annotated[Path | None, typer.Option(help="The file to write; without: standard output.")] = None,
    as_json: AsJson = False,
) -> None:
    """Prove that a fact is in the log (--position), or that a checkpoint continues an older one (--from, --to)."""
    if (position is None) is (since is None):
        raise typer.BadParameter("give either --position or --from", param_hint="--position, --from")
    with assembled(Settings.load()) as parts:
        whose = TenantId(tenant)
        text = (
            _fact_proven(parts.notary, whose, position, until)
            if position is not None
            else _continued(parts.notary, whose, since or 0, until)
        )
    if output is not None:
        _write_new(output, text)
    if as_json:
        say_json({"tenant": tenant, "file": None if output is None else str(output), "proof": text})
    elif output is None:
        out.out(text, highlight=False, end="")


def export(
    *,
    tenant: Tenant,
    output: Annotated[Path, typer.Option(help="A folder to make, or a file ending in .zip.")],
    as_json: AsJson = False,
) -> None:
    """Write a log with its checkpoints, proofs and public keys for an auditor. Names in it stay sealed.

    That it was exported is a fact of the log, and so in the export; a checkpoint covers it where there is a key.
    """
    whose = TenantId(tenant)
    with assembled(Settings.load()) as parts, _progress("export") as report:
        if output.exists():
            raise ExportRefused(f"{output} exists: an export never overwrites.")
        now = parts.desk.now()
        fact = RecordExport(
            whose,
            ExportKind.LOG,
            ExportFormat.JSONL,
            now.astimezone(UTC).date(),
            parts.store.head(whose),
            persons=False,
            by=None,
            cause=uuid4(),
        )
        record_export(fact, parts.desk)
        if parts.notary.signer is not None:
            take_checkpoint(parts.notary, whose)
        done = exported(parts.notary, whose, output, report)
    row = {"output": str(output), "facts": done.facts, "checkpoints": done.checkpoints, "signed": done.signed}
    show([row], as_json=as_json)


def key(*, as_json: AsJson = False) -> None:
    """Make a key that signs checkpoints: the private one for SUA_CHECKPOINT_KEY, the public one for auditors."""
    settings = Settings.load()
    seed = os.urandom(32)
    public = str(Signer(settings.checkpoint_name, seed).public)
    private = base64.b64encode(seed).decode("ascii")
    if as_json:
        say_json({"private": private, "public": public})
        return
    out.out(f"SUA_CHECKPOINT_KEY={private}", highlight=False)
    out.out(f"public key: {public}", highlight=False)
    err.print(
        "Hand the public key to customers and auditors. Where there was a key before, add its public key to"
        " SUA_CHECKPOINT_PUBLIC_KEYS first.",
        soft_wrap=True,
    )


def _verified(
    parts: Parts, tenant: TenantId, given: tuple[PublicKey, ...], report: Report, notes: Sequence[str]
) -> Verdict:
    notary = parts.notary
    own = [note for note in notes if tenant_of(note) in (tenant, None)]
    verdict = verifying.verified(notary.pool, tenant, given or notary.keys, report, archive=notary.archive, notes=own)
    with parts.workshop.database() as db:
        if verdict.faults:
            alerts.sound(db, Alert.EVIDENCE_BROKEN, tenant, str(verdict.faults[0]), parts.clock.now())
        else:
            alerts.settle(db, Alert.EVIDENCE_BROKEN, tenant)
    return verdict


def _fact_proven(notary: Notary, tenant: TenantId, position: int, size: int | None) -> str:
    with borrowed(notary.pool) as db:
        row = checkpoints.newest(db, tenant) if size is None else checkpoints.of_size(db, tenant, size)
        if row is None or row.size < position:
            raise NotProvable(f"No checkpoint of tenant {tenant} covers position {position} yet.")
        signed = counted(row, notary, tenant).checkpoint
        (fact,) = lines(db, tenant, position - 1, position)
        path = inclusion(signed, position, bytes.fromhex(fact["leaf"]), leaves_in(db, tenant))
    return inclusion_text(signed, position, path, fact)


def _continued(notary: Notary, tenant: TenantId, old: int, new: int | None) -> str:
    with borrowed(notary.pool) as db:
        rows = [checkpoints.of_size(db, tenant, old)]
        rows.append(checkpoints.newest(db, tenant) if new is None else checkpoints.of_size(db, tenant, new))
        first, last = (counted(row, notary, tenant).checkpoint if row else None for row in rows)
        if first is None or last is None or first.size > last.size:
            known = ", ".join(map(str, checkpoints.sizes(db, tenant)[-10:]))
            raise NotProvable(f"There are no two such checkpoints of tenant {tenant}; the newest have sizes {known}.")
        path = consistency(first, last, leaves_in(db, tenant))
    return consistency_text(first, last, path)


def _whose(parts: Parts, tenant: UUID | None) -> list[TenantId]:
    known = verifying.tenants(parts.pool, parts.notary.archive)
    if tenant is None:
        return known
    if TenantId(tenant) not in known:
        raise TenantUnknown(f"There is no tenant {tenant}.")
    return [TenantId(tenant)]


def _keys(settings: Settings) -> tuple[PublicKey, ...]:
    _, found = signing_keys(settings)
    if not found:
        raise SettingsRefused("Give --public-key, or SUA_CHECKPOINT_PUBLIC_KEYS: nothing else can be trusted.")
    return found


def _row(verdict: Verdict) -> dict[str, object]:
    first = verdict.faults[0] if verdict.faults else None
    return {
        "tenant": verdict.tenant,
        "facts": verdict.facts,
        "checkpoints": verdict.checkpoints,
        "signed": verdict.signed,
        "first_fault": first and first.position,
        "fault": first and first.what,
    }


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ExportRefused(f"{path} cannot be read: {type(error).__name__}.") from error


def _write_new(path: Path, text: str) -> None:
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError as error:
        raise ExportRefused(f"{path} cannot be written: {error.strerror}.") from error


@contextmanager
def _progress(what: str) -> Iterator[Report]:
    with Progress(console=err, disable=not err.is_terminal) as bars:
        tasks: dict[TenantId, TaskID] = {}

        def report(tenant: TenantId, position: int, head: int) -> None:
            if not err.is_terminal:
                err.print(f"{what} {tenant}: {position} of {head}", highlight=False, soft_wrap=True)
            if tenant not in tasks:
                tasks[tenant] = bars.add_task(f"{what} {tenant}")
            bars.update(tasks[tenant], completed=position, total=head)

        yield report
