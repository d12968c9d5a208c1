"""What is easily got wrong in asking Graph (facts/graph.md, section j), in front of the simulator."""

from datetime import timedelta

import pytest

from app.domain.events.coverage import SubscriptionCreated
from app.domain.ids import TenantId
from app.domain.tenant import replay
from app.ingest.bound import client_of
from app.ingest.graph_client import GraphClient
from app.ingest.graph_errors import GraphConflict
from app.ingest.graph_http import Json
from app.ingest.notifications import hashed
from app.ingest.schedule import COLLECTING, Job
from app.ingest.subscriptions import ensure_subscription
from app.simulator.world import Subscription
from tests.ingest.easily_wrong.conftest import carried_out, hits, watch
from tests.ingest.office import Office


def ask(office: Office, address: str) -> None:
    """A request SUA must not make, to show that the watch sees it."""
    office.browser.get(f"{office.simulator}/v1.0{address}")


def test_licences_are_listed_without_sign_ins(office: Office, tenant: TenantId) -> None:
    """Item 2: the licence listing asks for no signInActivity; the sign-ins' own listing does."""
    watch(office, "signInActivity", r"users\?")

    carried_out(office, tenant, Job.LICENCES)
    by_licences = hits(office)
    carried_out(office, tenant, Job.SIGN_INS)
    by_sign_ins = hits(office)[0] - by_licences[0]

    assert (by_licences[0], by_licences[1] > 0, by_sign_ins > 0) == (0, True, True)


def test_no_job_asks_for_what_changed_among_users(office: Office, tenant: TenantId) -> None:
    """Item 13: users/delta tells neither licences nor sign-ins."""
    watch(office, r"users(/|%2F|/microsoft\.graph\.)delta", r"users\?")

    for job in COLLECTING:
        carried_out(office, tenant, job)

    delta, listed = hits(office)
    assert (delta, listed > 1) == (0, True)
    ask(office, "/users/delta?$select=id")
    assert hits(office)[0] == 1


def test_a_directory_without_p1_has_not_lost_its_consent(office: Office, tenant: TenantId) -> None:
    """Item 3."""
    office.control(f"/_tenants/{office.directory}/premium", on=False)
    carried_out(office, tenant, Job.LICENCES)

    carried_out(office, tenant, Job.SIGN_INS)

    office.control(f"/_tenants/{office.directory}/premium", on=True)
    assert replay(office.facts(tenant, "tenant")).consented


def test_calls_nobody_notified_of_are_found_by_listing_without_expanding(office: Office, tenant: TenantId) -> None:
    """Items 5 and 8: no `missed` comes; the list is asked, never with $expand."""
    office.control("/_notifications/rules", drop_share=1.0)
    office.let_pass(days=2)
    office.control("/_notifications/rules", drop_share=0.0)
    heard = office.rows("SELECT count(*) FROM inbox WHERE tenant_id = %s", tenant)[0][0]
    watch(office, r"callRecords\?.*expand", r"callRecords\?")

    carried_out(office, tenant, Job.RECONCILE)

    found = office.rows("SELECT count(*) FROM inbox WHERE tenant_id = %s", tenant)[0][0]
    assert (heard, found > 0) == (0, True)
    expanded, listed = hits(office)
    assert (expanded, listed > 0) == (0, True)
    ask(office, "/communications/callRecords?$expand=sessions")
    assert hits(office)[0] == 1


def test_a_subscription_has_its_lifecycle_address_and_lives_no_longer_than_allowed(
    office: Office, tenant: TenantId
) -> None:
    """Item 6."""
    (made,) = office.world.subscriptions.values()

    assert made.lifecycle_url == f"{office.web}/webhooks/graph/lifecycle"
    assert made.expires_at - office.clock.now() <= timedelta(minutes=4_230)


def test_only_updated_is_subscribed_to_and_a_duplicate_is_not_made(office: Office, tenant: TenantId) -> None:
    """Item 7."""
    carried_out(office, tenant, Job.SUBSCRIPTION)

    (made,) = office.world.subscriptions.values()
    assert made.change_type == "updated"


def test_a_subscription_another_worker_made_meanwhile_is_adopted(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Item 7: it appears between our listing and our POST, which is refused with 409."""
    invitation = office.invite()
    office.consent(invitation)
    post = GraphClient.post
    refused: list[str] = []
    theirs: list[Subscription] = []

    async def too_late(ours: GraphClient, path: str, body: Json) -> Json:
        monkeypatch.setattr(GraphClient, "post", post)
        async with await client_of(office.shop, invitation.tenant) as other:
            await ensure_subscription(other, office.shop, invitation.tenant)
        theirs.extend(office.world.subscriptions.values())
        try:
            return await post(ours, path, body)
        except GraphConflict:
            refused.append(path)
            raise

    monkeypatch.setattr(GraphClient, "post", too_late)
    carried_out(office, invitation.tenant, Job.SUBSCRIPTION)

    assert refused == ["/subscriptions"]
    run = "SELECT failures, last_reason FROM schedule WHERE tenant_id = %s AND job = 'subscription'"
    assert office.rows(run, invitation.tenant) == [(0, None)]
    (kept,) = office.world.subscriptions.values()
    assert [kept] == theirs
    stored = office.rows("SELECT subscription_id, client_state_hash FROM graph_subscriptions WHERE ended_at IS NULL")
    assert [(name, bytes(digest)) for name, digest in stored] == [(kept.id, hashed(kept.client_state or ""))]
    facts = [each.event for each in office.shop.desk.store.read(invitation.tenant, after=0, limit=100)]
    assert [fact.subscription for fact in facts if isinstance(fact, SubscriptionCreated)] == [kept.id]


def test_concealed_rows_match_nobody_and_the_setting_is_not_asked_for(office: Office, tenant: TenantId) -> None:
    """Item 14."""
    office.control(f"/_tenants/{office.directory}/conceal", on=True)
    watch(office, "reportSettings", "reports/")
    carried_out(office, tenant, Job.LICENCES)

    carried_out(office, tenant, Job.REPORTS)

    office.control(f"/_tenants/{office.directory}/conceal", on=False)
    asked = hits(office)
    kinds = {type(each.event).__name__ for each in office.shop.desk.store.read(tenant, after=0, limit=10_000)}
    assert (asked[0], asked[1] > 0) == (0, True)
    assert "UsageReportsRead" in kinds
    assert "WorkloadUsed" not in kinds
