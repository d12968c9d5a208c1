"""Microsoft's list of products, with the traps it has."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from app.domain.ids import PlanId, SkuId
from app.eventstore.pools import borrowed, writer_pool
from app.insight.sku_names import SkuName, names_of
from app.ops.price_files_table import read_table
from app.ops.skus import keep_skus, read_skus
from tests.database import Database

HEADER = "Product_Display_Name,String_Id,GUID,Service_Plan_Name,Service_Plan_Id,Service_Plans_Included_Friendly_Names"
OLD, BUNDLE, FIRST, SECOND = (SkuId(UUID(int=number)) for number in range(1, 5))
PLAN, OTHER = PlanId(UUID(int=0xA)), PlanId(UUID(int=0xB))
LIST = "\n".join(
    [
        HEADER,
        f"Power Virtual Agents,VIRTUAL_AGENT,{OLD},X,{PLAN},X",
        f"Copilot Studio,VIRTUAL_AGENT,{OLD},X,{PLAN},X",
        f'"E3, without Teams",O365_w/o\u00a0Teams\u00a0Bundle,{BUNDLE}\u00a0,X,{PLAN},X',
        f'"E3, without Teams",O365_w/o\u00a0Teams\u00a0Bundle,{BUNDLE}\u00a0,Y,{OTHER},Y',
        f'"E3, without Teams",O365_w/o\u00a0Teams\u00a0Bundle,{BUNDLE}\u00a0,Y,{OTHER},Y',
        f"Calling,MCOPSTN5,{FIRST},X,{PLAN},X",
        f"Calling,MCOPSTN5,{SECOND},X,{PLAN},X",
    ]
)
READ = [
    SkuName(OLD, "VIRTUAL_AGENT", "Copilot Studio", frozenset({PLAN})),
    SkuName(BUNDLE, "O365_w/o Teams Bundle", "E3, without Teams", frozenset({PLAN, OTHER})),
    SkuName(FIRST, "MCOPSTN5", "Calling", frozenset({PLAN})),
    SkuName(SECOND, "MCOPSTN5", "Calling", frozenset({PLAN})),
]
WHOLE = Path(__file__).parents[3] / "shared" / "data" / "sku-service-plans.csv"


def test_rows_come_together_to_products() -> None:
    assert read_skus(read_table(LIST.encode())) == (READ, [])


async def test_the_names_are_there_for_the_read_side_of_anybody(database: Database) -> None:
    with writer_pool(database.writer_dsn) as pool, borrowed(pool) as db:
        assert keep_skus(db, READ) == 4
        assert keep_skus(db, READ) == 0

    async with await psycopg.AsyncConnection.connect(database.reader_dsn) as reader:
        found = await names_of(reader, [BUNDLE, SkuId(UUID(int=99))])

    assert found == {BUNDLE: READ[1]}


@pytest.mark.skipif(not WHOLE.exists(), reason="the list is not at hand")
def test_the_whole_list_is_understood() -> None:
    found, errors = read_skus(read_table(WHOLE.read_bytes()))

    assert errors == []
    assert (len(found), len(frozenset().union(*(each.plans for each in found)))) == (619, 791)
    assert len([each for each in found if each.part_number == "MCOPSTN5"]) == 2
    assert [each for each in found if "\u00a0" in each.part_number + each.display_name] == []
