"""A customer's waste on a day is never more than is paid; and what can be lowered when is told by purchase."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from app.domain.events import Event
from app.domain.events.coverage import Feed
from app.domain.events.deciding import Tier
from app.domain.events.licensing import Purchase, RenewalScheduled, SeatsChanged
from app.domain.events.pricing import PriceSet, Term
from app.domain.events.tenancy import Capability, CapabilityChanged
from app.domain.ids import TenantId
from app.domain.money import Money
from app.domain.policy import Policy, policy_changed
from app.insight.assessment import Assessment, assessed
from app.insight.outlook import Outlook, outlook
from app.insight.portfolio import Figures, figures_of
from app.insight.products import products_at
from app.projections import tenants
from app.projections.engine import advance
from app.projections.reading import moment, scope
from tests.insight.money_logs import priced
from tests.projections.asking import CONSENTED, INVITED, Reader
from tests.projections.conftest import Desk
from tests.projections.story import ANNA, BERT, CARL, E5, assigned, day, discovered, snapshot

ON = date(2026, 11, 23)
EUROS = Policy(90, 30, "UTC", "EUR", buffer_min=0, buffer_share=Decimal(0))
P1 = CapabilityChanged(happened_at=day(1), capability=Capability.ENTRA_P1, available=True)


def told(desk: Desk, *facts: Event) -> TenantId:
    """Anna's and Carl's accounts are off, Bert was never seen."""
    tenant = desk.tenant()
    people = [discovered(day(1), user, enabled=user is BERT) for user in (ANNA, BERT, CARL)]
    held = [assigned(day(1), user) for user in (ANNA, BERT, CARL)]
    reads = [snapshot(day(number, 3), Feed.SIGN_INS) for number in range(1, 400, 5)]
    log = [INVITED, CONSENTED, policy_changed(EUROS, day(1)), P1, *people, *held, *facts, *reads]
    desk.log.tell(tenant, *sorted(log, key=lambda fact: fact.happened_at))
    assert advance(desk.pool, desk.log, tenant).stopped == ()
    return tenant


def units(enabled: int, warning: int = 0, consumed: int = 3) -> SeatsChanged:
    return SeatsChanged(
        happened_at=day(1), sku=E5, enabled=enabled, warning=warning, suspended=0, locked_out=0, consumed=consumed
    )


def yearly() -> PriceSet:
    return priced(day(1)).model_copy(update={"term": Term.YEARLY})


def bought(name: str, seats: int, on: int, until: int, status: str = "Enabled") -> Purchase:
    return Purchase(
        purchase=name, seats=seats, trial=False, status=status, created_at=day(on), next_change_at=day(until)
    )


async def _assessment(reader: Reader, tenant: TenantId) -> Assessment:
    at = await moment(reader, tenant, ON, None, day(900))
    row = await tenants.found(reader, tenant, at)
    assert row is not None
    return await assessed(reader, tenant, at, row)


async def figures(desk: Desk, reader: Reader, *facts: Event) -> Figures:
    tenant = told(desk, *facts)
    async with scope(reader, [tenant]):
        return await figures_of(reader, tenant, await _assessment(reader, tenant))


async def looked_out(desk: Desk, reader: Reader, *facts: Event) -> Outlook:
    tenant = told(desk, *facts)
    async with scope(reader, [tenant]):
        assessment = await _assessment(reader, tenant)
        return outlook(assessment, await products_at(reader, tenant, assessment))


def eur(amount: str) -> Money:
    return Money(Decimal(amount), "EUR")


async def test_of_seats_beyond_those_paid_the_less_certain_are_not_wasted(desk: Desk, reader: Reader) -> None:
    all_paid = await figures(desk, reader, units(3), priced(day(1)))
    two_paid = await figures(desk, reader, units(2), priced(day(1)))
    one_paid = await figures(desk, reader, units(1, warning=4), priced(day(1)))

    told_of = [[(tier, seats, saving.total) for tier, seats, saving in each.waste] for each in (all_paid, two_paid)]
    assert told_of == [
        [(Tier.GUARANTEED, 2, eur("72.00")), (Tier.LIKELY, 1, eur("36.00"))],
        [(Tier.GUARANTEED, 2, eur("72.00"))],
    ]
    assert [(tier, seats, saving.total) for tier, seats, saving in one_paid.waste] == [
        (Tier.GUARANTEED, 1, eur("36.00"))
    ]
    assert one_paid.unassigned.total == eur("0")


async def test_units_nobody_holds_are_wasted_beside_the_seats(desk: Desk, reader: Reader) -> None:
    found = await figures(desk, reader, units(5), priced(day(1)))

    assert (sum(seats for _, seats, _ in found.waste), found.unassigned.total) == (3, eur("72.00"))


async def test_a_new_purchase_can_be_given_back_and_the_other_waits_for_its_renewal(desk: Desk, reader: Reader) -> None:
    """23 November is day 327. One seat is saved for a year; of two the renewal lies more than a year away."""
    purchases = (bought("old", 2, 1, 327 + 400), bought("new", 1, 325, 325 + 365))
    found = await looked_out(
        desk, reader, units(3), yearly(), RenewalScheduled(happened_at=day(325), sku=E5, purchases=purchases)
    )

    assert (found.whole.cashable_seats, found.whole.cashable.total, found.whole.undated) == (3, eur("432.00"), 0)
    assert [(tier, worth.cashable_seats, worth.cashable.total) for tier, worth in found.by_tier] == [
        (Tier.GUARANTEED, 2, eur("432.00")),
        (Tier.LIKELY, 1, eur("0")),
    ]


async def test_seats_of_no_purchase_and_of_one_in_unbilled_grace_have_no_day(desk: Desk, reader: Reader) -> None:
    purchases = (bought("ending", 3, 1, 330, "Warning"), bought("new", 1, 325, 325 + 365))
    found = await looked_out(
        desk, reader, units(3, warning=3), yearly(), RenewalScheduled(happened_at=day(325), sku=E5, purchases=purchases)
    )

    assert (found.whole.cashable_seats, found.whole.cashable.total, found.whole.undated) == (3, eur("432.00"), 2)
