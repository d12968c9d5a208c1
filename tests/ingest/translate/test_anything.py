"""Whatever JSON comes: a sighting, or a reason. Never another error, and never a value of it in the message."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import SuaError
from app.ingest.graph_errors import BadUpstreamAnswer, RecordUnusable
from app.ingest.translate.doors import DOORS
from tests.ingest.translate.rows import ANA, SEEN_AT, identity, participant, record, session, sku, state, user

SECRET = "xyzzy-secret"
SCALARS = st.sampled_from([None, True, 0, -1, 1.5, 2**70, "", "None", SECRET, "0001-01-01T00:00:00Z", "\x00", ANA])
ANYTHING = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner)
)

WHOLE: dict[str, Any] = {
    "users": {
        "value": [user(assignedLicenses=[{"skuId": ANA, "disabledPlans": [ANA]}], licenseAssignmentStates=[state()])]
    },
    "sign-ins": {"value": [{"id": ANA, "signInActivity": {"lastSignInDateTime": "2026-01-01T00:00:00Z"}}]},
    "skus": {"value": [sku()]},
    "call-record": record() | {"sessions": [session(participant(identity(ANA, "Ana")), failureInfo={"stage": "x"})]},
}


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a document where something else may stand."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(found for key, each in inner for found in places(each, (*path, key)))]


def spoiled(value: Any, path: tuple[Any, ...], instead: Any) -> Any:
    if not path:
        return instead
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = spoiled(value[path[0]], path[1:], instead)
    return copy


def outcome(door: str, document: bytes) -> tuple[list[dict[str, Any]], SuaError | None]:
    """What the door shows, and the reason why it does not. Another exception fails the test."""
    try:
        return DOORS[door](document, SEEN_AT), None
    except SuaError as reason:
        return [], reason


@pytest.mark.parametrize("door", sorted(WHOLE))
@given(data=st.data())
def test_one_spoiled_place_gives_a_sighting_or_a_reason(door: str, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(places(WHOLE[door])))
    document = json.dumps(spoiled(WHOLE[door], path, data.draw(ANYTHING))).encode()

    shown, reason = outcome(door, document)

    assert isinstance(reason, BadUpstreamAnswer | RecordUnusable | None)
    assert SECRET not in f"{reason} {reason.__cause__ if reason else None}"
    assert "\\u0000" not in json.dumps(shown)


@given(text=st.text())
def test_any_text_is_a_report_or_a_reason(text: str) -> None:
    shown, reason = outcome("report", text.encode(errors="surrogatepass"))

    assert shown == []
    assert reason is None or reason.code in {"BAD_UPSTREAM_ANSWER", "REPORT_SCHEMA_CHANGED"}


@pytest.mark.parametrize(
    ("door", "document"),
    [
        ("call-record", record(version=2**63)),
        ("skus", {"value": [sku(consumedUnits=2**31)]}),
    ],
)
def test_numbers_beyond_graphs_own_are_bad_answers(door: str, document: dict[str, Any]) -> None:
    _, reason = outcome(door, json.dumps(document).encode())

    assert isinstance(reason, BadUpstreamAnswer)
    assert str(reason).endswith(": less_than_equal")
