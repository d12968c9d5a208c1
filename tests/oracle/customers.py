"""Customers by chance: small, and full of what lies on an edge."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from uuid import UUID

from tests.oracle.chance import Chance
from tests.oracle.model import Able, Exemption, Person, Price, Product, Read, Rules, Said, Tenant, Units
from tests.oracle.people import person
from tests.oracle.products import PLAN_IDS

ZONES = ("UTC", "Europe/Berlin", "America/New_York")
DAYS = (
    date(2026, 11, 23),
    date(2026, 3, 29),  # clocks go forward in Berlin
    date(2026, 10, 25),  # and back
    date(2026, 3, 8),  # and in New York
    date(2026, 11, 1),
    date(2026, 2, 28),
    date(2026, 12, 31),
)
HISTORY = timedelta(days=400)
SUITE = ("TEAMS1", "EXCHANGE_S_STANDARD", "SHAREPOINTSTANDARD", "MCOSTANDARD")

_BASES: tuple[tuple[str, ...], ...] = (
    SUITE,
    (*SUITE, "OFFICE_BUSINESS"),
    (*SUITE, "OFFICESUBSCRIPTION", "EXCHANGE_S_ENTERPRISE"),
    (*SUITE, "OFFICESUBSCRIPTION", "EXCHANGE_S_ENTERPRISE", "SHAREPOINTENTERPRISE", "AAD_PREMIUM", "INTUNE_A"),
    (*SUITE, "OFFICESUBSCRIPTION", "MCOEV", "MCOMEETADV", "BI_AZURE_P2", "AAD_PREMIUM_P2", "THREAT_INTELLIGENCE"),
    (*SUITE, "MCOEV", "MCOMEETADV"),
    ("EXCHANGE_S_STANDARD",),
    ("EXCHANGE_S_ENTERPRISE", "EXCHANGE_S_FOUNDATION"),
    ("EXCHANGE_S_DESKLESS", "TEAMS1", "MCOIMP"),
    ("MCOEV",),
    ("MCOPSTN1",),
    ("MCOMEETADV",),
    ("M365_COPILOT_APPS",),
    ("BI_AZURE_P2",),
    ("BI_AZURE_P3",),
    ("VISIOONLINE", "VISIO_CLIENT_SUBSCRIPTION"),
    ("VISIOONLINE",),
    ("AAD_PREMIUM", "INTUNE_A"),
    ("AAD_PREMIUM_P2", "ATP_ENTERPRISE"),
)

FABRIC_FREE = Product(
    UUID("a403ebcc-fae0-4ca2-8c8c-7a907fd6c235"), "POWER_BI_STANDARD", frozenset({"BI_AZURE_P0"}), free=True
)
"""One of Microsoft's own free products, by its real id."""


def tenant(seed: int, *, late: bool = False) -> tuple[Tenant, date]:
    """One customer and the day to ask about. `late`: some things are known only days after they were so."""
    draw = Random(seed)
    on = draw.choice(DAYS)
    chance = Chance(draw, on, Rules())
    products = [_product(chance, number) for number in range(draw.randint(2, 6))]
    if chance.maybe(0.2):
        products.append(FABRIC_FREE)
    chance.rules = _rules(chance, products)
    products = [_with_units(chance, product) for product in products]
    people = [person(chance, products, late) for _ in range(draw.randint(5, 16))]
    prices = [price for product in products for price in _prices(chance, product, late)]
    began = datetime.combine(on - HISTORY, time(), UTC)
    made = Tenant(
        chance.rules,
        people,
        [_consumed(chance, product, people) for product in products],
        prices,
        [_exemption(chance, each) for each in people if each.paths and chance.maybe(0.2)],
        _able(chance, began),
        _reads(chance, began),
        began,
    )
    return made, on


def _rules(chance: Chance, products: list[Product]) -> Rules:
    draw = chance.draw
    own = {product.id: draw.choice((30, 60, 180)) for product in products if chance.maybe(0.15)}
    plans = sorted(PLAN_IDS)
    return Rules(
        zone=draw.choice(ZONES),
        idle_days=draw.choice((30, 60, 90, 90, 180)),
        grace_days=draw.choice((0, 14, 30, 30)),
        disabled_days=draw.choice((14, 14, 7, 30)),
        own_idle_days=own,
        buffer_share=draw.choice((Decimal("0.02"), Decimal("0.1"), Decimal(0))),
        buffer_min=draw.choice((2, 0, 5)),
        grace_billed=chance.maybe(0.3),
        pool=draw.choice(("CENTRAL", "CENTRAL", "PRO_RATA", "OWNER")),
        pool_owner=draw.choice(("Sales", "Holding")),
        needed=frozenset(draw.sample(plans, 3)) if chance.maybe(0.3) else frozenset(),
        unneeded=frozenset(draw.sample(plans, 5)) if chance.maybe(0.3) else frozenset(),
    )


def _product(chance: Chance, number: int) -> Product:
    plans = frozenset(chance.draw.choice(_BASES))
    if chance.maybe(0.2):
        plans |= {chance.draw.choice(sorted(PLAN_IDS))}
    return Product(chance.uuid(), f"PRODUCT_{number}", plans)


def _with_units(chance: Chance, product: Product) -> Product:
    """Two states of its units: long ago, and of late. `consumed` comes once it is known who holds it."""
    said = []
    for days_ago in (390, chance.draw.choice((5, 20, 40))):
        at = chance.at(days_ago)
        enabled = chance.draw.choice((0, 1, 3, 5, 10, 20, 30))
        warning = chance.draw.choice((0, 0, 0, 5))
        said.append(Said(at, at, Units(enabled, warning, chance.draw.choice((0, 20)), 0)))
    return replace(product, units=said)


def _consumed(chance: Chance, product: Product, people: list[Person]) -> Product:
    """Microsoft's own count lags behind a little, at times."""
    holders = sum(any(path.sku == product.id and path.until is None for path in person.paths) for person in people)
    units = []
    for said in product.units:
        was = said.value
        consumed = max(0, holders + chance.draw.choice((0, 0, 0, -1, 2)))
        units.append(Said(said.at, said.told, Units(was.enabled, was.warning, was.suspended, consumed)))
    return replace(product, units=units)


def _prices(chance: Chance, product: Product, late: bool) -> list[Price]:
    draw = chance.draw
    if chance.maybe(0.2):
        return []
    prices = []
    for source in draw.choice((("CONTRACT",), ("LIST",), ("RESELLER", "LIST"), ("CONTRACT", "RESELLER", "LIST"))):
        lots = ("", "second") if chance.maybe(0.2) else ("",)
        for lot in lots:
            quantity = draw.randint(1, 40) if len(lots) == 2 else None
            for days_ago in (380, draw.choice((0, 1, 9, 25)))[: draw.choice((1, 2))]:
                since = chance.on - timedelta(days=days_ago)
                until = since + timedelta(days=draw.choice((300, 379, 400))) if chance.maybe(0.15) else None
                told = chance.at(max(0, days_ago - draw.choice((0, 5, 12))) if late else 390)
                amount = Decimal(draw.randint(100, 60000)) / 100
                prices.append(
                    Price(product.id, source, amount, since, told, until, lot, quantity, yearly=chance.maybe(0.2))
                )
    if late and chance.maybe(0.4):
        prices.append(_in_arrears(chance, draw.choice(prices)))
    return prices


def _in_arrears(chance: Chance, price: Price) -> Price:
    """The same price corrected, or another one for some days before the last one, known only of late."""
    since = price.since if chance.maybe(0.5) else chance.on - timedelta(days=30)
    amount = Decimal(chance.draw.randint(100, 60000)) / 100
    return replace(price, amount=amount, since=since, told=chance.at(chance.draw.choice((0, 1, 3))), until=None)


def _exemption(chance: Chance, person: Person) -> Exemption:
    path = chance.draw.choice(list(person.paths))
    at = max(path.since, chance.at(chance.draw.choice((0, 10, 100))))
    until = chance.draw.choice((None, chance.on, chance.on + timedelta(days=1), chance.on - timedelta(days=1)))
    lifts = chance.at(chance.draw.choice((0, 1, 4, 9)))
    lifted = lifts if chance.maybe(0.4) and lifts > at else None
    return Exemption(person.id, path.sku, at, at, until, lifted)


def _able(chance: Chance, began: datetime) -> list[Able]:
    """Most customers have both sources; some have one, some none, some lost it of late."""
    p1, reports, concealed, copilot = (chance.maybe(share) for share in (0.8, 0.8, 0.15, 0.5))
    able = [
        Able("entra_p1", began, p1),
        Able("reports", began, reports),
        Able("concealed_names", began, concealed),
        Able("copilot_reports", began, copilot),
    ]
    if p1 and chance.maybe(0.2):
        able.append(Able("entra_p1", chance.at(chance.draw.choice((0, 1, 20))), False))
    if reports and not concealed and chance.maybe(0.2):
        able.append(Able("concealed_names", chance.at(chance.draw.choice((0, 1, 20))), True))
    return able


def _reads(chance: Chance, began: datetime) -> list[Read]:
    """Each feed is read every few days; some stopped about as long ago as their last read still stands for them."""
    reads = []
    for feed in ("licences", "sign_ins", "reports", "calls"):
        stops = chance.draw.choice((0, 0, 0, 0, 0, 5, 6, 7, 8, 30))
        if feed == "calls" and chance.maybe(0.2):
            continue
        reads += [Read(feed, chance.at(days_ago)) for days_ago in range(stops, 395, 5)]
    return sorted((each for each in reads if each.at > began), key=lambda each: each.at)
