"""A customer with prices, by hand: who holds what, who is idle, what is known when. Amounts are in docstrings."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

from app.domain.events.coverage import Feed
from app.domain.events.licensing import (
    AccountDisabled,
    LicenceAssigned,
    LicenceRemoved,
    Purchase,
    RenewalScheduled,
    SeatsChanged,
    SkuSubscribed,
)
from app.domain.events.pricing import Per, PriceSet, PriceSource, Term
from app.domain.events.tenancy import PolicyChanged
from app.domain.ids import GroupId, SkuId, TenantId, UserId
from app.eventstore.keys import KeyRing
from app.eventstore.pools import writer_pool
from app.eventstore.store import EventStore
from app.eventstore.streams import TENANT, price_stream, sku_stream
from tests.graphql.world import (
    ANNA,
    BERT,
    CLEO,
    CONTOSO,
    CONTOSO_DIRECTORY,
    DORA,
    E5,
    FABRIKAM,
    FABRIKAM_DIRECTORY,
    FRIDA,
    JUNE,
    STAFF,
    World,
    discovered,
    onboard,
    signed_in,
)

PLANNER = SkuId(UUID(int=0x9A))
"""10 USD a month, and no rate is known."""
TOOLBOX = SkuId(UUID(int=0x9B))
"""Its price is not known."""

BERT_LAST = datetime(2026, 7, 1, 9, tzinfo=UTC)
DORA_LAST = datetime(2026, 8, 30, 9, tzinfo=UTC)
DISABLED = datetime(2026, 10, 1, 3, tzinfo=UTC)
CORRECTED = datetime(2026, 11, 22, 10, tzinfo=UTC)
"""When it was learned that an E5 has cost 39 EUR a month all along, and not 36."""


def price(sku: SkuId, amount: str, currency: str, at: datetime, floor: int | None = None) -> PriceSet:
    return PriceSet(
        happened_at=at,
        sku=sku,
        source=PriceSource.CONTRACT,
        lot="",
        amount=Decimal(amount),
        currency=currency,
        per=Per.MONTH,
        term=Term.MONTHLY,
        effective_from=date(2026, 6, 1),
        effective_until=None,
        quantity=None,
        commit_floor=floor,
        tax_included=False,
    )


def holds(user: UserId, sku: SkuId, via: GroupId | None = None) -> LicenceAssigned:
    return LicenceAssigned(happened_at=JUNE, user=user, sku=sku, via=via, disabled_plans=())


def _product(world: World, tenant: TenantId, sku: SkuId, part_number: str, enabled: int, consumed: int) -> None:
    world.append(
        tenant,
        sku_stream(sku),
        SkuSubscribed(happened_at=JUNE, sku=sku, part_number=part_number, applies_to="User", plans=()),
        SeatsChanged(
            happened_at=JUNE, sku=sku, enabled=enabled, warning=0, suspended=0, locked_out=0, consumed=consumed
        ),
        at=JUNE,
    )


def _contoso(world: World) -> None:
    onboard(world, CONTOSO, "Contoso", CONTOSO_DIRECTORY)
    rules = PolicyChanged(happened_at=JUNE, idle_days=90, grace_days=30, time_zone="UTC", currency="EUR")
    world.append(CONTOSO, TENANT, rules, at=JUNE, after=3)
    _product(world, CONTOSO, PLANNER, "PLANNER", 3, 1)
    _product(world, CONTOSO, TOOLBOX, "TOOLBOX", 5, 1)
    renewed = Purchase(
        purchase="a",
        seats=10,
        trial=False,
        status="Enabled",
        created_at=JUNE,
        next_change_at=datetime(2027, 2, 1, tzinfo=UTC),
    )
    world.append(
        CONTOSO, sku_stream(E5), RenewalScheduled(happened_at=JUNE, sku=E5, purchases=(renewed,)), at=JUNE, after=2
    )
    world.append(CONTOSO, price_stream(E5), price(E5, "36", "EUR", JUNE, floor=8), at=JUNE)
    world.append(CONTOSO, price_stream(PLANNER), price(PLANNER, "10", "USD", JUNE), at=JUNE)
    people = [
        discovered(ANNA, "Anna Berg", "Sales"),
        discovered(BERT, "Bert Tal", "Sales"),
        discovered(CLEO, "Cleo See", "Ops"),
        discovered(DORA, "Dora Au", None),
    ]
    held = [
        holds(ANNA, E5),
        holds(BERT, E5),
        holds(BERT, PLANNER),
        holds(CLEO, E5),
        holds(CLEO, TOOLBOX),
        holds(DORA, E5, STAFF),
    ]
    world.seats(CONTOSO, [*people, *held], at=JUNE)
    world.seats(CONTOSO, [signed_in(BERT, BERT_LAST)], at=datetime(2026, 7, 2, tzinfo=UTC))
    dora, anna = signed_in(DORA, DORA_LAST), signed_in(ANNA, datetime(2026, 8, 31, 1, tzinfo=UTC))
    world.seats(CONTOSO, [dora, anna], at=datetime(2026, 8, 31, 2, tzinfo=UTC))
    world.read(CONTOSO, Feed.SIGN_INS, datetime(2026, 8, 31, 3, tzinfo=UTC))
    world.seats(CONTOSO, [AccountDisabled(happened_at=DISABLED, user=DORA)], at=DISABLED)
    seen = signed_in(ANNA, datetime(2026, 11, 20, 8, tzinfo=UTC))
    world.seats(CONTOSO, [seen], at=datetime(2026, 11, 21, 3, tzinfo=UTC))
    world.append(CONTOSO, price_stream(E5), price(E5, "39", "EUR", CORRECTED, floor=8), at=CORRECTED, after=1)
    for feed in (Feed.SIGN_INS, Feed.LICENCES):
        world.read(CONTOSO, feed, datetime(2026, 11, 23, 3, tzinfo=UTC))


@contextmanager
def built(writer_dsn: str) -> Iterator[World]:
    with writer_pool(writer_dsn) as pool:
        world = World(EventStore(pool, KeyRing(pool, bytes(range(32)))), pool)
        _contoso(world)
        onboard(world, FABRIKAM, "Fabrikam", FABRIKAM_DIRECTORY)
        world.seats(FABRIKAM, [discovered(FRIDA, "Frida Fabrikam", "Fabrikam Hall"), holds(FRIDA, E5)], at=JUNE)
        world.tabulate(CONTOSO)
        world.tabulate(FABRIKAM)
        yield world


def dora_leaves_and_a_unit_goes(world: World) -> int:
    """This afternoon Dora's E5 is taken away, and an hour later one fewer is paid. Returns the position after it."""
    freed, lowered = datetime(2026, 11, 23, 13, tzinfo=UTC), datetime(2026, 11, 23, 14, tzinfo=UTC)
    world.seats(CONTOSO, [LicenceRemoved(happened_at=freed, user=DORA, sku=E5, via=STAFF)], at=freed)
    _, version = world.store.load(CONTOSO, sku_stream(E5))
    fewer = SeatsChanged(happened_at=lowered, sku=E5, enabled=9, warning=0, suspended=0, locked_out=0, consumed=3)
    world.append(CONTOSO, sku_stream(E5), fewer, at=lowered, after=version)
    return world.tabulate(CONTOSO)
