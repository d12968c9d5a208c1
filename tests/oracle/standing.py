"""What can be said of people and seats on a day: who holds what since when, and when each was last seen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

from tests.oracle.model import Person, Sign, Tenant, said_on

SUCCESSES_KEPT_SINCE = datetime(2023, 12, 1, tzinfo=UTC)
REPORTED = frozenset({"teams", "exchange", "onedrive", "sharepoint", "yammer", "office_apps"})
OF_CALLS = frozenset({"telephone", "conference"})


@dataclass(frozen=True, slots=True)
class Seat:
    """A product a user holds on a day, by however many paths. `plans`: those switched on by one of them at least."""

    sku: UUID
    since: date
    plans: frozenset[str]
    direct: bool
    by_group: bool


def seats_on(tenant: Tenant, person: Person, on: date) -> list[Seat]:
    """By product id. A seat is held at the end of the day, by one path or by several: still one seat."""
    seats = []
    for sku in sorted({path.sku for path in person.paths}):
        paths = [path for path in person.paths if path.sku == sku]
        held = [
            path
            for path in paths
            if tenant.day_of(path.since) <= on and (path.until is None or tenant.day_of(path.until) > on)
        ]
        if not held:
            continue
        begun = min(path.since for path in held)
        # As long as some other path reached up to where we are: without a break.
        while earlier := [path for path in paths if path.since < begun and (path.until is None or path.until >= begun)]:
            begun = min(path.since for path in earlier)
        plans = frozenset(plan for path in held for plan in tenant.product(sku).plans - path.off)
        by_group = any(path.via is not None for path in held)
        direct = any(path.via is None for path in held)
        seats.append(Seat(sku, tenant.day_of(begun), plans, direct, by_group))
    return seats


def in_grace(tenant: Tenant, person: Person, seat: Seat, on: date) -> bool:
    """Account or seat is younger than the days of grace. An account of no known age is old."""
    age = (on - tenant.day_of(person.created_at)).days if person.created_at else None
    grace = tenant.rules.grace_days
    return (on - seat.since).days < grace or (age is not None and age < grace)


def disabled_days(tenant: Tenant, person: Person, on: date) -> int | None:
    """Days since the account was switched off; None: it is on."""
    said = [each for each in person.enabled if tenant.day_of(each.at) <= on]
    said.sort(key=lambda each: each.at)
    if not said or said[-1].value:
        return None
    first = len(said) - 1
    while first > 0 and not said[first - 1].value:
        first -= 1
    return (on - tenant.day_of(said[first].at)).days


def last_day(tenant: Tenant, person: Person, on: date, sources: frozenset[str] | None = None) -> date | None:
    """The last day one of these sources showed them, as of a day. None: any that proves that they were active.

    That somebody telephoned into a meeting of theirs does not: they need not have been there.
    """
    days = [tenant.day_of(sign.at) for sign in person.signs if _counts(sign, sources) and tenant.day_of(sign.at) <= on]
    return max(days, default=None)


def _counts(sign: Sign, sources: frozenset[str] | None) -> bool:
    return sign.source not in {"attempt", "conference"} if sources is None else sign.source in sources


def human(person: Person) -> frozenset[str]:
    """Sources that show what they did themselves, unlike a token that renews itself."""
    return frozenset(sign.source for sign in person.signs) - {"access", "attempt", "conference"}


def silent(last: date | None, on: date, days: int) -> bool:
    """Nothing since before the day so many days ago; on that very day is not silent."""
    return last is None or (on - last).days > days


def exempt(tenant: Tenant, person: Person, sku: UUID, on: date) -> bool:
    said = [
        each
        for each in tenant.exemptions
        if each.user == person.id and each.sku == sku and tenant.day_of(each.at) <= on
    ]
    newest = max(said, key=lambda each: each.at, default=None)
    if newest is None or (newest.lifted_at is not None and tenant.day_of(newest.lifted_at) <= on):
        return False
    return newest.until is None or on < newest.until


def sources_on(tenant: Tenant, on: date) -> frozenset[str]:
    """Sources whose silence tells something that day. "human": any of those that show what a person did.

    Sign-in times ("access") need Entra ID P1; usage reports need names that are not concealed.
    """
    seen: set[str] = set()
    if tenant.able_on("entra_p1", on) and tenant.read_of_late("sign_ins", on):
        seen.add("access")
    named = tenant.able_on("reports", on) and not tenant.able_on("concealed_names", on)
    if named and tenant.read_of_late("reports", on):
        seen |= {"human", *REPORTED}
        if tenant.able_on("copilot_reports", on):
            seen.add("copilot")
    if tenant.read_of_late("calls", on):
        seen |= OF_CALLS
    return frozenset(seen)


def provable_never(tenant: Tenant, person: Person, on: date) -> bool:
    """Without any evidence: that a null stamp means never, and not before such stamps were kept."""
    young = person.created_at is not None and person.created_at >= SUCCESSES_KEPT_SINCE
    attempted = any(sign.source == "attempt" and tenant.day_of(sign.at) <= on for sign in person.signs)
    return young or not attempted


def department_on(tenant: Tenant, person: Person, on: date) -> str | None:
    said = said_on(tenant, person.departments, on)
    return said.value if said else None
