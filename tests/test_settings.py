"""Settings are read once, refused together, and never quoted."""

import pytest

from app.domain.clouds import CLOUDS, Cloud
from app.ops import processes
from app.settings import Settings, SettingsRefused


def test_every_fault_is_named_at_once_and_no_value_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUA_DATABSE_URL", "postgresql://writer:hunter2@db/sua")
    monkeypatch.setenv("SUA_POOL_SIZE", "none")

    with pytest.raises(SettingsRefused) as refused:
        Settings.load()

    told = str(refused.value)
    assert "SUA_DATABSE_URL: no such setting" in told
    assert "SUA_POOL_SIZE" in told
    assert "hunter2" not in told


@pytest.mark.parametrize("name", ["graph_url", "login_url", "public_url"])
@pytest.mark.parametrize(
    "url",
    ["http://sua.example", "http://localhost.evil.example", "http://127.0.0.1.evil.example", "https://", "ftp://x"],
)
def test_addresses_that_carry_secrets_are_https_or_on_this_machine(name: str, url: str) -> None:
    with pytest.raises(SettingsRefused, match="https"):
        Settings.load(**{name: url})


@pytest.mark.parametrize("url", ["https://sua.example", "http://127.0.0.1:8000", "http://localhost", "http://[::1]:80"])
def test_https_and_this_machine_are_taken(url: str) -> None:
    settings = Settings.load(public_url=f"{url}/")

    assert settings.public_url == url


@pytest.mark.parametrize(
    "origins",
    ["http://portal.example", "https://portal.example/", "https://Portal.example", "*", "null", "https://a.example,b"],
)
def test_an_origin_is_written_as_browsers_write_it(origins: str) -> None:
    with pytest.raises(SettingsRefused, match="SUA_ALLOWED_ORIGINS"):
        Settings.load(allowed_origins=f"https://good.example {origins}")


def test_several_origins_stand_between_spaces() -> None:
    given = "https://portal.example https://other.example:8443 http://localhost:3000"

    assert Settings.load(allowed_origins=given).allowed_origins == given


@pytest.mark.parametrize("cloud", list(Cloud))
def test_a_cloud_brings_its_addresses_and_those_given_go_before_them(
    monkeypatch: pytest.MonkeyPatch, cloud: Cloud
) -> None:
    monkeypatch.setenv("SUA_GRAPH_CLOUD", cloud)

    there = Settings.load()
    monkeypatch.setenv("SUA_LOGIN_URL", "https://login.example")
    given = Settings.load()

    assert (there.graph_url, there.login_url) == (CLOUDS[cloud].graph, CLOUDS[cloud].login)
    assert (given.graph_url, given.login_url) == (CLOUDS[cloud].graph, "https://login.example")


def test_a_cloud_microsoft_does_not_have_is_refused() -> None:
    with pytest.raises(SettingsRefused, match="SUA_GRAPH_CLOUD"):
        Settings.load(graph_cloud="moon")


def test_only_a_simulated_graph_is_asked_faster_than_microsoft_allows() -> None:
    with pytest.raises(SettingsRefused, match="SUA_GRAPH_PACE"):
        Settings.load(graph_pace=2)

    assert Settings.load(graph_pace=2, graph_url="http://127.0.0.1:8001").graph_pace == 2
    assert Settings.load().graph_pace == 1


@pytest.mark.parametrize("start", [processes.serve, processes.run_worker, processes.run_scheduler])
def test_processes_that_must_reach_each_other_refuse_a_broker_inside_one_of_them(start: object) -> None:
    assert callable(start)

    with pytest.raises(SettingsRefused, match="SUA_BROKER_URL"):
        start()
