"""A notification's way in: answered at once (facts/graph.md, section j), and what nobody can read is kept and shown."""

import asyncio
import json
from typing import Any
from uuid import UUID, uuid4

import pytest
from typer.testing import CliRunner

from app.domain.ids import TenantId
from app.ingest.bound import client_of
from app.ingest.fetch import fetch_due
from app.ingest.fetch_outcome import ATTEMPTS_MAX
from app.ops.cli import app
from app.simulator.world import Subscription
from tests.ingest.easily_wrong.conftest import hits, watch
from tests.ingest.office import Office

ANYTHING = ""


def item(made: Subscription, **said: object) -> dict[str, object]:
    told = {"subscriptionId": made.id, "clientState": made.client_state, "tenantId": made.tenant}
    return told | {"subscriptionExpirationDateTime": made.expires_at.isoformat()} | said


def test_a_notification_is_answered_before_graph_is_asked_anything(office: Office, tenant: TenantId) -> None:
    """Item 4: it is in the inbox and answered, and no request of any kind has gone to Graph."""
    (made,) = office.world.subscriptions.values()
    call = uuid4()
    told = item(made, changeType="updated", resource=f"communications/callRecords/{call}")
    watch(office, ANYTHING)

    answer = office.browser.post(made.notification_url, json={"value": [told]})

    assert (answer.status_code, answer.content, hits(office)) == (202, b"", [0])
    assert office.rows("SELECT call_id, state FROM inbox WHERE tenant_id = %s", tenant) == [(call, "PENDING")]
    asyncio.run(fetch_due(office.shop, tenant))
    assert hits(office)[0] > 0


def test_a_lifecycle_notification_is_answered_before_graph_is_asked_anything(office: Office, tenant: TenantId) -> None:
    """Item 4: the subscription is looked after later."""
    (made,) = office.world.subscriptions.values()
    assert made.lifecycle_url is not None
    due = "SELECT due_at <= %s FROM schedule WHERE tenant_id = %s AND job = 'subscription'"
    assert office.rows(due, office.clock.now(), tenant) == [(False,)]
    watch(office, ANYTHING)

    told = item(made, lifecycleEvent="reauthorizationRequired")
    answer = office.browser.post(made.lifecycle_url, json={"value": [told]})

    assert (answer.status_code, answer.content, hits(office)) == (202, b"", [0])
    assert office.rows(due, office.clock.now(), tenant) == [(True,)]


async def whole_answer(office: Office, tenant: TenantId, call: UUID) -> Any:
    """What Graph says of a call, as it says it."""
    async with await client_of(office.shop, tenant) as client:
        return await client.get(f"/communications/callRecords/{call}", {"$expand": "sessions,participants_v2"})


def sua(*arguments: str) -> Any:
    return json.loads(CliRunner().invoke(app, [*arguments, "--json"]).stdout)


def test_a_payload_nobody_can_read_is_kept_whole_counted_and_shown(
    office: Office, tenant: TenantId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From Graph's answer to `sua inbox list`."""
    office.let_pass(days=2)
    (call,) = office.rows("SELECT call_id FROM inbox ORDER BY call_id LIMIT 1")[0]
    with office.shop.database() as db:
        db.execute("DELETE FROM inbox WHERE call_id <> %s", (call,))
        db.execute("UPDATE inbox SET attempts = %s", (ATTEMPTS_MAX - 1,))
    never = {"kind": "mistype", "property": "endDateTime", "value": "0001-01-01T00:00:00Z"}
    office.control("/_faults", path="communications/callRecords", times=None, **never)

    asyncio.run(fetch_due(office.shop, tenant))

    monkeypatch.setenv("SUA_DATABASE_URL", office.database.writer_dsn)
    monkeypatch.setenv("SUA_DATABASE_READ_URL", office.database.reader_dsn)
    counted = sua("inbox", "list", "--counts")
    assert [(UUID(row["call"]), row["state"], row["reason"], row["payload"]) for row in sua("inbox", "list")] == [
        (call, "DEAD", "RECORD_UNUSABLE", str(call))
    ]
    assert {(row["state"], row["reason"], row["items"]) for row in counted} == {
        ("DEAD", "RECORD_UNUSABLE", 1),
        ("KEPT", "RECORD_UNUSABLE", 1),
    }
    said = asyncio.run(whole_answer(office, tenant, call))
    assert (len(said["sessions"]) > 0, said["endDateTime"]) == (True, never["value"])
    assert sua("inbox", "list", "--payload", str(call))["payload"] == said
    ((kept,),) = office.rows("SELECT payload FROM dead_letters")
    assert (json.loads(kept) if isinstance(kept, str) else kept) == said
