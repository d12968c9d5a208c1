"""Real processes: each tells its metrics on its own port, and a notification's trace goes through three of them."""

from collections import defaultdict
from pathlib import Path

import httpx
import psycopg
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.brokers import REDIS
from tests.database import Database
from tests.journeys.customer import company, connect
from tests.journeys.processes import free_port, installed
from tests.observe.collector import collecting

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

TOKEN = "a token of sixteen or more"
KINDS = ("serve", "worker", "scheduler")


def scraped(port: int) -> dict[str, float]:
    """Sums over all labels but one, which stands behind the name."""
    headers = {"Authorization": f"Bearer {TOKEN}"}
    text = httpx.get(f"http://127.0.0.1:{port}/metrics", headers=headers, timeout=20).raise_for_status().text
    found: dict[str, float] = defaultdict(float)
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found[sample.name] += sample.value
            for value in sample.labels.values():
                found[f"{sample.name} {value}"] += sample.value
    return found


@pytest.mark.parametrize("broker_url", [REDIS], indirect=True)
def test_three_processes_are_watched_from_outside(database: Database, broker_url: str, tmp_path: Path) -> None:
    ports = {kind: free_port() for kind in KINDS}
    with (
        collecting() as collector,
        company(days=2) as simulated,
        installed(database, broker_url, simulated, tmp_path) as sua,
    ):
        watched = {"metrics_token": TOKEN, "otlp_endpoint": collector.url, "otlp_headers": "X-Key=hunter2"}
        serve = sua.changed(**watched, metrics_port=str(ports["serve"])).serve()
        worker = sua.changed(**watched, metrics_port=str(ports["worker"])).worker()
        scheduler = sua.changed(**watched, metrics_port=str(ports["scheduler"])).scheduler()
        customer = connect(sua, simulated, database)
        customer.settle()
        customer.one_day_passes()
        customer.settle()

        told = {kind: scraped(port) for kind, port in ports.items()}
        door = httpx.get(f"{sua.url}/metrics", timeout=20).status_code
        ready = httpx.get(f"{sua.url}/readyz", timeout=20).json()
        ends = [process.terminate(20.0)[0] for process in (serve, worker, scheduler)]

    with psycopg.connect(database.owner_dsn) as db:
        (facts,) = db.execute("SELECT position FROM tenant_heads").fetchone() or (0,)
        (delivered,) = db.execute("SELECT count(*) FROM inbox WHERE listed_revision IS NULL").fetchone() or (0,)
    assert ends == [0, 0, 0]
    assert {kind: each["sua_database_up"] for kind, each in told.items()} == dict.fromkeys(KINDS, 1)
    assert {each["sua_log_facts"] for each in told.values()} == {facts}
    assert {each["sua_tenant_lag_facts"] for each in told.values()} == {0}
    assert told["serve"]["sua_webhook_items_total stored"] == delivered
    assert told["worker"]["sua_append_facts_total"] > 0
    assert told["worker"]["sua_project_facts_total"] >= facts
    assert told["worker"]["sua_graph_requests_total 200"] > 0
    assert told["worker"]["sua_broker_messages_total done"] > 0
    assert told["scheduler"]["sua_broker_messages_total sent"] > 0
    assert (door, ready["ready"]) == (401, True)

    through = {
        frozenset(spans) for spans in collector.spans.values() if ("webhook", "sua-serve") in spans and len(spans) > 2
    }
    assert (
        frozenset(
            {
                ("webhook", "sua-serve"),
                ("inbox", "sua-serve"),
                ("fetch", "sua-worker"),
                ("graph", "sua-worker"),
                ("append", "sua-worker"),
                ("project", "sua-worker"),
            }
        )
        in through
    )
    assert collector.secrets == {"hunter2"}
