"""People by chance, what they hold and the traces they left."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from uuid import UUID

from tests.oracle.chance import Chance
from tests.oracle.model import Path, Person, Product, Said, Sign
from tests.oracle.products import SEEDED
from tests.oracle.standing import SUCCESSES_KEPT_SINCE

SOURCES = ("access", "teams", "exchange", "sharepoint", "onedrive", "office_apps", "copilot", "telephone", "conference")
BY_DAY = frozenset({"teams", "exchange", "sharepoint", "onedrive", "office_apps", "copilot"})
DEPARTMENTS = ("Sales", "Ops", "Hall", None)


def person(chance: Chance, products: list[Product], late: bool) -> Person:
    draw, rules = chance.draw, chance.rules
    grace, disabled = rules.grace_days, rules.disabled_days
    age = draw.choice((900, 395, 395, 380, chance.near(grace, 30)))
    created = None if chance.maybe(0.05) else chance.at(age)
    if created is not None and chance.maybe(0.2):
        created = SUCCESSES_KEPT_SINCE + draw.choice((-1, 0, 1)) * timedelta(seconds=1)
    known_at = chance.at(min(age, 389))
    enabled = [Said(known_at, known_at, True)]
    if chance.maybe(0.25):
        days_ago = min(chance.near(disabled, 13, 14, 15), max(0, age - 1))
        for nth, value in enumerate((False, True, False)[: draw.choice((1, 1, 1, 2, 3))]):
            at = chance.at(days_ago - nth * (1 + days_ago // 3))
            if at > enabled[-1].at:
                enabled.append(Said(at, at, value))
    departments = [Said(known_at, known_at, draw.choice(DEPARTMENTS))]
    if chance.maybe(0.3):
        at = chance.at(draw.randint(0, 60))
        if at > known_at:
            departments.append(Said(at, at, draw.choice(DEPARTMENTS)))
    return Person(
        id=chance.uuid(),
        known_at=known_at,
        kind=draw.choice(("PERSON",) * 17 + ("GUEST", "ROOM", "UNKNOWN")),
        sure=not chance.maybe(0.1),
        created_at=created,
        enabled=enabled,
        departments=departments,
        paths=_paths(chance, products, known_at, late),
        signs=_signs(chance, known_at, late),
    )


def _paths(chance: Chance, products: list[Product], known_at: datetime, late: bool) -> list[Path]:
    draw = chance.draw
    paths = []
    for product in draw.sample(products, draw.choice((0, 1, 1, 2, 2, 3, min(5, len(products)))) % (len(products) + 1)):
        for via in draw.choice(([None], [None], [UUID(int=1)], [None, UUID(int=1)])):
            since = max(known_at, chance.at(draw.choice((388, 380, 200, chance.near(chance.rules.grace_days, 30)))))
            until = None
            if chance.maybe(0.15):
                ends = chance.at(draw.choice((0, 1, 10, 25)))
                until = ends if ends - since > timedelta(days=2) else None
            learned = until and until + timedelta(days=draw.choice((0, 1, 6)) if late else 0)
            paths.append(Path(product.id, via, since, since, until, learned, _off(chance, product)))
    return paths


def _off(chance: Chance, product: Product) -> frozenset[str]:
    """Some of its plans are switched off, never all of them."""
    worth = sorted(product.plans - SEEDED)
    if len(worth) < 2 or not chance.maybe(0.25):
        return frozenset()
    return frozenset(chance.draw.sample(worth, chance.draw.randint(1, min(2, len(worth) - 1))))


def _signs(chance: Chance, known_at: datetime, late: bool) -> list[Sign]:
    draw, signs = chance.draw, []
    idle = chance.rules.idle_days
    chosen = draw.choice(
        (SOURCES, (), ("access",), ("attempt",), ("access", "attempt"), ("teams", "exchange"), ("telephone", "access"))
    )
    for source in sorted({*chosen, *((draw.choice(SOURCES),) if chance.maybe(0.5) and chosen else ())}):
        for _ in range(draw.choice((1, 1, 2))):
            days_ago = draw.choice((chance.near(idle, 30, 60, 90, 180), chance.near(idle), draw.randint(0, 20)))
            at = chance.at(days_ago)
            if source in BY_DAY:
                at = datetime.combine(chance.on - timedelta(days=days_ago), time(12), UTC)
            told = at + (timedelta(days=draw.choice((0, 1, 3, 10))) if late else timedelta())
            if at > known_at:
                signs.append(Sign(source, at, told))
    return sorted(signs, key=lambda sign: (sign.told, sign.source, sign.at))
