"""A customer's own rules, as they are and as somebody changes them."""

from typing import Any
from uuid import UUID

import strawberry

from app.domain import policy
from app.domain.events.tenancy import PoolPolicy
from app.domain.ids import PlanId, SkuId, TenantId
from app.graphql.errors import BadUserInput
from app.graphql.ids import part_of
from app.graphql.scalars import checked_decimal, checked_text

LIST_MAX = 500

SeatPool = strawberry.enum(
    PoolPolicy,
    name="SeatPool",
    description="Who pays for seats that nobody holds. CENTRAL: a line of its own. PRO_RATA: the groups, by their days "
    "of seats of the same product. OWNER: one group, named.",
)


@strawberry.type(description="Another number of idle days for one product.")
class SkuIdleDays:
    sku_id: strawberry.ID = strawberry.field(description="Microsoft's skuId.")
    days: int = strawberry.field(description="Civil days.")


@strawberry.type(description="The customer's own rules. Days are civil days in `timeZone`.")
class Policy:
    idle_days: int = strawberry.field(description="Days without activity until a seat counts as idle.")
    sku_idle_days: list[SkuIdleDays] = strawberry.field(description="Products with a number of their own.")
    grace_days: int = strawberry.field(description="Days after assignment in which a seat is not judged.")
    disabled_days: int = strawberry.field(description="Days an account is disabled before its seats count as wasted.")
    time_zone: str = strawberry.field(description="IANA name.")
    currency: str = strawberry.field(description="ISO 4217 code.")
    buffer_share: str = strawberry.field(
        description='Share (0 to 1) of a product\'s units kept unassigned for joiners, a decimal number, e.g. "0.02".'
    )
    buffer_min: int = strawberry.field(description="Units kept for joiners at least, for each product.")
    grace_billed: bool = strawberry.field(description="Units past their renewal are paid for.")
    pool: SeatPool  # type: ignore[valid-type]
    pool_owner: str | None = strawberry.field(description="The group that pays under OWNER.")
    needed_plans: list[strawberry.ID] = strawberry.field(
        description="Service plans never proposed for removal, by Microsoft's id."
    )
    unneeded_plans: list[strawberry.ID] = strawberry.field(
        description="Service plans that count as unused where use cannot be observed, by Microsoft's id."
    )
    connection_fee_inside: bool = strawberry.field(
        description="The charge of a telephone call contains its connection charge, as an invoice showed."
    )

    @classmethod
    def of(cls, rules: policy.Policy) -> "Policy":
        return cls(
            idle_days=rules.idle_days,
            sku_idle_days=[SkuIdleDays(sku_id=strawberry.ID(str(sku)), days=days) for sku, days in rules.sku_idle_days],
            grace_days=rules.grace_days,
            disabled_days=rules.disabled_days,
            time_zone=rules.time_zone,
            currency=rules.currency,
            buffer_share=f"{rules.buffer_share:f}",
            buffer_min=rules.buffer_min,
            grace_billed=rules.grace_billed,
            pool=rules.pool,
            pool_owner=rules.pool_owner,
            needed_plans=[strawberry.ID(str(plan)) for plan in rules.needed_plans],
            unneeded_plans=[strawberry.ID(str(plan)) for plan in rules.unneeded_plans],
            connection_fee_inside=rules.connection_fee_inside,
        )


@strawberry.input(description="Another number of idle days for one product.")
class SkuIdleDaysInput:
    sku: strawberry.ID = strawberry.field(description="Microsoft's skuId, or the id of a product.")
    days: int = strawberry.field(description="Civil days.")


@strawberry.input(
    description="Rules to change, by the names of `Policy`. What is left out stays as it is; null is no value, but for "
    "`poolOwner`, where it means nobody."
)
class PolicyInput:
    idle_days: int | None = strawberry.UNSET
    sku_idle_days: list[SkuIdleDaysInput] | None = strawberry.field(
        default=strawberry.UNSET, description="All of them: products not named have no number of their own any more."
    )
    grace_days: int | None = strawberry.UNSET
    disabled_days: int | None = strawberry.UNSET
    time_zone: str | None = strawberry.UNSET
    currency: str | None = strawberry.UNSET
    buffer_share: str | None = strawberry.field(
        default=strawberry.UNSET, description='A decimal number from 0 to 1, e.g. "0.02".'
    )
    buffer_min: int | None = strawberry.UNSET
    grace_billed: bool | None = strawberry.UNSET
    pool: SeatPool | None = strawberry.UNSET  # type: ignore[valid-type]
    pool_owner: str | None = strawberry.UNSET
    needed_plans: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET, description="All of them, by Microsoft's id."
    )
    unneeded_plans: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET, description="All of them, by Microsoft's id."
    )
    connection_fee_inside: bool | None = strawberry.UNSET

    def changes(self, tenant: TenantId) -> dict[str, Any]:
        """The rules given, as fields of the domain's policy. Whether they can be rules is for the domain to say."""
        given = {name: value for name, value in vars(self).items() if value is not strawberry.UNSET}
        empty = [name for name, value in given.items() if value is None and name != "pool_owner"]
        if empty:
            raise BadUserInput(f"`{_camel(empty[0])}` has no value; leave it out to keep it as it is.")
        if "buffer_share" in given:
            given["buffer_share"] = checked_decimal("bufferShare", given["buffer_share"])
        for name in ("pool_owner", "time_zone", "currency"):
            if given.get(name) is not None:
                checked_text(_camel(name), given[name])
        if "sku_idle_days" in given:
            days = [(SkuId(_id("sku", "Sku", tenant, each.sku)), each.days) for each in given["sku_idle_days"]]
            given["sku_idle_days"] = tuple(_few("skuIdleDays", days))
        for name in ("needed_plans", "unneeded_plans"):
            if name in given:
                plans = [PlanId(_id(_camel(name), "Plan", tenant, each)) for each in given[name]]
                given[name] = tuple(_few(_camel(name), plans))
        return given


def _id(name: str, kind: str, tenant: TenantId, text: str) -> UUID:
    found = part_of(kind, tenant, text)
    if found is None:
        raise BadUserInput(f"`{name}` is no id: {text!r}.")
    return found


def _few(name: str, values: list[Any]) -> list[Any]:
    if len(values) > LIST_MAX:
        raise BadUserInput(f"`{name}` names at most {LIST_MAX}.")
    return values


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.title() for part in rest)
