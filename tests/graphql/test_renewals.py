"""What was bought of each product, through the door."""

from datetime import UTC, datetime

from app.domain.events.licensing import Purchase, RenewalScheduled
from app.eventstore.streams import sku_stream
from tests.graphql.conftest import Client
from tests.graphql.world import CONTOSO, E5, JUNE, World

NEXT = datetime(2027, 3, 1, tzinfo=UTC)
QUERY = """
query ($id: ID!, $asOf: Date) { tenant(id: $id) { at(asOf: $asOf) { skus {
  partNumber purchaseDifference renewals { date seats status trial boughtAt }
} } } }
"""


def purchase(name: str, seats: int, status: str, at: datetime | None = NEXT) -> Purchase:
    return Purchase(purchase=name, seats=seats, trial=False, status=status, created_at=JUNE, next_change_at=at)


async def test_a_products_purchases_stand_below_it_the_soonest_change_first(client: Client, world: World) -> None:
    _, version = world.store.load(CONTOSO, sku_stream(E5))
    bought = (purchase("a", 5, "Warning", None), purchase("b", 6, "Enabled"), purchase("c", 90, "Deleted", None))
    fact = RenewalScheduled(happened_at=datetime(2026, 11, 20, tzinfo=UTC), sku=E5, purchases=bought)
    world.append(CONTOSO, sku_stream(E5), fact, at=datetime(2026, 11, 23, 4, tzinfo=UTC), after=version)
    world.tabulate(CONTOSO)

    now = await client.data(QUERY, id=str(CONTOSO))
    before = await client.data(QUERY, id=str(CONTOSO), asOf="2026-11-01")

    (sku,) = now["tenant"]["at"]["skus"]
    assert sku["purchaseDifference"] == 1
    assert [(each["date"], each["seats"], each["status"]) for each in sku["renewals"]] == [
        ("2027-03-01T00:00:00+00:00", 6, "Enabled"),
        (None, 5, "Warning"),
        (None, 90, "Deleted"),
    ]
    assert before["tenant"]["at"]["skus"] == [{"partNumber": "SPE_E5", "purchaseDifference": None, "renewals": []}]


async def test_a_neighbours_purchases_are_not_found(client: Client) -> None:
    assert await client.code(QUERY, who="neighbour", id=str(CONTOSO)) == "NOT_FOUND"


async def test_a_kind_says_why_and_how_surely(client: Client) -> None:
    data = await client.data(
        "query ($id: ID!) { tenant(id: $id) { at { users(first: 1) { nodes { kind kindSource kindConfidence } } } } }",
        id=str(CONTOSO),
    )

    assert data["tenant"]["at"]["users"]["nodes"] == [
        {"kind": "PERSON", "kindSource": "USER_TYPE", "kindConfidence": "HIGH"}
    ]
