"""What is easily got wrong about products, prices and whose account it is (facts/graph.md, section j)."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from graphql import GraphQLObjectType, build_schema, get_named_type

import app.graphql
from app.domain import sku as product
from app.domain.catalogue import CATALOGUE
from app.domain.events.charging import PstnCallCharged
from app.domain.events.licensing import UserKind
from app.domain.ids import SkuId
from app.domain.licensing import PHONE_RESOURCE_ACCOUNT, TEAMS_ROOMS_PRO, HeldLicence, Judgement, Verdict, judge
from app.graphql.skus import Sku
from app.ingest.translate import directory
from app.ingest.translate.phone_logs import direct_routing_call, pstn_call
from app.projections import pstn_charges, sku_units
from app.projections.reading import scope
from tests.ingest.translate.rows import SEEN_AT, sku, user
from tests.ingest.translate.test_phone_logs import direct, pstn
from tests.projections.asking import Reader, told, when
from tests.projections.conftest import Desk
from tests.projections.story import day

SCHEMA = build_schema((Path(app.graphql.__file__).parent / "schema.graphql").read_text())
ANOTHER_ROW = "aaaaaaaa-6c3c-427d-a30c-bd0b2eacee90"
F3 = "66b55226-6b4f-492c-910c-a3b7a3c9d993"
UNHEARD_OF = "0f0f0f0f-6b4f-492c-910c-a3b7a3c9d993"


def fields_of(name: str) -> dict[str, str]:
    """A GraphQL type's fields and the names of their types."""
    kind = SCHEMA.type_map[name]
    assert isinstance(kind, GraphQLObjectType)
    return {field: get_named_type(each.type).name for field, each in kind.fields.items()}


async def test_rows_of_one_call_in_two_currencies_stay_two_amounts(desk: Desk, reader: Reader) -> None:
    """Item 16: from Graph's rows to the question; the key is the row's, and nothing is added up."""
    begun = day(5, 10).isoformat()
    rows = [
        pstn_call(pstn(startDateTime=begun, endDateTime=None, **changed))
        for changed in ({}, {"id": ANOTHER_ROW, "currency": "EUR"})
    ]
    tenant = told(desk, *(PstnCallCharged(happened_at=row.began_at, call=row) for row in rows))

    async with scope(reader, [tenant]):
        at = await when(reader, tenant, day(20))
        found = await pstn_charges.listed_at(reader, tenant, at, since=day(1), until=day(20), after=None, limit=10)

    assert len({row.shared_id for row in rows}) == 1
    assert sorted((row.currency, row.charge, row.connection_charge) for row in found) == [
        ("EUR", Decimal("0.1875"), Decimal("0.05")),
        ("USD", Decimal("0.1875"), Decimal("0.05")),
    ]


def test_an_amount_is_shown_with_its_currency_and_a_sum_keeps_currencies_apart() -> None:
    """Item 16: amounts of one row, one price or one product are Money; whatever is added up is a MoneySum."""
    by_kind: dict[str, set[str]] = {"Money": set(), "MoneySum": set()}
    for name, kind in SCHEMA.type_map.items():
        if isinstance(kind, GraphQLObjectType) and name != "MoneySum":
            for field, of in fields_of(name).items():
                by_kind.get(of, set()).add(f"{name}.{field}")

    assert by_kind["Money"] == {
        "PstnCall.charge", "PstnCall.connectionCharge", "Price.amount", "Finding.price", "Finding.saving",
        "ProductFinding.price", "ProductFinding.saving", "RealisedSaving.monthly", "UpcomingRenewal.price",
        "UpcomingRenewal.monthly", "UpcomingRenewal.reclaimable",
    }  # fmt: skip
    assert by_kind["MoneySum"] >= {"CostGroup.cost", "FindingTotal.saving", "PstnCost.cost", "SavingsOf.runRateTimes12"}
    assert fields_of("MoneySum") == {"total": "Money", "byCurrency": "Money"}
    assert set(fields_of("Money")) == {"amount", "currency"}


def test_direct_routing_numbers_need_not_be_whole() -> None:
    """Item 16, the fractions."""
    assert direct_routing_call(direct(duration=5.0)) == direct_routing_call(direct(duration=5))
    assert direct_routing_call(direct(duration=5.5)).row == direct_routing_call(direct()).row


async def test_two_products_of_one_part_number_stay_two(desk: Desk, reader: Reader) -> None:
    """Item 17: the skuId is the key, and an unknown product is shown by Microsoft's part number as it is."""
    seen = [
        directory.sku(sku(skuId=F3, skuPartNumber="SPE_F1", consumedUnits=3), day(2)),
        directory.sku(sku(skuId=UNHEARD_OF, skuPartNumber="SPE_F1", consumedUnits=5), day(2)),
    ]
    tenant = told(desk, *(fact for each in seen for fact in product.sight(product.replay([]), each)))

    async with scope(reader, [tenant]):
        at = await when(reader, tenant, day(20))
        shown = [Sku.of(tenant, at, row) for row in await sku_units.listed_at(reader, tenant, at)]

    assert {(each.sku_id, each.part_number, each.consumed) for each in shown} == {
        (F3, "SPE_F1", 3),
        (UNHEARD_OF, "SPE_F1", 5),
    }


def test_a_products_letters_are_no_name() -> None:
    """Item 17: a product's name is looked up by its skuId; SPE_F1 is F3, and what no list knows goes by its letters."""
    assert CATALOGUE.name_of(SkuId(UUID(F3))) == "Microsoft 365 F3"
    assert CATALOGUE.name_of(SkuId(UUID(UNHEARD_OF))) is None


def long_held(row: dict[str, Any]) -> tuple[UserKind, Judgement]:
    """What is said of an account that has held a licence for two years and never shown any activity."""
    seen = directory.seat(row, SEEN_AT, None)
    never = HeldLicence(
        kind=seen.profile.kind,
        enabled=seen.enabled,
        created_at=seen.created_at,
        held_since=datetime(2024, 11, 1, tzinfo=UTC),
        last_evidence=None,
        last_attempt=None,
        observable=True,
    )
    return seen.profile.kind, judge(never, date(2026, 11, 23), ZoneInfo("UTC"))


def holding(held: SkuId) -> dict[str, Any]:
    return user(assignedLicenses=[{"skuId": str(held), "disabledPlans": []}])


@pytest.mark.parametrize(
    ("row", "kind", "verdict"),
    [
        (user(**{"@odata.type": "#microsoft.graph.agentUser"}), UserKind.AGENT, Verdict.NOT_JUDGED),
        (holding(TEAMS_ROOMS_PRO), UserKind.ROOM, Verdict.NOT_JUDGED),
        (holding(PHONE_RESOURCE_ACCOUNT), UserKind.PHONE_RESOURCE, Verdict.NOT_JUDGED),
        (user(), UserKind.PERSON, Verdict.NEVER_USED),
    ],
    ids=["agent", "room", "resource account", "person"],
)
def test_agents_rooms_and_resource_accounts_are_never_idle(
    row: dict[str, Any], kind: UserKind, verdict: Verdict
) -> None:
    """Item 19: a person in their place is."""
    assert long_held(row) == (kind, Judgement(verdict))
