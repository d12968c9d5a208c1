"""Every bad request has one clear answer and leaves nothing behind."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.ingest.webhooks.conftest import Webhook, item

PATH = "/webhooks/graph/notifications"
MALFORMED = {
    "broken JSON": b'{"value": [',
    "nothing": b"",
    "null": b"null",
    "a list": b"[]",
    "a string": b'"value"',
    "no value": b"{}",
    "value null": b'{"value": null}',
    "value an object": b'{"value": {}}',
    "an item that is no object": b'{"value": ["x"]}',
    "an item without subscription": b'{"value": [{}]}',
    "a subscription that is a number": b'{"value": [{"subscriptionId": 1}]}',
    "a secret that is a list": b'{"value": [{"subscriptionId": "a", "clientState": []}]}',
    "deep": b"[" * 100_000,
    "deep inside": b'{"value": [], "x": ' + b"[" * 50_000 + b"]" * 50_000 + b"}",
    "NaN": b'{"value": [], "x": NaN}',
    "a number of 5,000 digits": b'{"value": [], "x": ' + b"9" * 5_000 + b"}",
    "UTF-16": '{"value": []}'.encode("utf-16"),
    "a byte order mark": b'\xef\xbb\xbf{"value": []}',
    "bad UTF-8": b'{"value": [], "x": "\xff"}',
    "a raw NUL": b'{"value": [], "x": "\x00"}',
    "a lone surrogate": b'{"value": [], "x": "\\ud800"}',
    "a name twice": b'{"value": [], "value": []}',
    "two documents": b'{"value": []}{"value": []}',
}


def refused(answer: httpx.Response) -> tuple[int, str]:
    assert list(answer.json()) == ["error"]
    assert sorted(answer.json()["error"]) == ["code", "message"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    return answer.status_code, answer.json()["error"]["code"]


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED.keys())
async def test_a_malformed_body_is_refused(webhook: Webhook, body: bytes) -> None:
    answer = await webhook.client.post(PATH, content=body, headers={"Content-Type": "application/json"})

    assert refused(answer) == (400, "MALFORMED_NOTIFICATION")


async def test_a_good_item_beside_one_of_a_wrong_type_is_not_half_taken(webhook: Webhook) -> None:
    answer = await webhook.client.post(PATH, json={"value": [item(), item(tenantId=5)]})

    assert refused(answer) == (400, "MALFORMED_NOTIFICATION")
    assert webhook.stored() == []


async def test_the_refusal_names_the_place_and_never_the_value(webhook: Webhook) -> None:
    answer = await webhook.client.post(PATH, json={"value": [item(clientState=["hunter2"])]})

    message = answer.json()["error"]["message"]
    assert message == "The body is no notification collection: value.0.clientState: Input should be a valid string."


async def test_more_than_a_thousand_items_are_refused(webhook: Webhook) -> None:
    answer = await webhook.client.post(PATH, json={"value": [{"subscriptionId": "a"}] * 1_001})

    assert refused(answer) == (413, "TOO_MANY_ITEMS")


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS"])
async def test_another_method_is_refused(webhook: Webhook, method: str) -> None:
    answer = await webhook.client.request(method, PATH, params={"validationToken": "x"})

    assert refused(answer) == (405, "METHOD_NOT_ALLOWED")
    assert answer.headers["allow"] == "POST"


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "text/plain"},
        {"Content-Type": ""},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "application/jsonp"},
        {"Content-Type": "application/json; charset=utf-16"},
        {"Content-Type": "application/json", "Content-Encoding": "gzip"},
    ],
    ids=str,
)
async def test_another_type_or_encoding_is_refused(webhook: Webhook, headers: dict[str, str]) -> None:
    answer = await webhook.client.post(PATH, content=b'{"value": []}', headers=headers)

    assert refused(answer) == (415, "UNSUPPORTED_MEDIA_TYPE")


async def test_json_with_its_charset_named_is_taken(webhook: Webhook) -> None:
    headers = {"Content-Type": 'Application/JSON; charset="UTF-8"'}

    answer = await webhook.client.post(PATH, content=json.dumps({"value": [item()]}), headers=headers)

    assert answer.status_code == 202


async def test_ten_megabytes_are_refused_by_their_length_without_reading(webhook: Webhook) -> None:
    headers = {"Content-Type": "application/json", "Content-Length": str(10_000_000)}

    answer = await webhook.client.post(PATH, content=_never(), headers=headers)

    assert refused(answer) == (413, "BODY_TOO_LARGE")
    assert answer.headers["connection"] == "close"


async def test_a_chunked_body_is_read_up_to_the_limit_only(webhook: Webhook) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 65_536
            yield b" " * 65_536

    answer = await webhook.client.post(PATH, content=endless(), headers={"Content-Type": "application/json"})

    assert refused(answer) == (413, "BODY_TOO_LARGE")
    assert sent == 5 * 65_536


async def test_a_body_that_stalls_is_given_up(webhook: Webhook) -> None:
    async def stalling() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.sleep(60)

    answer = await webhook.client.post(PATH, content=stalling(), headers={"Content-Type": "application/json"})

    assert refused(answer) == (408, "BODY_TIMEOUT")


async def test_a_sender_who_hangs_up_half_way_leaves_nothing(webhook: Webhook) -> None:
    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        pytest.fail("nobody is there to be answered")

    headers = [(b"content-type", b"application/json")]
    scope = {"type": "http", "method": "POST", "path": PATH, "query_string": b"", "headers": headers}
    await webhook.doors(scope, receive, send)

    assert webhook.stored() == []


async def _never() -> AsyncIterator[bytes]:
    pytest.fail("the body was read")
    yield b""
