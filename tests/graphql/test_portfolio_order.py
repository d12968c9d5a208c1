"""Customers put in order by their figures, over all of them."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from time import perf_counter
from typing import Any

import pytest

from app.domain.events.deciding import Tier
from app.domain.ids import TenantId
from app.domain.money import Money
from app.domain.price_book import Total
from app.graphql import portfolio_turns
from app.graphql.assessments import Assessments
from app.graphql.ordering import Ranked, in_order, place_after
from app.graphql.portfolio_order import DOWNWARDS, PortfolioOrder, value_of
from app.insight.assessment import Assessment
from app.insight.portfolio import Figures, figures_of
from app.insight.products import Used
from tests.database import Database
from tests.graphql import money_world
from tests.graphql.conftest import Client
from tests.graphql.money_world import holds
from tests.graphql.world import CONTOSO, E5, FABRIKAM, NOON, World, discovered, user_id

QUERY = """
query ($by: PortfolioOrder!, $down: Boolean, $first: Int, $after: String) {
 portfolio(orderBy: $by, descending: $down, first: $first, after: $after) {
  nodes { name seats } pageInfo { hasNextPage endCursor } } }
"""
UNKNOWN = Total((), None)


@pytest.fixture(scope="module")
def world(module_database: Database) -> Iterator[World]:
    with money_world.built(module_database.writer_dsn) as made:
        yield made


def eur(amount: str) -> Total:
    money = Money(Decimal(amount), "EUR")
    return Total((money,), money)


BIG = Figures(
    run_rate=eur("1000"),
    paid=100,
    unpriced=0,
    waste=[(Tier.LIKELY, 10, eur("100"))],
    unassigned=eur("50"),
    seats=90,
    people=80,
    used=Used(Decimal("0.9"), Decimal("0.8"), 100, 100),
)
SMALL = Figures(
    run_rate=Total((), Money(Decimal(10), "USD")),
    paid=10,
    unpriced=0,
    waste=[(Tier.GUARANTEED, 1, UNKNOWN), (Tier.LIKELY, 5, Total((), Money(Decimal(5), "USD")))],
    unassigned=eur("0"),
    seats=10,
    people=10,
    used=Used(Decimal(1), None, 10, 10),
)
UNPRICED = replace(BIG, run_rate=UNKNOWN, waste=[], unassigned=UNKNOWN, used=Used(None, None, 100, 0), seats=5)


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (PortfolioOrder.RUN_RATE, ["Small", "Big", "None yet", "Unpriced"]),
        (PortfolioOrder.GUARANTEED_SHARE, ["Big", "None yet", "Small", "Unpriced"]),
        (PortfolioOrder.LIKELY_SHARE, ["Small", "Big", "None yet", "Unpriced"]),
        (PortfolioOrder.UNASSIGNED_SHARE, ["Big", "Small", "None yet", "Unpriced"]),
        (PortfolioOrder.UTILISATION_ASSIGNED, ["Big", "Small", "None yet", "Unpriced"]),
        (PortfolioOrder.UTILISATION_ACTIVE, ["Big", "None yet", "Small", "Unpriced"]),
        (PortfolioOrder.SEATS, ["Big", "Small", "Unpriced", "None yet"]),
        (PortfolioOrder.PEOPLE, ["Big", "Unpriced", "Small", "None yet"]),
    ],
)
def test_shares_need_no_rate_and_what_is_not_known_comes_last_by_name(
    order: PortfolioOrder, expected: list[str]
) -> None:
    known: dict[str, Figures | None] = {"Unpriced": UNPRICED, "Small": SMALL, "None yet": None, "Big": BIG}
    down = order in DOWNWARDS

    ordered = in_order([Ranked(value_of(order, each), (name,), name) for name, each in known.items()], descending=down)

    assert [each.item for each in ordered] == expected
    for place, each in enumerate(ordered):
        assert place_after(ordered, each.value, each.tie, descending=down) == place + 1


async def listed(client: Client, **variables: Any) -> dict[str, Any]:
    found: dict[str, Any] = (await client.data(QUERY, "operator", **variables))["portfolio"]
    return found


@pytest.mark.parametrize(
    ("by", "down", "names"),
    [
        ("SEATS", None, ["Contoso", "Fabrikam"]),
        ("SEATS", False, ["Fabrikam", "Contoso"]),
        ("NAME", None, ["Contoso", "Fabrikam"]),
        ("NAME", True, ["Fabrikam", "Contoso"]),
        ("LIKELY_SHARE", None, ["Contoso", "Fabrikam"]),
    ],
)
async def test_the_order_is_that_asked_for_page_by_page(
    client: Client, by: str, down: bool | None, names: list[str]
) -> None:
    first = await listed(client, by=by, down=down, first=1)
    second = await listed(client, by=by, down=down, first=1, after=first["pageInfo"]["endCursor"])

    assert [each["name"] for each in (*first["nodes"], *second["nodes"])] == names
    assert (first["pageInfo"]["hasNextPage"], second["pageInfo"]["hasNextPage"]) == (True, False)


async def test_a_cursor_of_another_order_is_refused(client: Client) -> None:
    after = (await listed(client, by="SEATS", first=1))["pageInfo"]["endCursor"]

    assert await client.code(QUERY, "operator", by="PEOPLE", after=after) == "INVALID_CURSOR"
    assert await client.code(QUERY, "operator", by="SEATS", down=False, after=after) == "INVALID_CURSOR"
    assert await client.code(QUERY, "operator", by="NAME", after=after) == "INVALID_CURSOR"


async def test_a_customer_sees_themselves_alone_in_every_order(client: Client) -> None:
    for by in (each.name for each in PortfolioOrder):
        data = await client.data(QUERY, "viewer", by=by)
        assert [each["name"] for each in data["portfolio"]["nodes"]] == ["Contoso"]


async def test_pages_go_by_the_knowledge_of_the_first_while_data_moves_on(client: Client, world: World) -> None:
    """Meanwhile Fabrikam comes to hold more seats than Contoso, which would put it on the page before."""
    first = await listed(client, by="SEATS", first=1)
    client.clock.step_to(NOON + timedelta(minutes=1))
    people = [user_id(70 + nth) for nth in range(9)]
    found = [discovered(each, f"New {nth}", None) for nth, each in enumerate(people)]
    world.seats(FABRIKAM, [*found, *(holds(each, E5) for each in people)], at=client.clock.now())
    world.tabulate(FABRIKAM)
    client.clock.step_to(NOON + timedelta(minutes=2))

    second = await listed(client, by="SEATS", first=1, after=first["pageInfo"]["endCursor"])
    anew = await listed(client, by="SEATS")

    assert (first["nodes"], second["nodes"]) == ([{"name": "Contoso", "seats": 6}], [{"name": "Fabrikam", "seats": 1}])
    assert anew["nodes"][0] == {"name": "Fabrikam", "seats": 10}


async def test_by_name_nobody_is_judged_but_those_of_the_page(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    judged = []
    judge = Assessments.figures

    async def noted(self: Assessments, db: Any, tenant: TenantId, *rest: Any) -> Figures:
        judged.append(tenant)
        return await judge(self, db, tenant, *rest)

    monkeypatch.setattr(Assessments, "figures", noted)

    assert [each["name"] for each in (await listed(client, by="NAME", down=True, first=1))["nodes"]] == ["Fabrikam"]
    assert judged == [FABRIKAM]


async def test_who_takes_too_long_to_judge_all_is_refused_and_a_repeat_goes_on_from_there(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged: list[TenantId] = []

    async def noted(db: Any, tenant: TenantId, assessment: Assessment) -> Figures:
        judged.append(tenant)
        if judged == [CONTOSO, FABRIKAM]:
            await db.execute("SELECT pg_sleep(30)")
        return await figures_of(db, tenant, assessment)

    monkeypatch.setattr("app.graphql.assessments.figures_of", noted)
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(portfolio_turns, "JUDGING_SECONDS", 2)
        begun = perf_counter()
        code = await client.code(QUERY, "operator", by="SEATS")
        took = perf_counter() - begun
    again = await listed(client, by="SEATS")

    assert (code, took < 10) == ("QUERY_TIMED_OUT", True)
    assert [each["name"] for each in again["nodes"]] == ["Contoso", "Fabrikam"]
    assert judged == [CONTOSO, FABRIKAM, FABRIKAM]


async def test_one_at_a_time_judges_all_few_wait_and_nobody_by_name_does(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of four, one judges, two wait, and the last is refused before the time is over."""
    going_on, most = 0, 0

    async def judging(*_: Any) -> Figures:
        nonlocal going_on, most
        going_on += 1
        most = max(most, going_on)
        await asyncio.sleep(0.2)
        going_on -= 1
        return BIG

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(Assessments, "figures", judging)
        answers = await asyncio.gather(*(client.ask(QUERY, "operator", by="SEATS") for _ in range(4)))

    codes = [error["extensions"]["code"] for each in answers for error in each.get("errors", ())]
    assert (most, codes) == (1, ["QUERY_TIMED_OUT"])
