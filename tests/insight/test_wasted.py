"""Wasted spend: as its definition says of every day, on both time axes; never more than was spent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import hypothesis.strategies as st
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings

from app.domain.events import Event
from app.domain.events.coverage import Feed
from app.domain.events.deciding import Cause, SeatExempted, Tier
from app.domain.events.licensing import AccountDisabled, ProfileChanged, SeatsChanged
from app.domain.events.tenancy import Capability, CapabilityChanged
from app.domain.ids import TenantId
from app.domain.personal import Personal
from app.domain.policy import Policy, policy_changed
from app.domain.price_book import Total
from app.domain.waste_report import Wasted, WastedSpend
from app.insight.costs import CostsBy, costs_between, days_between
from app.insight.wasted import wasted_between
from app.projections import tenants
from app.projections.engine import advance
from app.projections.reading import moment, scope
from tests.insight.money_logs import priced, rated, units
from tests.insight.plain_waste import NOTHING, lines_of, plainly
from tests.oracle.customers import tenant as customer_by_chance
from tests.oracle.facts import story as story_of
from tests.projections.asking import CONSENTED, INVITED, Reader
from tests.projections.conftest import Desk
from tests.projections.logs import stories
from tests.projections.story import ANNA, BERT, E3, E5, assigned, day, discovered, profile, removed, signed_in, snapshot

pytestmark = pytest.mark.timeout(300)  # hundreds of random questions, on a machine that may be busy

EUROS = Policy(90, 30, "UTC", "EUR", buffer_min=0, buffer_share=Decimal(0))
P1 = CapabilityChanged(happened_at=day(1), capability=Capability.ENTRA_P1, available=True)
FINEST = Decimal("1E-11")
"""Amounts are kept to twelve places."""
Story = list[tuple[datetime, Event]]


async def asked(
    reader: Reader, tenant: TenantId, since: date, until: date, known_at: datetime | None = None
) -> WastedSpend:
    """As of the last of these days."""
    async with scope(reader, [tenant]):
        at = await moment(reader, tenant, until - timedelta(days=1), known_at, day(900))
        row = await tenants.found(reader, tenant, at)
        assert row is not None
        return await wasted_between(reader, tenant, at, row, since, until)


def told(desk: Desk, *facts: Event, policy: Policy = EUROS) -> TenantId:
    tenant = desk.tenant()
    reads = [snapshot(day(number, 3), Feed.SIGN_INS) for number in range(1, 400, 5)]
    log = sorted([INVITED, CONSENTED, policy_changed(policy, day(1)), P1, *facts, *reads], key=lambda e: e.happened_at)
    desk.log.tell(tenant, *log)
    assert advance(desk.pool, desk.log, tenant).stopped == ()
    return tenant


def amount(wasted: Wasted) -> Decimal | None:
    return wasted.cost.total.amount if wasted.cost is not None and wasted.cost.total is not None else None


def off(on: int, user: object = ANNA) -> AccountDisabled:
    return AccountDisabled(happened_at=day(on, 9), user=user)


async def test_a_seat_is_wasted_from_the_day_its_finding_begins_by_whom_its_holder_belonged_to(
    desk: Desk, reader: Reader
) -> None:
    """November has 30 days of 1.20. Anna is off for 14 days on the 11th, moves on the 21st; Bert is well."""
    tenant = told(
        desk,
        *(discovered(day(1)), assigned(day(1)), discovered(day(1), BERT), assigned(day(1), BERT)),
        *(signed_in(day(300)), signed_in(day(300), BERT), units_of(2), priced(day(1)), off(301)),
        ProfileChanged(happened_at=day(325), user=ANNA, profile=profile("Anna", "Ops")),
    )

    found = await asked(reader, tenant, date(2026, 11, 1), date(2026, 12, 1))

    assert {each.group: amount(each.wasted) for each in found.groups["department"]} == {
        "Ops": Decimal(12),
        "Sales": Decimal(12),
    }
    assert [(each.cause, each.tier, each.wasted.seat_days) for each in found.shares] == [
        (Cause.DISABLED, Tier.GUARANTEED, 20)
    ]
    assert [amount(each) for each in (found.seats, found.unassigned, found.whole)] == [
        Decimal(24),
        Decimal(0),
        Decimal(24),
    ]
    assert found.whole.coverage == 1


async def test_a_seat_that_is_freed_is_wasted_as_one_nobody_holds_and_an_exempt_one_is_not(
    desk: Desk, reader: Reader
) -> None:
    """In a month of 31 days at 31.00 a month: off for long, exempt from the 6th to the 11th, removed on the 21st."""
    owner = Personal("pseudonym/o", "Olga")
    leave = SeatExempted(
        happened_at=day(65),
        user=ANNA,
        sku=E5,
        reason=Personal.of_user(ANNA, "leave"),
        owner=owner,
        until=date(2026, 3, 11),
        by=None,
    )
    tenant = told(
        desk,
        *(discovered(day(1), enabled=False), assigned(day(1)), units_of(1), priced(day(1), amount="31.00"), leave),
        *(removed(day(80)), units_of(1, on=80, consumed=0)),
    )

    found = await asked(reader, tenant, date(2026, 3, 1), date(2026, 4, 1))

    assert [amount(found.seats), amount(found.unassigned)] == [Decimal(15), Decimal(11)]
    assert [(each.sku, each.seats.seat_days, each.unassigned.seat_days) for each in found.skus] == [(E5, 15, 11)]


async def test_a_price_that_changes_within_the_month_and_one_corrected_in_arrears(desk: Desk, reader: Reader) -> None:
    tenant = told(desk, discovered(day(1), enabled=False), assigned(day(1)), units_of(1), priced(day(1)))
    desk.log.tell(tenant, priced(day(330), amount="39.00", since=date(2026, 11, 16)), at=day(330))
    advance(desk.pool, desk.log, tenant)
    november = date(2026, 11, 1), date(2026, 12, 1)

    then = await asked(reader, tenant, *november, known_at=day(329))
    now = await asked(reader, tenant, *november)

    assert [amount(then.whole), amount(now.whole)] == [Decimal(36), Decimal("37.5")]


async def test_of_seats_beyond_those_paid_the_less_certain_are_not_wasted(desk: Desk, reader: Reader) -> None:
    """Anna is off and Bert was never seen; of two units paid one is given up on 16 November."""
    tenant = told(
        desk,
        *(discovered(day(1), enabled=False), assigned(day(1)), discovered(day(1), BERT), assigned(day(1), BERT)),
        *(units_of(2), priced(day(1)), units_of(1, on=320)),
    )

    found = await asked(reader, tenant, date(2026, 11, 1), date(2026, 12, 1))

    assert {each.cause: amount(each.wasted) for each in found.shares} == {Cause.DISABLED: 36, Cause.NEVER_USED: 18}
    assert amount(found.whole) == 54


async def test_a_product_without_a_price_is_counted_and_not_summed(desk: Desk, reader: Reader) -> None:
    tenant = told(desk, discovered(day(1), enabled=False), assigned(day(1)), units_of(1))

    found = await asked(reader, tenant, date(2026, 11, 1), date(2026, 12, 1))

    assert (found.whole.seat_days, found.whole.unpriced, found.whole.cost) == (30, 30, None)
    assert found.whole.coverage == 0


async def test_a_month_takes_as_many_questions_as_two_days(desk: Desk, reader: Reader) -> None:
    """However much changed in between: here units, and where a holder belongs, on most days."""
    changes = [units_of(2 + on % 3, on=on) for on in range(303, 330)]
    moves = [
        ProfileChanged(happened_at=day(on), user=ANNA, profile=profile("Anna", f"Ops {on}")) for on in range(303, 330)
    ]
    tenant = told(desk, discovered(day(1), enabled=False), assigned(day(1)), units_of(2), *changes, *moves)
    asked_of: list[int] = []

    class Counting(psycopg.AsyncCursor[Any]):
        async def execute(self, *given: Any, **options: Any) -> Any:
            asked_of[-1] += 1
            return await super().execute(*given, **options)

    reader.cursor_factory = Counting
    for until in (date(2026, 11, 3), date(2026, 12, 1)):
        asked_of.append(0)
        await asked(reader, tenant, date(2026, 11, 1), until)

    assert asked_of[0] == asked_of[1]


def units_of(enabled: int, on: int = 1, consumed: int | None = None) -> SeatsChanged:
    given = units(day(on), enabled=enabled)
    return given.model_copy(update={"consumed": enabled if consumed is None else consumed})


@st.composite
def priced_stories(draw: st.DrawFn) -> Story:
    """Logs of anything, with prices and rates that are learned at any time."""
    story = draw(stories(settled=True))
    began = story[0][0]
    policy = Policy(*draw(st.sampled_from([(90, 30), (14, 3), (7, 0)])), "UTC", "EUR", buffer_min=0)
    start = [policy_changed(policy, began), priced(began), units(began), units(began, E3, 2)]
    at = min(draw(st.integers(2, len(story))), len(story))
    story[at:at] = [(story[at - 1][0], fact) for fact in start]
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(3, len(story)))
        learned = story[at - 1][0]
        since = learned.date() + timedelta(days=draw(st.integers(-30, 10)))
        currency, price = draw(st.sampled_from(["EUR", "USD"])), draw(st.sampled_from(["57.00", "10.1234", "0"]))
        fact = draw(
            st.sampled_from(
                [
                    priced(learned, draw(st.sampled_from([E3, E5])), price, since, currency=currency),
                    rated(learned, since),
                ]
            )
        )
        story.insert(at, (learned, fact))
    return story


@given(story=priced_stories(), data=st.data())
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_it_is_the_sum_of_what_is_asked_of_every_day(
    desk: Desk, reader: Reader, story: Story, data: st.DataObject
) -> None:
    tenant, now = desk.tenant(), story[-1][0]
    desk.log.tell_all(tenant, story)
    assert advance(desk.pool, desk.log, tenant).stopped == ()

    for _ in range(2):
        known_at = data.draw(st.sampled_from([at for at, _ in story]))
        on = max(day(1).date(), known_at.date() - timedelta(days=data.draw(st.sampled_from([-9, 0, 1, 30]))))
        since = on - timedelta(days=data.draw(st.sampled_from([0, 9, 33])))
        until = max(since, on - timedelta(days=data.draw(st.sampled_from([0, 4])))) + timedelta(days=1)
        await _compared(reader, tenant, on, days_between(since, until), known_at, now + timedelta(days=10))


@pytest.mark.parametrize("seed", range(10))
async def test_it_is_the_sum_for_customers_by_chance(desk: Desk, reader: Reader, seed: int) -> None:
    customer, on = customer_by_chance(seed, late=True)
    tenant = desk.tenant()
    desk.log.tell_all(tenant, story_of(customer))
    assert advance(desk.pool, desk.log, tenant).stopped == ()
    late = datetime.combine(on + timedelta(days=2), time(), day(1).tzinfo)

    for known_at, length in ((late, 40), (late - timedelta(days=6), 12)):
        since = on - timedelta(days=length)
        await _compared(reader, tenant, on, days_between(since, on + timedelta(days=1)), known_at, late)


async def _compared(
    reader: Reader, tenant: TenantId, on: date, days: Sequence[date], known_at: datetime, now: datetime
) -> None:
    async with scope(reader, [tenant], longest=timedelta(minutes=1)):
        at = await moment(reader, tenant, on, known_at, now)
        row = await tenants.found(reader, tenant, at)
        if row is None:
            return
        since, until = days[0], days[-1] + timedelta(days=1)
        found = await wasted_between(reader, tenant, at, row, since, until)
        spent = await costs_between(reader, tenant, at, row, since, until, CostsBy.SKU)
        plain = await plainly(reader, tenant, at, row, days, known_at, now)
        some = [(on, await wasted_between(reader, tenant, at, row, on, on + timedelta(days=1))) for on in days[-3:]]
        apart = [
            (each, await costs_between(reader, tenant, at, row, on, on + timedelta(days=1), CostsBy.SKU))
            for on, each in some
        ]

    for each, costs in [(found, spent), *apart]:
        _no_more(each, {line.sku: (line.cost, line.paid) for line in costs.skus})
    _parts_sum(found)
    shown = {line: rest for line, rest in lines_of(found) if rest[0]}
    checked = {line for line in shown.keys() | plain.days if line[0] in ("seats", "unassigned", "share", "sku")}
    checked |= set() if plain.cut else shown.keys() | plain.days
    for line in checked:
        seat_days, unpriced, amounts, whole = shown.get(line, NOTHING)
        assert (line, seat_days, unpriced) == (line, plain.days[line], plain.unpriced[line])
        for code in {"EUR", "USD"} | amounts.keys():
            assert abs(amounts.get(code, 0) - plain.amounts[line, code]) < Fraction(1, 10**10), line
        converted = plain.converted[line]
        assert (whole is None) == (converted is None), line
        assert whole is None or converted is None or abs(whole - converted) < Fraction(1, 10**10), line


def _no_more(spend: WastedSpend, spent: dict[object, tuple[Total | None, int]]) -> None:
    for each in spend.skus:
        cost, paid = spent.get(each.sku, (None, 0))
        assert each.whole.seat_days <= paid or not each.whole.seat_days
        wasted = each.whole.cost
        for money in wasted.by_currency if wasted else ():
            assert cost is not None
            of_all = sum((each.amount for each in cost.by_currency if each.currency == money.currency), Decimal(0))
            assert money.amount <= of_all + FINEST


def _parts_sum(spend: WastedSpend) -> None:
    """Exactly: not to so many places."""
    parts = [[each.wasted for each in spend.shares], *([each.wasted for each in by] for by in spend.groups.values())]
    parts += [list(spend.by_cause().values()), list(spend.by_tier().values()), [each.seats for each in spend.skus]]
    for some in parts:
        assert _sums(some) == _sums([spend.seats])
        assert sum(each.seat_days for each in some) == spend.seats.seat_days
    assert _sums([each.unassigned for each in spend.skus]) == _sums([spend.unassigned])
    assert _sums([spend.seats, spend.unassigned]) == _sums([spend.whole])


def _sums(parts: Sequence[Wasted]) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for each in parts:
        for money in each.cost.by_currency if each.cost else ():
            found[money.currency] = found.get(money.currency, Decimal(0)) + money.amount
    return {code: amount for code, amount in found.items() if amount}
