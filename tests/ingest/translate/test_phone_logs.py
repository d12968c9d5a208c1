"""Rows of the PSTN and Direct Routing logs as Graph sends them."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import to_json

from app.domain.events.charging import DirectRoutingCall, PstnCall
from app.domain.ids import LogRowId, UserId
from app.domain.personal import Personal
from app.ingest.graph_errors import BadUpstreamAnswer, RecordUnusable
from app.ingest.translate.doors import DOORS
from app.ingest.translate.phone_logs import direct_routing_call, pstn_call
from tests.ingest.translate.rows import ANA, SEEN_AT, Json
from tests.ingest.translate.schemas import documents

ROW = "9c4984c7-6c3c-427d-a30c-bd0b2eacee90"
CALL = "e523d2ed-2966-4b6b-925b-754a88034cc5"
NEVER = "0001-01-01T00:00:00Z"
SAMPLES = Path(__file__).parents[4] / "shared" / "data" / "graph"
OPENAPI = SAMPLES.parent / "graph-openapi" / "graph-v1.0-subset.json"


def pstn(**changed: Any) -> Json:
    plain: Json = {
        "id": ROW,
        "callId": "1835317186_112562680@61.221.3.176",
        "userId": ANA,
        "userPrincipalName": "ana.lima@contoso.com",
        "userDisplayName": "Ana Lima",
        "startDateTime": "2026-11-20T08:00:01.1234567Z",
        "endDateTime": "2026-11-20T08:04:31Z",
        "duration": 270,
        "charge": 0.1875,
        "connectionCharge": 0.05,
        "currency": "USD",
        "callType": "user_out",
        "calleeNumber": "+4420701234",
        "callerNumber": "+4930901820",
        "usageCountryCode": "DE",
        "tenantCountryCode": "DE",
        "destinationContext": "International",
        "destinationName": "United Kingdom",
        "conferenceId": None,
        "licenseCapability": "MCOPSTNU",
        "inventoryType": "Subscriber",
        "operator": "Microsoft",
        "callDurationSource": "microsoft",
    }
    return plain | changed


def direct(**changed: Any) -> Json:
    plain: Json = {
        "id": ROW,
        "correlationId": CALL,
        "userId": ANA,
        "userPrincipalName": "ana.lima@contoso.com",
        "userDisplayName": "Ana Lima",
        "startDateTime": "2026-11-20T08:00:04Z",
        "inviteDateTime": "2026-11-20T08:00:00Z",
        "failureDateTime": NEVER,
        "endDateTime": "2026-11-20T08:00:09Z",
        "duration": 5,
        "callType": "ByotIn",
        "successfulCall": True,
        "callerNumber": "+12345678***",
        "calleeNumber": "anonymous",
        "mediaPathLocation": "USWE",
        "signalingLocation": "EUNO",
        "finalSipCode": 0,
        "callEndSubReason": 540000,
        "finalSipCodePhrase": "BYE",
        "trunkFullyQualifiedDomainName": "sbc.contoso.com",
        "mediaBypassEnabled": False,
    }
    return plain | changed


def test_a_pstn_row_is_taken_whole() -> None:
    assert pstn_call(pstn()) == PstnCall(
        row=LogRowId(UUID(ROW)),
        user=UserId(UUID(ANA)),
        label=None,
        kind="user_out",
        caller=Personal.alone("+4930901820"),
        callee=Personal.alone("+4420701234"),
        began_at=datetime(2026, 11, 20, 8, 0, 1, 123456, UTC),
        ended_at=datetime(2026, 11, 20, 8, 4, 31, tzinfo=UTC),
        seconds=270,
        shared_id="1835317186_112562680@61.221.3.176",
        charge=Decimal("0.1875"),
        connection_charge=Decimal("0.05"),
        currency="USD",
        destination="United Kingdom",
        destination_context="International",
        usage_country="DE",
        tenant_country="DE",
        conference=None,
        licence_capability="MCOPSTNU",
        inventory_type="Subscriber",
        operator="Microsoft",
        counted_by="microsoft",
    )


def test_a_direct_routing_row_is_taken_whole() -> None:
    assert direct_routing_call(direct()) == DirectRoutingCall(
        row=LogRowId(UUID(ROW)),
        user=UserId(UUID(ANA)),
        label=None,
        kind="ByotIn",
        caller=Personal.alone("+12345678***"),
        callee=Personal.alone("anonymous"),
        began_at=datetime(2026, 11, 20, 8, 0, 4, tzinfo=UTC),
        ended_at=datetime(2026, 11, 20, 8, 0, 9, tzinfo=UTC),
        seconds=5,
        correlation=UUID(CALL),
        connected_at=datetime(2026, 11, 20, 8, 0, 4, tzinfo=UTC),
        invited_at=datetime(2026, 11, 20, 8, tzinfo=UTC),
        failed_at=None,
        successful=True,
        sip_code=0,
        sip_phrase="BYE",
        end_reason=540000,
        trunk="sbc.contoso.com",
        media_location="USWE",
        signalling_location="EUNO",
        media_bypass=False,
    )


@pytest.mark.parametrize(("sent", "kept"), [(0.1, "0.1"), (0, "0"), (1e-7, "1E-7"), ("12.3400", "12.34"), (None, None)])
def test_money_is_what_graph_wrote_and_never_a_float(sent: object, kept: str | None) -> None:
    assert pstn_call(pstn(charge=sent)).charge == (None if kept is None else Decimal(kept))


@pytest.mark.parametrize("none", [None, "", NEVER])
def test_none_in_any_shape_is_none(none: object) -> None:
    row = pstn_call(pstn(endDateTime=none, callerNumber=none if none != NEVER else None))

    assert (row.ended_at, row.caller) == (None, None)


def test_a_call_that_was_never_answered_began_with_its_invitation() -> None:
    row = direct_routing_call(
        direct(startDateTime=NEVER, failureDateTime="2026-11-20T08:00:08Z", successfulCall=False, finalSipCode=486)
    )

    assert (row.connected_at, row.began_at) == (None, datetime(2026, 11, 20, 8, tzinfo=UTC))
    assert (row.failed_at, row.successful, row.sip_code) == (datetime(2026, 11, 20, 8, 0, 8, tzinfo=UTC), False, 486)


@pytest.mark.parametrize("duration", [5, 5.0, 5.9, "5", "5.9"])
def test_whole_numbers_come_in_any_shape(duration: object) -> None:
    assert direct_routing_call(direct(duration=duration)).seconds == 5


def test_a_bot_has_no_user_and_somebody_without_an_id_a_label() -> None:
    bot = pstn_call(pstn(userId="", userPrincipalName="", userDisplayName=None, callType="ucap_in"))
    named = pstn_call(pstn(userId=str(UUID(int=0)), userPrincipalName="lobby@contoso.com"))

    assert (bot.user, bot.label) == (None, None)
    assert (named.user, named.label) == (None, Personal.alone("lobby@contoso.com"))


@pytest.mark.parametrize(
    "changed",
    [
        {"startDateTime": NEVER, "endDateTime": None},
        {"currency": None},
        {"currency": "dollars", "charge": 0, "connectionCharge": 0.05},
    ],
)
def test_a_row_that_contradicts_itself_is_unusable(changed: Json) -> None:
    with pytest.raises(RecordUnusable):
        pstn_call(pstn(**changed))


@pytest.mark.parametrize(
    ("changed", "where"),
    [
        ({"id": None}, "id"),
        ({"id": "4711"}, "id"),
        ({"charge": "a lot"}, "charge"),
        ({"charge": True}, "charge"),
        ({"charge": "NaN"}, "charge"),
        ({"charge": "1e300"}, "charge"),
        ({"duration": {}}, "duration"),
        ({"duration": 2**31}, "duration"),
        ({"duration": "inf"}, "duration"),
        ({"startDateTime": "yesterday"}, "startDateTime"),
        ({"callType": 5}, "callType"),
    ],
)
def test_another_type_is_a_bad_answer_that_names_the_place(changed: Json, where: str) -> None:
    with pytest.raises(BadUpstreamAnswer, match=rf"^\$\.value\[3\]\.{where}: "):
        pstn_call(pstn(**changed), "$.value[3]")


@pytest.mark.parametrize("whole", [pstn(), direct()])
@given(data=st.data())
def test_whatever_stands_in_a_row_it_is_a_call_or_a_reason(whole: Json, data: st.DataObject) -> None:
    anything: st.SearchStrategy[object] = (
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.just([])
    )
    name = data.draw(st.sampled_from(sorted(whole)))
    row = whole | {name: data.draw(anything)}
    translate = pstn_call if "charge" in whole else direct_routing_call
    try:
        shown = translate(row)
    except (BadUpstreamAnswer, RecordUnusable):
        return

    assert str(shown.row) == ROW


@cache
def published() -> dict[str, Any]:
    schemas: dict[str, Any] = json.loads(OPENAPI.read_text())["components"]["schemas"]
    return schemas


@pytest.mark.skipif(not OPENAPI.is_file(), reason="Graph's OpenAPI file is not here")
@pytest.mark.parametrize(("door", "kind"), [("pstn", "pstnCallLogRow"), ("direct-routing", "directRoutingLogRow")])
@given(data=st.data())
def test_every_row_the_published_schema_allows_is_a_call_if_it_says_which_and_when(
    door: str, kind: str, data: st.DataObject
) -> None:
    row = data.draw(documents(published()[f"microsoft.graph.callRecords.{kind}"], published()))
    named = row | {"id": ROW, "startDateTime": "2026-11-20T08:00:00Z", "currency": "EUR"}

    (shown,) = DOORS[door](json.dumps({"value": [named]}).encode(), SEEN_AT)

    assert shown["row"] == ROW


def test_the_doors_show_the_rows_of_a_page() -> None:
    (charged,) = DOORS["pstn"](to_json({"value": [pstn()], "@odata.count": 1}), SEEN_AT)
    (routed,) = DOORS["direct-routing"](to_json({"value": [direct()]}), SEEN_AT)

    assert (charged["charge"], charged["currency"], charged["callee"]["value"]) == ("0.1875", "USD", "+4420701234")
    assert (routed["correlation"], routed["failed_at"], routed["caller"]["value"]) == (CALL, None, "+12345678***")


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the samples are not at hand")
def test_microsofts_sample_of_direct_routing() -> None:
    (shown,) = DOORS["direct-routing"]((SAMPLES / "directroutingcalls-get.json").read_bytes(), SEEN_AT)

    assert (shown["row"], shown["kind"]) == ("9e8bba57-dc14-533a-a7dd-f0da6575eed1", "ByotIn")
    assert (shown["failed_at"], shown["connected_at"]) == (None, "2019-11-01T00:00:25.105000Z")
