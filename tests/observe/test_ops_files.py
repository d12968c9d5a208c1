"""Dashboard and alert rules speak of metrics that are really told, and the documentation of all of them."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.observe.catalogue import Exported, as_markdown, of_installation, of_process
from app.observe.readiness import SKEW_MAX
from app.ops import doctor_running

ROOT = Path(__file__).parents[2]
RULES = ROOT / "ops" / "prometheus" / "alerts.yaml"
SCRAPES = ROOT / "ops" / "prometheus" / "prometheus.yaml"
DASHBOARD = ROOT / "ops" / "grafana" / "sua.json"
NAME = re.compile(r"\b(?:sua|process)_[a-z0-9_]+")
GIVEN_BY_PROMETHEUS = {"instance", "process", "job", "le"}
PROCESS = {"process_resident_memory_bytes", "process_cpu_seconds_total"}


def told() -> dict[str, Exported]:
    """By the name of a sample, as an expression names it."""
    found: dict[str, Exported] = {}
    for each in [*of_installation(), *of_process()]:
        endings = ("_bucket", "_sum", "_count") if each.kind == "histogram" else ("",)
        found |= {f"{each.name}{ending}": each for ending in endings}
    return found


def rules() -> list[dict[str, Any]]:
    document = yaml.safe_load(RULES.read_text())
    return [rule for group in document["groups"] for rule in group["rules"]]


def panels() -> Iterator[dict[str, Any]]:
    for panel in json.loads(DASHBOARD.read_text())["panels"]:
        if panel["type"] != "row":
            yield panel


def expressions() -> list[str]:
    queries = [target["expr"] for panel in panels() for target in panel["targets"]]
    return [rule["expr"] for rule in rules()] + queries


def unknown_names(expression: str) -> set[str]:
    return set(NAME.findall(expression)) - told().keys() - PROCESS


def unknown_labels(expression: str) -> set[str]:
    """Labels that an expression selects or groups by, and that none of its metrics has."""
    asked = set(re.findall(r"(\w+)\s*(?:=~|!=|!~|=)\s*\"", expression))
    for group in re.findall(r"\bby \(([^)]*)\)", expression):
        asked |= {label.strip() for label in group.split(",")}
    known = {label for name in NAME.findall(expression) if name in told() for label in told()[name].labels}
    return asked - known - GIVEN_BY_PROMETHEUS


def test_expressions_name_what_is_told() -> None:
    assert len(expressions()) > 50
    assert {each: found for each in expressions() if (found := unknown_names(each))} == {}
    assert {each: found for each in expressions() if (found := unknown_labels(each))} == {}


def test_the_check_finds_a_name_and_a_label_that_are_not_told() -> None:
    assert unknown_names("max(sua_projection_lag_second)") == {"sua_projection_lag_second"}
    assert unknown_names("rate(sua_append_duration_seconds[5m])") == {"sua_append_duration_seconds"}
    assert unknown_labels('sum by (user) (sua_inbox_items{status="DEAD"})') == {"user", "status"}


def test_everything_told_of_the_installation_is_on_the_dashboard() -> None:
    shown = {name for panel in panels() for target in panel["targets"] for name in NAME.findall(target["expr"])}

    assert {each.name for each in of_installation()} - shown == set()
    of_processes = {name for name, each in told().items() if each.kind == "counter"}
    assert of_processes - shown == set()


def test_the_dashboard_asks_the_data_source_one_chooses() -> None:
    dashboard = json.loads(DASHBOARD.read_text())
    source = {"type": "prometheus", "uid": "${datasource}"}

    assert dashboard["schemaVersion"] >= 39
    assert [variable["name"] for variable in dashboard["templating"]["list"]] == ["datasource", "tenant"]
    assert all(panel["datasource"] == source for panel in panels())
    assert all(target["datasource"] == source for panel in panels() for target in panel["targets"])
    ids = [panel["id"] for panel in dashboard["panels"]]
    assert len(ids) == len(set(ids))
    places = [(panel["gridPos"]["x"] + panel["gridPos"]["w"]) for panel in dashboard["panels"]]
    assert max(places) == 24


def test_every_rule_says_how_long_how_bad_and_what_to_do() -> None:
    assert [rule["alert"] for rule in rules() if not re.fullmatch(r"\d+[mh]", rule["for"])] == []
    assert {rule["labels"]["severity"] for rule in rules()} == {"page", "ticket"}
    assert [rule["alert"] for rule in rules() if rule["annotations"].keys() != {"summary", "action"}] == []
    names = [rule["alert"] for rule in rules()]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("alert", "limit"),
    [
        ("SuaProjectionLagging", doctor_running.LAG_MAX),
        ("SuaInboxOld", doctor_running.WAIT_MAX),
        ("SuaDailyReadLate", doctor_running.READ_AGE_MAX),
        ("SuaSubscriptionExpiring", doctor_running.SUBSCRIPTION_MIN),
        ("SuaClockSkewed", SKEW_MAX),
    ],
)
def test_rules_and_the_doctor_draw_the_same_line(alert: str, limit: timedelta) -> None:
    (rule,) = [rule for rule in rules() if rule["alert"] == alert]

    assert float(re.split(r"[<>]", rule["expr"])[-1]) == limit.total_seconds()


def test_the_sample_scrapes_every_kind_of_process_with_a_token() -> None:
    (job,) = yaml.safe_load(SCRAPES.read_text())["scrape_configs"]

    assert [target["labels"]["process"] for target in job["static_configs"]] == ["serve", "worker", "scheduler"]
    assert job["authorization"]["type"] == "Bearer"
    assert yaml.safe_load(SCRAPES.read_text())["rule_files"] == [RULES.name]


def test_every_metric_is_documented() -> None:
    assert (ROOT / "docs" / "metrics.md").read_text() == as_markdown()


def test_names_follow_the_conventions() -> None:
    odd = [
        each.name
        for each in [*of_installation(), *of_process()]
        if (each.kind == "counter") != each.name.endswith("_total")
        or (each.kind == "histogram" and not each.name.endswith("_seconds"))
        or re.search(r"_(ms|minutes|hours_total|kb|mb|percent)$", each.name)
    ]

    assert odd == []


def test_promtool_agrees() -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not here")
    done = subprocess.run([promtool, "check", "rules", str(RULES)], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
