"""Consent is proven, not believed: the redirect that reports it can be written by anyone."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from app.domain.errors import Refused
from app.domain.ids import DirectoryId
from app.domain.sightings import OrganisationSighting
from app.domain.tenant import REQUIRED_PERMISSIONS
from app.ingest.graph_client import GraphAccess, GraphClient
from app.ingest.graph_errors import BadUpstreamAnswer, ConsentLost
from app.ingest.translate.directory import organisation

PAUSES_S = (0.5, 1.0, 2.0, 4.0)
"""Between looks at a fresh token: roles appear a while after the consent (no figure is documented)."""


class PermissionsNotVisible(Refused):
    """The directory knows SUA, but its tokens do not carry every permission (yet)."""

    code: ClassVar[str] = "PERMISSIONS_NOT_VISIBLE"

    def __init__(self, missing: tuple[str, ...]) -> None:
        super().__init__(f"Tokens for the directory lack {', '.join(missing)}.")
        self.missing = missing


class OrganisationDiffers(Refused):
    """The organisation that answers is not the directory that was named."""

    code: ClassVar[str] = "ORGANISATION_DIFFERS"


@dataclass(frozen=True, slots=True)
class Proof:
    organisation: OrganisationSighting
    permissions: tuple[str, ...]


async def prove(access: GraphAccess, directory: DirectoryId, now: datetime, pauses_s: Sequence[float]) -> Proof:
    """A fresh token with every permission, and the organisation read with it.

    Raises PermissionsNotVisible or ConsentLost after the last pause, OrganisationDiffers, and what GraphClient raises.
    """
    async with GraphClient(access, directory) as client:
        permissions = await _permissions(client, pauses_s)
        page = await client.get("/organization")
        return Proof(_only(page.get("value"), directory, now), permissions)


async def _permissions(client: GraphClient, pauses_s: Sequence[float]) -> tuple[str, ...]:
    for pause_s in pauses_s:
        try:
            return await _complete(client)
        except (PermissionsNotVisible, ConsentLost):
            await asyncio.sleep(pause_s)
    return await _complete(client)


async def _complete(client: GraphClient) -> tuple[str, ...]:
    roles = await client.roles()
    missing = tuple(permission for permission in REQUIRED_PERMISSIONS if permission not in roles)
    if missing:
        raise PermissionsNotVisible(missing)
    return roles


def _only(rows: object, directory: DirectoryId, now: datetime) -> OrganisationSighting:
    if not isinstance(rows, list) or len(rows) != 1 or not isinstance(rows[0], dict):
        raise BadUpstreamAnswer("/organization did not answer with one organisation")
    seen = organisation(rows[0], now, "$.value[0]")
    if seen.directory != directory:
        raise OrganisationDiffers("The organisation read is not the directory consented for.")
    return seen
