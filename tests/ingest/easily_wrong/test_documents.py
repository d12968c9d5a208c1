"""What is easily got wrong in reading Graph's documents (facts/graph.md, section j)."""

import io
from datetime import UTC, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from aiohttp import web

from app.auth.jwks import KeySet
from app.auth.tokens import TokenRefused, Verifier
from app.clock import SteppedClock
from app.domain.events.licensing import Workload
from app.domain.events.telephony import PartyKind
from app.domain.ids import CallId, UserId
from app.domain.licensing import HeldLicence, Verdict, judge
from app.ingest.call_records import read_call
from app.ingest.reports_csv import rows_of
from app.ingest.translate import directory
from app.ingest.translate.calls import call
from app.ingest.translate.reports import TEAMS_USER_ACTIVITY, report_row
from app.ingest.translate.sign_ins import sign_ins
from tests.auth.issuing import AUDIENCE, LOGIN, NOON, TEMPLATE, Keys, claims_at, jwk_of, jwks_of, signed
from tests.ingest.graph.pretend import pretending
from tests.ingest.translate.rows import (
    ANA,
    BEN,
    CALL,
    HOME,
    SEEN_AT,
    identity,
    participant,
    record,
    session,
    state,
    user,
)

NEVER = "0001-01-01T00:00:00Z"


def test_deprecated_identities_do_not_shadow_the_new_ones() -> None:
    """Item 1."""
    old = {"user": identity(BEN, "Ben Okoro")}
    spoken = session(participant(identity(ANA), identity=old))

    found = call(record(organizer=old, participants=[old]), [spoken], [], HOME, SEEN_AT).call

    assert found.organiser is not None
    assert (found.organiser.user, found.legs[0].party.user) == (UserId(UUID(ANA)), UserId(UUID(ANA)))


async def test_people_named_only_in_the_deprecated_member_are_nobody() -> None:
    """Item 1: `participants` names two people and calls one a resource account; `participants_v2` is empty."""
    old = [{"user": identity(ANA, "Ana Lima")}, {"applicationInstance": identity(BEN, "Ben Okoro")}]
    answer = record(participants=old, participants_v2=[], sessions=[session(participant(identity(BEN)))])
    async with pretending() as graph:
        graph.on(f"/communications/callRecords/{CALL}", web.json_response(answer))
        async with graph.client() as client:
            found = await read_call(client, CallId(UUID(CALL)), SteppedClock(SEEN_AT))
        (asked,) = graph.asked

    assert [(leg.party.user, leg.party.kind) for leg in found.call.legs] == [(UserId(UUID(BEN)), PartyKind.USER)]
    assert set(asked.query["$expand"].split(",")) == {"sessions", "participants_v2"}


def test_a_calls_length_is_not_the_sum_of_its_sessions() -> None:
    """Item 9: two sessions at once; and the next version ends later."""
    legs = [session(participant(identity(ANA))), session(participant(identity(BEN)))]

    first = call(record(), legs, [], HOME, SEEN_AT).call
    later = call(record(version=3, endDateTime="2026-11-20T19:52:46Z"), legs, [], HOME, SEEN_AT).call

    assert round((first.ended_at - first.started_at).total_seconds(), 3) == 25.547
    assert later.ended_at == datetime(2026, 11, 20, 19, 52, 46, tzinfo=UTC)


@pytest.mark.parametrize("none", [None, "", NEVER, ...])
def test_none_in_its_many_shapes_is_no_time(none: object) -> None:
    """Item 11. `Retry-After: 2.128` has a test at the client."""
    activity = {} if none is ... else {"lastSuccessfulSignInDateTime": none}
    row = user(createdDateTime=none)
    if none is ...:
        del row["createdDateTime"]

    assert sign_ins({"id": ANA, "signInActivity": activity}, SEEN_AT).successful is None
    assert directory.seat(row, SEEN_AT, None).created_at is None


@pytest.mark.parametrize("none", [None, "", "None", ...])
def test_none_in_its_many_shapes_is_no_error(none: object) -> None:
    """Item 11: a licence held with the error "None" is held; one not held is so for its state, not for "None"."""
    held, not_held = state(error=none), state(error=none, state="Error")
    if none is ...:
        del held["error"], not_held["error"]

    errors = [
        directory.seat(user(licenseAssignmentStates=[each]), SEEN_AT, None).licences[0].error
        for each in (held, not_held, state(error="CountViolation", state="Error"))
    ]

    assert errors == [None, "Error", "CountViolation"]


def test_an_attempt_to_sign_in_is_not_a_success() -> None:
    """Item 12: `lastSignInDateTime` counts failures too."""
    seen = sign_ins({"id": ANA, "signInActivity": {"lastSignInDateTime": "2026-11-20T08:00:00Z"}}, SEEN_AT)

    assert seen.successful is None
    assert seen.interactive == datetime(2026, 11, 20, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("created", "verdict"),
    [
        ("2023-11-30T23:59:59Z", Verdict.UNVERIFIABLE),
        (None, Verdict.UNVERIFIABLE),
        ("2023-12-01T00:00:00Z", Verdict.NEVER_USED),
    ],
)
def test_no_success_told_from_before_december_2023_is_not_idleness(created: str | None, verdict: Verdict) -> None:
    """Item 12: an older account that tried may have succeeded before successes were kept."""
    seat = directory.seat(user(createdDateTime=created), SEEN_AT, None)
    activity = {"lastSignInDateTime": "2024-02-01T08:00:00Z"}
    stamps = sign_ins({"id": ANA, "signInActivity": activity}, SEEN_AT)
    licence = HeldLicence(
        kind=seat.profile.kind,
        enabled=seat.enabled,
        created_at=seat.created_at,
        held_since=datetime(2024, 1, 1, tzinfo=UTC),
        last_evidence=stamps.successful,
        last_attempt=stamps.interactive,
        observable=True,
    )

    assert judge(licence, SEEN_AT.date(), ZoneInfo("UTC")).verdict is verdict


def test_a_report_is_read_by_column_name_and_not_by_number() -> None:
    """Item 15, second half."""
    columns = {
        "Report Refresh Date": "2026-11-21",
        "User Principal Name": "ana@contoso.com",
        "Last Activity Date": "2026-11-19",
        "Is Deleted": "False",
    }
    backwards = dict(reversed(columns.items()))

    facts = [
        report_row(TEAMS_USER_ACTIVITY, row)
        for order in (columns, backwards)
        for row in rows_of(io.BytesIO(f"{','.join(order)}\r\n{','.join(order.values())}\r\n".encode()))
    ]

    assert facts[0] == facts[1]
    assert facts[0].last_activity[Workload.TEAMS].isoformat() == "2026-11-19"


def verifier(keys: bytes) -> Verifier:
    at = SteppedClock(NOON)
    return Verifier(KeySet(Keys(keys), at), at, audience=AUDIENCE, issuer_template=TEMPLATE)


async def test_the_issuer_is_a_template_and_a_key_is_for_its_own_issuer_only() -> None:
    """Item 18: two tenants' issuers are both right; a key bound to one tenant does not sign for another."""
    fabrikam = "11111111-2222-4333-8444-0000000000fa"
    another = signed(claims_at(tid=fabrikam))
    bound = b'{"keys": [' + _json(jwk_of(issuer=f"{LOGIN}/{fabrikam}/v2.0")) + b"]}"

    assert str((await verifier(jwks_of()).verify(another)).directory) == fabrikam
    assert str((await verifier(bound).verify(another)).directory) == fabrikam
    with pytest.raises(TokenRefused):
        await verifier(bound).verify(signed(claims_at()))


def _json(key: object) -> bytes:
    from pydantic_core import to_json

    return to_json(key)
