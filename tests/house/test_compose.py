"""compose.yaml without an engine: its schema, and what only its own parts can contradict."""

from __future__ import annotations

import copy
import re
import subprocess
import sys
from collections.abc import Iterator
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_command

from app.ops.cli import app
from app.settings import Settings

FILE = Path(__file__).parents[2] / "compose.yaml"
WORKER_SHUTDOWN_S = 30
IN_SUA = ("migrate", "serve", "worker", "scheduler")
SECRET = re.compile(r"(PASSWORD|PASS|SECRET|KEY)$")
REFERENCE = re.compile(r"\$\{\w+:\?[^}]*\}")


@pytest.fixture
def document() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(FILE.read_text())
    return loaded


def dangling(document: dict[str, Any]) -> Iterator[str]:
    """References to services and volumes that are not there."""
    services, volumes = document["services"], document.get("volumes", {})
    for name, service in services.items():
        for other in service.get("depends_on", {}):
            if other not in services:
                yield f"{name} depends on {other}"
        for mount in service.get("volumes", []):
            source = mount.split(":")[0]
            if not source.startswith(("./", "/")) and source not in volumes:
                yield f"{name} mounts {source}"
            if source.startswith("./") and not (FILE.parent / source).exists():
                yield f"{name} mounts {source}"


def open_secrets(document: dict[str, Any]) -> Iterator[str]:
    """Secrets written out, in a variable of their own or in a URL."""
    for name, service in document["services"].items():
        for variable, value in service.get("environment", {}).items():
            password = re.search(r"://[^:/@]+:(.+)@", str(value))
            if SECRET.search(variable) and not REFERENCE.fullmatch(str(value)):
                yield f"{name} {variable}"
            if password and not REFERENCE.fullmatch(password[1]):
                yield f"{name} {variable}"


def unpinned(document: dict[str, Any]) -> Iterator[str]:
    for name, service in document["services"].items():
        if not re.fullmatch(r"[\w./-]+:\d+\.\d+(\.\d+)?", service["image"]):
            yield name


def public_ports(document: dict[str, Any]) -> Iterator[str]:
    for name, service in document["services"].items():
        for port in service.get("ports", []):
            if not re.fullmatch(r"127\.0\.0\.1:\d+:\d+", port):
                yield f"{name} {port}"


def unknown_commands(document: dict[str, Any]) -> Iterator[str]:
    """Command lines the `sua` program would refuse."""
    known: Any = get_command(app)
    for name in IN_SUA:
        program, command, *rest = document["services"][name]["command"]
        found = known.commands.get(command)
        options = {option for parameter in found.params for option in parameter.opts} if found else set()
        if program != "sua" or found is None or {word for word in rest if word.startswith("--")} - options:
            yield name


def unknown_settings(document: dict[str, Any]) -> Iterator[str]:
    for name in IN_SUA:
        for variable in document["services"][name].get("environment", {}):
            if variable.removeprefix("SUA_").lower() not in Settings.model_fields:
                yield f"{name} {variable}"


def strangers_believed(document: dict[str, Any]) -> Iterator[str]:
    """Proxies that are neither on the machine nor in the network of these services alone."""
    (own,) = document["networks"]["default"]["ipam"]["config"]
    trusted = document["services"]["serve"]["environment"]["SUA_TRUSTED_PROXIES"].split()
    yield from set(trusted) - {"127.0.0.1", "::1", own["subnet"]}


RULES = [dangling, open_secrets, unpinned, public_ports, unknown_commands, unknown_settings, strangers_believed]


def test_the_file_follows_the_compose_specification() -> None:
    assert _schema_faults(FILE) == ""


@pytest.mark.parametrize("rule", RULES)
def test_nothing_in_the_file_contradicts_the_rest(document: dict[str, Any], rule: Any) -> None:
    assert list(rule(document)) == []


def test_every_process_of_sua_is_there(document: dict[str, Any]) -> None:
    assert set(document["services"]) == {"postgres", "rabbitmq", *IN_SUA}


def test_the_schema_is_migrated_before_any_process_uses_it(document: dict[str, Any]) -> None:
    waits = [document["services"][name]["depends_on"]["migrate"]["condition"] for name in IN_SUA if name != "migrate"]

    assert waits == ["service_completed_successfully"] * 3


def test_a_worker_that_ends_is_started_again_and_has_time_to_finish(document: dict[str, Any]) -> None:
    worker = document["services"]["worker"]

    assert worker["restart"] == "unless-stopped"
    assert int(worker["stop_grace_period"].removesuffix("s")) > WORKER_SHUTDOWN_S


def test_only_the_migration_knows_the_owners_password(document: dict[str, Any]) -> None:
    knowing = [name for name in IN_SUA if "OWNER_PASSWORD" in str(document["services"][name])]

    assert knowing == ["migrate"]


def test_the_network_is_a_small_one_that_docker_gives_to_nobody_else(document: dict[str, Any]) -> None:
    (own,) = document["networks"]["default"]["ipam"]["config"]
    subnet = IPv4Network(re.sub(r"^\$\{NETWORK:-(.+)\}$", r"\1", own["subnet"]))

    assert subnet.prefixlen >= 24
    assert subnet.subnet_of(IPv4Network("10.0.0.0/8"))  # by itself Docker takes of 172.16.0.0/12 and 192.168.0.0/16


@pytest.mark.parametrize(
    ("service", "key", "value"),
    [("worker", "restrat", "always"), ("serve", "pull_policy", "sometimes")],
)
def test_the_schema_check_finds_misspelt_keys_and_values(
    document: dict[str, Any], tmp_path: Path, service: str, key: str, value: str
) -> None:
    broken = copy.deepcopy(document)
    broken["services"][service][key] = value
    (tmp_path / "compose.yaml").write_text(yaml.safe_dump(broken))

    assert service in _schema_faults(tmp_path / "compose.yaml")


@pytest.mark.parametrize(
    ("rule", "service", "change"),
    [
        (dangling, "worker", {"depends_on": {"database": {}}}),
        (dangling, "postgres", {"volumes": ["data:/var/lib/postgresql"]}),
        (dangling, "postgres", {"volumes": ["./deploy/none.sh:/none.sh"]}),
        (open_secrets, "postgres", {"environment": {"POSTGRES_PASSWORD": "hunter2"}}),
        (open_secrets, "serve", {"environment": {"SUA_DATABASE_URL": "postgresql://sua_writer:hunter2@postgres/sua"}}),
        (unpinned, "rabbitmq", {"image": "rabbitmq:latest"}),
        (unpinned, "rabbitmq", {"image": "rabbitmq"}),
        (public_ports, "serve", {"ports": ["8000:8000"]}),
        (unknown_commands, "worker", {"command": ["sua", "work"]}),
        (unknown_commands, "worker", {"command": ["sua", "worker", "--quickly"]}),
        (unknown_settings, "worker", {"environment": {"SUA_DATABSE_URL": "x"}}),
        (strangers_believed, "serve", {"environment": {"SUA_TRUSTED_PROXIES": "127.0.0.1 172.16.0.0/12"}}),
    ],
)
def test_each_rule_finds_what_it_is_for(document: dict[str, Any], rule: Any, service: str, change: Any) -> None:
    document["services"][service].update(change)

    assert len(list(rule(document))) == 1


def _schema_faults(path: Path) -> str:
    checker = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(path)]
    done = subprocess.run(checker, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr
