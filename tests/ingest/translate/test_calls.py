"""Call records of every shape."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from app.domain.events.telephony import Call, Party, PartyKind
from app.domain.ids import DirectoryId, UserId
from app.domain.personal import Personal
from app.ingest.graph_errors import BadUpstreamAnswer, RecordUnusable
from app.ingest.translate.calls import call
from tests.ingest.translate.rows import (
    ANA,
    BEN,
    CALL,
    ELSEWHERE,
    HOME,
    SEEN_AT,
    SERVICE,
    Json,
    identity,
    participant,
    record,
    session,
)

STARTED = datetime(2026, 11, 20, 18, 52, 21, 216988, tzinfo=UTC)
ENDED = datetime(2026, 11, 20, 18, 52, 46, 764001, tzinfo=UTC)
NUMBER = "+5564981205182"


def seen(*sessions: Json, participants: tuple[Json, ...] = (), **changed: object) -> Call:
    return call(record(**changed), sessions, participants, HOME, SEEN_AT).call


def party_of(associated: Json | None, *participants: Json, **endpoint: object) -> Party:
    found = seen(session(participant(associated, **endpoint)), participants=participants)
    assert len(found.legs) == 1
    return found.legs[0].party


def home_user(who: str) -> Party:
    return Party(kind=PartyKind.USER, user=UserId(UUID(who)), directory=HOME, label=None)


def test_a_call_of_two_is_one_session_and_two_legs() -> None:
    found = seen(session(participant(identity(ANA, "Ana Lima")), participant(identity(BEN, "Ben Okoro"))))

    assert (str(found.call), found.revision, found.kind, found.modalities) == (CALL, 2, "peerToPeer", ("audio",))
    assert (found.started_at, found.ended_at, found.test) == (STARTED, ENDED, False)
    assert found.organiser == home_user(ANA)
    assert [leg.party for leg in found.legs] == [home_user(ANA), home_user(BEN)]
    assert {(leg.started_at, leg.ended_at, leg.failed) for leg in found.legs} == {(STARTED, ENDED, False)}


def test_teams_own_service_is_nobody() -> None:
    found = seen(session(participant(identity(ANA)), SERVICE), session(SERVICE, None), session(None, participant(None)))

    assert [leg.party.kind for leg in found.legs] == [PartyKind.USER, PartyKind.UNKNOWN]


def test_a_federated_user_keeps_directory_and_name() -> None:
    assert party_of(identity(BEN, "Ben Okoro", ELSEWHERE)) == Party(
        kind=PartyKind.USER,
        user=UserId(UUID(BEN)),
        directory=DirectoryId(UUID(ELSEWHERE)),
        label=Personal.of_user(UserId(UUID(BEN)), "Ben Okoro"),
    )


def test_a_telephone_is_known_by_its_number() -> None:
    phone = Party(kind=PartyKind.PHONE, user=None, directory=None, label=Personal.alone(NUMBER))

    assert party_of(identity(NUMBER, None, None)) == phone
    assert party_of(identity("+12345678***", None, None)).kind is PartyKind.PHONE
    assert seen(organizer_v2={"id": NUMBER, "identity": {"user": None, "phone": {"id": NUMBER}}}).organiser == phone


def test_an_anonymous_guest_is_known_by_the_typed_name() -> None:
    assert party_of(identity(BEN, "Visitor", None)) == Party(
        kind=PartyKind.GUEST, user=None, directory=None, label=Personal.alone("Visitor")
    )


@pytest.mark.parametrize(
    ("member", "kind"),
    [
        ("applicationInstance", PartyKind.RESOURCE_ACCOUNT),
        ("application", PartyKind.APPLICATION),
        ("acsUser", PartyKind.COMMUNICATION_SERVICES),
        ("spoolUser", PartyKind.COMMUNICATION_SERVICES),
        ("azureCommunicationServicesUser", PartyKind.COMMUNICATION_SERVICES),
        ("spoolApplicationInstance", PartyKind.RESOURCE_ACCOUNT),
        ("onPremises", PartyKind.ON_PREMISES),
    ],
)
def test_the_participants_tell_what_an_endpoint_does_not(member: str, kind: PartyKind) -> None:
    named: Json = {
        "id": BEN,
        "identity": {"user": None, "phone": None, "later": None, member: identity(BEN, "Main line")},
    }

    assert party_of(identity(BEN, "Main line"), named).kind is kind
    assert party_of(None, identity={member: identity(BEN, "Main line")}).kind is kind
    assert party_of({"user": None, member: identity(BEN, "Main line")}).kind is kind


def test_a_resource_account_is_a_user_of_the_directory_without_a_label() -> None:
    named: Json = {"id": BEN, "identity": {"applicationInstance": identity(BEN, "Main line")}}

    assert party_of(identity(BEN, "Main line"), named) == Party(
        kind=PartyKind.RESOURCE_ACCOUNT, user=UserId(UUID(BEN)), directory=HOME, label=None
    )


def test_an_endpoint_that_says_what_it_is_is_believed() -> None:
    typed = {"@odata.type": "#microsoft.graph.communicationsGuestIdentity", **identity(BEN, "Visitor", ELSEWHERE)}

    assert party_of(typed).kind is PartyKind.GUEST


@pytest.mark.parametrize("open_set", [{}, {"user": None}, {"somethingNew": {"id": BEN}}, {"user": "Ben"}])
def test_an_identity_nobody_knows_is_unknown(open_set: Json) -> None:
    assert party_of(None, identity=open_set) == Party(kind=PartyKind.UNKNOWN, user=None, directory=None, label=None)


def test_the_deprecated_members_are_read_where_the_new_ones_are_absent() -> None:
    old = {"user": identity(BEN, "Ben Okoro")}

    assert party_of(None, identity=old) == home_user(BEN)
    assert party_of(identity(ANA), identity=old) == home_user(ANA)
    assert seen(organizer_v2=None, organizer=old).organiser == home_user(BEN)
    assert seen(organizer=old).organiser == home_user(ANA)
    assert seen(organizer_v2=None).organiser is None


def test_a_session_with_failure_info_failed() -> None:
    failure = {"stage": "somethingNew", "reason": "No answer"}

    found = seen(session(participant(identity(ANA)), failureInfo=failure), session(participant(identity(BEN))))

    assert [leg.failed for leg in found.legs] == [True, False]


def test_one_test_session_makes_a_test_call() -> None:
    assert seen(session(participant(identity(ANA)), isTest=True), session(participant(identity(BEN)))).test is True


def test_a_call_without_length_is_a_call() -> None:
    found = seen(endDateTime="2026-11-20T18:52:21.2169889Z")

    assert found.started_at == found.ended_at == STARTED


def test_new_words_are_taken_as_they_are() -> None:
    found = seen(type="hologram", modalities=["audio", "smell"])

    assert (found.kind, found.modalities) == ("hologram", ("audio", "smell"))


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"endDateTime": "2026-11-20T18:52:20Z"}, "the call ends before it starts"),
        ({"endDateTime": "0001-01-01T00:00:00Z"}, "the call has no start or no end"),
        ({"startDateTime": None}, "the call has no start or no end"),
    ],
)
def test_a_record_that_contradicts_itself_is_unusable(changed: Json, reason: str) -> None:
    with pytest.raises(RecordUnusable) as refused:
        seen(**changed)

    assert (refused.value.code, str(refused.value)) == ("RECORD_UNUSABLE", reason)


def test_a_session_that_contradicts_itself_makes_the_record_unusable() -> None:
    with pytest.raises(RecordUnusable, match=r"^a session ends before it starts$"):
        seen(session(participant(identity(ANA)), endDateTime="2026-11-20T18:00:00Z"))


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"version": "2"}, r"^\$\.version: int_type$"),
        ({"id": 5}, r"^\$\.id: value_error$"),
        ({"modalities": "audio"}, r"^\$\.modalities: list_type$"),
        ({"organizer_v2": [1]}, r"^\$\.organizer_v2: model_type$"),
    ],
)
def test_a_member_of_another_type_is_a_bad_answer(changed: Json, fault: str) -> None:
    with pytest.raises(BadUpstreamAnswer, match=fault):
        seen(**changed)


def test_a_broken_session_is_named_by_its_place() -> None:
    with pytest.raises(BadUpstreamAnswer, match=r"^\$\.sessions\[1\]\.isTest: bool_type$"):
        seen(session(participant(identity(ANA))), session(participant(identity(ANA)), isTest="no"))
