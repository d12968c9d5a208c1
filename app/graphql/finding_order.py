"""In which order findings are told: by one value each, as this viewer may see it."""

from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Final
from uuid import UUID

import strawberry

from app.domain.events.deciding import Cause, Tier
from app.domain.ids import TenantId
from app.graphql.context import Asked
from app.graphql.ordering import Ranked, alphabetical, in_order
from app.insight.assessment import Assessment, Found
from app.insight.finding_details import held_since, quiet_since
from app.projections import users


@strawberry.enum(description="What findings are put in order by. Those without a known value are last either way.")
class FindingOrder(Enum):
    WORTH = "worth"
    USER = "user"
    PRODUCT = "product"
    DEPARTMENT = "department"
    COMPANY = "company"
    COST_CENTRE = "cost_centre"
    COUNTRY = "country"
    CAUSE = "cause"
    TIER = "tier"
    HELD_SINCE = "held_since"
    QUIET_SINCE = "quiet_since"


_KEYS: Final[dict[FindingOrder, Any]] = {
    FindingOrder.WORTH: tuple[Decimal | None, UUID, UUID],
    FindingOrder.CAUSE: tuple[int, UUID, UUID],
    FindingOrder.TIER: tuple[int, UUID, UUID],
    FindingOrder.HELD_SINCE: tuple[datetime | None, UUID, UUID],
    FindingOrder.QUIET_SINCE: tuple[datetime | None, UUID, UUID],
}
"""What a cursor holds where the value is no text: the value, the user, the product."""

_CAUSES: Final = {cause: place for place, cause in enumerate(Cause)}
_TIERS: Final = {tier: place for place, tier in enumerate(Tier)}


def key_kind(order: FindingOrder) -> Any:
    """What a cursor of a list in this order holds."""
    return _KEYS.get(order, tuple[str | None, UUID, UUID])


async def findings_in_order(
    asked: Asked,
    tenant: TenantId,
    assessment: Assessment,
    found: Sequence[Found],
    order: FindingOrder,
    *,
    descending: bool,
) -> list[Ranked[Found]]:
    """Findings by a value each; equal ones by user and product. `found` comes the dearest first."""
    value_of = await _values(asked, tenant, assessment, found, order)
    ranked = [Ranked(value_of(each), (each.user, each.finding.sku), each) for each in found]
    dearest_first = order is FindingOrder.WORTH and descending
    return ranked if dearest_first else in_order(ranked, descending=descending)


async def _values(
    asked: Asked, tenant: TenantId, assessment: Assessment, found: Sequence[Found], order: FindingOrder
) -> Callable[[Found], object]:
    match order:
        case FindingOrder.WORTH:
            return lambda each: each.worth
        case FindingOrder.CAUSE:
            return lambda each: _CAUSES[each.finding.cause]
        case FindingOrder.TIER:
            return lambda each: _TIERS[each.finding.tier]
        case FindingOrder.USER:
            return await _by_name(asked, tenant, assessment, found)
        case FindingOrder.PRODUCT:
            names = await asked.product_names(tenant, assessment.at, {each.finding.sku for each in found})
            return lambda each: alphabetical(names[each.finding.sku])
        case FindingOrder.HELD_SINCE:
            held = await held_since(asked.db, tenant, assessment.at, sorted({each.user for each in found}))
            return lambda each: held.get((each.user, each.finding.sku))
        case FindingOrder.QUIET_SINCE:
            quiet = await quiet_since(asked.db, tenant, assessment, found)
            return lambda each: quiet.get((each.user, each.finding.sku))
        case _:
            return lambda each: alphabetical(getattr(each.standing, order.value))


async def _by_name(
    asked: Asked, tenant: TenantId, assessment: Assessment, found: Sequence[Found]
) -> Callable[[Found], object]:
    """By the names this viewer is told: true ones in order would tell what the pseudonyms hide."""
    names: dict[object, str | None] = {}
    if asked.viewer.sees_persons(tenant):
        ids = sorted({each.user for each in found})
        names = {row.user: row.display_name for row in await users.named_at(asked.db, tenant, assessment.at, ids)}
    return lambda each: alphabetical(asked.name_of_user(tenant, each.user, names.get(each.user)))
