import asyncio
import json
from datetime import timedelta

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from app.auth.jwks import KeySet, KeysUnavailable, fetch_over_http, read_keys
from app.clock import SteppedClock
from tests.auth.issuing import NOON, Keys, jwk_of, jwks_of

AWAY = KeysUnavailable("away")


async def test_an_unknown_key_is_looked_up_once_a_minute() -> None:
    clock = SteppedClock(NOON)
    keys = Keys(jwks_of("key-1"))
    known = KeySet(keys, clock)
    await known.find("key-1")

    clock.step_to(NOON + timedelta(seconds=59))
    for number in range(5):
        assert await known.find(f"made-up-{number}") is None

    assert keys.asked == 1
    clock.step_to(NOON + timedelta(seconds=60))
    assert await known.find("made-up") is None
    assert keys.asked == 2


async def test_a_rotated_key_is_found_after_the_floor() -> None:
    clock = SteppedClock(NOON)
    keys = Keys(jwks_of("key-1"))
    known = KeySet(keys, clock)
    await known.find("key-1")

    keys.answer = jwks_of("key-2", "key-1")
    clock.step_to(NOON + timedelta(minutes=2))
    found = await known.find("key-2")

    assert found is not None
    assert found.kid == "key-2"


async def test_a_withdrawn_key_is_gone_after_a_day() -> None:
    clock = SteppedClock(NOON)
    keys = Keys(jwks_of("key-1"))
    known = KeySet(keys, clock)
    await known.find("key-1")

    keys.answer = jwks_of("key-2")
    clock.step_to(NOON + timedelta(hours=24))

    assert await known.find("key-1") is None


async def test_the_last_good_keys_serve_while_the_address_is_away_and_end_after_a_week() -> None:
    clock = SteppedClock(NOON)
    keys = Keys(jwks_of("key-1"))
    known = KeySet(keys, clock)
    await known.find("key-1")

    keys.answer = AWAY
    clock.step_to(NOON + timedelta(days=6))
    found = await known.find("key-1")

    assert found is not None
    clock.step_to(NOON + timedelta(days=7))
    with pytest.raises(KeysUnavailable):
        await known.find("key-1")


async def test_without_any_key_ever_read_nothing_can_be_said_and_recovery_needs_no_restart() -> None:
    clock = SteppedClock(NOON)
    keys = Keys(AWAY)
    known = KeySet(keys, clock)

    with pytest.raises(KeysUnavailable):
        await known.find("key-1")

    keys.answer = jwks_of("key-1")
    clock.step_to(NOON + timedelta(minutes=1))
    assert await known.find("key-1") is not None


async def test_many_at_once_fetch_once() -> None:
    keys = Keys(jwks_of("key-1"))
    known = KeySet(keys, SteppedClock(NOON))

    found = await asyncio.gather(*(known.find("key-1") for _ in range(50)))

    assert keys.asked == 1
    assert {each.kid for each in found if each is not None} == {"key-1"}


async def _served(answer: web.StreamResponse) -> bytes:
    """What fetching makes of one answer of a real server."""

    async def keys(_: web.Request) -> web.StreamResponse:
        return answer

    app = web.Application()
    app.router.add_get("/keys", keys)
    async with TestServer(app) as server:
        return await fetch_over_http(str(server.make_url("/keys")))()


async def test_keys_are_fetched_over_http() -> None:
    assert await _served(web.Response(body=jwks_of("key-1"))) == jwks_of("key-1")


@pytest.mark.parametrize(
    "answer",
    [
        web.Response(status=500, body=jwks_of("key-1")),
        web.Response(status=302, headers={"location": "/elsewhere"}),
        web.Response(body=b" " * 1_000_001),
    ],
    ids=["an error", "a redirect", "too much"],
)
async def test_other_answers_than_keys_are_a_failure(answer: web.Response) -> None:
    with pytest.raises(KeysUnavailable):
        await _served(answer)


async def test_an_address_nobody_listens_at_is_a_failure() -> None:
    with pytest.raises(KeysUnavailable):
        await fetch_over_http("http://127.0.0.1:1/keys")()


def test_keys_that_are_not_for_rs256_signatures_are_left_out() -> None:
    document = {
        "keys": [
            jwk_of("key-1"),
            jwk_of("key-1", kid="for-encryption", use="enc"),
            jwk_of("key-1", kid="another-algorithm", alg="RS512"),
            jwk_of("key-1", kid="too-short", n="AQAB"),
            {"kty": "oct", "kid": "a-secret", "k": "c2VjcmV0"},
        ]
    }

    assert list(read_keys(json.dumps(document).encode())) == ["key-1"]


@pytest.mark.parametrize(
    "answer", [b"", b"<html>", b"null", b"[]", b'{"keys": []}', b'{"keys": 5}', b"\xff\xfe", b"[" * 9000]
)
def test_an_answer_that_is_no_key_set_is_a_failure(answer: bytes) -> None:
    with pytest.raises(KeysUnavailable):
        read_keys(answer)
