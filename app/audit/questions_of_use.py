"""What GraphQL is asked of a moment about money and use, beside what the replay says the answer is."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from app.audit.answers import Door
from app.audit.difference import Values
from app.audit.expected_adoption import SOURCES, adoption_of
from app.audit.expected_costs import GROUPINGS, costs_of, months_of
from app.audit.expected_phone_costs import DEPARTMENT, phone_costs_of, rows_of
from app.audit.expected_phone_costs import GROUPINGS as PHONE_GROUPINGS
from app.audit.expected_products import products_of
from app.audit.month import Month
from app.audit.replay import WholeReplay
from app.audit.same import Key, Outcome, keyed, same
from app.domain.stand_ins import span_of

PHONE_DAYS = 400
"""As many as one question may span."""

_VIEW = "tenant(id: $tenant) { at(asOf: $asOf, knownAt: $knownAt)"
_MOMENT = "$tenant: ID!, $asOf: Date, $knownAt: DateTime"
_SUM = "{ total { amount currency } byCurrency { amount currency } }"
_LINE = f"{{ key seatDays unpricedSeatDays smallGroups cost {_SUM} }}"
_PHONE_LINE = f"{{ key calls seconds unpricedCalls smallGroups cost {_SUM} }}"

COSTS = f"""query({_MOMENT}, $month: String!, $by: CostGrouping!) {{ {_VIEW} {{
    costs(month: $month, groupBy: $by) {{ since until complete coverage
    unpriced {{ sku {{ skuId }} seatDays }} taxIncluded {{ skuId }}
    groups {_LINE} central {_LINE} unallocated {_LINE} variance {_LINE} total {_LINE} }} }} }} }}"""
PHONE_COSTS = f"""query({_MOMENT}, $since: Date, $until: Date, $by: PstnCostGrouping!) {{ {_VIEW} {{
    pstnCosts(since: $since, until: $until, groupBy: $by) {{ since until groups {_PHONE_LINE} total {_PHONE_LINE} }}
    }} }} }}"""
ADOPTION = f"""query({_MOMENT}, $source: WorkloadSource!) {{ {_VIEW} {{ adoption(source: $source) {{
    source since until suppressed active eligible adoption stickiness }} }} }} }}"""
PRODUCTS = f"""query({_MOMENT}) {{ {_VIEW} {{ skuFindings {{
    sku {{ skuId }} class price {{ amount currency }} usable enabled held active unverifiable unassigned buffer
    netUnassigned overAssigned suspendedWithHolders twoPaths atRisk atRiskOn utilisationAssigned utilisationActive
    saving {{ amount currency }} }} }} }} }}"""

_LINES = ("central", "unallocated", "variance", "total")
_REPORT = ("since", "until", "complete", "coverage", "unpriced", "taxIncluded")


async def costs(door: Door, replay: WholeReplay, moment: Mapping[str, Any]) -> Outcome:
    """Of the moment's month and the one before, by everything costs can be told by."""
    expected: dict[Key, Values] = {}
    told: dict[Key, Values] = {}
    customer = replay.customer.told if replay.cut.position else None
    for first in months_of(replay.cut.on):
        month = None if customer is None else Month(replay, customer, first)
        for by in GROUPINGS:
            if month is not None and customer is not None:
                expected |= costs_of(month, customer.policy, by)
            told |= _costs_told(await door.ask(COSTS, {**moment, "month": f"{first:%Y-%m}", "by": by}), first, by)
    return await same("costs", replay, expected, keyed(told))


def _costs_told(answer: Mapping[str, Any], month: date, by: str) -> Mapping[Key, Values]:
    report, name = answer["tenant"]["at"]["costs"], f"{month:%Y-%m}"
    if report is None:
        return {}
    groups = {(by, name, "group", nth): line for nth, line in enumerate(report["groups"])}
    rest = {(by, name, line): report[line] for line in _LINES}
    return {**groups, **rest, (by, name, "report"): {each: report[each] for each in _REPORT}}


async def phone_costs(door: Door, replay: WholeReplay, moment: Mapping[str, Any]) -> Outcome:
    """Of the 400 days up to the moment's, by everything costs of calls can be told by.

    Not by department where the details of some of the calls are gone: of those the log tells no department any more.
    """
    until = replay.cut.on + timedelta(days=1)
    since = until - timedelta(days=PHONE_DAYS)
    customer = replay.customer.told if replay.cut.position else None
    rows = rows_of(replay, customer, since, until) if customer else []
    expected: dict[Key, Values] = {}
    told: dict[Key, Values] = {}
    gone = any(row.call.user is not None and span_of(row.call.user) is not None for row in rows)
    for by in [each for each in PHONE_GROUPINGS if not (gone and each == DEPARTMENT)]:
        if customer is not None:
            expected |= phone_costs_of(door.tenant, replay, customer, rows, since, until, by)
        asked = {**moment, "since": since.isoformat(), "until": until.isoformat(), "by": by}
        report = (await door.ask(PHONE_COSTS, asked))["tenant"]["at"]["pstnCosts"]
        if report is not None:
            told[by, "report"] = {"since": report["since"], "until": report["until"]}
            told[by, "total"] = report["total"]
            told |= {(by, "group", nth): line for nth, line in enumerate(report["groups"])}
    return await same("pstnCosts", replay, expected, keyed(told))


async def adoption(door: Door, replay: WholeReplay, moment: Mapping[str, Any]) -> Outcome:
    """Of every workload of which days are kept."""
    expected = {(source.name,): adoption_of(replay, source) for source in SOURCES}
    told: dict[Key, Values] = {}
    for source in SOURCES:
        told[source.name,] = (await door.ask(ADOPTION, {**moment, "source": source.name}))["tenant"]["at"]["adoption"]
    return await same("adoption", replay, expected, keyed(told))


async def sku_findings(door: Door, replay: WholeReplay, moment: Mapping[str, Any]) -> Outcome:
    found = (await door.ask(PRODUCTS, moment))["tenant"]["at"]["skuFindings"]
    told = {(node["sku"]["skuId"],): node for node in found}
    return await same("skuFindings", replay, products_of(replay), keyed(told))


OF_USE = {"costs": costs, "pstnCosts": phone_costs, "adoption": adoption, "skuFindings": sku_findings}
