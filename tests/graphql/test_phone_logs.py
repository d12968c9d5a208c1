"""The telephone logs through the door: rows, money, links, and what each viewer may see."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from app.domain.events.charging import DirectRoutingCall, DirectRoutingCallLogged, PstnCall, PstnCallCharged
from app.domain.ids import LogRowId, TenantId, UserId
from app.domain.personal import Personal
from app.eventstore.streams import direct_routing_stream, pstn_stream
from tests.graphql.conftest import Client
from tests.graphql.world import ANNA, CALL_IN, CALL_OUT, CONTOSO, FABRIKAM, FRIDA, NUMBER, World, user_id

FRIDAY = datetime(2026, 11, 20, 9, tzinfo=UTC)
LEARNED = datetime(2026, 11, 22, 3, tzinfo=UTC)
OWN_NUMBER = "+49891234567"
GONE = user_id(99)

PSTN = """
query ($id: ID!, $since: Date, $until: Date, $first: Int, $after: String, $knownAt: DateTime) {
  tenant(id: $id) { at(knownAt: $knownAt) { pstnCalls(since: $since, until: $until, first: $first, after: $after) {
    nodes {
      id rowId sharedCallId userId name kind startedAt seconds caller callee
      charge { amount currency } connectionCharge { amount currency } call { callId confidence }
    }
    pageInfo { endCursor hasNextPage }
  } } }
}
"""
DIRECT = """
query ($id: ID!, $since: Date, $until: Date) {
  tenant(id: $id) { at { directRoutingCalls(since: $since, until: $until) { nodes {
    rowId userId name kind beganAt connectedAt failedAt successful sipCode caller callee trunk
    call { callId confidence }
  } } } }
}
"""


def row(number: int) -> LogRowId:
    return LogRowId(UUID(int=0xB0 + number))


def charged(number: int, at: datetime, user: UserId | None = ANNA, **changed: Any) -> PstnCallCharged:
    plain: dict[str, Any] = dict.fromkeys(PstnCall.model_fields)
    plain |= {"caller": Personal.alone(OWN_NUMBER), "callee": Personal.alone(NUMBER), "shared_id": "one"}
    plain |= {"charge": Decimal("0.0185"), "connection_charge": Decimal(0), "currency": "EUR", "seconds": 1795}
    plain |= {"row": row(number), "user": user, "began_at": at, "kind": "user_out"}
    return PstnCallCharged(happened_at=at, call=PstnCall(**plain | changed))


def logged(number: int, at: datetime, **changed: Any) -> DirectRoutingCallLogged:
    plain: dict[str, Any] = dict.fromkeys(DirectRoutingCall.model_fields)
    plain |= {"row": row(number), "user": ANNA, "began_at": at, "kind": "ByotOut", "trunk": "sbc.contoso.example"}
    return DirectRoutingCallLogged(happened_at=at, call=DirectRoutingCall(**plain | changed))


def tell(world: World, tenant: TenantId, fact: PstnCallCharged | DirectRoutingCallLogged, at: datetime) -> None:
    stream = pstn_stream if isinstance(fact, PstnCallCharged) else direct_routing_stream
    name = stream(fact.call.row)
    world.append(tenant, name, fact, at=at, after=world.store.load(tenant, name)[1])


@pytest.fixture(scope="module", autouse=True)
def phone_logs(world: World) -> None:
    """After NOON's other facts: rows of Contoso, one of them corrected, and one of Fabrikam."""
    late = LEARNED + timedelta(days=1, hours=1)
    tell(world, CONTOSO, charged(1, FRIDAY + timedelta(seconds=3)), late)
    tell(world, CONTOSO, charged(2, FRIDAY + timedelta(hours=5), None, kind="ucap_in", charge=None), late)
    tell(world, CONTOSO, charged(3, FRIDAY + timedelta(days=1), GONE, currency="USD", callee=None), late)
    tell(world, CONTOSO, charged(4, FRIDAY - timedelta(days=20)), late)
    answered = {"connected_at": FRIDAY, "successful": True, "sip_code": 0, "caller": Personal.alone("+4930***")}
    tell(world, CONTOSO, logged(5, FRIDAY, correlation=CALL_IN, **answered), late)
    failed = {"failed_at": FRIDAY + timedelta(hours=1, seconds=9), "successful": False, "sip_code": 486}
    tell(world, CONTOSO, logged(6, FRIDAY + timedelta(hours=1), correlation=UUID(int=4711), **failed), late)
    tell(world, CONTOSO, charged(1, FRIDAY + timedelta(seconds=3), charge=Decimal("0.020")), late + timedelta(hours=2))
    tell(world, FABRIKAM, charged(7, FRIDAY, FRIDA), late)
    for tenant in (CONTOSO, FABRIKAM):
        world.tabulate(tenant)


async def pstn(client: Client, who: str = "hr", **variables: Any) -> dict[str, Any]:
    data = await client.data(PSTN, who, **{"id": str(CONTOSO), **variables})
    found: dict[str, Any] = data["tenant"]["at"]["pstnCalls"]
    return found


async def test_the_pstn_log_newest_first_with_each_amount_in_its_own_currency(client: Client) -> None:
    third, second, first = (await pstn(client))["nodes"]

    assert [each["rowId"] for each in (first, second, third)] == [str(row(number)) for number in (1, 2, 3)]
    assert (first["name"], first["caller"], first["callee"], first["seconds"]) == (
        "Anna Berg",
        OWN_NUMBER,
        NUMBER,
        1795,
    )
    assert (first["charge"], first["connectionCharge"]) == (
        {"amount": "0.020", "currency": "EUR"},
        {"amount": "0", "currency": "EUR"},
    )
    assert first["call"] == {"callId": str(CALL_OUT), "confidence": "PROBABLE"}
    assert (second["userId"], second["name"], second["charge"], second["call"]) == (None, None, None, None)
    assert (third["userId"], third["name"], third["callee"]) == (None, None, None)
    assert third["charge"] == {"amount": "0.0185", "currency": "USD"}


async def test_what_was_charged_before_the_correction_is_still_known(client: Client) -> None:
    then = await pstn(client, knownAt="2026-11-23T04:30:00Z")

    assert [each["charge"] and each["charge"]["amount"] for each in then["nodes"]] == ["0.0185", None, "0.0185"]


async def test_days_are_the_tenants_and_until_is_excluded(client: Client) -> None:
    one_day = await pstn(client, since="2026-11-20", until="2026-11-21")
    month = await pstn(client, since="2026-10-01", until="2026-11-20")

    assert [each["rowId"] for each in one_day["nodes"]] == [str(row(2)), str(row(1))]
    assert [each["rowId"] for each in month["nodes"]] == [str(row(4))]
    assert await client.code(PSTN, id=str(CONTOSO), since="2026-11-21", until="2026-11-20") == "BAD_USER_INPUT"


async def test_pages_follow_each_other(client: Client) -> None:
    seen: list[str] = []
    page = await pstn(client, first=2)
    while True:
        seen += [each["rowId"] for each in page["nodes"]]
        if not page["pageInfo"]["hasNextPage"]:
            break
        page = await pstn(client, first=2, after=page["pageInfo"]["endCursor"])

    assert seen == [str(row(number)) for number in (3, 2, 1)]
    cursor = (await pstn(client, first=1))["pageInfo"]["endCursor"]
    assert await client.code(PSTN, id=str(CONTOSO), since="2026-11-01", after=cursor) == "INVALID_CURSOR"


async def test_the_direct_routing_log_tells_failures_and_links_for_certain(client: Client) -> None:
    data = await client.data(DIRECT, id=str(CONTOSO))

    failed, answered = data["tenant"]["at"]["directRoutingCalls"]["nodes"]
    assert (answered["rowId"], answered["name"], answered["caller"]) == (str(row(5)), "Anna Berg", "+4930***")
    assert answered["call"] == {"callId": str(CALL_IN), "confidence": "CERTAIN"}
    assert (failed["successful"], failed["sipCode"], failed["connectedAt"]) == (False, 486, None)
    assert (failed["beganAt"], failed["call"]) == ("2026-11-20T10:00:00+00:00", None)


async def test_without_see_persons_names_and_numbers_are_pseudonyms_that_stay_the_same(client: Client) -> None:
    shown = (await pstn(client, "viewer"))["nodes"]
    data = await client.data(DIRECT, "viewer", id=str(CONTOSO))
    routed = data["tenant"]["at"]["directRoutingCalls"]["nodes"]

    text = str([shown, routed])
    assert [secret for secret in ("Anna Berg", NUMBER, OWN_NUMBER, "+4930***") if secret in text] == []
    assert len({each["caller"] for each in shown}) == 1
    assert shown[2]["name"] == routed[0]["name"]
    assert None not in {shown[2]["name"], shown[2]["callee"], shown[0]["name"]}
    assert shown[2]["call"] == {"callId": str(CALL_OUT), "confidence": "PROBABLE"}


async def test_another_tenants_log_is_not_there(client: Client) -> None:
    assert await client.code(PSTN, id=str(FABRIKAM)) == "NOT_FOUND"
    assert await client.code(DIRECT, id=str(FABRIKAM)) == "NOT_FOUND"
    assert await client.code(PSTN, "neighbour", id=str(CONTOSO)) == "NOT_FOUND"

    own = await pstn(client, "neighbour", id=str(FABRIKAM))

    assert [each["rowId"] for each in own["nodes"]] == [str(row(7))]
