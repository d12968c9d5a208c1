"""The tables agree with the oracle on customers by chance, as of and as known on several days, and go on doing so."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg
import pytest

from app.domain.cost_report import CostLine
from app.domain.ids import TenantId
from app.domain.sku_class import SkuClass
from app.domain.sku_findings import SkuCause
from app.insight.assessment import assessed
from app.insight.costs import CostsBy, cost_of
from app.insight.products import ProductSeen, products_at
from app.projections import tenants
from app.projections.engine import advance
from app.projections.reading import Moment, moment, scope
from tests.oracle.costs import cost, counted, seats_found
from tests.oracle.customers import tenant
from tests.oracle.facts import story
from tests.oracle.findings import INACTIVE, NOTHING, Answer, findings_on
from tests.oracle.model import Tenant
from tests.oracle.test_rules import answer_of
from tests.projections.conftest import Desk

Reader = psycopg.AsyncConnection[Any]
FEW = 40
MANY = 1000
PARTS = 10
LATER = timedelta(days=6)
FINEST = Decimal("1E-11")
"""Amounts are kept to twelve places."""


@dataclass(frozen=True, slots=True)
class Question:
    """`idle_days`: asked for instead of the customer's own rule; None: that one."""

    on: date
    known_at: datetime
    idle_days: int | None = None


@dataclass(frozen=True, slots=True)
class Seats:
    """What was answered of one product."""

    held: int
    active: int
    unassigned: int
    net_unassigned: int
    over_assigned: int


@dataclass(frozen=True, slots=True)
class Told:
    """What was answered: findings by seat, the products paid by the seat, and a month's costs by who pays."""

    findings: Mapping[tuple[UUID, UUID], Answer]
    products: Mapping[UUID, Seats]
    costs: Mapping[str, Decimal]
    seat_days: int
    unpriced: int


@pytest.mark.parametrize("part", range(PARTS))
async def test_every_answer_is_right_and_stays(desk: Desk, reader: Reader, part: int) -> None:
    for seed in range(part, FEW, PARTS):
        await _compared(desk, reader, seed)


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("part", [0, 1, *(pytest.param(part, marks=pytest.mark.nightly) for part in range(2, PARTS))])
async def test_every_answer_about_a_thousand_customers_is_right_and_stays(
    desk: Desk, reader: Reader, part: int
) -> None:
    for seed in range(FEW + part, MANY, PARTS):
        await _compared(desk, reader, seed)


async def _compared(desk: Desk, reader: Reader, seed: int) -> None:
    customer, on = tenant(seed, late=True)
    now = datetime.combine(on + timedelta(days=2), time(), UTC)
    early, late = now - LATER, now
    then = customer.day_of(early)
    told, of = story(customer), desk.tenant()

    desk.log.tell_all(of, [each for each in told if each[0] <= early])
    assert advance(desk.pool, desk.log, of).stopped == ()
    before = {
        question: await _right(reader, of, customer, question, now, seed)
        for question in (Question(then, early), Question(then - timedelta(days=31), early))
    }

    desk.log.tell_all(of, [each for each in told if each[0] > early])
    assert advance(desk.pool, desk.log, of).stopped == ()
    asked = (Question(on, late), Question(on - timedelta(days=1), late), Question(then, late), Question(on, late, 45))
    for question in asked:
        await _right(reader, of, customer, question, now, seed)
    for question, answer in before.items():
        assert await _asked(reader, of, question, now) == answer, f"seed {seed}, {question}: told otherwise later"


async def _right(reader: Reader, of: TenantId, customer: Tenant, question: Question, now: datetime, seed: int) -> Told:
    """What is answered, after it was compared with the oracle."""
    answer = await _asked(reader, of, question, now)
    known = customer.known(question.known_at)
    if question.idle_days is not None:
        known = replace(known, rules=replace(known.rules, idle_days=question.idle_days, own_idle_days={}))
    for seat, right in findings_on(known, question.on).items():
        found = answer.findings.get(seat, NOTHING)
        assert any(found.agrees(each) for each in right), f"seed {seed}, {question}, {seat}: {found}, not {right}"
    assert answer.findings.keys() <= findings_on(known, question.on).keys(), f"seed {seed}, {question}"
    _compare_products(known, question, answer, f"seed {seed}, {question}")
    sums = cost(known, question.on.replace(day=1), question.on + timedelta(days=1))
    expected = dict(sums.groups) | {"central": sums.central, "variance": sums.variance, "total": sums.total}
    for payer in expected.keys() | answer.costs.keys():
        wanted, told = expected.get(payer, Decimal(0)), answer.costs.get(payer, Decimal(0))
        assert abs(wanted - told) < FINEST, f"seed {seed}, {question}, {payer}: {told}, not {wanted}"
    assert (answer.seat_days, answer.unpriced) == (sums.seat_days, sums.unpriced), f"seed {seed}, {question}"
    return answer


def _compare_products(known: Tenant, question: Question, answer: Told, case: str) -> None:
    paid = [product for product in known.products if not product.free]
    assert answer.products.keys() == {product.id for product in paid}, case
    for product in paid:
        right, seats = counted(known, product, question.on), answer.products[product.id]
        assert right is not None
        fewest, most = seats_found(known, product, question.on, INACTIVE)
        assert right.held - most <= seats.active <= right.held - fewest, f"{case}, {product.id}"
        assert seats.net_unassigned in right.net_unassigned, f"{case}, {product.id}"
        counts = (seats.held, seats.unassigned, seats.over_assigned)
        assert counts == (right.held, right.unassigned, right.over_assigned), f"{case}, {product.id}"


async def _asked(reader: Reader, of: TenantId, question: Question, now: datetime) -> Told:
    async with _at(reader, of, question, now) as (at, row):
        assessment = await assessed(reader, of, at, row, question.idle_days)
        products = await products_at(reader, of, assessment)
        report = await cost_of(reader, of, at, row, question.on, CostsBy.DEPARTMENT, persons=True)
    costs = report.costs
    named: list[tuple[str, CostLine]] = [(each.group or "", each) for each in costs.groups]
    named += [("", costs.unallocated), ("central", costs.central), ("variance", costs.variance), ("total", costs.total)]
    return Told(
        {(each.user, each.finding.sku): answer_of(each.finding) for each in assessment.found},
        {each.sku: _seats(each) for each in products if each.sku_class is SkuClass.PAID},
        {name: _amount(line) for name, line in named},
        costs.total.seat_days,
        costs.total.unpriced,
    )


def _seats(product: ProductSeen) -> Seats:
    found = {each.cause: each for each in product.findings}
    free, over = found.get(SkuCause.UNASSIGNED), found.get(SkuCause.OVER_ASSIGNED)
    return Seats(
        product.held, product.active, free.seats if free else 0, free.net if free else 0, over.seats if over else 0
    )


def _amount(line: CostLine) -> Decimal:
    """0 where nothing of it has a price: how many seat-days that is, is compared apart."""
    if line.cost is None:
        return Decimal(0)
    assert line.cost.total is not None
    return line.cost.total.amount


@asynccontextmanager
async def _at(
    reader: Reader, of: TenantId, question: Question, now: datetime
) -> AsyncIterator[tuple[Moment, tenants.TenantRow]]:
    async with scope(reader, [of]):
        at = await moment(reader, of, question.on, question.known_at, now)
        row = await tenants.found(reader, of, at)
        assert row is not None
        yield at, row
