"""The daily read of products, users and licences."""

import asyncio
from datetime import datetime

from app.commands.record_seats import CompleteRead, RecordSeats, absent_users, record_seats
from app.commands.record_skus import RecordSkus, record_skus
from app.commands.record_snapshot import RecordSnapshot, last_complete_read
from app.domain.coverage import TooManyRemovals
from app.domain.errors import Refused, Unavailable
from app.domain.events.coverage import Feed
from app.domain.ids import UserId
from app.domain.sightings import SeatSighting, SkuSighting
from app.ingest.collect_run import Collected, Run, closed_before, failed, taken, understood
from app.ingest.graph_client import GraphClient
from app.ingest.graph_errors import BadUpstreamAnswer, GraphNotFound
from app.ingest.graph_http import Json
from app.ingest.graph_types import USER_SELECT
from app.ingest.spool import Spool
from app.ingest.translate import directory

USERS_PER_PAGE = 999
ABSENCES_ASKED = 10
"""So many users that a complete listing lacks are asked for one by one. Of more, `check_removals` judges the share."""


async def collect_directory(run: Run, *, removals_confirmed: bool = False) -> Collected:
    """Read the whole directory, then take it in. Removals follow from a complete read only.

    The read stands for the moment it began. `removals_confirmed`: a person has looked at a read refused as
    TOO_MANY_REMOVALS.
    """
    if await closed_before(run, Feed.LICENCES):
        return Collected(Feed.LICENCES, closed=True)
    read_at = run.desk.now()
    since = await asyncio.to_thread(last_complete_read, run.tenant, Feed.LICENCES, run.desk)
    with Spool(SeatSighting) as seats:
        try:
            skus = await _read_skus(run.graph, read_at)
            seen = await _read_users(run.graph, seats, read_at, since)
            torn = await _still_there(run, seen, read_at)
        except (Refused, Unavailable) as error:
            return await failed(run, Feed.LICENCES, error)
        read = CompleteRead(seats, seen, read_at, removals_confirmed, torn)
        try:
            facts = await asyncio.to_thread(_record, run, skus, read)
        except TooManyRemovals as error:
            return await failed(run, Feed.LICENCES, error)
    closing = RecordSnapshot(run.tenant, Feed.LICENCES, run.id, read_at, len(seen), facts, len(torn))
    return await taken(run, closing, *([f"{len(torn)} users missing from the listing are there"] if torn else []))


async def _read_skus(graph: GraphClient, read_at: datetime) -> tuple[SkuSighting, ...]:
    await _prove_directory(graph, read_at)
    rows = [row async for page in graph.pages("/subscribedSkus") for row in page]
    return tuple(_sku(row, read_at, f"subscribedSkus[{at}]") for at, row in enumerate(rows))


def _sku(row: Json, read_at: datetime, path: str) -> SkuSighting:
    return understood(row, path, lambda: directory.sku(row, read_at, path))


def _seat(row: Json, read_at: datetime, since: datetime | None, path: str) -> SeatSighting:
    return understood(row, path, lambda: directory.seat(row, read_at, since, path))


async def _prove_directory(graph: GraphClient, read_at: datetime) -> None:
    """The answers are this customer's: the organisation's id is the directory the token was asked for."""
    rows = [row async for page in graph.pages("/organization") for row in page]
    if [directory.organisation(row, read_at, "organization").directory for row in rows] != [graph.directory]:
        raise BadUpstreamAnswer("/organization is not that of the directory")


async def _read_users(
    graph: GraphClient, seats: Spool[SeatSighting], read_at: datetime, since: datetime | None
) -> set[UserId]:
    seen: set[UserId] = set()
    params = {"$select": USER_SELECT, "$top": str(USERS_PER_PAGE)}
    async for page in graph.pages("/users", params):
        for row in page:
            sighting = _seat(row, read_at, since, f"users[{len(seats)}]")
            seats.add(sighting)
            seen.add(sighting.user)
    return seen


async def _still_there(run: Run, seen: set[UserId], read_at: datetime) -> frozenset[UserId]:
    """Of a few users missing from the listing, those that are there when asked for: then the listing was torn."""
    absent = await asyncio.to_thread(absent_users, run.tenant, seen, read_at, run.desk)
    if len(absent) > ABSENCES_ASKED:
        return frozenset()
    return frozenset([user for user in absent if await _exists(run.graph, user)])


async def _exists(graph: GraphClient, user: UserId) -> bool:
    try:
        await graph.get(f"/users/{user}", {"$select": "id"})
    except GraphNotFound:
        return False
    return True


def _record(run: Run, skus: tuple[SkuSighting, ...], read: CompleteRead) -> int:
    """Seats first: a read with too many removals is refused there, before anything of it was taken."""
    outcome = record_seats(RecordSeats(run.tenant, run.id, read), run.desk)
    return outcome.facts + record_skus(RecordSkus(run.tenant, run.id, skus, read.read_at), run.desk)
