"""One of every change the door takes, each of which can be made in the customer with prices."""

from typing import Any

from tests.graphql.money_world import TOOLBOX
from tests.graphql.world import BERT, E5

SEAT = {"user": str(BERT), "sku": str(E5)}
PRICE = {"sku": str(TOOLBOX), "amount": "4.50", "currency": "EUR", "term": "YEARLY", "effectiveFrom": "2026-06-01"}
ANSWER = "{ tenantId position facts }"

SET_PRICE = f"mutation ($id: ID!, $price: PriceInput!) {{ setPrice(tenant: $id, price: $price) {ANSWER} }}"
WITHDRAW = f"mutation ($id: ID!, $price: PriceNameInput!) {{ withdrawPrice(tenant: $id, price: $price) {ANSWER} }}"
EXEMPT = f"""mutation ($id: ID!, $seat: SeatInput!, $reason: String!, $owner: String!, $until: Date) {{
  exemptSeat(tenant: $id, seat: $seat, reason: $reason, owner: $owner, until: $until) {ANSWER} }}"""
LIFT = f"mutation ($id: ID!, $seat: SeatInput!) {{ liftExemption(tenant: $id, seat: $seat) {ANSWER} }}"
DECIDE = f"""mutation ($id: ID!, $seat: SeatInput!, $decision: Decision!, $note: String, $days: Int) {{
  decideFinding(tenant: $id, seat: $seat, decision: $decision, note: $note, idleDays: $days) {ANSWER} }}"""
POLICY = f"mutation ($id: ID!, $policy: PolicyInput!) {{ changePolicy(tenant: $id, policy: $policy) {ANSWER} }}"
KEEP = f"mutation ($id: ID!, $days: Int!) {{ setCallRetention(tenant: $id, days: $days) {ANSWER} }}"
ERASE = f"mutation ($id: ID!, $user: ID!) {{ erasePerson(tenant: $id, user: $user, ground: OBJECTED) {ANSWER} }}"

CHANGES: dict[str, tuple[str, dict[str, Any]]] = {
    "setPrice": (SET_PRICE, {"price": PRICE}),
    "withdrawPrice": (WITHDRAW, {"price": {"sku": str(E5), "effectiveFrom": "2026-06-01"}}),
    "exemptSeat": (EXEMPT, {"seat": SEAT, "reason": "Parental leave", "owner": "Hanna Roth"}),
    "liftExemption": (LIFT, {"seat": SEAT}),
    "decideFinding": (DECIDE, {"seat": SEAT, "decision": "ACCEPTED"}),
    "changePolicy": (POLICY, {"policy": {"idleDays": 60}}),
    "setCallRetention": (KEEP, {"days": 400}),
    "erasePerson": (ERASE, {"user": str(BERT)}),
}
