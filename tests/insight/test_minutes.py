"""What users of calling plans called out, and on what ground all of a tenant's holders are judged."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.domain.catalogue import CATALOGUE
from app.domain.events import Event
from app.domain.events.charging import PstnCall, PstnCallCharged
from app.domain.events.coverage import Feed
from app.domain.events.licensing import Purchase, RenewalScheduled, SeatsChanged, ServicePlan, SkuSubscribed
from app.domain.events.tenancy import Capability, CapabilityChanged
from app.domain.ids import LogRowId, PlanId
from app.domain.policy import policy_changed
from app.domain.sku_class import SkuClass
from app.domain.standing import Source
from app.insight.standings import Standings
from app.projections.engine import advance
from tests.insight.money_logs import priced, units
from tests.insight.test_standings import asked
from tests.insight.test_wasted import EUROS, P1
from tests.insight.test_wasted import asked as wasted
from tests.projections.asking import CONSENTED, INVITED, Reader
from tests.projections.conftest import Desk
from tests.projections.story import ANNA, BERT, E3, E5, assigned, day, discovered, signed_in, snapshot

CALLING = PlanId(UUID("4ed3ff63-69d7-4fb7-b984-5aec7f605ca8"))
"""MCOPSTN1"""
FEWER_MINUTES = next(plan for plan, name in CATALOGUE.plan_names.items() if name == "MCOPSTN5")
LOGS = CapabilityChanged(happened_at=day(1), capability=Capability.PSTN_LOGS, available=True)
MAY = datetime(2026, 5, 20, tzinfo=UTC)


def subscribed(*plans: PlanId, sku: Any = E5) -> SkuSubscribed:
    described = tuple(ServicePlan(plan=plan, name="X", applies_to="User") for plan in plans)
    return SkuSubscribed(happened_at=day(1), sku=sku, part_number="X", applies_to="User", plans=described)


def charged(at: datetime, seconds: int, kind: str = "user_out", context: str = "Domestic") -> PstnCallCharged:
    unsaid: dict[str, Any] = dict.fromkeys(PstnCall.model_fields)
    row = {"row": LogRowId(uuid4()), "user": ANNA, "kind": kind, "began_at": at, "seconds": seconds}
    content = PstnCall.model_validate(unsaid | row | {"destination_context": context})
    return PstnCallCharged(happened_at=at, call=content)


def month(number: int, on: int = 10) -> datetime:
    return datetime(2026, number, on, 9, tzinfo=UTC)


async def found_at(desk: Desk, reader: Reader, *facts: Event, on: datetime = MAY) -> Standings:
    tenant = desk.tenant()
    desk.log.tell(tenant, *sorted([INVITED, CONSENTED, *facts], key=lambda fact: fact.happened_at))
    assert advance(desk.pool, desk.log, tenant).stopped == ()
    found = await asked(reader, tenant, on.date(), None, datetime(2026, 12, 1, tzinfo=UTC))
    assert found is not None
    return found


async def minutes(desk: Desk, reader: Reader, *facts: Event, on: datetime = MAY) -> list[tuple[int | None, bool]]:
    holds = [subscribed(CALLING), discovered(day(1)), assigned(day(1)), assigned(day(1), sku=E3)]
    found = await found_at(desk, reader, *holds, *facts, on=on)
    (standing,) = found.holders
    seats = {seat.sku: (seat.minutes, seat.abroad) for seat in standing.holder.seats}
    return [seats[E5], seats[E3]]


READ = snapshot(MAY, Feed.PSTN)


async def test_the_most_minutes_of_three_whole_months_each_call_rounded_up(desk: Desk, reader: Reader) -> None:
    calls = [
        *(charged(month(3), 61) for _ in range(3)),  # 6 minutes
        charged(month(2), 240),
        charged(month(4), 59),
        charged(month(1), 6000),  # too long ago
        charged(month(5), 6000),  # not a whole month yet
        *(charged(month(3), 600, kind) for kind in ("user_in", "conf_out", "user_out_conf")),
        charged(month(3), 0),
    ]

    found = await minutes(desk, reader, LOGS, READ, *calls)

    assert found == [(6, False), (None, False)]


async def test_a_call_abroad_is_one(desk: Desk, reader: Reader) -> None:
    found = await minutes(desk, reader, LOGS, READ, charged(month(2), 60, context="International"))

    assert found[0] == (1, True)


async def test_who_called_nobody_has_no_minutes_where_the_log_was_read(desk: Desk, reader: Reader) -> None:
    found = await minutes(desk, reader, LOGS, READ)

    assert found[0] == (0, False)


@pytest.mark.parametrize(
    ("facts", "on"),
    [
        ((READ,), MAY),
        ((LOGS,), MAY),
        ((LOGS, snapshot(month(4), Feed.PSTN)), MAY),
        ((LOGS, snapshot(month(2, 28), Feed.PSTN)), month(3, 1)),
    ],
    ids=["no log", "never read", "not read of late", "read from the middle of the months on"],
)
async def test_months_the_log_does_not_cover_are_not_known(
    desk: Desk, reader: Reader, facts: tuple[Event, ...], on: datetime
) -> None:
    found = await minutes(desk, reader, *facts, charged(month(2), 600), on=on)

    assert found[0] == (None, False)


async def test_telephone_is_observed_once_calls_reach_back_over_the_idle_days(desk: Desk, reader: Reader) -> None:
    """Consented on day 1, so calls are known from 30 days before it on: 90 days of them from day 61 on."""
    reads = [snapshot(day(on, 3), Feed.CALLS) for on in (60, 61)]

    found = [(await found_at(desk, reader, *reads, on=day(on))).ground.observed for on in (60, 61, 70)]

    both = frozenset({Source.TELEPHONE, Source.CONFERENCE})
    assert found == [frozenset(), both, frozenset()]


async def test_a_product_is_classed_by_what_was_bought_of_it(desk: Desk, reader: Reader) -> None:
    units = [
        SeatsChanged(happened_at=day(1), sku=sku, enabled=20_000, warning=0, suspended=0, locked_out=0, consumed=1)
        for sku in (E3, E5)
    ]
    trial = Purchase(purchase="p", seats=5, trial=True, status="Enabled", created_at=None, next_change_at=None)
    bought = RenewalScheduled(happened_at=day(2), sku=E5, purchases=(trial,))
    facts = [subscribed(), subscribed(sku=E3), *units, discovered(day(1), BERT)]

    read = await found_at(desk, reader, *facts, bought, snapshot(day(2), Feed.RENEWALS))
    unread = await found_at(desk, reader, *facts)

    assert read.ground.classes == {E5: SkuClass.TRIAL, E3: SkuClass.FREE}
    assert unread.ground.classes == {E5: SkuClass.PAID, E3: SkuClass.PAID}


async def test_a_month_that_no_longer_counts_lets_a_cheaper_plan_do_from_the_next_month_on(
    desk: Desk, reader: Reader
) -> None:
    """Of 500 minutes in January; the cheaper plan has 120. In May, with 31 days, it would do: ten days of 6 EUR."""
    reads = [snapshot(day(on, 3), feed) for on in range(1, 160, 5) for feed in (Feed.PSTN, Feed.SIGN_INS)]
    bought = units(day(1)).model_copy(update={"consumed": 1})
    plans = [subscribed(CALLING), subscribed(FEWER_MINUTES, sku=E3), bought, priced(day(1), amount="12")]
    people = [discovered(day(1)), assigned(day(1)), signed_in(day(100)), charged(month(1), 30_000)]
    facts = [policy_changed(EUROS, day(1)), P1, LOGS, *plans, priced(day(1), E3, "6"), *people, *reads]
    tenant = desk.tenant()
    desk.log.tell(tenant, *sorted([INVITED, CONSENTED, *facts], key=lambda fact: fact.happened_at))
    assert advance(desk.pool, desk.log, tenant).stopped == ()

    found = await wasted(reader, tenant, date(2026, 4, 21), date(2026, 5, 11))

    assert (found.whole.seat_days, found.downgrades.seat_days) == (0, 10)
    assert found.downgrades.cost is not None
    assert [f"{money.amount:.6f}" for money in found.downgrades.cost.by_currency] == [f"{60 / 31:.6f}"]
