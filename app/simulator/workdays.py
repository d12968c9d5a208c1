"""What changes in a simulated company on one day: joiners, leavers, licences, moves, new names, sign-ins, calls.

Every change is written with its instant (06:00 to 21:00 UTC) into the histories, ahead of the clock. A day depends
only on the days before it and on its own random stream.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from app.simulator import products
from app.simulator.company import DAY, Company, Units, midnight
from app.simulator.founding import hire_person
from app.simulator.names import DEPARTMENTS, FAMILY
from app.simulator.people import DIRECT, Grant, Person, Presence
from app.simulator.products import E3, E5
from app.simulator.revisions import unsettle
from app.simulator.telephony import make_calls, make_night_calls

RATES_PER_DAY = {
    "join": 0.0012,
    "leave": 0.0012,
    "assign": 0.002,
    "remove": 0.0015,
    "swap": 0.0012,
    "regroup": 0.0008,
    "move": 0.0010,
    "rename": 0.0006,
    "go_quiet": 0.0006,
}


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that happens to one person at one instant."""

    company: Company
    person: Person
    at: datetime
    rng: Random


def live_until(company: Company, now: datetime) -> None:
    """Plan every day up to that of `now`. A day is planned once; asking again does nothing."""
    while company.planned_until < now.date():
        company.planned_until += DAY
        _live_day(company, company.planned_until)


def _live_day(company: Company, day: date) -> None:
    rng = company.rng_for(day.isoformat())
    dawn = midnight(day)
    staff = [
        person for person in company.people if person.kind == "person" and person.settled and person.created_at < dawn
    ]
    at_work = _sign_in(staff, day, rng)
    if day.weekday() < 5:
        _change_things(company, staff, day, rng)
        _top_up(company, day, rng)
    known = len(company.calls)
    make_calls(company, at_work, day, rng)
    make_night_calls(company, at_work, day, len(company.calls) - known)
    unsettle(company, company.calls[known:])
    company.announce_later(company.calls[known:])


def _sign_in(staff: list[Person], day: date, rng: Random) -> list[Person]:
    """Leave the day's traces. Returns those who used Teams, who are the ones that may be in calls."""
    chance = 0.93 if day.weekday() < 5 else 0.08
    dawn = midnight(day)
    at_work = []
    for person in staff:
        habit = person.habit
        if habit.kind == "attacked":
            _attempt(person, dawn + timedelta(seconds=rng.randrange(21600, 75000)))
        elif habit.kind == "office" and not habit.quiet_on(day) and (day == habit.back_on or rng.random() < chance):
            _work(person, day, dawn, rng)
            if person.presences[-1].teams == day:
                at_work.append(person)
    return at_work


def _attempt(person: Person, at: datetime) -> None:
    person.presences.append(person.presences[-1]._replace(at=at, interactive=at))


def _work(person: Person, day: date, dawn: datetime, rng: Random) -> None:
    before = person.presences[-1] if person.presences else Presence(dawn)
    first = dawn + timedelta(seconds=rng.randrange(6 * 3600, 10 * 3600))
    last = dawn + timedelta(seconds=rng.randrange(14 * 3600, 21 * 3600))
    interactive = first if before.interactive is None or rng.random() < 0.5 else before.interactive
    person.presences.append(
        Presence(
            last,
            interactive,
            last,
            last,
            day if rng.random() < 0.95 else before.exchange,
            day if rng.random() < 0.5 else before.onedrive,
            day if rng.random() < 0.4 else before.sharepoint,
            day if rng.random() < 0.9 else before.teams,
        )
    )


def _change_things(company: Company, staff: list[Person], day: date, rng: Random) -> None:
    """Let each sort of change happen to people picked so that nobody has two in one day."""
    counts = {what: _how_many(len(staff) * rate, rng) for what, rate in RATES_PER_DAY.items()}
    picked = iter(rng.sample(staff, min(len(staff), sum(counts.values()))))
    changes = {
        "leave": _leave,
        "assign": _assign,
        "remove": _remove,
        "swap": _swap,
        "regroup": _regroup,
        "move": _move,
        "rename": _rename,
        "go_quiet": _go_quiet,
    }
    for _ in range(counts.pop("join")):
        hire_person(company, rng, _office_hour(day, rng))
    for what, count in counts.items():
        for _, person in zip(range(count), picked, strict=False):
            changes[what](Change(company, person, _office_hour(day, rng), rng))


def _how_many(expected: float, rng: Random) -> int:
    whole = int(expected)
    return whole + (rng.random() < expected - whole)


def _office_hour(day: date, rng: Random) -> datetime:
    return midnight(day) + timedelta(seconds=rng.randrange(7 * 3600, 20 * 3600))


def _leave(change: Change) -> None:
    """Disable the account; mostly delete it days later, with its licences or after taking them away."""
    change.person.settled = False
    change.person.change(change.at, enabled=False)
    fate = change.rng.random()
    if fate < 0.4:
        for grant in change.person.open_grants():
            grant.until = change.at + timedelta(days=3)
    if fate < 0.8:
        change.person.deleted_at = change.at + timedelta(days=change.rng.randrange(5, 25))
        for grant in change.person.open_grants():
            grant.until = change.person.deleted_at


def _assign(change: Change) -> None:
    have = {grant.sku_id for grant in change.person.open_grants()}
    wanted = [product for product in (*products.EXTRAS, products.PHONE) if product.sku_id not in have]
    if wanted:
        change.person.grants.append(Grant(change.rng.choice(wanted).sku_id, DIRECT, change.at))


def _remove(change: Change) -> None:
    direct = [grant for grant in change.person.open_grants() if grant.via == DIRECT]
    if direct:
        change.rng.choice(direct).until = change.at


def _swap(change: Change) -> None:
    """Upgrade from E3 to E5, whatever gave the E3."""
    old = [grant for grant in change.person.open_grants() if grant.sku_id == E3.sku_id]
    for grant in old:
        grant.until = change.at
    if old:
        change.person.grants.append(Grant(E5.sku_id, DIRECT, change.at))


def _regroup(change: Change) -> None:
    """Leave the telephone group or join it; its licence follows."""
    group = change.company.groups["Telephone users"]
    inside = [grant for grant in change.person.open_grants() if grant.via == group]
    for grant in inside:
        grant.until = change.at
    if not inside:
        change.person.grants.append(Grant(products.PHONE.sku_id, group, change.at))


def _move(change: Change) -> None:
    others = [department for department in DEPARTMENTS if department.name != change.person.latest.department]
    new = change.rng.choice(others)
    change.person.change(change.at, department=new.name, cost_center=new.cost_center, division=new.division)


def _rename(change: Change) -> None:
    given, family = change.person.latest.display_name.split()[0], change.rng.choice(FAMILY)
    number = "".join(filter(str.isdigit, change.person.latest.upn.partition("@")[0]))
    upn = f"{given}.{family}{number}@{change.company.domain}".lower()
    change.person.change(change.at, display_name=f"{given} {family}", upn=upn)


def _go_quiet(change: Change) -> None:
    if change.person.habit.kind == "office" and not change.person.habit.quiet_on(change.at.date()):
        change.person.habit.quiet_from = change.at.date() + DAY
        change.person.habit.back_on = change.at.date() + timedelta(days=change.rng.randrange(20, 200))


def _top_up(company: Company, day: date, rng: Random) -> None:
    """On Mondays buy what has become scarce; now and then a few units more."""
    evening = midnight(day) + timedelta(hours=20, minutes=30)
    in_use = company.consumed_at(evening) if day.weekday() == 0 else {}
    for sku_id, purchase in company.purchases.items():
        now = purchase.units[-1]
        short = in_use.get(sku_id, 0) - now.enabled - now.warning
        if (short > 0 and now.enabled) or rng.random() < 0.005:
            more = max(short, 0) + 2
            purchase.units.append(Units(evening, now.enabled + more, now.warning, now.suspended, now.locked_out))
