"""The purchases behind the products."""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from tests.simulator.driving import Driver

ORDERS = "/directory/subscriptions"


def test_the_units_of_all_orders_are_those_of_the_product(shared: Driver) -> None:
    by_sku: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for order in shared.items(ORDERS):
        by_sku[order["skuId"]].append(order)

    for sku in shared.items("/subscribedSkus"):
        orders = by_sku.pop(sku["skuId"])
        assert sum(order["totalLicenses"] for order in orders) == sum(sku["prepaidUnits"].values())
        assert sorted(order["id"] for order in orders) == sorted(sku["subscriptionIds"])
        assert {order["skuPartNumber"] for order in orders} == {sku["skuPartNumber"]}
        for status, units in (("Enabled", "enabled"), ("Warning", "warning"), ("Suspended", "suspended")):
            there = [order["totalLicenses"] for order in orders if order["status"] == status]
            assert sum(there) == sku["prepaidUnits"][units]
    assert by_sku == {}


def test_there_are_orders_of_every_sort(shared: Driver) -> None:
    orders = shared.items(ORDERS)

    skus = [order["skuId"] for order in orders if order["status"] == "Enabled"]
    assert len(set(skus)) < len(skus)
    assert {order["isTrial"] for order in orders} == {True, False}
    assert {order["nextLifecycleDateTime"] is None for order in orders} == {True, False}
    assert {order["ownerTenantId"] is None for order in orders} == {True, False}
    assert len({order["id"] for order in orders}) == len(orders)


def test_renewals_move_on_as_time_passes_them(fresh: Driver) -> None:
    before = renewals(fresh)
    soonest = min(before.values())

    fresh.control("/_clock/advance", {"seconds": (soonest - fresh.world.now).total_seconds() + 1})

    after = renewals(fresh)
    moved = [order for order, at in before.items() if at == soonest]
    assert all(after[order] - before[order] in (timedelta(days=30), timedelta(days=365)) for order in moved)
    assert min(after.values()) > fresh.world.now


def renewals(driver: Driver) -> dict[str, datetime]:
    return {
        order["id"]: datetime.fromisoformat(order["nextLifecycleDateTime"])
        for order in driver.items(ORDERS)
        if order["status"] == "Enabled" and order["nextLifecycleDateTime"] is not None
    }
