"""Whether SUA's answers about money equal what the simulated company knows of itself."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from app.domain.policy import DEFAULT_POLICY
from app.ops.demo import money_questions, money_truth, truth
from app.ops.demo.money_questions import Finding, MonthCost, Waste
from app.ops.demo.money_truth import DISABLED_DAYS, Prices, Truth
from app.ops.demo.questions import Api
from app.ops.demo.story import World
from app.ops.demo.verdict import Comparison, compared, evening

_QUIET = ("IDLE", "NEVER_USED")
_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class MoneyAnswers:
    """Today's and the earlier day's."""

    today: date
    before: date
    waste_today: Waste
    waste_before: Waste
    cost_today: MonthCost
    cost_before: MonthCost
    comparisons: list[Comparison]


async def money_questioned(
    api: Api, tenant: str, world: World, begins_at: datetime, prices: Prices, days_back: int
) -> MoneyAnswers:
    """Ask what is wasted and what last month cost, today and `days_back` days ago, and compare with the truth."""
    today = world.clock.now().date()
    before = today - timedelta(days=days_back)
    month = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    cost_today = await money_questions.month_cost(api, tenant, today, month)
    cost_before = await money_questions.month_cost(api, tenant, before, min(month, before.replace(day=1)))
    comparisons = []
    for on in (today, before):
        findings = await money_questions.found(api, tenant, on)
        comparisons += await _findings(world, begins_at, on, findings, prices)
    for on, cost in ((today, cost_today), (before, cost_before)):
        if cost.month > begins_at.date():
            comparisons.append(await _costs(world, on, cost, prices))
    waste_today = await money_questions.waste(api, tenant, today)
    waste_before = await money_questions.waste(api, tenant, before)
    return MoneyAnswers(today, before, waste_today, waste_before, cost_today, cost_before, comparisons)


async def _findings(
    world: World, begins_at: datetime, on: date, findings: list[Finding], prices: Prices
) -> list[Comparison]:
    """Seats of disabled and of quiet people. Overlaps and the like have an oracle of their own in the tests."""
    known = await world.truth(evening(world, on), begins_at)
    last_calls = truth.last_calls(known["calls"])
    quiet = truth.idle(known, on, last_calls, DEFAULT_POLICY.idle_days, DEFAULT_POLICY.grace_days)
    said_quiet = {
        each.seat
        for each in findings
        if each.cause in _QUIET and each.tier != "UNVERIFIABLE" and "BACKGROUND_ONLY" not in each.remarks
    }
    found = [compared("seats idle or never used", on, said_quiet, money_truth.priced(quiet, prices))]
    first = on - timedelta(days=DISABLED_DAYS)
    if first >= begins_at.date():
        days = [first + timedelta(days=nth) for nth in range(DISABLED_DAYS + 1)]
        evenings = [await world.truth(evening(world, each), evening(world, each)) for each in days]
        said = {each.seat for each in findings if each.cause == "DISABLED"}
        found.append(compared("seats of disabled accounts", on, said, money_truth.disabled(evenings, prices)))
    return found


async def _costs(world: World, on: date, cost: MonthCost, prices: Prices) -> Comparison:
    evenings: dict[date, Truth] = {}
    for nth in range((cost.until - cost.month).days):
        day = cost.month + timedelta(days=nth)
        evenings[day] = await world.truth(evening(world, day), evening(world, day))
    paid = money_truth.without_trials(prices, await world.truth(evening(world, on), evening(world, on)))
    expected = money_truth.cost_by_department(evenings, paid)
    said: dict[str | None, Decimal | None] = dict(cost.departments.items())
    said[None] = cost.rest.get("Unallocated", Decimal(0))
    differences = [
        _difference(department or "nobody", said.get(department, Decimal(0)), expected.get(department, Decimal(0)))
        for department in sorted(said.keys() | expected.keys(), key=str)
    ]
    differences.append(_difference("in all", cost.total, money_truth.total_cost(evenings, paid)))
    differences = [each for each in differences if each]
    return Comparison(f"cost of {cost.month:%Y-%m} by department", on, len(said), tuple(differences))


def _difference(what: str, answered: Decimal | None, true: Decimal) -> str:
    """In words; empty: there is none."""
    if answered is not None and abs(answered - true) <= _CENT:
        return ""
    return f"{what}: {'unknown' if answered is None else f'{answered:,.2f}'} answered, {true:,.2f} true"
