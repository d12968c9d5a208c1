"""No payload that Graph's schema allows raises, as long as it says what makes it a row, and its times agree."""

import contextlib
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.ingest.graph_errors import BadUpstreamAnswer, RecordUnusable
from app.ingest.translate import directory
from app.ingest.translate.doors import DOORS
from tests.ingest.translate.graph_schemas import DEFINITIONS
from tests.ingest.translate.rows import SEEN_AT
from tests.ingest.translate.schemas import Schema, documents

OPENAPI = Path(__file__).parents[4] / "shared" / "data" / "graph-openapi" / "graph-v1.0-subset.json"

PAGED = {"users": "user", "sign-ins": "userSignIns", "skus": "subscribedSku"}
PUBLISHED = {"users": "user", "sign-ins": "user", "skus": "subscribedSku", "call-record": "callRecords.callRecord"}


def shown(door: str, document: Any) -> list[dict[str, Any]]:
    return DOORS[door](json.dumps(document).encode(), SEEN_AT)


@pytest.mark.parametrize("door", sorted(PAGED))
@given(data=st.data())
def test_every_row_the_schema_allows_is_a_sighting(door: str, data: st.DataObject) -> None:
    rows = data.draw(st.lists(documents({"$ref": f"#/{PAGED[door]}"}, DEFINITIONS), max_size=3))

    assert len(shown(door, {"value": rows})) == len(rows)


@given(row=documents({"$ref": "#/companySubscription"}, DEFINITIONS))
def test_every_commercial_subscription_the_schema_allows_is_a_purchase(row: dict[str, Any]) -> None:
    seen = directory.purchase(row)

    assert (str(seen.sku), seen.purchase.seats) == (row["skuId"], row["totalLicenses"])


@given(record=documents({"$ref": "#/callRecord"}, DEFINITIONS))
def test_every_call_record_the_schema_allows_is_a_sighting_if_its_times_agree(record: dict[str, Any]) -> None:
    spans = [record, *(record.get("sessions") or [])]
    for span in spans:
        span["startDateTime"], span["endDateTime"] = sorted(
            (span["startDateTime"], span["endDateTime"]), key=datetime.fromisoformat
        )

    (call,) = shown("call-record", record)

    assert call["call"]["revision"] == record["version"]


@given(record=documents({"$ref": "#/callRecord"}, DEFINITIONS))
def test_a_call_record_that_contradicts_itself_says_so(record: dict[str, Any]) -> None:
    spans = [record, *(record.get("sessions") or [])]
    assume(any(_instant(span["endDateTime"]) < _instant(span["startDateTime"]) for span in spans))

    with pytest.raises(RecordUnusable):
        shown("call-record", record)


@pytest.mark.skipif(not OPENAPI.exists(), reason="Graph's OpenAPI file is not here")
@pytest.mark.parametrize("door", sorted(PUBLISHED))
@given(data=st.data())
def test_nothing_microsofts_own_file_allows_raises_anything_but_a_reason(door: str, data: st.DataObject) -> None:
    """It requires no member at all, so a row may lack what makes it one; then the reason says which."""
    document = data.draw(documents(*_published(PUBLISHED[door])))

    with contextlib.suppress(BadUpstreamAnswer, RecordUnusable):
        shown(door, document if door == "call-record" else {"value": [document]})


def _published(name: str) -> tuple[Schema, dict[str, Schema]]:
    definitions = json.loads(OPENAPI.read_text())["components"]["schemas"]
    return {"$ref": f"#/components/schemas/microsoft.graph.{name}"}, definitions


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
