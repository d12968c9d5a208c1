"""The built pages: what is served, how long it is kept, and what a browser is told about it."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.portal.headers import OF_DOCUMENTS
from tests.portal.place import ORIGIN, Browser, Place

INDEX = '<!doctype html><html><head><title>SUA</title></head><body><script src="/assets/a-1.js"></script></body></html>'
CODE = "console.log('whole')"

OWASP = {
    "strict-transport-security": "max-age=31536000; includeSubDomains",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "x-permitted-cross-domain-policies": "none",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
OWASP_DATA = {name: OWASP[name] for name in OWASP if name not in OF_DOCUMENTS}
ADDRESSES = [
    "/",
    "/t/VGVuYW50%3D/overview",
    "/t/x/people/y?asOf=2026-01",
    "/portfolio",
    "/onboarding",
    "/signed-out",
]


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    """A build: a page, a script with smaller forms beside it, a picture, and what is nobody's business."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text(INDEX)
    (tmp_path / "assets" / "a-1.js").write_text(CODE)
    (tmp_path / "assets" / "a-1.js.br").write_bytes(b"br of it")
    (tmp_path / "assets" / "a-1.js.gz").write_bytes(b"gz of it")
    (tmp_path / "assets" / "p-1.svg").write_text("<svg/>")
    (tmp_path / "documents.json").write_text("{}")
    return tmp_path


@pytest.fixture
async def visitor(place: Place, dist: Path) -> AsyncIterator[Browser]:
    place.terms = replace(place.terms, built=dist)
    async with place.browser() as made:
        yield made


def policy_of(text: str) -> dict[str, list[str]]:
    return {name: values for name, *values in (part.split() for part in text.split(";"))}


@pytest.mark.parametrize("address", ADDRESSES)
async def test_every_address_of_the_portal_is_its_one_page(visitor: Browser, address: str) -> None:
    answer = await visitor.get(address)

    assert answer.status_code == 200
    assert "/assets/a-1.js" in answer.text
    assert {name: answer.headers[name] for name in OWASP} == OWASP


@pytest.mark.parametrize("address", ["/nothing", "/documents.json", "/index.html", "/assets", "/assets/none.js", "/tx"])
async def test_no_other_address_is(visitor: Browser, address: str) -> None:
    answer = await visitor.get(address)

    assert answer.status_code == 404
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "name", ["..%2findex.html", "%2e%2e/index.html", ".env", "a-1.js%00", "..%5cindex.html", "%2fetc%2fpasswd"]
)
async def test_no_address_leads_out_of_the_folder(visitor: Browser, name: str) -> None:
    answer = await visitor.get(f"/assets/{name}")

    assert answer.status_code == 404
    assert "SUA" not in answer.text


async def test_the_policy_allows_what_comes_from_here_and_nothing_inline(visitor: Browser) -> None:
    policy = policy_of((await visitor.get("/")).headers["content-security-policy"])

    assert policy["default-src"] == ["'none'"]
    assert policy["script-src"] == ["'self'"]
    assert policy["frame-ancestors"] == policy["base-uri"] == ["'none'"]
    assert policy["connect-src"] == ["'self'", "wss://sua.test"]
    sources = {source for sources in policy.values() for source in sources}
    assert {each for each in sources if "unsafe" in each or each == "*" or "http" in each} == set()


async def test_each_answer_has_a_nonce_of_its_own_which_the_page_knows(visitor: Browser) -> None:
    answers = [await visitor.get("/") for _ in range(2)]

    found = [re.search(r"'nonce-([\w-]{20,})'", answer.headers["content-security-policy"]) for answer in answers]
    nonces = [each[1] for each in found if each]
    assert len(set(nonces)) == 2
    for nonce, answer in zip(nonces, answers, strict=True):
        assert f'<head><meta property="csp-nonce" content="{nonce}"' in answer.text


async def test_a_page_that_has_not_changed_is_not_sent_again_and_keeps_its_policy(visitor: Browser, dist: Path) -> None:
    """A new policy beside the old page would forbid the page's own styles."""
    first = await visitor.get("/")
    again = await visitor.get("/", if_none_match=first.headers["etag"])
    (dist / "index.html").write_text(INDEX.replace("SUA", "SUA 2"))
    changed = await visitor.get("/", if_none_match=first.headers["etag"])

    assert first.headers["cache-control"] == "private, no-cache"
    assert (again.status_code, again.headers["etag"]) == (304, first.headers["etag"])
    assert "content-security-policy" not in again.headers
    assert changed.status_code == 200


@pytest.mark.parametrize(
    ("accepted", "encoding", "content"),
    [("gzip, deflate, br", "br", b"br of it"), ("gzip", "gzip", b"gz of it"), ("identity", None, CODE.encode())],
)
async def test_a_file_goes_out_as_small_as_the_browser_can_take_it(
    visitor: Browser, accepted: str, encoding: str | None, content: bytes
) -> None:
    async with visitor.http.stream("GET", "/assets/a-1.js", headers={"accept-encoding": accepted}) as answer:
        raw = b"".join([chunk async for chunk in answer.aiter_raw()])

    assert raw == content
    assert answer.headers.get("content-encoding") == encoding
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.headers["content-type"].startswith(("text/javascript", "application/javascript"))


async def test_a_file_without_smaller_forms_goes_out_whole(visitor: Browser) -> None:
    answer = await visitor.get("/assets/p-1.svg")

    assert (answer.text, answer.headers["content-type"]) == ("<svg/>", "image/svg+xml")


async def test_without_a_build_the_page_says_how_to_make_one(browser: Browser) -> None:
    answer = await browser.get("/")

    assert answer.status_code == 404
    assert "npm run build" in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("why", "words"),
    [("UNKNOWN_TENANT", "not connected"), ("NO_ROLE", "no role"), ("<script>", "signed out"), ("", "signed out")],
)
async def test_without_a_build_a_refusal_is_still_told(browser: Browser, why: str, words: str) -> None:
    answer = await browser.http.get("/signed-out", params={"why": why})

    assert words in answer.text
    assert "<script>" not in answer.text


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/auth/session", OWASP_DATA),
        ("/auth/login", OWASP),
        ("/auth/callback", OWASP),
        ("/auth/login?return=//x", OWASP),
    ],
)
async def test_what_belongs_to_signing_on_is_kept_nowhere(
    browser: Browser, path: str, expected: dict[str, str]
) -> None:
    answer = await browser.get(path)

    assert answer.headers["cache-control"] == "no-store"
    assert {name: answer.headers[name] for name in expected} == expected


async def test_answers_that_are_data_can_do_nothing_as_a_page(browser: Browser) -> None:
    answer = await browser.asks()

    policy = policy_of(answer.headers["content-security-policy"])
    assert policy["default-src"] == policy["frame-ancestors"] == ["'none'"]
    assert {name: answer.headers[name] for name in OWASP_DATA} == OWASP_DATA
    assert not set(OF_DOCUMENTS) & set(answer.headers)


async def test_plain_http_promises_no_https(place: Place) -> None:
    place.terms = replace(place.terms, public_url=ORIGIN.replace("https:", "http:"))

    async with place.browser() as browser:
        assert "strict-transport-security" not in (await browser.get("/auth/session")).headers
