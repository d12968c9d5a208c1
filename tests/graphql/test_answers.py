"""What the door answers about two customers made by hand."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.graphql.ids import thing_id
from tests.graphql.conftest import Client
from tests.graphql.world import ANNA, BERT, CALL_IN, CALL_OUT, CLEO, CONTOSO, E5, ELENA, NOON, NUMBER, STAFF

IDLE = """
query ($id: ID!, $asOf: Date, $knownAt: DateTime, $days: Int) {
  tenant(id: $id) { at(asOf: $asOf, knownAt: $knownAt) {
    asOf beforeFirstFact
    idleLicences(idleDays: $days) { nodes { userName verdict quietSince sku { partNumber } } }
  } }
}
"""


async def idle(client: Client, **variables: Any) -> list[tuple[str, str]]:
    data = await client.data(IDLE, id=str(CONTOSO), **variables)
    return [(each["userName"], each["verdict"]) for each in data["tenant"]["at"]["idleLicences"]["nodes"]]


async def test_the_same_question_on_two_days_tells_who_was_idle_then_and_now(client: Client) -> None:
    now = await idle(client)
    then = await idle(client, asOf="2026-10-24")
    summer = await idle(client, asOf="2026-07-15")

    assert now == [("Bert Tal", "IDLE")]
    assert then == [("Cleo See", "NEVER_USED"), ("Anna Berg", "IDLE"), ("Bert Tal", "IDLE")]
    assert summer == [("Cleo See", "NEVER_USED"), ("Dora Au", "NEVER_USED")]


async def test_what_was_learned_later_is_left_out_of_what_was_known(client: Client) -> None:
    before_the_news = await idle(client, asOf="2026-11-20", knownAt="2026-11-20T23:00:00Z")
    after_the_news = await idle(client, asOf="2026-11-20")

    assert before_the_news == [("Cleo See", "NEVER_USED"), ("Anna Berg", "IDLE"), ("Bert Tal", "IDLE")]
    assert after_the_news == [("Cleo See", "NEVER_USED"), ("Bert Tal", "IDLE")]


async def test_idle_days_may_be_chosen_down_to_a_week(client: Client) -> None:
    assert await idle(client, days=7) == [("Bert Tal", "IDLE")]
    assert await idle(client, days=200) == []
    assert await client.code(IDLE, id=str(CONTOSO), days=6) == "IDLE_DAYS_OUT_OF_RANGE"


async def test_before_the_first_fact_the_answer_is_empty_and_says_so(client: Client) -> None:
    data = await client.data(
        """query ($id: ID!) { tenant(id: $id) { at(asOf: "2026-01-01") {
          asOf beforeFirstFact position freshness { collectedAt complete } skus { id } users { nodes { id } }
          idleLicences { nodes { userName } } licenceSummary { held } callUsage { key } calls { nodes { id } }
        } } }""",
        id=str(CONTOSO),
    )

    assert data["tenant"]["at"] == {
        "asOf": "2026-01-01",
        "beforeFirstFact": True,
        "position": "0",
        "freshness": {"collectedAt": None, "complete": False},
        "skus": [],
        "users": {"nodes": []},
        "idleLicences": {"nodes": []},
        "licenceSummary": [],
        "callUsage": [],
        "calls": {"nodes": []},
    }


async def test_times_out_of_range_are_refused_by_code(client: Client) -> None:
    async def code(**variables: str) -> str:
        return await client.code(IDLE, id=str(CONTOSO), **variables)

    assert await code(asOf="2026-11-24") == "AS_OF_OUT_OF_RANGE"
    assert await code(asOf="9999-12-31") == "AS_OF_OUT_OF_RANGE"
    assert await code(asOf="0001-01-01") == "AS_OF_OUT_OF_RANGE"
    assert await code(knownAt="2026-11-23T12:00:01Z") == "AS_OF_OUT_OF_RANGE"
    assert await code(knownAt="2026-11-20T23:00:00") == "BAD_USER_INPUT"
    assert await code(asOf="2026-02-30") == "BAD_USER_INPUT"


async def test_a_users_holdings_and_activity_come_with_the_page(client: Client) -> None:
    data = await client.data(
        """query ($id: ID!) { tenant(id: $id) { at { users(first: 4) { nodes {
          name department kind holdings { viaGroup sku { partNumber } }
          activity { state quietSince sources { source at } }
        } } } } }""",
        id=str(CONTOSO),
    )

    anna, bert, cleo, dora = data["tenant"]["at"]["users"]["nodes"]
    assert (anna["name"], anna["department"], anna["kind"]) == ("Anna Berg", "Sales", "PERSON")
    assert anna["holdings"] == [
        {"viaGroup": None, "sku": {"partNumber": "SPE_E5"}},
        {"viaGroup": str(STAFF), "sku": {"partNumber": "SPE_E5"}},
    ]
    assert anna["activity"]["state"] == "ACTIVE"
    assert {"source": "successful", "at": "2026-11-20T08:00:00+00:00"} in anna["activity"]["sources"]
    assert bert["activity"]["state"] == "QUIET"
    assert bert["activity"]["quietSince"] == "2026-07-01T09:00:00+00:00"
    assert cleo["activity"]["state"] == "ACTIVE"
    assert dora["holdings"] == []
    assert dora["activity"] == {"state": "NEVER", "quietSince": None, "sources": []}


async def test_where_sign_ins_were_not_read_for_over_a_week_nobody_is_idle_and_users_cannot_be_judged(
    client: Client,
) -> None:
    query = """query ($id: ID!, $asOf: Date) { tenant(id: $id) { at(asOf: $asOf) {
      idleLicences { nodes { userName } } licenceSummary { idle neverUsed unverifiable }
      users(first: 4) { nodes { activity { state quietSince } } } } } }"""

    read_long_ago = (await client.data(query, id=str(CONTOSO), asOf="2026-10-20"))["tenant"]["at"]

    assert read_long_ago["idleLicences"]["nodes"] == []
    assert read_long_ago["licenceSummary"] == [{"idle": 0, "neverUsed": 0, "unverifiable": 3}]
    assert [each["activity"] for each in read_long_ago["users"]["nodes"]] == [
        {"state": "UNVERIFIABLE", "quietSince": "2026-06-02T08:00:00+00:00"},
        {"state": "UNVERIFIABLE", "quietSince": "2026-07-01T09:00:00+00:00"},
        {"state": "UNVERIFIABLE", "quietSince": None},
        {"state": "UNVERIFIABLE", "quietSince": None},
    ]


async def test_a_user_is_found_by_the_id_of_another_moment_and_shown_under_one_of_this(client: Client) -> None:
    query = """query ($id: ID!, $user: ID!, $asOf: Date) {
      tenant(id: $id) { at(asOf: $asOf) { id user(id: $user) { id userId name } } } }"""
    now = (await client.data(query, id=str(CONTOSO), user=str(ANNA)))["tenant"]["at"]

    then = (await client.data(query, id=str(CONTOSO), user=now["user"]["id"], asOf="2026-07-15"))["tenant"]["at"]

    assert then["user"]["name"] == now["user"]["name"] == "Anna Berg"
    assert then["user"]["userId"] == now["user"]["userId"] == thing_id("User", CONTOSO, ANNA)
    assert then["user"]["id"] != now["user"]["id"]
    assert then["id"] != now["id"]


async def test_users_are_filtered_and_searched(client: Client) -> None:
    query = """query ($id: ID!, $filter: UserFilter) {
      tenant(id: $id) { at { users(filter: $filter) { nodes { name } } } } }"""

    async def names(**wanted: object) -> list[str]:
        data = await client.data(query, id=str(CONTOSO), filter=wanted)
        return [each["name"] for each in data["tenant"]["at"]["users"]["nodes"]]

    assert await names(department="Sales") == ["Anna Berg", "Bert Tal"]
    assert await names(enabled=False) == ["Dora Au"]
    assert await names(search="leo s") == ["Cleo See"]
    assert await names(search="%") == []
    assert await names(kind="GUEST") == []


async def test_products_and_their_seats_are_counted(client: Client) -> None:
    data = await client.data(
        """query ($id: ID!) { tenant(id: $id) { at { skus { skuId partNumber enabled consumed suspended }
          licenceSummary { sku { partNumber } held idle neverUsed unverifiable } } } }""",
        id=str(CONTOSO),
    )

    assert data["tenant"]["at"]["skus"] == [
        {"skuId": str(E5), "partNumber": "SPE_E5", "enabled": 10, "consumed": 4, "suspended": 0}
    ]
    assert data["tenant"]["at"]["licenceSummary"] == [
        {"sku": {"partNumber": "SPE_E5"}, "held": 3, "idle": 1, "neverUsed": 0, "unverifiable": 0}
    ]


async def test_calls_come_newest_first_with_everybody_who_took_part(client: Client) -> None:
    data = await client.data(
        """query ($id: ID!) { tenant(id: $id) { at { calls(since: "2026-11-20", until: "2026-11-22") { nodes {
          callId direction seconds participantCount participants { name kind seconds }
        } } } } }""",
        id=str(CONTOSO),
    )

    assert data["tenant"]["at"]["calls"]["nodes"] == [
        {
            "callId": str(CALL_IN),
            "direction": "INTERNAL",
            "seconds": 600,
            "participantCount": 2,
            "participants": [
                {"name": "Anna Berg", "kind": "USER", "seconds": 600},
                {"name": "Cleo See", "kind": "USER", "seconds": 480},
            ],
        },
        {
            "callId": str(CALL_OUT),
            "direction": "PSTN",
            "seconds": 1800,
            "participantCount": 2,
            "participants": [
                {"name": "Anna Berg", "kind": "USER", "seconds": 1800},
                {"name": NUMBER, "kind": "PHONE", "seconds": 1800},
            ],
        },
    ]


@pytest.mark.parametrize(("who", "shown"), [("hr", True), ("viewer", False)])
async def test_a_person_of_another_directory_has_a_name_and_no_id_here(
    client: Client, who: str, *, shown: bool
) -> None:
    data = await client.data(
        """query ($id: ID!) { tenant(id: $id) { at { calls(since: "2026-11-10", until: "2026-11-11") { nodes {
          direction organiserId participants { name userId }
        } } } } }""",
        who,
        id=str(CONTOSO),
    )

    (call,) = data["tenant"]["at"]["calls"]["nodes"]
    assert (call["direction"], call["organiserId"]) == ("EXTERNAL", None)
    names = {each["name"]: each["userId"] is not None for each in call["participants"]}
    assert sorted(names.values()) == [False, True]
    assert (names.get("Elena Hansen") is False) is shown


async def test_call_usage_is_summed_by_what_was_asked(client: Client) -> None:
    query = """query ($id: ID!, $by: UsageGrouping!) { tenant(id: $id) { at {
      callUsage(groupBy: $by) { key name calls participantSeconds users failedCalls } } } }"""

    async def usage(by: str) -> list[tuple[object, ...]]:
        data = await client.data(query, id=str(CONTOSO), by=by)
        rows = data["tenant"]["at"]["callUsage"]
        return [(row["name"], row["calls"], row["participantSeconds"], row["users"]) for row in rows]

    assert await usage("DEPARTMENT") == [("Ops", 1, 480, 1), ("Sales", 2, 2400, 1)]
    assert await usage("USER") == [("Anna Berg", 2, 2400, 1), ("Cleo See", 1, 480, 1)]
    assert await usage("DAY") == [("2026-11-20", 1, 1800, 1), ("2026-11-21", 2, 1080, 2)]
    assert await usage("KIND") == [("groupCall", 3, 2880, 2)]
    assert await usage("MODALITY") == [("audio", 3, 2880, 2)]
    assert await usage("WEEKDAY_HOUR") == [("5 09", 1, 1800, 1), ("6 10", 2, 1080, 2)]


@pytest.mark.parametrize("who", ["hr", "viewer"])
async def test_calls_are_those_of_a_kind_and_of_a_user_of_the_directory(client: Client, who: str) -> None:
    query = """query ($id: ID!, $kind: String, $user: ID) { tenant(id: $id) { at {
      calls(since: "2026-11-01", kind: $kind, user: $user) { nodes { callId } } } } }"""

    async def found(**chosen: str) -> list[str]:
        data = await client.data(query, who, id=str(CONTOSO), **chosen)
        return [node["callId"] for node in data["tenant"]["at"]["calls"]["nodes"]]

    assert len(await found()) == 3
    assert len(await found(kind="groupCall")) == 3
    assert await found(kind="peerToPeer") == []
    assert await found(user=str(CLEO)) == [str(CALL_IN)]
    assert await found(user=thing_id("User", CONTOSO, ANNA), kind="groupCall") == await found()
    assert await found(user=str(BERT)) == []
    assert await found(user=str(ELENA)) == []
    assert await client.code(query, who, id=str(CONTOSO), user="nobody") == "BAD_USER_INPUT"


async def test_the_trail_of_licences_tells_when_and_how_we_know(client: Client) -> None:
    data = await client.data(
        """query ($id: ID!) { tenant(id: $id) { licenceChanges(first: 1) { nodes {
          change userName happenedAt recordedAt sku { partNumber } viaGroup } } } }""",
        id=str(CONTOSO),
    )

    assert data["tenant"]["licenceChanges"]["nodes"] == [
        {
            "change": "REMOVED",
            "userName": "Dora Au",
            "happenedAt": "2026-10-01T03:00:00+00:00",
            "recordedAt": "2026-10-01T03:00:00+00:00",
            "sku": {"partNumber": "SPE_E5"},
            "viaGroup": None,
        }
    ]


async def test_the_log_is_shown_without_personal_values(client: Client) -> None:
    data = await client.data(
        """query ($id: ID!) { tenant(id: $id) { events(types: ["UserDiscovered"], first: 1) { nodes {
          name stream position state } } } }""",
        id=str(CONTOSO),
        who="auditor",
    )

    (fact,) = data["tenant"]["events"]["nodes"]
    assert fact["name"] == "UserDiscovered"
    assert fact["state"]["profile"]["display_name"] is None
    assert fact["state"]["profile"]["department"] == "Hall"


async def test_a_tenant_tells_where_it_stands(client: Client) -> None:
    data = await client.data(
        """{ viewer { name roles } tenants { nodes { name domain state consentedPermissions
          capabilities { entraP1 reports } policy { idleDays graceDays timeZone }
          freshness { collectedAt complete gaps { feed since until reason } }
        } } }"""
    )

    assert data["viewer"] == {"name": "Anna Berg", "roles": ["CUSTOMER_VIEWER", "SEE_PERSONS"]}
    assert data["tenants"]["nodes"] == [
        {
            "name": "Contoso",
            "domain": "contoso.test",
            "state": "CONSENTED",
            "consentedPermissions": ["User.Read.All"],
            "capabilities": {"entraP1": True, "reports": None},
            "policy": {"idleDays": 90, "graceDays": 30, "timeZone": "UTC"},
            "freshness": {"collectedAt": "2026-11-23T03:00:00+00:00", "complete": True, "gaps": []},
        }
    ]


async def test_today_is_the_clocks_day_in_the_tenants_zone(client: Client) -> None:
    client.clock.step_to(NOON + timedelta(days=1))

    data = await client.data("query ($id: ID!) { tenant(id: $id) { at { asOf knownAt } } }", id=str(CONTOSO))

    assert data["tenant"]["at"]["asOf"] == "2026-11-24"
    assert datetime.fromisoformat(data["tenant"]["at"]["knownAt"]) == datetime(2026, 11, 24, 12, tzinfo=UTC)


async def test_the_trail_of_one_user_is_asked_by_their_id(client: Client) -> None:
    data = await client.data(
        """query ($id: ID!, $user: ID!) { tenant(id: $id) {
          licenceChanges(user: $user) { nodes { userName change } } } }""",
        id=str(CONTOSO),
        user=thing_id("User", CONTOSO, BERT),
    )

    assert data["tenant"]["licenceChanges"]["nodes"] == [{"userName": "Bert Tal", "change": "ASSIGNED"}]
