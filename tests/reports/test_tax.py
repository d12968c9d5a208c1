"""Amounts that are called net though a price includes tax: every report names the products."""

from collections.abc import Iterator
from datetime import date

import pytest

from app.eventstore.streams import price_stream
from app.graphql.pool import ReadPool
from tests.database import Database
from tests.graphql.world import CONTOSO, NOON, World, built
from tests.reports.conftest import E3, Client, priced, with_prices
from tests.reports.looking import month_of
from tests.reports.tables import sheets


@pytest.fixture(scope="module")
def world(module_database: Database) -> Iterator[World]:
    with built(module_database.writer_dsn) as made:
        with_prices(made)
        gross = priced(E3, "36").model_copy(update={"tax_included": True})
        made.append(CONTOSO, price_stream(E3), gross, at=NOON)
        made.tabulate(CONTOSO)
        yield made


async def test_the_monthly_report_names_products_whose_prices_include_tax(read_pool: ReadPool) -> None:
    report = await month_of(read_pool, date(2026, 11, 1))

    assert "Prices that include tax, so that their amounts are not net: Microsoft 365 E3." in report.unknowns


@pytest.mark.parametrize("file", ["costs.xlsx", "findings.xlsx"])
async def test_a_workbook_names_products_whose_prices_include_tax(client: Client, file: str) -> None:
    about = dict(sheets(await client.file(file))["About"])

    assert about["Prices that include tax"] == "Microsoft 365 E3"


async def test_a_workbook_without_such_a_price_says_so(client: Client) -> None:
    about = dict(sheets(await client.file("findings.xlsx", causes="DISABLED"))["About"])

    assert about["Prices that include tax"] == "none"
