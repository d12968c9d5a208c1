"""Call records read whole from a simulated customer, and what they come to."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from app.clock import SteppedClock
from app.domain.events.telephony import Call
from app.domain.ids import CallId, DirectoryId
from app.domain.telephony import participants_of
from app.domain.tenant import REQUIRED_PERMISSIONS
from app.ingest.call_records import read_call
from app.ingest.graph_client import GraphAccess, GraphClient
from app.ingest.graph_errors import BadUpstreamAnswer, GraphNotFound
from app.simulator import Options, World, make_world, running
from app.simulator.faults import Fault
from app.simulator.truth import truth_at
from tests.ingest.collect.conftest import MONDAY, at_once

Wire = tuple[World, GraphClient]
KINDS = {"federated": "user", "application": "applicationInstance"}


@pytest_asyncio.fixture
async def wire() -> AsyncIterator[Wire]:
    world = make_world(Options(today=MONDAY, users=60, days_history=4, calls_per_day=60))
    (directory,) = world.companies
    world.consents[directory] = REQUIRED_PERMISSIONS
    with running(world) as url:
        access = GraphAccess(url, url, world.options.client_id, world.options.client_secret, attempts=2)
        async with GraphClient(access, DirectoryId(UUID(directory)), sleep=at_once) as graph:
            yield world, graph


def truths(world: World) -> list[dict[str, Any]]:
    (company,) = world.companies.values()
    calls: list[dict[str, Any]] = truth_at(company, world.now, None, with_calls=True)["calls"]
    return calls


def told(call: Call) -> dict[str, Any]:
    """A call in the words of the simulator's truth."""
    return {
        "id": str(call.call),
        "version": call.revision,
        "type": call.kind,
        "startedAt": call.started_at.isoformat(),
        "endedAt": call.ended_at.isoformat(),
        "test": call.test,
        "failed": any(leg.failed for leg in call.legs),
        "parties": sorted((str(party.kind), int(party.seconds)) for party in participants_of(call)),
    }


def truth_told(truth: dict[str, Any]) -> dict[str, Any]:
    parties = [(KINDS.get(party["kind"], party["kind"]), int(party["seconds"])) for party in truth["parties"]]
    kept = ("id", "version", "type", "startedAt", "endedAt", "test", "failed")
    return {name: truth[name] for name in kept} | {"parties": sorted(parties)}


async def test_every_kind_of_call_is_read_as_it_was(wire: Wire) -> None:
    world, graph = wire
    truth = truths(world)

    read = [await read_call(graph, CallId(UUID(call["id"])), SteppedClock(MONDAY)) for call in truth]

    assert len(truth) > 50
    assert {party["kind"] for call in truth for party in call["parties"]} >= {"user", "phone", "federated"}
    assert [told(sighting.call) for sighting in read] == [truth_told(call) for call in truth]
    assert {sighting.seen_at for sighting in read} == {MONDAY}


async def test_sessions_beyond_the_first_page_are_read(wire: Wire) -> None:
    world, graph = wire
    (company,) = world.companies.values()
    call = next(call for call in company.calls if call.type == "groupCall")
    version = call.version_at(world.now)
    assert version is not None
    sessions = version.sessions * (200 // len(version.sessions) + 1)
    object.__setattr__(version, "sessions", sessions)

    read = await read_call(graph, CallId(UUID(call.id)), SteppedClock(MONDAY))

    assert len(read.call.legs) == len(sessions) >= 200


async def test_a_later_page_that_breaks_breaks_the_record(wire: Wire) -> None:
    world, graph = wire
    (company,) = world.companies.values()
    call = next(call for call in company.calls if call.type == "groupCall")
    version = call.version_at(world.now)
    assert version is not None
    object.__setattr__(version, "sessions", version.sessions * 100)
    world.faults.append(Fault(path="/sessions", kind="truncate", times=None))

    with pytest.raises(BadUpstreamAnswer):
        await read_call(graph, CallId(UUID(call.id)), SteppedClock(MONDAY))


async def test_a_record_not_there_or_no_more_is_not_found(wire: Wire) -> None:
    world, graph = wire
    known = CallId(UUID(truths(world)[0]["id"]))
    world.now += timedelta(days=31)

    with pytest.raises(GraphNotFound):
        await read_call(graph, known, SteppedClock(MONDAY))
    with pytest.raises(GraphNotFound):
        await read_call(graph, CallId(uuid4()), SteppedClock(MONDAY))
