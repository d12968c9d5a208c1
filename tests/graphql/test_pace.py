"""How often one person may ask, by a bucket of their own in each process."""

from dataclasses import replace

import pytest

from app.auth import buckets
from app.graphql.http import RateLimited
from app.graphql.pace import Pace
from app.graphql.pool import ReadPool
from tests.graphql.conftest import SETTINGS, asking, bearer

ANNA, BERT = ("directory", "anna"), ("directory", "bert")


def test_a_minutes_requests_may_come_at_once_and_then_as_time_goes_by() -> None:
    limited = Pace(per_minute=2)
    limited.take(ANNA, 100.0)
    limited.take(ANNA, 100.0)

    with pytest.raises(RateLimited) as refused:
        limited.take(ANNA, 110.0)
    limited.take(BERT, 110.0)

    assert refused.value.again_seconds == 20
    limited.take(ANNA, 130.0)
    with pytest.raises(RateLimited):
        limited.take(ANNA, 130.0)


def test_rest_fills_a_bucket_and_no_more_than_that() -> None:
    limited = Pace(per_minute=1)
    limited.take(ANNA, 0.0)

    limited.take(ANNA, 3600.0)

    with pytest.raises(RateLimited):
        limited.take(ANNA, 3600.0)


def test_of_many_subjects_the_one_silent_longest_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(buckets, "SUBJECTS_MAX", 1)
    limited = Pace(per_minute=1)
    limited.take(ANNA, 0.0)
    limited.take(BERT, 0.0)

    limited.take(ANNA, 0.0)

    assert list(limited._buckets._left) == [ANNA]


async def test_who_asks_too_often_answers_429_and_when_to_come_again(read_pool: ReadPool) -> None:
    async with asking(read_pool, replace(SETTINGS, requests_per_minute=1)) as client:
        await client.data("{ __typename }")
        again = await client.http.post("/graphql", content=b"[" * 100_000, headers=bearer("hr"))

    assert (again.status_code, again.json()["errors"][0]["extensions"]["code"]) == (429, "RATE_LIMITED")
    assert 59 <= int(again.headers["retry-after"]) <= 60
