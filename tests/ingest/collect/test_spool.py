"""Sightings put aside."""

from pathlib import Path

from app.domain.sightings import SeatSighting, WorkloadSighting
from app.ingest.spool import Spool
from app.ingest.translate import directory
from tests.ingest.translate.rows import E3, SEEN_AT, state, user


def test_what_was_put_aside_comes_back_more_than_once_in_order() -> None:
    licences = {"assignedLicenses": [{"skuId": E3}], "licenseAssignmentStates": [state()]}
    sightings = [directory.seat(user(displayName=f"Ana {n}\n\u2028é", **licences), SEEN_AT, SEEN_AT) for n in range(3)]

    with Spool(SeatSighting) as spool:
        for sighting in sightings:
            spool.add(sighting)
        first, second = list(spool), list(spool)

    assert first == second == sightings
    assert len(spool) == 3


def test_an_empty_spool_is_empty() -> None:
    with Spool(WorkloadSighting) as spool:
        assert list(spool) == []


def test_nobody_can_find_the_file() -> None:
    with Spool(SeatSighting) as spool:
        spool.add(directory.seat(user(), SEEN_AT, None))
        spool._file.flush()
        target = Path(f"/proc/self/fd/{spool._file.fileno()}")

        assert target.stat().st_nlink == 0
