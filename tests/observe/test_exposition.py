"""`/metrics`: who may read it, and where."""

import http.client
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
from prometheus_client import CollectorRegistry, Counter
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from app.main import Application
from app.observe import exposition
from app.observe.exposition import MetricsPortTaken, exposed
from app.observe.requests import CountedAnswers, route_of
from app.portal.headers import SecureHeaders
from app.settings import Settings, SettingsRefused
from app.telemetry.metrics import REGISTRY
from tests.observe.conftest import scraped

TOKEN = "a token of sixteen or more"


@pytest.fixture
def registry() -> CollectorRegistry:
    made = CollectorRegistry()
    Counter("sua_tested", "For this test", registry=made).inc(3)
    return made


@contextmanager
def scraping(registry: CollectorRegistry, token: str | None) -> Iterator[httpx.Client]:
    with (
        exposed(registry, "127.0.0.1", 0, token) as port,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=10) as client,
    ):
        yield client


def test_on_this_machine_no_token_is_asked_for(registry: CollectorRegistry) -> None:
    with scraping(registry, None) as scraper:
        answer, elsewhere = scraper.get("/metrics"), scraper.get("/")

    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    assert "sua_tested_total 3.0" in answer.text
    assert elsewhere.status_code == 404


def test_with_a_token_nothing_is_told_without_it(registry: CollectorRegistry) -> None:
    with scraping(registry, TOKEN) as scraper:
        given = [None, "Bearer", "Bearer another token", f"Basic {TOKEN}", f"Bearer {TOKEN}"]
        answers = [scraper.get("/metrics", headers={} if each is None else {"Authorization": each}) for each in given]

    assert [answer.status_code for answer in answers] == [401, 401, 401, 401, 200]
    assert [answer.text for answer in answers[:4]] == [""] * 4


def test_a_port_that_is_taken_is_refused_and_not_shared(registry: CollectorRegistry) -> None:
    with exposed(registry, "127.0.0.1", 0, None) as port:
        with pytest.raises(MetricsPortTaken, match=f"{port} on 127.0.0.1"), exposed(registry, "127.0.0.1", port, None):
            pass
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("GET", "/metrics")

        assert connection.getresponse().status == 200
        connection.close()


async def test_the_web_door_tells_only_who_shows_the_token(registry: CollectorRegistry) -> None:
    app = Starlette(routes=[exposition.route(registry, TOKEN)])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://sua.test") as client:
        without = await client.get("/metrics")
        shown = await client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})

    assert (without.status_code, without.text) == (401, "")
    assert without.headers["www-authenticate"].startswith("Bearer")
    assert "sua_tested_total 3.0" in shown.text


@pytest.mark.parametrize(
    "given",
    [
        {"metrics_host": "0.0.0.0"},
        {"metrics_host": "10.0.0.7", "metrics_port": 9464},
        {"metrics_token": "too short"},
        {"otlp_endpoint": "collector:4318"},
        {"otlp_endpoint": "http://collector:4318", "otlp_headers": "key=secret"},
        {"trace_share": 1.5},
    ],
)
def test_metrics_for_strangers_and_secrets_in_clear_are_refused(given: dict[str, object]) -> None:
    with pytest.raises(SettingsRefused) as refused:
        Settings.load(**given)

    assert "secret" not in str(refused.value).replace("are secret:", "")


@pytest.mark.parametrize(
    "given",
    [
        {"metrics_port": 9464},
        {"metrics_host": "0.0.0.0", "metrics_port": 9464, "metrics_token": TOKEN},
        {"otlp_endpoint": "http://collector:4318"},
        {"otlp_endpoint": "https://collector.example", "otlp_headers": "key=secret"},
    ],
)
def test_what_stays_here_or_is_guarded_is_taken(given: dict[str, object]) -> None:
    settings = Settings.load(**given)

    assert {name: str(getattr(settings, name)) for name in given if name != "metrics_token"}.keys() <= given.keys()
    assert settings.metrics_port == given.get("metrics_port")


async def test_answers_are_counted_by_route_and_status_and_not_by_address() -> None:
    async def consent(request: Request) -> PlainTextResponse:
        return PlainTextResponse("", 503 if request.path_params["secret"] == "down" else 200)

    app = CountedAnswers(Starlette(routes=[Route("/consent/{secret}", consent)]))
    before = scraped(REGISTRY).get("sua_http_requests_total", {})
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://sua.test") as client:
        for path in ("/consent/frida", "/consent/down", "/wp-admin/frida.php"):
            await client.get(path)
    after = scraped(REGISTRY)["sua_http_requests_total"]

    grown = {labels: after[labels] - before.get(labels, 0) for labels in after}
    assert {labels: by for labels, by in grown.items() if by} == {
        ("/consent", "200"): 1,
        ("/consent", "503"): 1,
        ("other", "404"): 1,
    }
    assert [route_of(path) for path in ("", "/", "/graphql", "/graphql/x?y", "*")] == [
        "other",
        "other",
        "/graphql",
        "/graphql",
        "other",
    ]


async def test_an_answer_that_tells_of_a_fault_goes_through_the_same_hands() -> None:
    async def broken(_: Request) -> PlainTextResponse:
        raise LookupError

    def around(app: ASGIApp) -> ASGIApp:
        return CountedAnswers(SecureHeaders(app, https=True))

    app = Application(around, routes=[Route("/auth/broken", broken)])
    before = scraped(REGISTRY).get("sua_http_requests_total", {}).get(("/auth", "500"), 0)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://sua.test") as client:
        answer = await client.get("/auth/broken")

    assert answer.status_code == 500
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert scraped(REGISTRY)["sua_http_requests_total"]["/auth", "500"] == before + 1
