"""A document in, sightings out."""

import pytest
from pydantic_core import to_json

from app.ingest.graph_errors import BadUpstreamAnswer
from app.ingest.translate.doors import DOORS, call_record
from tests.ingest.translate.rows import ANA, E3, HOME, SEEN_AT, identity, participant, record, session, sku, state, user


def test_users_are_shown_with_their_licences() -> None:
    row = user(assignedLicenses=[{"skuId": E3}], licenseAssignmentStates=[state()])

    (shown,) = DOORS["users"](to_json({"value": [row]}), SEEN_AT)

    assert (shown["user"], shown["enabled"], shown["since"]) == (ANA, True, None)
    assert shown["profile"]["display_name"] == {"subject": f"user/{ANA}", "value": "Ana Lima"}
    assert [licence["sku"] for licence in shown["licences"]] == [E3]


def test_a_call_record_is_shown_from_the_view_of_a_directory() -> None:
    document = to_json(record() | {"sessions": [session(participant(identity(ANA, "Ana Lima")))]})

    (ours,) = call_record(document, SEEN_AT, HOME)
    (theirs,) = DOORS["call-record"](document, SEEN_AT)

    assert ours["call"]["legs"][0]["party"]["label"] is None
    assert theirs["call"]["legs"][0]["party"]["label"] == {"subject": f"user/{ANA}", "value": "Ana Lima"}


def test_products_and_sign_ins_are_shown() -> None:
    (product,) = DOORS["skus"](to_json({"value": [sku()]}), SEEN_AT)
    (signed,) = DOORS["sign-ins"](to_json({"value": [{"id": ANA}]}), SEEN_AT)

    assert product["part_number"] == "ENTERPRISEPACK"
    assert signed == {"user": ANA, "interactive": None, "non_interactive": None, "successful": None}


@pytest.mark.parametrize("door", ["call-record", "users", "sign-ins", "skus"])
@pytest.mark.parametrize(
    "document", [b"", b"[]", b'{"value": 5}', b'{"value": [5]}', b"{" * 100_000, b'{"value": ["\\ud800"]}']
)
def test_what_is_no_answer_of_graph_is_refused(door: str, document: bytes) -> None:
    with pytest.raises(BadUpstreamAnswer):
        DOORS[door](document, SEEN_AT)
