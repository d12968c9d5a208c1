"""A customer leaves: the subscription ends at Graph where it can, and in the log in any case."""

import pytest

from app.domain.events.coverage import SubscriptionEnd, SubscriptionLost
from app.ingest.feeds import carry_out
from app.ingest.leaving import unsubscribe
from app.ingest.schedule import Due, Job
from tests.ingest.office import Office


@pytest.mark.parametrize("reachable", [True, False])
def test_the_subscription_ends(office: Office, reachable: bool) -> None:
    invitation = office.invite()
    office.consent(invitation)
    carry_out(office.shop, Due(invitation.tenant, Job.SUBSCRIPTION))
    if not reachable:
        office.control("/_faults", path="v1.0/subscriptions", method="DELETE", kind="status", status=403, times=None)

    said = [unsubscribe(office.shop, invitation.tenant) for _ in range(2)]

    last = office.facts(invitation.tenant, "coverage/calls")[-1]
    assert said == [None if reachable else "GRAPH_FORBIDDEN", None]
    assert isinstance(last, SubscriptionLost)
    assert last.reason is SubscriptionEnd.OFFBOARDED
    assert len(office.world.subscriptions) == (0 if reachable else 1)
