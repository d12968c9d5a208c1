"""What each fact changes about a customer's row."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from app.domain.events import Event
from app.domain.events.coverage import Feed, SnapshotFailed
from app.domain.events.tenancy import (
    Capability,
    CapabilityChanged,
    ConsentGranted,
    ConsentWithdrawn,
    PermissionsChanged,
    PolicyChanged,
    TenantInvited,
    TenantOffboarded,
)
from app.domain.licensing import READ_STANDS_FOR_DAYS
from app.domain.personal import Personal
from app.domain.policy import DEFAULT_POLICY
from app.projections import tenants
from app.projections.reading import Moment
from app.projections.tenants import TenantRow, row_of
from tests.projections.folding import EARLY, now
from tests.projections.story import HOME, NAMES, RUN, day, signed_in, snapshot


def invited(at: datetime, customer: str = "Contoso") -> TenantInvited:
    return TenantInvited(happened_at=at, customer=customer, contact=Personal.alone("a@contoso.example"))


def consented(at: datetime, organisation: str = "Contoso AG") -> ConsentGranted:
    return ConsentGranted(
        happened_at=at,
        directory=HOME,
        organisation=organisation,
        default_domain="contoso.example",
        permissions=("One", "Two"),
    )


def withdrawn(at: datetime, reason: str = "AADSTS7000229") -> ConsentWithdrawn:
    return ConsentWithdrawn(happened_at=at, reason=reason)


def failed(at: datetime, feed: Feed, reason: str = "GRAPH_TIMEOUT") -> SnapshotFailed:
    return SnapshotFailed(happened_at=at, feed=feed, run=RUN, reason=reason)


def last(*facts: Event) -> dict[str, Any]:
    """The row in force at the end, after an invitation on the first day."""
    return now(tenants.PROJECTION, invited(day(1)), *facts)[-1]


def test_a_customer_is_invited_and_nothing_else_is_known() -> None:
    (row,) = now(tenants.PROJECTION, invited(day(1)))

    said = {name: value for name, value in row.items() if value not in (None, ()) and not name.startswith("valid_")}
    assert said == {"name": "Contoso", "state": "INVITED", "state_since": day(1)}


def test_before_the_invitation_there_is_no_row() -> None:
    assert now(tenants.PROJECTION, consented(day(1)), snapshot(day(2))) == []


def test_a_second_invitation_changes_the_name_alone() -> None:
    row = last(consented(day(2)), invited(day(3), "Fabrikam"))

    assert (row["name"], row["organisation"], row["state_since"]) == ("Fabrikam", "Contoso AG", day(2))


def test_consent_tells_who_they_are_and_what_may_be_read() -> None:
    row = last(consented(day(2)))

    names = ("organisation", "directory_id", "default_domain", "permissions", "state_since", "consented_at")
    assert [row[name] for name in names] == ["Contoso AG", HOME, "contoso.example", ("One", "Two"), day(2), day(2)]
    assert row["state_reason"] is None


def test_a_repeated_consent_keeps_the_first_time_and_since_when_it_stands() -> None:
    row = last(consented(day(2)), consented(day(5), "New AG"))

    assert (row["organisation"], row["consented_at"], row["state_since"]) == ("New AG", day(2), day(2))


def test_a_consent_learned_of_late_is_the_first_one() -> None:
    row = last(consented(day(5)), consented(day(2)))

    assert row["consented_at"] == day(2)


def test_a_withdrawal_has_a_reason_and_another_reason_does_not_move_its_time() -> None:
    row = last(consented(day(2)), withdrawn(day(4), "one"), withdrawn(day(6), "another"))

    assert (row["state_reason"], row["state_since"]) == ("another", day(4))


def test_consent_after_a_withdrawal_stands_since_then_and_without_a_reason() -> None:
    row = last(consented(day(2)), withdrawn(day(4)), consented(day(6)))

    assert (row["state_reason"], row["state_since"], row["consented_at"]) == (None, day(6), day(2))


def test_who_left_stands_so_since_then() -> None:
    row = last(consented(day(2)), TenantOffboarded(happened_at=day(9)))

    assert (row["state"], row["state_since"]) == ("OFFBOARDED", day(9))


def test_permissions_are_what_the_token_said_last() -> None:
    row = last(consented(day(2)), PermissionsChanged(happened_at=day(3), permissions=("Two",)))

    assert row["permissions"] == ("Two",)


@pytest.mark.parametrize("capability", Capability)
def test_a_capability_is_known_once_it_was_told(capability: Capability) -> None:
    able = last(CapabilityChanged(happened_at=day(2), capability=capability, available=False))

    told = {each.value: able[each.value] for each in Capability}
    assert told == {each.value: False if each is capability else None for each in Capability}


def test_the_customers_rules_are_kept_whole_and_read_again() -> None:
    rules = PolicyChanged(
        happened_at=day(2),
        idle_days=60,
        grace_days=10,
        time_zone="Europe/Berlin",
        currency="CHF",
        buffer_share=Decimal("0.10"),
    )

    row = last(rules)
    read = row_of((NAMES, *(_stored(row)[name] for name in COLUMNS)))

    assert [row[name] for name in ("idle_days", "grace_days", "time_zone", "currency")] == [
        60,
        10,
        "Europe/Berlin",
        "CHF",
    ]
    assert (read.policy.idle_days, read.policy.buffer_share, read.time_zone) == (60, Decimal("0.10"), "Europe/Berlin")


def test_without_rules_of_their_own_the_usual_ones_hold() -> None:
    read = row_of((NAMES, *(_stored(last(consented(day(2))))[name] for name in COLUMNS)))

    ours = DEFAULT_POLICY
    assert read.policy == ours
    assert (read.idle_days, read.grace_days, read.time_zone, read.currency) == (
        ours.idle_days,
        ours.grace_days,
        ours.time_zone,
        ours.currency,
    )
    assert (read.permissions, read.failed_feeds) == (("One", "Two"), ())


@pytest.mark.parametrize("feed", Feed)
def test_a_read_is_the_newest_of_its_feed_even_if_an_older_one_is_learned_of_later(feed: Feed) -> None:
    row = last(snapshot(day(9), feed), snapshot(day(5), feed))

    assert row[f"{feed}_collected_at"] == day(9)
    assert [each for each in Feed if row[f"{each}_collected_at"] is not None] == [feed]


def test_a_failed_read_is_told_until_the_feed_is_read_and_its_reason_stays() -> None:
    failing = last(failed(day(2), Feed.REPORTS), failed(day(3), Feed.LICENCES))
    read = last(failed(day(2), Feed.REPORTS), failed(day(3), Feed.LICENCES), snapshot(day(4), Feed.REPORTS))

    assert (failing["failed_feeds"], failing["last_failure"], failing["last_failure_at"]) == (
        ("licences", "reports"),
        "licences: GRAPH_TIMEOUT",
        day(3),
    )
    assert (read["failed_feeds"], read["last_failure_at"]) == (("licences",), day(3))


def test_a_feed_that_fails_twice_is_named_once() -> None:
    assert last(failed(day(2), Feed.CALLS), failed(day(3), Feed.CALLS))["failed_feeds"] == ("calls",)


def test_other_facts_say_nothing_of_the_customer() -> None:
    assert now(tenants.PROJECTION, invited(day(1)), signed_in(day(2))) == now(tenants.PROJECTION, invited(day(1)))


MIDNIGHT = Moment(day(11), day(10).date(), 9, "UTC", day(10).date(), before_first_fact=False)


def observed(**known: Any) -> bool:
    values: dict[str, Any] = dict.fromkeys(TenantRow.__dataclass_fields__) | {"policy": DEFAULT_POLICY} | known
    return TenantRow(**values).observable(MIDNIGHT)


def test_inactivity_can_be_told_by_sign_ins_that_may_be_read_and_were_read_lately() -> None:
    since = day(11) - timedelta(days=READ_STANDS_FOR_DAYS)

    assert observed(entra_p1=True, sign_ins_collected_at=since)
    assert not observed(entra_p1=True, sign_ins_collected_at=since - EARLY)
    assert not observed(entra_p1=True)
    assert not observed(entra_p1=False, sign_ins_collected_at=since)
    assert not observed(sign_ins_collected_at=since)


def test_inactivity_can_be_told_by_reports_with_names_that_were_read_lately() -> None:
    since = day(11) - timedelta(days=READ_STANDS_FOR_DAYS)

    assert observed(reports=True, concealed_names=False, reports_collected_at=since)
    assert not observed(reports=True, concealed_names=False, reports_collected_at=since - EARLY)
    assert not observed(reports=True, concealed_names=False)
    assert not observed(reports=True, concealed_names=True, reports_collected_at=since)
    assert not observed(reports=True, reports_collected_at=since)
    assert not observed(reports=False, concealed_names=False, reports_collected_at=since)


COLUMNS = [name.strip().removeprefix("t.") for name in tenants._COLUMNS.split(",")][1:]
"""As questions of the table ask for them, after the tenant."""


def _stored(row: dict[str, Any]) -> dict[str, Any]:
    """As the database gives them: arrays are lists."""
    return {name: list(value) if isinstance(value, tuple) else value for name, value in row.items()}
