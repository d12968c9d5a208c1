"""`sua migrate`: bring the database's schema to this release."""

from typing import Annotated

import typer

from app.ops.console import AsJson, FaultFound, say_json, show
from app.ops.migrate import check, migrate
from app.settings import Settings, SettingsRefused


def migrate_database(
    *,
    check_only: Annotated[bool, typer.Option("--check", help="Apply nothing; exit 4 if something is pending.")] = False,
    as_json: AsJson = False,
) -> None:
    """Apply pending migrations, as the database's owner (SUA_DATABASE_OWNER_URL)."""
    dsn = owner_dsn(Settings.load())
    if check_only:
        pending = check(dsn)
        if pending:
            raise FaultFound(f"{len(pending)} migrations are pending: {', '.join(pending)}.")
        return
    applied = migrate(dsn)
    if as_json:
        say_json({"applied": applied})
    else:
        show([{"applied": name} for name in applied], as_json=False)


def owner_dsn(settings: Settings) -> str:
    if settings.database_owner_url is None:
        raise SettingsRefused("SUA_DATABASE_OWNER_URL is needed: migrations are applied by the schema's owner.")
    return settings.database_owner_url.get_secret_value()
