"""What is easily got wrong in reading Graph's documents (facts/graph.md, section j)."""

import io
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from app.auth.jwks import KeySet
from app.auth.tokens import TokenRefused, Verifier
from app.clock import SteppedClock
from app.domain.events.licensing import UserKind, Workload
from app.domain.ids import UserId
from app.domain.licensing import TEAMS_ROOMS_PRO
from app.ingest.reports_csv import rows_of
from app.ingest.translate import directory
from app.ingest.translate.calls import call
from app.ingest.translate.phone_logs import direct_routing_call, pstn_call
from app.ingest.translate.reports import TEAMS_USER_ACTIVITY, report_row
from app.ingest.translate.sign_ins import sign_ins
from tests.auth.issuing import AUDIENCE, LOGIN, NOON, TEMPLATE, Keys, claims_at, jwk_of, jwks_of, signed
from tests.ingest.translate.rows import (
    ANA,
    BEN,
    HOME,
    SEEN_AT,
    identity,
    participant,
    record,
    session,
    sku,
    state,
    user,
)
from tests.ingest.translate.test_phone_logs import direct, pstn

NEVER = "0001-01-01T00:00:00Z"


def test_deprecated_identities_do_not_shadow_the_new_ones() -> None:
    """Item 1."""
    old = {"user": identity(BEN, "Ben Okoro")}
    spoken = session(participant(identity(ANA), identity=old))

    found = call(record(organizer=old, participants=[old]), [spoken], [], HOME, SEEN_AT).call

    assert found.organiser is not None
    assert (found.organiser.user, found.legs[0].party.user) == (UserId(UUID(ANA)), UserId(UUID(ANA)))


def test_a_calls_length_is_not_the_sum_of_its_sessions() -> None:
    """Item 9: two sessions at once; and the next version ends later."""
    legs = [session(participant(identity(ANA))), session(participant(identity(BEN)))]

    first = call(record(), legs, [], HOME, SEEN_AT).call
    later = call(record(version=3, endDateTime="2026-11-20T19:52:46Z"), legs, [], HOME, SEEN_AT).call

    assert round((first.ended_at - first.started_at).total_seconds(), 3) == 25.547
    assert later.ended_at == datetime(2026, 11, 20, 19, 52, 46, tzinfo=UTC)


@pytest.mark.parametrize("none", [None, "", NEVER, ...])
def test_none_in_its_many_shapes_is_none(none: object) -> None:
    """Item 11: as a time; "None" as an error. `Retry-After: 2.128` has a test at the client."""
    activity = {} if none is ... else {"lastSuccessfulSignInDateTime": none}
    created = {} if none is ... else {"createdDateTime": none}
    row = user(licenseAssignmentStates=[state(error="None")], **created)
    if none is ...:
        del row["createdDateTime"]

    seen = directory.seat(row, SEEN_AT, None)

    assert sign_ins({"id": ANA, "signInActivity": activity}, SEEN_AT).successful is None
    assert seen.created_at is None


def test_an_attempt_to_sign_in_is_not_a_success() -> None:
    """Item 12: `lastSignInDateTime` counts failures too."""
    seen = sign_ins({"id": ANA, "signInActivity": {"lastSignInDateTime": "2026-11-20T08:00:00Z"}}, SEEN_AT)

    assert seen.successful is None
    assert seen.interactive == datetime(2026, 11, 20, 8, tzinfo=UTC)


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


def test_pstn_rows_of_one_call_are_kept_apart_with_their_own_currencies() -> None:
    """Item 16, the key and the currencies."""
    other = "aaaaaaaa-6c3c-427d-a30c-bd0b2eacee90"

    rows = [pstn_call(pstn()), pstn_call(pstn(id=other, currency="EUR"))]

    assert len({row.row for row in rows}) == 2
    assert [(row.charge, row.currency) for row in rows] == [(Decimal("0.1875"), "USD"), (Decimal("0.1875"), "EUR")]


def test_direct_routing_numbers_need_not_be_whole() -> None:
    """Item 16, the fractions."""
    assert direct_routing_call(direct(duration=5.0)) == direct_routing_call(direct(duration=5))
    assert direct_routing_call(direct(duration=5.5)).row == direct_routing_call(direct()).row


def test_a_product_is_its_skuid_and_its_letters_are_no_name() -> None:
    """Item 17: two products of one part number stay two; SPE_F1 is taken as it is; no price is needed."""
    other = "66b55226-6b4f-492c-910c-a3b7a3c9d993"

    seen = [
        directory.sku(sku(skuPartNumber="SPE_F1"), SEEN_AT),
        directory.sku(sku(skuId=other, skuPartNumber="SPE_F1"), SEEN_AT),
    ]

    assert len({each.sku for each in seen}) == 2
    assert {each.part_number for each in seen} == {"SPE_F1"}


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


def test_agents_and_rooms_are_no_persons() -> None:
    """Item 19."""
    agent = user(**{"@odata.type": "#microsoft.graph.agentUser"})
    room = user(assignedLicenses=[{"skuId": str(TEAMS_ROOMS_PRO), "disabledPlans": []}])

    kinds = [directory.seat(row, SEEN_AT, None).profile.kind for row in (agent, room)]

    assert kinds == [UserKind.AGENT, UserKind.ROOM]
