"""What people decide of one seat: exempt, lift, decide; repeats and what is refused."""

from datetime import date, timedelta
from uuid import UUID

import pytest

from app.domain.deciding import (
    NOTHING,
    DecidedOf,
    Exemption,
    ExemptionOver,
    NoteTooLong,
    OwnerLengthOutOfRange,
    ReasonLengthOutOfRange,
    Resolution,
    decide,
    exempt,
    lift,
    replay,
)
from app.domain.errors import Refused
from app.domain.events import Event
from app.domain.events.deciding import Cause, Decision, ExemptionLifted, FindingDecided, SeatExempted, Tier
from app.domain.personal import Personal
from tests.domain.given import ANNA, E5, MONDAY, TUESDAY, WEDNESDAY

TODAY, TOMORROW = MONDAY.date(), TUESDAY.date()
ADMIN = UUID(int=77)
EXEMPTED = SeatExempted(
    happened_at=MONDAY,
    user=ANNA,
    sku=E5,
    reason=Personal.of_user(ANNA, "parental leave"),
    owner=Personal.alone("Olga Ott"),
    until=TOMORROW,
    by=ADMIN,
)
LIFTED = ExemptionLifted(happened_at=TUESDAY, user=ANNA, sku=E5, by=None)
ACCEPTED = FindingDecided(
    happened_at=MONDAY,
    user=ANNA,
    sku=E5,
    cause=Cause.IDLE,
    tier=Tier.LIKELY,
    decision=Decision.ACCEPTED,
    note=Personal.of_user(ANNA, "gone in May"),
    by=ADMIN,
)
IDLE = Resolution(Cause.IDLE, Tier.LIKELY, Decision.ACCEPTED, "gone in May")


def exempted(
    seat: DecidedOf = NOTHING,
    reason: str = "parental leave",
    owner: str = "Olga Ott",
    until: date | None = TOMORROW,
) -> list[Event]:
    return exempt(seat, ANNA, E5, reason=reason, owner=owner, until=until, by=ADMIN, at=MONDAY, today=TODAY)


def test_a_seat_is_exempted_until_a_day_by_somebody_for_a_reason() -> None:
    facts = exempted(reason="  parental leave ", owner=" Olga Ott")

    assert facts == [EXEMPTED]
    assert replay(facts) == DecidedOf(exemption=Exemption("parental leave", "Olga Ott", TOMORROW))


def test_an_exemption_in_the_same_words_adds_nothing_and_in_others_replaces_it() -> None:
    exempt_already = replay([EXEMPTED])

    changed = exempted(exempt_already, until=None)

    assert exempted(exempt_already) == []
    assert changed == [EXEMPTED.model_copy(update={"until": None})]


def test_an_exemption_whose_owner_was_erased_is_stated_anew() -> None:
    erased = EXEMPTED.model_copy(update={"owner": Personal("pseudonym/x", None)})

    assert exempted(replay([erased])) == [EXEMPTED]


def test_words_about_a_holder_who_was_erased_are_gone_and_what_was_decided_is_not() -> None:
    gone = Personal(f"user/{ANNA}", None)
    exemption, decision = EXEMPTED.model_copy(update={"reason": gone}), ACCEPTED.model_copy(update={"note": gone})

    seat = replay([exemption, decision])

    unsaid = Resolution(Cause.IDLE, Tier.LIKELY, Decision.ACCEPTED, None)
    assert seat == DecidedOf(Exemption(None, "Olga Ott", TOMORROW), unsaid, MONDAY)
    assert exempted(seat) == [EXEMPTED]


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"reason": "  "}, ReasonLengthOutOfRange),
        ({"reason": "x" * 201}, ReasonLengthOutOfRange),
        ({"owner": ""}, OwnerLengthOutOfRange),
        ({"owner": "x" * 201}, OwnerLengthOutOfRange),
        ({"until": TODAY}, ExemptionOver),
    ],
)
def test_what_cannot_be_an_exemption_is_refused_by_name(given: dict[str, object], error: type[Refused]) -> None:
    with pytest.raises(error):
        exempted(**given)  # type: ignore[arg-type]


def test_two_hundred_characters_are_a_reason_and_a_name() -> None:
    facts = exempted(reason="x" * 200, owner="y" * 200)

    assert len(facts) == 1


def test_an_exemption_is_lifted_once() -> None:
    facts = lift(replay([EXEMPTED]), ANNA, E5, by=None, at=TUESDAY)

    assert facts == [LIFTED]
    assert lift(replay([EXEMPTED, *facts]), ANNA, E5, by=None, at=WEDNESDAY) == []
    assert lift(NOTHING, ANNA, E5, by=None, at=TUESDAY) == []


def test_a_finding_is_decided_and_the_same_decision_adds_nothing() -> None:
    facts = decide(NOTHING, ANNA, E5, IDLE, by=ADMIN, at=MONDAY)

    assert facts == [ACCEPTED]
    assert decide(replay(facts), ANNA, E5, IDLE, by=None, at=TUESDAY) == []


@pytest.mark.parametrize(("later", "facts"), [(timedelta(days=30, microseconds=-1), 0), (timedelta(days=30), 1)])
def test_an_equal_decision_is_a_new_fact_thirty_days_after_the_last(later: timedelta, facts: int) -> None:
    """Of a seat that was freed, given back and is idle again."""
    again = decide(replay([ACCEPTED]), ANNA, E5, IDLE, by=ADMIN, at=MONDAY + later)

    assert again == [ACCEPTED.model_copy(update={"happened_at": MONDAY + later})][:facts]


def test_another_decision_or_another_cause_is_a_new_fact() -> None:
    decided = replay([ACCEPTED])
    done = Resolution(Cause.IDLE, Tier.LIKELY, Decision.DONE, "gone in May")
    disabled = Resolution(Cause.DISABLED, Tier.GUARANTEED, Decision.ACCEPTED, "gone in May")

    assert decide(decided, ANNA, E5, done, by=ADMIN, at=MONDAY) == [
        ACCEPTED.model_copy(update={"decision": Decision.DONE})
    ]
    assert decide(decided, ANNA, E5, disabled, by=ADMIN, at=MONDAY) == [
        ACCEPTED.model_copy(update={"cause": Cause.DISABLED, "tier": Tier.GUARANTEED})
    ]


def test_an_empty_note_is_none_and_a_long_one_is_refused() -> None:
    unsaid = Resolution(Cause.IDLE, Tier.LIKELY, Decision.ACCEPTED, " ")
    endless = Resolution(Cause.IDLE, Tier.LIKELY, Decision.ACCEPTED, "x" * 1001)

    assert decide(NOTHING, ANNA, E5, unsaid, by=ADMIN, at=MONDAY) == [ACCEPTED.model_copy(update={"note": None})]
    with pytest.raises(NoteTooLong):
        decide(NOTHING, ANNA, E5, endless, by=ADMIN, at=MONDAY)


def test_exemption_and_decision_of_a_seat_live_side_by_side() -> None:
    seat = replay([EXEMPTED, ACCEPTED, LIFTED])

    assert seat == DecidedOf(exemption=None, resolution=IDLE, decided_at=MONDAY)
