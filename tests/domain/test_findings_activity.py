"""Whether somebody uses what they hold: worked examples 4, 8 and 9 of the definitions, the boundary, the edge cases."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from app.domain.events.deciding import Cause, Tier
from app.domain.events.licensing import UserKind
from app.domain.findings import Remark, SeatFinding
from app.domain.licensing import grace_cutoff, idle_cutoff
from app.domain.money import nothing
from app.domain.period import day_ends
from app.domain.sku_class import SkuClass
from app.domain.standing import HeldSeat, Source
from tests.domain.seats import (
    CALLING,
    COPILOT,
    CREDITS,
    E1,
    E3,
    E5,
    EVERYTHING,
    EXPLORATORY,
    FABRIC_FREE,
    ON,
    PHONE,
    RESOURCE,
    ROOM,
    eur,
    findings,
    ground,
    holder,
    quiet,
    seat,
)

UTC_ZONE = ZoneInfo("UTC")
CALLS = frozenset({Source.TELEPHONE, Source.CONFERENCE})


def seat_of(last_evidence: datetime, created: datetime = datetime(2020, 1, 1, tzinfo=UTC)) -> HeldSeat:
    """An E3 as its holder's days make it on 23 November, by the default rules."""
    silent = last_evidence < idle_cutoff(ON, 90, UTC_ZONE)
    young = created >= grace_cutoff(ON, 30, UTC_ZONE)
    return HeldSeat(E3, young=young, quiet=silent, silent=EVERYTHING if silent else frozenset())


def test_on_the_ninetieth_day_before_nobody_is_idle_and_the_day_before_that_they_are() -> None:
    on_that_day, before = datetime(2026, 8, 25, tzinfo=UTC), datetime(2026, 8, 24, 23, 59, tzinfo=UTC)

    assert findings(holder(seat_of(on_that_day))) == ()
    assert findings(holder(seat_of(before))) == (SeatFinding(E3, Cause.IDLE, Tier.LIKELY, eur("36.00")),)


def test_an_account_created_after_24_october_is_in_grace() -> None:
    long_ago = datetime(2026, 1, 1, tzinfo=UTC)

    assert findings(holder(seat_of(long_ago, created=datetime(2026, 10, 25, tzinfo=UTC)))) == ()
    assert len(findings(holder(seat_of(long_ago, created=datetime(2026, 10, 24, 23, tzinfo=UTC))))) == 1


@pytest.mark.parametrize(("disabled_on", "found"), [(date(2026, 11, 9), 1), (date(2026, 11, 10), 0)])
def test_a_seat_is_wasted_fourteen_days_after_its_holder_was_disabled(disabled_on: date, found: int) -> None:
    at = datetime(disabled_on.year, disabled_on.month, disabled_on.day, 12, tzinfo=UTC)
    long_ago = at < day_ends(date(2026, 11, 9), UTC_ZONE)

    assert len(findings(holder(quiet(E3), enabled=False, disabled_long=long_ago))) == found


def test_a_disabled_holder_of_two_suites_is_two_findings_and_no_overlap_beside_them() -> None:
    """Worked example 4: 57.00 + 36.00 = 93.00, not 129.00."""
    gone = holder(quiet(E5), quiet(E3), enabled=False, disabled_long=True)

    found = findings(gone)

    assert found == (
        SeatFinding(E5, Cause.DISABLED, Tier.GUARANTEED, eur("57.00")),
        SeatFinding(E3, Cause.DISABLED, Tier.GUARANTEED, eur("36.00"), also=(Cause.OVERLAP,)),
    )
    assert sum((each.saving for each in found if each.saving), eur("0.00")) == eur("93.00")


def test_an_attempt_of_late_makes_the_idle_suspected() -> None:
    """Worked example 8: successful sign-in in May, attempts three days ago."""
    assert findings(holder(quiet(E3, attempted=True))) == (
        SeatFinding(E3, Cause.IDLE, Tier.REVIEW, eur("36.00"), (Remark.SUSPECTED,)),
    )


def test_without_any_source_nothing_is_saved_and_nothing_forgotten() -> None:
    """Worked example 8: no P1 and names concealed."""
    blind = ground(frozenset(), observable=False)

    assert findings(holder(quiet(E3)), blind) == (
        SeatFinding(E3, Cause.IDLE, Tier.UNVERIFIABLE, eur("0"), (Remark.NOT_OBSERVED,)),
    )
    assert findings(holder(quiet(E3), never=True), blind)[0].cause is Cause.NEVER_USED


def test_a_workload_used_of_late_is_enough_without_sign_in_times() -> None:
    """Worked example 8: no P1, Teams last used on 19 November."""
    assert findings(holder(seat(E3, silent=EVERYTHING - {Source.TEAMS, Source.HUMAN}))) == ()


def test_a_token_that_renews_itself_is_no_use() -> None:
    """Worked example 8: signed in yesterday, all workloads silent since April."""
    background = seat(E3, silent=EVERYTHING)

    assert findings(holder(background)) == (
        SeatFinding(E3, Cause.IDLE, Tier.REVIEW, eur("36.00"), (Remark.BACKGROUND_ONLY,)),
    )
    assert findings(holder(background), ground(frozenset())) == ()  # workloads are not observed


def test_voice_seats_without_a_call_are_idle_beside_a_base_seat_in_use() -> None:
    """Worked example 9: daily Teams chatter, the last PSTN leg in June."""
    chatter = holder(seat(E1, silent=CALLS), seat(PHONE, silent=CALLS), seat(CALLING, silent=CALLS))

    assert findings(chatter) == (
        SeatFinding(PHONE, Cause.SKU_IDLE, Tier.LIKELY, eur("8.00")),
        SeatFinding(CALLING, Cause.SKU_IDLE, Tier.LIKELY, eur("12.00"), (Remark.MAY_HOLD_NUMBER,)),
    )
    assert findings(chatter, ground(EVERYTHING - CALLS)) == ()  # calls are not observed


def test_copilot_without_a_prompt_is_idle_where_prompts_are_observed() -> None:
    promptless = holder(seat(COPILOT, silent=frozenset({Source.COPILOT})))

    assert findings(promptless) == (SeatFinding(COPILOT, Cause.SKU_IDLE, Tier.LIKELY, eur("30.00")),)
    assert findings(promptless, ground(EVERYTHING - {Source.COPILOT})) == ()


def test_never_seen_is_its_own_cause_where_the_null_stamp_proves_it() -> None:
    assert findings(holder(quiet(E3), never=True)) == (SeatFinding(E3, Cause.NEVER_USED, Tier.LIKELY, eur("36.00")),)
    assert findings(holder(quiet(E3, attempted=True), never=True)) == (
        SeatFinding(E3, Cause.NEVER_USED, Tier.REVIEW, eur("36.00"), (Remark.SUSPECTED,)),
    )
    assert findings(holder(quiet(E3), never=True, provable=False)) == (
        SeatFinding(E3, Cause.NEVER_USED, Tier.UNVERIFIABLE, eur("0"), (Remark.STAMP_PROVES_NOTHING,)),
    )


def test_young_seats_are_only_judged_by_what_grace_cannot_excuse() -> None:
    silent = {"young": True, "silent": EVERYTHING}

    assert findings(holder(quiet(E3, young=True), never=True)) == ()
    assert findings(holder(seat(PHONE, **silent))) == ()
    assert findings(holder(quiet(E3, young=True), enabled=False, disabled_long=True))[0].cause is Cause.DISABLED
    assert findings(holder(seat(E5, **silent), seat(E3, **silent)))[0].cause is Cause.OVERLAP


def test_an_exempt_seat_has_no_finding() -> None:
    gone = holder(quiet(E5, exempt=True), quiet(E3), enabled=False, disabled_long=True)

    assert [each.sku for each in findings(gone)] == [E3]


def test_a_guest_with_a_paid_seat_is_labelled_so_whatever_they_do() -> None:
    guest = holder(quiet(E3), seat(E5), quiet(FABRIC_FREE), kind=UserKind.GUEST, never=True)

    assert findings(guest) == (
        SeatFinding(E3, Cause.GUEST_LICENSED, Tier.REVIEW, eur("36.00")),
        SeatFinding(E5, Cause.GUEST_LICENSED, Tier.REVIEW, eur("57.00")),
    )


@pytest.mark.parametrize("kind", [UserKind.ROOM, UserKind.PHONE_RESOURCE])
def test_rooms_and_resource_accounts_are_judged_by_calls_alone(kind: UserKind) -> None:
    unseen = holder(quiet(ROOM), quiet(RESOURCE), quiet(E3), quiet(CALLING), kind=kind, enabled=False, never=True)
    in_calls = holder(quiet(CALLING, silent=frozenset()), kind=kind)

    assert findings(unseen) == (
        SeatFinding(CALLING, Cause.SKU_IDLE, Tier.REVIEW, eur("12.00"), (Remark.MAY_HOLD_NUMBER,)),
    )
    assert findings(in_calls) == ()


def test_agents_are_not_judged() -> None:
    assert findings(holder(quiet(E3), kind=UserKind.AGENT, disabled_long=True, enabled=False)) == ()


@pytest.mark.parametrize("unsure", [{"sure": False}, {"kind": UserKind.UNKNOWN}])
def test_an_account_that_may_be_nobodys_is_for_a_person_to_review(unsure: dict[str, object]) -> None:
    idle = findings(holder(quiet(E3), **unsure))  # type: ignore[arg-type]
    gone = findings(holder(quiet(E3), enabled=False, disabled_long=True, **unsure))  # type: ignore[arg-type]

    assert idle == (SeatFinding(E3, Cause.IDLE, Tier.REVIEW, eur("36.00"), (Remark.KIND_UNSURE,)),)
    assert gone == (SeatFinding(E3, Cause.DISABLED, Tier.REVIEW, eur("36.00"), (Remark.KIND_UNSURE,)),)


def test_what_is_not_paid_by_the_seat_has_no_money() -> None:
    idle = holder(quiet(EXPLORATORY), quiet(CREDITS), quiet(FABRIC_FREE), quiet(E1))
    company = ground(classes={E1: SkuClass.COMPANY})

    assert findings(idle, company) == (
        SeatFinding(EXPLORATORY, Cause.IDLE, Tier.LIKELY, nothing("USD"), (Remark.TRIAL,)),
        SeatFinding(CREDITS, Cause.IDLE, Tier.LIKELY, nothing("USD"), (Remark.PAID_BY_USE,)),
    )
    assert findings(holder(quiet(E3)), prices={E3: eur("0.00")}) == ()


def test_a_missing_price_is_unknown_and_not_nothing() -> None:
    assert findings(holder(quiet(E3)), prices={}) == (
        SeatFinding(E3, Cause.IDLE, Tier.LIKELY, None, (Remark.PRICE_UNKNOWN,)),
    )


def test_a_finding_says_by_what_path_the_seat_is_held() -> None:
    assert findings(holder(quiet(E3, by_group=True)))[0].remarks == (Remark.TWO_PATHS,)
    assert findings(holder(quiet(E3, by_group=True, direct=False)))[0].remarks == (Remark.BY_GROUP,)
