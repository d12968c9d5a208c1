"""Graph asks an address to repeat a token before it sends notifications there."""

import pytest

from app.ingest.webhooks import LIFECYCLE_PATH, NOTIFICATIONS_PATH
from tests.ingest.webhooks.conftest import Webhook


@pytest.mark.parametrize("path", [NOTIFICATIONS_PATH, LIFECYCLE_PATH])
@pytest.mark.parametrize(
    ("query", "echoed"),
    [
        ("validationToken=plain", b"plain"),
        ("validationToken=Validation%3A+Testing+client%20application", b"Validation: Testing client application"),
        ("validationToken=a%252Bb%2Bc", b"a%2Bb+c"),
        ("validationToken=%3Cscript%3Ealert(1)%3C%2Fscript%3E", b"<script>alert(1)</script>"),
        ("validationToken=a%0D%0ASet-Cookie%3A%20x%3D1", b"a\r\nSet-Cookie: x=1"),
        ("validationToken=%FF%00%C3%A9", b"\xff\x00\xc3\xa9"),
        ("route=eu&validationToken=x", b"x"),
        ("validationToken=" + "t" * 4096, b"t" * 4096),
    ],
)
async def test_the_token_comes_back_decoded_once(webhook: Webhook, path: str, query: str, echoed: bytes) -> None:
    headers = {"Content-Type": "text/plain; charset=utf-8"}

    answer = await webhook.client.post(f"{path}?{query}", headers=headers)

    assert (answer.status_code, answer.content) == (200, echoed)
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    "query",
    ["validationToken=a&validationToken=b", "validationToken=", "validationToken", "validationToken=" + "t" * 4097],
)
async def test_a_token_that_is_none_is_refused(webhook: Webhook, query: str) -> None:
    answer = await webhook.client.post(f"{NOTIFICATIONS_PATH}?{query}")

    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "VALIDATION_TOKEN_REFUSED"
