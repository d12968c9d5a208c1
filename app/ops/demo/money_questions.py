"""What the demo asks SUA about money, over HTTP like any portal."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from app.ops.demo.questions import Api, plain
from app.ops.demo.truth import Seat

_PAGE = 200

WASTE = """
query Waste($tenant: ID!, $asOf: Date) {
  tenant(id: $tenant) {
    at(asOf: $asOf) {
      byCause: findingTotals(groupBy: CAUSE) { groups { key label seats saving { total { amount currency } } } }
      byTier: findingTotals(groupBy: TIER) { groups { key label seats saving { total { amount currency } } } }
      dearest: findings(first: 3) { nodes { text } }
    }
  }
}
"""

FOUND = """
query Found($tenant: ID!, $asOf: Date, $first: Int!, $after: String) {
  tenant(id: $tenant) {
    at(asOf: $asOf) {
      findings(first: $first, after: $after) {
        nodes { userId cause tier remarks sku { skuId } }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
}
"""

COSTS = """
query Costs($tenant: ID!, $asOf: Date, $month: String!) {
  tenant(id: $tenant) {
    at(asOf: $asOf) {
      costs(month: $month, groupBy: DEPARTMENT) {
        until
        groups { ...cost } central { ...cost } unallocated { ...cost } variance { ...cost } total { ...cost }
      }
    }
  }
}
fragment cost on CostGroup { label seatDays cost { total { amount currency } } }
"""


@dataclass(frozen=True, slots=True)
class Group:
    """`saving` a month. None: unknown."""

    label: str
    seats: int
    saving: Decimal | None


@dataclass(frozen=True, slots=True)
class Waste:
    """Findings by cause and by tier, and the dearest three in a sentence each."""

    currency: str
    by_cause: list[Group]
    by_tier: list[Group]
    dearest: list[str]


@dataclass(frozen=True, slots=True)
class MonthCost:
    """By department; `rest`: the lines that are no department's, by what they are. They sum to the total.

    None: not known, which is not 0.
    """

    month: date
    until: date
    departments: dict[str, Decimal | None]
    rest: dict[str, Decimal | None]
    total: Decimal | None


@dataclass(frozen=True, slots=True)
class Finding:
    seat: Seat
    cause: str
    tier: str
    remarks: frozenset[str]


async def waste(api: Api, tenant: str, as_of: date) -> Waste:
    view = (await api.ask(WASTE, tenant=tenant, asOf=as_of.isoformat()))["tenant"]["at"]
    by_cause, by_tier = ([_group(each) for each in view[name]["groups"]] for name in ("byCause", "byTier"))
    told = [each["saving"]["total"] for each in view["byCause"]["groups"] if each["saving"]["total"]]
    currency = told[0]["currency"] if told else ""
    return Waste(currency, by_cause, by_tier, [node["text"] for node in view["dearest"]["nodes"]])


async def found(api: Api, tenant: str, as_of: date) -> list[Finding]:
    return [
        Finding(
            (UUID(plain(node["userId"])), UUID(node["sku"]["skuId"])),
            node["cause"],
            node["tier"],
            frozenset(node["remarks"]),
        )
        async for node in api.nodes(FOUND, "findings", tenant, as_of)
    ]


async def month_cost(api: Api, tenant: str, as_of: date, month: date) -> MonthCost:
    data = await api.ask(COSTS, tenant=tenant, asOf=as_of.isoformat(), month=f"{month:%Y-%m}")
    report = data["tenant"]["at"]["costs"]
    return MonthCost(
        month,
        date.fromisoformat(report["until"]),
        {group["label"]: _amount(group) for group in report["groups"]},
        {report[name]["label"]: _amount(report[name]) for name in ("central", "unallocated", "variance")},
        _amount(report["total"]),
    )


def _group(said: dict[str, Any]) -> Group:
    total = said["saving"]["total"]
    return Group(said["label"], said["seats"], None if total is None else Decimal(total["amount"]))


def _amount(line: dict[str, Any]) -> Decimal | None:
    """None: there are days of seats, and not what they cost. A line without any costs nothing."""
    total = line["cost"] and line["cost"]["total"]
    if total:
        return Decimal(total["amount"])
    return None if line["seatDays"] else Decimal(0)
