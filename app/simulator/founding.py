"""A company from a seed: who works there, what was bought, who holds what and when each was last seen.

The mix follows what Microsoft's documents say occurs in real tenants: guests, rooms, resource accounts, agent
identities, group-based licences, failed assignments, free pools of a million units, accounts that never signed in,
accounts whose attempts all fail, and stamps missing from before Microsoft kept them (December 2023).
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random

from app.simulator import products
from app.simulator.company import DAY, Company, Purchase, Units, midnight, new_id
from app.simulator.names import COMPANIES, DEPARTMENTS, FAMILY, GIVEN, PLACES, TITLES, Department
from app.simulator.people import DIRECT, Grant, Habit, Person, Presence, Profile
from app.simulator.products import E1, E3, E5, F3, PHONE, Product

LONG_AGO = datetime(2021, 1, 4, 8, 0, tzinfo=UTC)
ERRORS = ("CountViolation", "MutuallyExclusiveViolation", "ProhibitedInUsageLocationViolation")
POOL_OF_FREE_UNITS = 1_000_000


@dataclass(frozen=True, slots=True)
class Plan:
    """What to found: `users` accounts in all; `calls_per_day` caps a working day's calls."""

    seed: int
    index: int
    users: int
    founded_at: datetime
    calls_per_day: int


def found(plan: Plan) -> Company:
    """The company as it stands at `founded_at`. The same plan gives the same company."""
    rng = Random(f"{plan.seed}/{plan.index}")
    name = COMPANIES[plan.index % len(COMPANIES)]
    company = Company(
        id=new_id(rng),
        name=f"{name} Group",
        domain=f"{name.lower()}{plan.index or ''}.onmicrosoft.com",
        seed=f"{plan.seed}/{plan.index}",
        founded_at=plan.founded_at,
        calls_per_day=plan.calls_per_day,
        planned_until=plan.founded_at.date() - DAY,
        partner_id=new_id(rng),
        groups={name: new_id(rng) for name in ("Frontline", "Office workers", "Telephone users")},
    )
    _hire(company, plan.users, rng)
    _buy(company, rng)
    return company


def _hire(company: Company, users: int, rng: Random) -> None:
    today = company.founded_at.date()
    guests, rooms = max(2, users * 4 // 100), max(2, users // 100)
    special = [
        *(("guest", f"Guest {number}") for number in range(1, guests + 1)),
        *(("room", f"Room {number}") for number in range(1, rooms + 1)),
        ("phone_resource", "Main line attendant"),
        ("phone_resource", "Support queue"),
        ("agent", "Expense agent"),
        ("service", "Backup service"),
        *(("shared_mailbox", f"Mailbox {number}") for number in range(1, max(1, users // 150) + 1)),
    ]
    people = max(0, users - len(special))
    for number in range(people):
        person = hire_person(company, rng, LONG_AGO + timedelta(days=rng.randrange(1, 900), minutes=number % 480))
        _give_past(person, _share_of(number, people), today, rng)
    for kind, name in special:
        company.admit(_special_account(company, kind, name, rng))


def _share_of(number: int, people: int) -> float:
    """A fixed share of the staff for each sort of past, spread over all departments."""
    return (number * 0.6180339887) % 1.0 if people > 60 else number / max(1, people)


def hire_person(company: Company, rng: Random, at: datetime) -> Person:
    """A new employee with an account and licences from `at` on, not yet seen."""
    department, place = rng.choice(DEPARTMENTS), rng.choice(PLACES)
    given, family = rng.choice(GIVEN), rng.choice(FAMILY)
    number = len(company.people)
    profile = Profile(
        since=at,
        display_name=f"{given} {family}",
        upn=f"{given}.{family}{number}@{company.domain}".lower(),
        enabled=True,
        department=department.name,
        company=f"{company.name.split()[0]} {place.entity}",
        cost_center=department.cost_center,
        division=department.division,
        country=place.country,
        usage_location=place.location,
        job_title=rng.choice(TITLES),
        employee_type="Employee" if rng.random() < 0.92 else "Contractor",
    )
    person = Person(new_id(rng), "person", "Member", at, Habit("office"), [profile])
    person.grants = list(_first_licences(company, department, at, rng))
    company.admit(person)
    return person


def _first_licences(company: Company, department: Department, at: datetime, rng: Random) -> list[Grant]:
    chance = rng.random()
    if department.suite == "frontline":
        suite, via = F3, company.groups["Frontline"]
    elif department.suite == "desk":
        suite, via = (E1, DIRECT) if chance < 0.5 else (E3, company.groups["Office workers"])
    else:
        suite, via = (E5, DIRECT) if chance < 0.3 else (E3, company.groups["Office workers"])
    grants = [Grant(suite.sku_id, via, at, None, _plans_switched_off(suite, rng), None)]
    if suite is not E5 and rng.random() < 0.2:
        grants.append(Grant(PHONE.sku_id, company.groups["Telephone users"], at))
    if rng.random() < 0.25:
        grants.append(Grant(rng.choice(products.EXTRAS).sku_id, DIRECT, at))
    if rng.random() < 0.3:
        grants.append(Grant(rng.choice(products.FREE).sku_id, DIRECT, at))
    if via != DIRECT and rng.random() < 0.05:
        grants.append(Grant(suite.sku_id, DIRECT, at, None, (), None))
    if rng.random() < 0.02:
        grants.append(
            Grant(products.COPILOT.sku_id, company.groups["Office workers"], at, None, (), rng.choice(ERRORS))
        )
    return grants


def _plans_switched_off(suite: Product, rng: Random) -> tuple[str, ...]:
    return (rng.choice(suite.plan_ids),) if rng.random() < 0.08 else ()


def _give_past(person: Person, share: float, today: date, rng: Random) -> None:
    """Give someone a past as of the founding day. Days are counted so that some cross 90 days idle either way soon."""
    if share < 0.015:
        person.habit = Habit("never")
    elif share < 0.03:
        person.habit = Habit("attacked")
        old = _moment(today - timedelta(days=rng.randrange(150, 400)), rng)
        recent = _moment(today - DAY, rng)
        person.presences = [_seen(recent, old, None)._replace(interactive=recent)]
    elif share < 0.04:
        seen = _moment(date(2023, 6, 1) + timedelta(days=rng.randrange(100)), rng)
        person.habit = Habit("office", quiet_from=date.min)
        person.presences = [Presence(seen, interactive=seen)]
    elif share < 0.075:
        _fall_silent(person, today - timedelta(days=rng.randrange(100, 400)), None, rng)
    elif share < 0.11:
        back_on = today + timedelta(days=rng.randrange(31, 58))
        _fall_silent(person, today - timedelta(days=rng.randrange(70, 115)), back_on, rng)
    elif share < 0.15:
        _fall_silent(person, today - timedelta(days=rng.randrange(31, 62)), None, rng)
    else:
        last = today - timedelta(days=rng.choice((1, 1, 1, 2, 3)))
        moment = _moment(last, rng)
        person.presences = [_seen(moment, moment, last)]


def _fall_silent(person: Person, last: date, back_on: date | None, rng: Random) -> None:
    moment = _moment(last, rng)
    person.habit = Habit("office", quiet_from=last + DAY, back_on=back_on)
    person.presences = [_seen(moment, moment, last)]


def _moment(day: date, rng: Random) -> datetime:
    return midnight(day) + timedelta(seconds=rng.randrange(6 * 3600, 20 * 3600))


def _seen(at: datetime, successful: datetime, worked_on: date | None) -> Presence:
    return Presence(at, successful, successful, successful, worked_on, worked_on, worked_on, worked_on)


def _special_account(company: Company, kind: str, name: str, rng: Random) -> Person:
    at = LONG_AGO + timedelta(days=rng.randrange(1, 900))
    alias = name.lower().replace(" ", ".")
    guest = kind == "guest"
    upn = f"{alias}_partner.example#EXT#@{company.domain}" if guest else f"{alias}@{company.domain}"
    profile = Profile(at, name, upn, enabled=kind not in ("shared_mailbox", "phone_resource"))
    person = Person(new_id(rng), kind, "Guest" if guest else "Member", at, Habit("none"), [profile])
    held = {
        "room": rng.choice((products.ROOMS_PRO, products.ROOMS_BASIC)),
        "phone_resource": products.PHONE_RESOURCE,
        "shared_mailbox": E3,
        "guest": products.POWER_BI if rng.random() < 0.15 else None,
    }.get(kind)
    if held is not None:
        person.grants = [Grant(held.sku_id, DIRECT, at)]
    if guest and rng.random() < 0.7:
        person.presences = [_seen(moment := _moment(company.founded_at.date() - DAY, rng), moment, None)]
    return person


def _buy(company: Company, rng: Random) -> None:
    """Buy some more than is in use; some orders have run out (warning, suspended), and free pools are huge."""
    in_use = company.consumed_at(company.founded_at)
    for product in products.PRODUCTS.values():
        enabled = in_use[product.sku_id] + max(2, in_use[product.sku_id] // 10)
        units = Units(LONG_AGO, enabled)
        if product in products.FREE:
            units = Units(LONG_AGO, POOL_OF_FREE_UNITS)
        elif product is products.PROJECT:
            units = Units(LONG_AGO, enabled, warning=5)
        elif product is products.VISIO:
            units = Units(LONG_AGO, enabled, suspended=10)
        elif product is products.CONFERENCING:
            units = Units(LONG_AGO, 0, warning=enabled)
        elif product is products.CREDITS:
            units = Units(LONG_AGO, 1)
        company.purchases[product.sku_id] = Purchase(product.sku_id, new_id(rng), [units])
