"""Which Entra directory belongs to which customer: one each, bound by a proven consent."""

from datetime import datetime
from typing import ClassVar

from psycopg import Connection

from app.domain.errors import Refused
from app.domain.ids import DirectoryId, TenantId


class DirectoryBound(Refused):
    """The directory belongs to another customer of the provider, or the customer to another directory."""

    code: ClassVar[str] = "DIRECTORY_BOUND"


def directory_of(db: Connection, tenant: TenantId) -> DirectoryId | None:
    """None: no consent yet, or the customer has left."""
    row = db.execute("SELECT directory_id FROM tenant_directory WHERE tenant_id = %s", (tenant,)).fetchone()
    return None if row is None else DirectoryId(row[0])


def bind(db: Connection, tenant: TenantId, directory: DirectoryId, at: datetime) -> None:
    """Bind them, in the caller's transaction. Bound to each other already: nothing. Otherwise DirectoryBound.

    Two consents at the same moment for one directory wait for each other here; one of them is refused.
    """
    db.execute(
        "INSERT INTO tenant_directory (directory_id, tenant_id, bound_at) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
        (directory, tenant, at),
    )
    rows = db.execute(
        "SELECT directory_id = %s AND tenant_id = %s FROM tenant_directory WHERE directory_id = %s OR tenant_id = %s",
        (directory, tenant, directory, tenant),
    ).fetchall()
    if rows != [(True,)]:
        raise DirectoryBound("This directory or this customer is bound already.")


def unbind(db: Connection, tenant: TenantId) -> None:
    """The customer left; the directory may be invited anew."""
    db.execute("DELETE FROM tenant_directory WHERE tenant_id = %s", (tenant,))
