"""How often one person may ask for files: as often as for answers, counted by itself."""

from dataclasses import replace

import httpx

from app.clock import SteppedClock
from app.graphql.pool import ReadPool
from tests.graphql.conftest import SETTINGS, bearer
from tests.graphql.world import CONTOSO, NOON, World
from tests.reports.conftest import asgi

FILE = f"/exports/{CONTOSO}/costs.csv"


async def test_who_asks_for_files_too_often_is_told_when_to_come_again(read_pool: ReadPool, world: World) -> None:
    app = asgi(read_pool, world, SteppedClock(NOON), [], replace(SETTINGS, requests_per_minute=1))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://sua.test") as http:
        first = await http.get(FILE, headers=bearer("hr"))
        second = await http.get("/exports/nonsense/nothing.txt", headers=bearer("hr"))
        stranger = await http.get(FILE, headers={"authorization": "Bearer nonsense"})

    assert first.status_code == 200
    assert (second.status_code, second.json()["errors"][0]["extensions"]["code"]) == (429, "RATE_LIMITED")
    assert 59 <= int(second.headers["retry-after"]) <= 60
    assert stranger.status_code == 401
