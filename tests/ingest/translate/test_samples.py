"""Microsoft's own documentation samples go through the translators. Skipped where they are not at hand."""

from pathlib import Path

import pytest
from pydantic_core import from_json, to_json

from app.ingest.graph_errors import BadUpstreamAnswer
from app.ingest.translate import doors
from app.ingest.translate.reports import ACTIVE_USERS, TEAMS_USER_ACTIVITY, Report
from tests.ingest.translate.rows import HOME, SEEN_AT

SAMPLES = Path(__file__).parents[4] / "shared" / "data" / "graph"

pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the samples are not at hand")


def sample(name: str) -> bytes:
    return (SAMPLES / name).read_bytes()


def test_a_call_record_with_sessions() -> None:
    (seen,) = doors.call_record(sample("callrecord-get-expand-sessions-segments.json"), SEEN_AT, HOME)

    call = seen["call"]
    assert (call["call"], call["revision"], call["kind"]) == ("e523d2ed-2966-4b6b-925b-754a88034cc5", 1, "peerToPeer")
    assert (call["started_at"], call["ended_at"]) == ("2020-02-25T18:52:21.216988Z", "2020-02-25T18:52:46.764001Z")
    assert call["organiser"]["user"] == "821809f5-0000-0000-0000-3b5136c0e777"
    assert [(leg["party"]["kind"], leg["party"]["user"], leg["failed"]) for leg in call["legs"]] == [
        ("user", "821809f5-0000-0000-0000-3b5136c0e777", False),
        ("user", "f69e2c00-0000-0000-0000-185e5f5f5d8a", False),
    ]


@pytest.mark.parametrize("name", ["callrecord-get-basic.json", "callrecord-get-expand-participants_v2.json"])
def test_a_call_record_without_sessions_has_no_legs(name: str) -> None:
    (seen,) = doors.call_record(sample(name), SEEN_AT, HOME)

    assert seen["call"]["legs"] == []


@pytest.mark.parametrize(
    "name", ["session-list-legacy-identity.json", "session-list-expand-segments-legacy-identity.json"]
)
def test_sessions_with_the_deprecated_identity(name: str) -> None:
    record = from_json(sample("callrecord-get-basic.json"))
    record["sessions"] = from_json(sample(name))["value"]

    (seen,) = doors.call_record(to_json(record), SEEN_AT, HOME)

    assert {leg["party"]["user"] for leg in seen["call"]["legs"]} == {
        "821809f5-0000-0000-0000-3b5136c0e777",
        "f69e2c00-0000-0000-0000-185e5f5f5d8a",
    }


def test_rows_of_the_list_of_records() -> None:
    first, second = from_json(sample("callrecords-list.json"))["value"]

    ((by_user,), (by_phone,)) = (doors.call_record(to_json(row), SEEN_AT, HOME) for row in (first, second))

    assert by_user["call"]["organiser"]["kind"] == "user"
    assert by_phone["call"]["organiser"]["kind"] == "phone"
    assert by_phone["call"]["organiser"]["label"] == {"subject": "", "value": "+5564981205182"}


def test_products() -> None:
    first, second = doors.skus(sample("subscribedskus-list.json"), SEEN_AT)

    assert (first["part_number"], first["enabled"], first["consumed"]) == ("ENTERPRISEPREMIUM", 25, 14)
    assert (second["part_number"], second["suspended"], second["enabled"]) == ("CRMSTANDARD", 25, 0)


def test_sign_ins_with_every_shape_of_none() -> None:
    adele, alex = doors.user_sign_ins(sample("users-list-signinactivity.json"), SEEN_AT)

    assert [adele[stamp] for stamp in ("interactive", "non_interactive", "successful")] == [
        "2021-06-17T16:41:33Z",
        None,
        None,
    ]
    assert alex["non_interactive"] == "2021-07-29T17:53:42Z"


def test_users_without_their_licences_are_refused_and_with_them_taken() -> None:
    plain = sample("users-list.json")
    page = from_json(plain)
    for row in page["value"]:
        row |= {"accountEnabled": True, "assignedLicenses": [], "licenseAssignmentStates": []}

    first, second = doors.users(to_json(page), SEEN_AT)

    assert (first["profile"]["display_name"]["value"], second["profile"]["kind"]) == ("Conf Room Adams", "PERSON")
    with pytest.raises(BadUpstreamAnswer, match=r"^\$\.value\[0\]\.accountEnabled: missing$"):
        doors.users(plain, SEEN_AT)


@pytest.mark.parametrize(
    ("name", "report"),
    [
        ("report-teams-user-activity-user-detail.csv", TEAMS_USER_ACTIVITY),
        ("report-office365-active-user-detail.csv", ACTIVE_USERS),
    ],
)
def test_reports_have_the_columns_sua_needs(name: str, report: Report) -> None:
    header = sample(name).decode().strip()
    names = header.split(",")
    at = {"User Principal Name": "ana@contoso.com", "Report Refresh Date": "2026-11-21"}
    row = ",".join(at.get(column, "2026-11-20" if column.endswith("Last Activity Date") else "") for column in names)

    (shown,) = doors.report(f"\ufeff{header}\r\n{row}\r\n".encode(), SEEN_AT)

    assert set(shown["last_activity"]) == {
        str(workload) for columns in (report.columns, report.welcome) for workload in columns.values()
    }
    assert doors.report(sample(name), SEEN_AT) == []
