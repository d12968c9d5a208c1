"""A customer's Graph, where a directory is bound to the customer."""

import asyncio
from typing import ClassVar

from app.domain.errors import ConsentMissing
from app.domain.ids import DirectoryId, TenantId
from app.ingest.consent_directories import directory_of
from app.ingest.graph_client import GraphClient
from app.ingest.workshop import Workshop

PATIENCE_S = 10.0
"""A longer pause is not slept through: the job waits in its table and the worker's thread serves other tenants."""


class NotBound(ConsentMissing):
    """No directory is bound to the tenant: it has not consented, or it has left."""

    code: ClassVar[str] = "DIRECTORY_NOT_BOUND"


async def client_of(shop: Workshop, tenant: TenantId, patience_s: float = PATIENCE_S) -> GraphClient:
    """Its client; a wait longer than `patience_s` is raised as the error that asks for it. Raises NotBound."""
    directory = await asyncio.to_thread(_bound, shop, tenant)
    return GraphClient(shop.access, directory, patience=patience_s)


def _bound(shop: Workshop, tenant: TenantId) -> DirectoryId:
    with shop.database() as db:
        directory = directory_of(db, tenant)
    if directory is None:
        raise NotBound(f"Tenant {tenant} has no directory; it has not consented.")
    return directory
