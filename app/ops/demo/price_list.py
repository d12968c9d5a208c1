"""What the simulated customer's provider charges: a price file as `sua prices import` takes it, stated for everybody.

The prices are round and the demo's own; whoever looks at a real customer brings theirs.
"""

from decimal import Decimal
from importlib.resources import files
from uuid import UUID

from app.assembly import Parts
from app.domain.errors import SuaError
from app.ops.price_files import read_prices
from app.ops.price_files_import import write_prices
from app.ops.price_files_skus import products_of
from app.ops.price_files_table import read_table


def state_prices(parts: Parts) -> dict[UUID, Decimal]:
    """Make them the provider's defaults, which every customer invited from now on has. Returns the month's by SKU."""
    table = read_table(files("app.ops.demo").joinpath("prices.csv").read_bytes(), None)
    with parts.workshop.database() as db:
        read = read_prices(table, products_of(None, parts.desk, db), None)
    if read.errors:
        raise SuaError(f"the demo's own price file: {read.errors[0]}")
    write_prices([each.line for each in read.lines], None, parts)
    return {each.line.sku: each.line.monthly() for each in read.lines}
