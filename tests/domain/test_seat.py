"""A daily read against what is known of one user."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from pydantic import TypeAdapter

from app.domain.events.licensing import (
    AccountDisabled,
    AccountEnabled,
    LicenceAssigned,
    LicenceAssignmentFailed,
    LicenceChanged,
    LicenceRemoved,
    ProfileChanged,
    UserDeleted,
    UserDiscovered,
    UserSignedIn,
    Workload,
    WorkloadUsed,
)
from app.domain.ids import GroupId, SkuId
from app.domain.personal import Personal
from app.domain.seat import NOBODY, Seat, missed, replay, sight, sight_sign_in, sight_workloads
from app.domain.sightings import SignInSighting, WorkloadSighting
from tests.domain.given import (
    ANNA,
    E3,
    E5,
    EXCHANGE,
    MONDAY,
    STAFF,
    TEAMS,
    THURSDAY,
    TUESDAY,
    WEDNESDAY,
    licence,
    profile,
    seen,
)


def discovered(at: datetime = MONDAY, *, enabled: bool = True) -> UserDiscovered:
    return UserDiscovered(happened_at=at, user=ANNA, created_at=None, enabled=enabled, profile=profile())


def assigned(at: datetime = MONDAY, sku: SkuId = E5, via: GroupId | None = None) -> LicenceAssigned:
    return LicenceAssigned(happened_at=at, user=ANNA, sku=sku, via=via, disabled_plans=())


def removed(at: datetime, sku: SkuId = E5, via: GroupId | None = None) -> LicenceRemoved:
    return LicenceRemoved(happened_at=at, user=ANNA, sku=sku, via=via)


def test_a_user_seen_for_the_first_time_is_discovered_with_their_licences() -> None:
    facts = sight(NOBODY, seen(licence(E5), at=MONDAY))

    assert facts == [discovered(), assigned()]


def test_a_licence_gone_from_the_daily_read_is_removed() -> None:
    seat = replay([discovered(), assigned()])

    facts = sight(seat, seen(at=TUESDAY))

    assert facts == [removed(TUESDAY)]


def test_the_same_product_by_two_paths_is_two_holdings() -> None:
    seat = replay([discovered(), assigned()])

    facts = sight(seat, seen(licence(E5), licence(E5, STAFF), at=TUESDAY))

    assert facts == [assigned(TUESDAY, E5, STAFF)]


def test_a_product_that_moves_from_direct_to_a_group_is_gained_before_it_is_lost() -> None:
    seat = replay([discovered(), assigned()])

    facts = sight(seat, seen(licence(E5, STAFF), at=TUESDAY))

    assert facts == [assigned(TUESDAY, E5, STAFF), removed(TUESDAY)]


def test_facts_come_in_one_order_whatever_the_order_of_the_read() -> None:
    licences = [licence(E5), licence(E3), licence(E3, STAFF)]

    forwards, backwards = (sight(NOBODY, seen(*some, at=MONDAY)) for some in (licences, licences[::-1]))

    assert forwards == [discovered(), assigned(sku=E3), assigned(sku=E3, via=STAFF), assigned(sku=E5)]
    assert backwards == forwards


def test_plans_switched_off_change_the_licence_and_their_order_does_not() -> None:
    seat = replay(sight(NOBODY, seen(licence(E5, off=(TEAMS, EXCHANGE)), at=MONDAY)))

    same = sight(seat, seen(licence(E5, off=(EXCHANGE, TEAMS)), at=TUESDAY))
    fewer = sight(seat, seen(licence(E5, off=(TEAMS,)), at=TUESDAY))

    assert same == []
    assert fewer == [LicenceChanged(happened_at=TUESDAY, user=ANNA, sku=E5, via=None, disabled_plans=(TEAMS,))]


def test_an_assignment_began_when_graph_says_so_between_the_reads() -> None:
    seat = replay([discovered()])
    noon = MONDAY + timedelta(hours=9)

    facts = sight(seat, seen(licence(updated_at=noon), at=TUESDAY, since=MONDAY))

    assert facts == [assigned(noon)]


def test_an_assignment_new_in_this_read_cannot_have_begun_before_the_last_one() -> None:
    seat = replay([discovered()])

    facts = sight(seat, seen(licence(updated_at=MONDAY - timedelta(days=400)), at=TUESDAY, since=MONDAY))

    assert facts == [assigned(MONDAY)]


def test_an_assignment_cannot_have_begun_after_it_was_seen() -> None:
    seat = replay([discovered()])

    facts = sight(seat, seen(licence(updated_at=THURSDAY), at=TUESDAY, since=MONDAY))

    assert facts == [assigned(TUESDAY)]


def test_without_an_earlier_read_an_assignment_may_be_years_old() -> None:
    years_ago = datetime(2021, 2, 3, tzinfo=UTC)

    facts = sight(NOBODY, seen(licence(updated_at=years_ago), at=MONDAY))

    assert facts == [discovered(), assigned(years_ago)]


def test_an_assignment_never_begins_before_the_same_path_was_removed() -> None:
    seat = replay([discovered(), assigned(), removed(TUESDAY)])

    facts = sight(seat, seen(licence(updated_at=MONDAY), at=WEDNESDAY, since=None))

    assert facts == [assigned(TUESDAY)]


def test_a_failed_assignment_is_reported_once_and_is_not_held() -> None:
    failing = licence(E5, STAFF, error="CountViolation")
    first = sight(NOBODY, seen(failing, at=MONDAY))

    again = sight(replay(first), seen(failing, at=TUESDAY))

    failure = LicenceAssignmentFailed(happened_at=MONDAY, user=ANNA, sku=E5, via=STAFF, error="CountViolation")
    assert first == [discovered(), failure]
    assert replay(first).holdings == ()
    assert again == []


def test_another_error_of_the_same_path_is_reported_again() -> None:
    seat = replay(sight(NOBODY, seen(licence(error="CountViolation"), at=MONDAY)))

    facts = sight(seat, seen(licence(error="DependencyViolation"), at=TUESDAY))

    assert facts == [
        LicenceAssignmentFailed(happened_at=TUESDAY, user=ANNA, sku=E5, via=None, error="DependencyViolation")
    ]


def test_a_licence_held_that_now_fails_is_removed_and_reported() -> None:
    seat = replay([discovered(), assigned()])

    facts = sight(seat, seen(licence(error="CountViolation"), at=TUESDAY))

    assert facts == [
        removed(TUESDAY),
        LicenceAssignmentFailed(happened_at=TUESDAY, user=ANNA, sku=E5, via=None, error="CountViolation"),
    ]


def test_an_error_is_forgotten_once_the_path_is_held() -> None:
    failing = replay(sight(NOBODY, seen(licence(error="CountViolation"), at=MONDAY)))
    held = replay([*_facts_of(failing), *sight(failing, seen(licence(), at=TUESDAY))])

    facts = sight(held, seen(licence(error="CountViolation"), at=WEDNESDAY))

    assert [type(fact) for fact in facts] == [LicenceRemoved, LicenceAssignmentFailed]


def _facts_of(failing: Seat) -> list[Any]:
    (failure,) = failing.failures
    return [
        discovered(),
        LicenceAssignmentFailed(happened_at=MONDAY, user=ANNA, sku=failure.sku, via=failure.via, error=failure.error),
    ]


def test_a_profile_that_changed_is_taken_whole() -> None:
    seat = replay([discovered()])

    facts = sight(seat, seen(at=TUESDAY, department="Operations"))

    assert facts == [ProfileChanged(happened_at=TUESDAY, user=ANNA, profile=profile(department="Operations"))]


def test_an_account_is_disabled_and_enabled() -> None:
    enabled, disabled = replay([discovered()]), replay([discovered(enabled=False)])

    off = sight(enabled, seen(at=TUESDAY, enabled=False))
    on = sight(disabled, seen(at=TUESDAY, enabled=True))

    assert off == [AccountDisabled(happened_at=TUESDAY, user=ANNA)]
    assert on == [AccountEnabled(happened_at=TUESDAY, user=ANNA)]


def test_a_read_older_than_the_last_change_adds_nothing() -> None:
    seat = replay([discovered(), assigned(), removed(WEDNESDAY)])

    facts = sight(seat, seen(licence(), at=TUESDAY, department="Operations"))

    assert facts == []


def test_a_user_missing_from_a_complete_read_loses_licences_then_is_gone() -> None:
    seat = replay([discovered(), assigned(sku=E5), assigned(sku=E3, via=STAFF)])

    facts = missed(seat, TUESDAY)

    assert facts == [removed(TUESDAY, E3, STAFF), removed(TUESDAY, E5), UserDeleted(happened_at=TUESDAY, user=ANNA)]


def test_missing_adds_nothing_for_users_unknown_gone_or_seen_later() -> None:
    gone = replay([discovered(), UserDeleted(happened_at=TUESDAY, user=ANNA)])
    seen_later = replay([discovered(WEDNESDAY)])

    assert missed(NOBODY, TUESDAY) == []
    assert missed(gone, WEDNESDAY) == []
    assert missed(seen_later, TUESDAY) == []


def test_a_user_who_comes_back_is_discovered_again() -> None:
    gone = replay([discovered(), assigned(), *missed(replay([discovered(), assigned()]), TUESDAY)])

    facts = sight(gone, seen(licence(updated_at=MONDAY), at=THURSDAY, since=WEDNESDAY))

    assert facts == [discovered(THURSDAY), assigned(WEDNESDAY)]


def test_only_the_stamps_that_rose_are_recorded_at_the_newest_of_them() -> None:
    seat = replay(
        [
            discovered(),
            UserSignedIn(
                happened_at=TUESDAY, user=ANNA, interactive=TUESDAY, non_interactive=MONDAY, successful=MONDAY
            ),
        ]
    )

    facts = sight_sign_in(seat, SignInSighting(ANNA, MONDAY, THURSDAY, WEDNESDAY))

    assert facts == [
        UserSignedIn(happened_at=THURSDAY, user=ANNA, interactive=None, non_interactive=THURSDAY, successful=WEDNESDAY)
    ]


def test_a_repeated_or_empty_sign_in_adds_nothing() -> None:
    shown = SignInSighting(ANNA, MONDAY, None, MONDAY)
    seat = replay([discovered(), *sight_sign_in(replay([discovered()]), shown)])

    assert sight_sign_in(seat, shown) == []
    assert sight_sign_in(seat, SignInSighting(ANNA, None, None, None)) == []


def test_signs_of_life_of_a_user_unknown_or_gone_add_nothing() -> None:
    gone = replay([discovered(), UserDeleted(happened_at=TUESDAY, user=ANNA)])

    for seat in (NOBODY, gone):
        assert sight_sign_in(seat, SignInSighting(ANNA, MONDAY, MONDAY, MONDAY)) == []
        assert sight_workloads(seat, WorkloadSighting(ANNA, {Workload.TEAMS: date(2026, 11, 16)})) == []


def test_each_workload_whose_last_day_rose_is_one_fact_at_noon() -> None:
    on_monday, on_tuesday = date(2026, 11, 16), date(2026, 11, 17)
    before = {Workload.TEAMS: on_monday, Workload.EXCHANGE: on_tuesday}
    seat = replay([discovered(), *sight_workloads(replay([discovered()]), WorkloadSighting(ANNA, before))])

    shown = {Workload.TEAMS: on_tuesday, Workload.EXCHANGE: on_monday, Workload.ONEDRIVE: on_monday}
    facts = sight_workloads(seat, WorkloadSighting(ANNA, shown))

    noon = datetime(2026, 11, 16, 12, tzinfo=UTC)
    assert facts == [
        WorkloadUsed(happened_at=noon, user=ANNA, workload=Workload.ONEDRIVE, last_activity_on=on_monday),
        WorkloadUsed(
            happened_at=noon + timedelta(days=1), user=ANNA, workload=Workload.TEAMS, last_activity_on=on_tuesday
        ),
    ]


def test_a_seat_survives_being_written_and_read() -> None:
    class InClear:
        def seal(self, personal: Personal) -> dict[str, str]:
            return {"subject": personal.subject, "sealed": personal.value or ""}

        def open(self, stored: dict[str, str]) -> Personal:
            return Personal(stored["subject"], stored["sealed"])

    seat = replay(
        [
            *sight(NOBODY, seen(licence(off=(TEAMS,)), licence(E3, error="Other"), at=MONDAY)),
            WorkloadUsed(happened_at=MONDAY, user=ANNA, workload=Workload.TEAMS, last_activity_on=date(2026, 11, 1)),
            removed(TUESDAY),
        ]
    )
    stored = TypeAdapter(Seat)

    again = stored.validate_json(stored.dump_json(seat, context=InClear()), context=InClear())

    assert again == seat
