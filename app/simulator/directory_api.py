"""Graph's directory of a tenant: organization, subscribedSkus, and the purchases behind them.

Follows "List organization", "List subscribedSkus" (one object for each product, not for each purchase) and "List
subscriptions (companySubscription)" (one for each purchase). Users stand in users_api.py.
"""

from datetime import datetime
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from app.simulator.company import Company, Purchase
from app.simulator.graph_http import Call, collection, guarded, seconds_text
from app.simulator.orders import Order, orders_of
from app.simulator.products import PRODUCTS, Product


async def organization(call: Call) -> Response:
    company = call.company
    domain = {"capabilities": "Email", "isDefault": True, "isInitial": True, "name": company.domain, "type": "Managed"}
    entry = {
        "id": company.id,
        "displayName": company.name,
        "countryLetterCode": "DE",
        "createdDateTime": "2019-05-06T07:08:09Z",
        "tenantType": "AAD",
        "verifiedDomains": [domain],
    }
    return collection(call, "organization", [entry])


async def subscribed_skus(call: Call) -> Response:
    consumed = call.company.consumed_at(call.now)
    skus = [_sku(call.company, purchase, consumed, call.now) for purchase in call.company.purchases.values()]
    return collection(call, "subscribedSkus", skus)


def _sku(company: Company, purchase: Purchase, consumed: dict[str, int], now: datetime) -> dict[str, Any]:
    product, units = PRODUCTS[purchase.sku_id], purchase.units_at(now)
    return {
        "accountName": company.name,
        "accountId": company.id,
        "appliesTo": product.applies_to,
        "capabilityStatus": units.capability,
        "consumedUnits": consumed[purchase.sku_id],
        "id": f"{company.id}_{purchase.sku_id}",
        "skuId": purchase.sku_id,
        "skuPartNumber": product.part_number,
        "subscriptionIds": [order.id for order in orders_of(purchase, now)],
        "prepaidUnits": {
            "enabled": units.enabled,
            "suspended": units.suspended,
            "warning": units.warning,
            "lockedOut": units.locked_out,
        },
        "servicePlans": service_plans(product),
    }


def service_plans(product: Product) -> list[dict[str, str]]:
    return [
        {
            "servicePlanId": plan_id,
            "servicePlanName": name,
            "provisioningStatus": "Success",
            "appliesTo": product.applies_to,
        }
        for name, plan_id in zip(product.plans, product.plan_ids, strict=True)
    ]


async def company_subscriptions(call: Call) -> Response:
    orders = [
        _order(call.company, purchase, order)
        for purchase in call.company.purchases.values()
        for order in orders_of(purchase, call.now)
    ]
    return collection(call, "directory/subscriptions", orders)


def _order(company: Company, purchase: Purchase, order: Order) -> dict[str, Any]:
    product = PRODUCTS[purchase.sku_id]
    return {
        "id": order.id,
        "commerceSubscriptionId": order.commerce_id,
        "createdDateTime": seconds_text(order.created_at),
        "isTrial": order.trial,
        "nextLifecycleDateTime": seconds_text(order.next_at) if order.next_at else None,
        "ownerId": company.id,
        "ownerTenantId": company.partner_id if order.by_partner else None,
        "ownerType": "User",
        "skuId": purchase.sku_id,
        "skuPartNumber": product.part_number,
        "status": order.status,
        "totalLicenses": order.units,
        "serviceStatus": service_plans(product),
    }


ROUTES = [
    Route("/organization", guarded("Organization.Read.All", organization)),
    Route("/subscribedSkus", guarded("Organization.Read.All", subscribed_skus)),
    Route("/directory/subscriptions", guarded("Organization.Read.All", company_subscriptions)),
]
