"""`sua skus`: take in Microsoft's list of products, for their names and service plans."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, ClassVar
from uuid import UUID

import typer

from app.assembly import assembled
from app.domain.errors import Refused
from app.domain.ids import PlanId, SkuId
from app.eventstore.pools import Connection
from app.insight.sku_names import SkuName
from app.ops.console import AsJson, show
from app.ops.price_files_cells import CellRefused, text
from app.ops.price_files_columns import RowError, columns, readers
from app.ops.price_files_output import say_errors
from app.ops.price_files_table import Cell, FileTable, read_table
from app.settings import Settings

app = typer.Typer(help="Microsoft's list of products: import.", no_args_is_help=True)

MOST_ROWS = 100_000
"""Rows of Microsoft's list; 6,000 in 2026."""

_COLUMNS: dict[str, tuple[str, ...]] = {
    "Product_Display_Name": (),
    "String_Id": (),
    "GUID": (),
    "Service_Plan_Id": (),
}


class SkuListRefused(Refused):
    """Rows of the list cannot be understood; nothing was written."""

    code: ClassVar[str] = "SKU_LIST_REFUSED"


class GuidUnreadable(CellRefused):
    code: ClassVar[str] = "GUID_UNREADABLE"


@dataclass(slots=True)
class _Gathered:
    """What the rows of one product say: they may differ in its name, and repeat a plan."""

    names: Counter[str] = field(default_factory=Counter)
    part_numbers: Counter[str] = field(default_factory=Counter)
    plans: set[PlanId] = field(default_factory=set)


@app.callback()
def products() -> None:
    """Keeps `import` a command of its own, for it is the only one."""


@app.command("import")
def import_skus(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="Microsoft's CSV, as downloaded.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Take in the names and service plans of all products; what is not in the file stays as it was."""
    table = read_table(file.read_bytes(), most=MOST_ROWS)
    found, errors = read_skus(table)
    if errors:
        say_errors(errors, as_json=as_json)
        raise SkuListRefused(f"{len(errors)} of {len(table.rows)} rows cannot be understood; nothing was written.")
    with assembled(Settings.load()) as parts, parts.workshop.database() as db:
        changed = keep_skus(db, found)
    show([{"rows": len(table.rows), "products": len(found), "changed": changed}], as_json=as_json)


def read_skus(table: FileTable) -> tuple[list[SkuName], list[RowError]]:
    """One row a product and service plan, in; one product each, out.

    The list holds no-break spaces in ids, rows twice, and products under an old and a new name: the name of most rows
    counts, of equals the first by the alphabet.
    """
    found = columns(table, _COLUMNS, tuple(_COLUMNS))
    errors: list[RowError] = []
    gathered: dict[SkuId, _Gathered] = {}
    for _, cells in readers(table, found, errors):
        name = cells.needed("Product_Display_Name", _name)
        part_number = cells.needed("String_Id", _name)
        sku = cells.needed("GUID", _guid)
        plan = cells.needed("Service_Plan_Id", _guid)
        if name is not None and part_number is not None and sku is not None and plan is not None:
            product = gathered.setdefault(SkuId(sku), _Gathered())
            product.names[name] += 1
            product.part_numbers[part_number] += 1
            product.plans.add(PlanId(plan))
    return [
        SkuName(sku, _commonest(each.part_numbers), _commonest(each.names), frozenset(each.plans))
        for sku, each in sorted(gathered.items())
    ], errors


def _commonest(names: Counter[str]) -> str:
    return min(names, key=lambda name: (-names[name], name))


def _name(cell: Cell) -> str:
    return " ".join(text(cell).split())  # no-break spaces as well


def _guid(cell: Cell) -> UUID:
    try:
        return UUID(text(cell).strip())
    except ValueError as error:
        raise GuidUnreadable(f"{text(cell)[:40]!r} is no GUID") from error


def keep_skus(db: Connection, found: Sequence[SkuName]) -> int:
    """Add the products or replace what was known of them. Returns how many were new or differed."""
    rows = [(each.sku, each.part_number, each.display_name, sorted(each.plans)) for each in found]
    changed = db.cursor()
    changed.executemany(
        "INSERT INTO sku_names AS known (sku_id, part_number, display_name, plans) VALUES (%s, %s, %s, %s)"
        " ON CONFLICT (sku_id) DO UPDATE SET part_number = excluded.part_number,"
        " display_name = excluded.display_name, plans = excluded.plans"
        " WHERE (known.part_number, known.display_name, known.plans)"
        " IS DISTINCT FROM (excluded.part_number, excluded.display_name, excluded.plans)",
        rows,
    )
    return changed.rowcount
