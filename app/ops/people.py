"""`sua people`: what one person has a right to: to be forgotten, and to be told everything kept about them."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, ClassVar
from uuid import UUID, uuid4

import typer
from rich.progress import Progress

from app import telemetry
from app.assembly import Parts, assembled, master_keys
from app.commands.erase_person import ErasePerson, erase_person
from app.commands.record_person_export import RecordPersonExport
from app.domain.errors import Refused, TenantUnknown
from app.domain.events.persons import ErasureGround
from app.domain.ids import TenantId, UserId
from app.eventstore.rotation import epochs_of, rewrap
from app.ops.console import AsJson, FaultFound, err, show
from app.ops.following import followed
from app.ops.person_files import write_person
from app.ops.retention import retention
from app.people.export import person_file
from app.projections.retelling import PERSONAL
from app.projections.status import standings
from app.settings import Settings

app = typer.Typer(
    help="One person: erase them, hand out what is kept, list who was erased. And for how long calls are kept.",
    no_args_is_help=True,
)
app.command("retention")(retention)

Tenant = Annotated[UUID, typer.Option(help="SUA's id of the customer.")]
Person = Annotated[UUID, typer.Option(help="The person's object id in the customer's directory.")]


class FolderRefused(Refused):
    """The folder is there already, or cannot be written."""

    code: ClassVar[str] = "FOLDER_REFUSED"


@app.command("erase")
def erase(
    *,
    tenant: Tenant,
    user: Person,
    reason: Annotated[
        ErasureGround, typer.Option(help="The ground, of the GDPR's six.", case_sensitive=False)
    ] = ErasureGround.REQUESTED,
    as_json: AsJson = False,
) -> None:
    """Erase a person for good. Given again, nothing changes. Exit 4 while a table still waits to follow."""
    with assembled(Settings.load()) as parts:
        command = ErasePerson(TenantId(tenant), UserId(user), reason, by=None, cause=uuid4())
        facts = erase_person(command, parts.desk)
        behind = followed(parts, TenantId(tenant), PERSONAL)
        telemetry.say("person.erased", logging.INFO, tenant=tenant, facts=facts, behind=behind)
    show([{"tenant": tenant, "user": user, "erased": facts, "behind": behind}], as_json=as_json)
    if behind:
        raise FaultFound(f"The names are unreadable in the log, and still stand in {', '.join(behind)}; see `behind`.")


@app.command("export")
def export(
    *,
    tenant: Tenant,
    user: Person,
    folder: Annotated[Path, typer.Option("--output", help="A new folder for the files; only you can read them.")],
    as_json: AsJson = False,
) -> None:
    """Write everything kept about a person: person.json, and the same as CSV, facts and one file a table."""
    if folder.exists():
        raise FolderRefused(f"{folder} is there already; name a new folder.")
    with assembled(Settings.load()) as parts:
        command = RecordPersonExport(TenantId(tenant), UserId(user), by=None, cause=uuid4())
        told = person_file(parts.pool, parts.desk, command)
    try:
        written = write_person(told, folder)
    except OSError as error:
        raise FolderRefused(f"{folder} cannot be written: {error.strerror}.") from error
    show([{"file": str(path), "items": items} for path, items in written.items()], as_json=as_json)


@app.command("list")
def list_erased(
    *, tenant: Annotated[UUID | None, typer.Option(help="One customer; without: all.")] = None, as_json: AsJson = False
) -> None:
    """Who was erased, when, whether every table has followed, and whether remnants of their keys are noise by now."""
    settings = Settings.load()
    with assembled(settings) as parts:
        epochs = epochs_of(parts.pool, master_keys(settings))
        if tenant is not None and not parts.store.head(TenantId(tenant)):
            raise TenantUnknown(f"There is no tenant {tenant}.")
        with parts.workshop.database() as db:
            found = db.execute(
                "SELECT tenant_id, substr(subject, 6), erased_at, position FROM erased_subjects"
                " WHERE starts_with(subject, 'user/') AND (%(tenant)s::uuid IS NULL OR tenant_id = %(tenant)s)"
                " ORDER BY tenant_id, position",
                {"tenant": tenant},
            ).fetchall()
        reached = {whose: _reached(parts, whose) for whose in {row[0] for row in found}}
    show(
        [
            {
                "tenant": whose,
                "user": user,
                "erased_at": at,
                "position": position,
                "tables_follow": reached[whose] >= position,
                "final": epochs.made_final(at),
            }
            for whose, user, at, position in found
        ],
        as_json=as_json,
    )


@app.command("rotate-keys")
def rotate_keys(*, as_json: AsJson = False) -> None:
    """Wrap every key anew by SUA_MASTER_KEY, while everything runs. Killed, the next run goes on; a repeat does
    nothing."""
    settings = Settings.load()
    with assembled(settings) as parts, _progress() as report:
        rewrapped = rewrap(parts.pool, master_keys(settings), parts.desk.now, report)
        telemetry.say("keys.rotated", logging.INFO, epoch=settings.master_key_epoch, keys=rewrapped)
    show([{"epoch": settings.master_key_epoch, "rewrapped": rewrapped}], as_json=as_json)


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    with Progress(console=err, disable=not err.is_terminal) as bars:
        task = bars.add_task("keys")

        def report(done: int, total: int) -> None:
            if not err.is_terminal:
                err.print(f"keys: {done} of {total}", highlight=False, soft_wrap=True)
            bars.update(task, completed=done, total=total)

        yield report


def _reached(parts: Parts, tenant: TenantId) -> int:
    found = [each.position for each in standings(parts.pool, tenant) if each.projection in PERSONAL]
    return min(found, default=0)
