"""What a notification POST leaves in the inbox."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from app.ingest import webhooks_bell
from app.ingest.schedule import Job
from app.ingest.webhooks import LIFECYCLE_PATH
from app.telemetry import counted
from tests.ingest.webhooks.conftest import CALL, CONTOSO, CONTOSO_DIRECTORY, SECRET, SUBSCRIPTION, Webhook, item

FABRIKAM = UUID("00000000-0000-4000-8000-00000000c002")
FABRIKAM_DIRECTORY = UUID("00000000-0000-4000-8000-0000000000d2")


async def test_an_item_is_stored_before_202(webhook: Webhook) -> None:
    answer = await webhook.post(item())

    assert (answer.status_code, answer.content) == (202, b"")
    assert webhook.stored() == [(CONTOSO, CALL)]


async def test_the_fetcher_is_rung_once_per_tenant_after_the_answer(
    webhook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhooks_bell, "_GATHER_S", 1.0)  # a busy machine lets more than 20 ms pass between two posts

    await webhook.post(item(), item(uuid4()))
    await webhook.post(item(uuid4()))

    await webhook.doors.aclose()
    assert webhook.rung == [CONTOSO]


async def test_a_call_twice_in_one_post_is_one_item_and_in_two_posts_two(webhook: Webhook) -> None:
    await webhook.post(item(), item())
    await webhook.post(item())

    assert webhook.stored() == [(CONTOSO, CALL), (CONTOSO, CALL)]


async def test_bad_items_leave_their_neighbours_alone(webhook: Webhook) -> None:
    bad = [
        item(subscriptionId=str(uuid4())),
        item(clientState="guessed"),
        item(clientState=None),
        item(tenantId=str(uuid4())),
        item(tenantId=None),
        item(tenantId="contoso"),
        item(resource=None),
        item(resource="https://graph.microsoft.com/v1.0/communications/callRecords/" + str(CALL)),
        item(resource=f"communications/callRecords/../users/{CALL}"),
        item(resource=f"users/{CALL}"),
        item("not-a-guid"),
        item(f"{CALL}\x00"),
        item(f"{CALL}/sessions"),
    ]

    answer = await webhook.post(*bad, item(), *bad)

    assert answer.status_code == 202
    assert webhook.stored() == [(CONTOSO, CALL)]


async def test_only_bad_items_are_answered_like_good_ones(webhook: Webhook) -> None:
    answer = await webhook.post(item(subscriptionId="forged"))

    assert (answer.status_code, answer.content) == (202, b"")
    assert webhook.stored() == []
    assert webhook.rung == []


async def test_nothing_at_all_is_accepted(webhook: Webhook) -> None:
    answer = await webhook.post()

    assert answer.status_code == 202


async def test_a_subscription_speaks_for_its_own_directory_only(webhook: Webhook) -> None:
    webhook.subscribe(FABRIKAM, FABRIKAM_DIRECTORY, "fabrikam", "f" * 43)

    await webhook.post(item(tenantId=str(FABRIKAM_DIRECTORY)), item(subscriptionId="fabrikam", clientState="f" * 43))

    assert webhook.stored() == []


async def test_one_post_may_bring_items_of_two_customers(webhook: Webhook) -> None:
    webhook.subscribe(FABRIKAM, FABRIKAM_DIRECTORY, "fabrikam", "f" * 43)
    theirs = item(subscriptionId="fabrikam", clientState="f" * 43, tenantId=str(FABRIKAM_DIRECTORY))

    await webhook.post(item(), theirs)

    assert webhook.stored() == [(CONTOSO, CALL), (FABRIKAM, CALL)]


async def test_a_notification_that_overtakes_the_answer_to_its_subscription_is_known_by_its_secret(
    webhook: Webhook,
) -> None:
    await webhook.post(item())
    webhook.subscribe(FABRIKAM, FABRIKAM_DIRECTORY, None, "f" * 43)

    await webhook.post(item(subscriptionId=str(uuid4()), clientState="f" * 43, tenantId=str(FABRIKAM_DIRECTORY)))

    assert webhook.stored() == [(CONTOSO, CALL), (FABRIKAM, CALL)]


@pytest.mark.parametrize(
    ("event", "hurried"),
    [
        ("reauthorizationRequired", [Job.SUBSCRIPTION]),
        ("subscriptionRemoved", [Job.RECONCILE, Job.SUBSCRIPTION]),
        ("missed", [Job.RECONCILE]),
        ("somethingNew", []),
    ],
)
async def test_what_a_lifecycle_event_asks_for_is_due_before_graph_is_answered(
    webhook: Webhook, event: str, hurried: list[Job]
) -> None:
    webhook.schedule(CONTOSO)

    answer = await webhook.post(lifecycle(event), lifecycle(event), path=LIFECYCLE_PATH)

    assert answer.status_code == 202
    assert webhook.due(CONTOSO) == hurried
    assert webhook.stored() == []


async def test_a_lifecycle_event_that_cannot_be_believed_moves_nothing(webhook: Webhook) -> None:
    webhook.schedule(CONTOSO)

    await webhook.post(lifecycle("subscriptionRemoved", clientState="a guess"), path=LIFECYCLE_PATH)
    await webhook.post(lifecycle("subscriptionRemoved", tenantId=str(FABRIKAM_DIRECTORY)), path=LIFECYCLE_PATH)

    assert webhook.due(CONTOSO) == []


async def test_a_lifecycle_event_brings_back_no_job_of_a_customer_at_rest(webhook: Webhook) -> None:
    webhook.schedule(CONTOSO, [Job.PERMISSIONS])

    await webhook.post(lifecycle("subscriptionRemoved"), path=LIFECYCLE_PATH)

    assert webhook.due(CONTOSO) == []


def lifecycle(event: str, **changed: str) -> dict[str, Any]:
    """An item as Graph sends it: no resource, no change."""
    return item(lifecycleEvent=event, resource=None, changeType=None, resourceData=None, **changed)


async def test_a_change_at_the_lifecycle_door_is_taken_for_what_it_is(webhook: Webhook) -> None:
    await webhook.post(item(), path=LIFECYCLE_PATH)

    assert webhook.stored() == [(CONTOSO, CALL)]


async def test_a_subscription_that_was_ended_brings_nothing_once_its_routes_are_read_again(webhook: Webhook) -> None:
    await webhook.post(item())
    with psycopg.connect(webhook.database.writer_dsn) as db:
        db.execute("DELETE FROM graph_subscriptions")

    await webhook.post(item(subscriptionId="somebody else's, so the routes are read"))
    await webhook.post(item(uuid4()))

    assert webhook.stored() == [(CONTOSO, CALL)]


async def test_a_thousand_items_are_taken(webhook: Webhook) -> None:
    small = [
        {
            "subscriptionId": SUBSCRIPTION,
            "clientState": SECRET,
            "tenantId": str(CONTOSO_DIRECTORY),
            "resource": f"communications/callRecords/{uuid4()}",
        }
        for _ in range(1000)
    ]

    answer = await webhook.post(*small)

    assert answer.status_code == 202
    assert len(webhook.stored()) == 1000


async def test_forged_subscriptions_share_one_reading_of_the_table(webhook: Webhook) -> None:
    await webhook.post(item())
    before = counted()["webhook.routes_read"]

    await asyncio.gather(*(webhook.post(item(subscriptionId=f"forged {number}")) for number in range(30)))

    assert counted()["webhook.routes_read"] - before == 1
