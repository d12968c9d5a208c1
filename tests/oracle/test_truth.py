"""A simulated company's truth is judged like any other customer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from app.ops.demo.truth import held, idle, last_calls
from app.simulator import Options, make_world
from app.simulator.products import E3, FREE, PRODUCTS
from app.simulator.truth import truth_at
from tests.oracle.costs import cost, counted
from tests.oracle.findings import findings_on
from tests.oracle.model import Able, Price, Read, Rules, Tenant
from tests.oracle.truth import customer
from tests.simulator.driving import TODAY

DAYS = 20
PLANS = {UUID(sku): product.plans for sku, product in PRODUCTS.items()}
Truth = Mapping[str, Any]


@pytest.fixture(scope="module")
def truths() -> list[Truth]:
    """Of a company of 150 at the end of each of its last days."""
    world = make_world(Options(today=TODAY, users=150, days_history=DAYS, calls_per_day=60))
    (company,) = world.companies.values()
    at = [TODAY - timedelta(days=ago) for ago in reversed(range(DAYS))]
    return [truth_at(company, each, None, with_calls=True) for each in at]


def judged(truths: list[Truth]) -> Tenant:
    """Sign-in times are read; usage reports are not, so that nothing is only background."""
    since = TODAY - timedelta(days=DAYS)
    price = Price(UUID(E3.sku_id), "CONTRACT", Decimal(36), since.date(), since)
    able, reads = [Able("entra_p1", since, True)], [Read("sign_ins", TODAY)]
    return customer(truths, Rules(), PLANS, prices=[price], able=able, reads=reads)


def test_the_idle_are_those_the_demo_counts(truths: list[Truth]) -> None:
    found = findings_on(judged(truths), TODAY.date())

    quiet = {seat for seat, right in found.items() if {each.cause for each in right} & {"IDLE", "NEVER_USED"}}
    assert quiet == idle(truths[-1], TODAY.date(), last_calls(truths[-1]["calls"]), days=90, grace=30)
    assert quiet
    assert found.keys() == held(truths[-1])


def test_somebody_disabled_is_so_since_the_first_truth_that_shows_it(truths: list[Truth]) -> None:
    found = findings_on(judged(truths), TODAY.date())

    people = {"person", "shared_mailbox", "service"}  # which nothing SUA reads tells apart
    off = [user for user in truths[DAYS - 15]["users"] if not user["accountEnabled"] and user["kind"] in people]
    back = {user["id"] for user in truths[-1]["users"] if user["accountEnabled"]}
    long_off = {UUID(user["id"]) for user in off if user["id"] not in back}
    disabled = {user for (user, _), right in found.items() if {each.cause for each in right} == {"DISABLED"}}
    assert disabled == long_off & {user for user, _ in found}
    assert disabled


def test_a_company_pays_for_every_seat_it_bought(truths: list[Truth]) -> None:
    tenant, on = judged(truths), TODAY.date()
    bought = counted(tenant, tenant.product(UUID(E3.sku_id)), on)

    sums = cost(tenant, on, on + timedelta(days=1))

    assert bought is not None
    assert sums.total == bought.paid * Decimal(36) / 30
    assert bought.held == bought.consumed
    assert len(sums.groups) > 1


def test_free_products_are_no_finding(truths: list[Truth]) -> None:
    free = {UUID(product.sku_id) for product in FREE}
    tenant = customer(truths, Rules(), PLANS, free=free, able=[Able("entra_p1", TODAY, True)])

    found = findings_on(tenant, TODAY.date())

    assert {each.cause for (_, sku), right in found.items() if sku in free for each in right} == {None}
