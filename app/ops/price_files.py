"""Price lists and exchange rates as files: from bytes to prices, with everything that is wrong, row by row. Pure.

Dates are half-open: `effective until` is the first day a price no longer holds.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import ClassVar, Protocol
from uuid import UUID

from app.domain.errors import Refused
from app.domain.events.pricing import Per, PriceSource, Term
from app.domain.ids import SkuId
from app.domain.price_book import PriceLine, Rate
from app.domain.pricing import PriceKey, check_line, check_rate, key_of
from app.ops.price_files_cells import (
    CellMissing,
    DecimalSign,
    amount,
    day,
    seats,
    text,
    word,
)
from app.ops.price_files_columns import RowError, RowReader, columns, readers
from app.ops.price_files_table import Cell, FileTable

_PRICE_COLUMNS = {
    "sku": ("skuid", "partnumber", "skupartnumber"),
    "price": ("amount", "unitprice"),
    "currency": ("currencycode",),
    "source": ("pricesource",),
    "per": (),
    "term": (),
    "effective from": ("validfrom", "from", "effectivestartdate"),
    "effective until": ("validuntil", "until", "effectiveenddate"),
    "quantity": ("seats",),
    "lot": (),
    "commit floor": ("floor", "minimum"),
    "tax included": (),
}
_PRICE_NEEDED = ("sku", "price", "currency", "source", "effective from")
_RATE_COLUMNS = {
    "base": ("from", "basecurrency"),
    "quote": ("to", "quotecurrency"),
    "rate": ("exchangerate",),
    "on": ("date", "day"),
    "source": (),
}

_SOURCES = {"contract": PriceSource.CONTRACT, "reseller": PriceSource.RESELLER, "list": PriceSource.LIST}
_PERS = {"month": Per.MONTH, "monthly": Per.MONTH, "year": Per.YEAR, "yearly": Per.YEAR, "annual": Per.YEAR}
_TERMS = {
    "monthly": Term.MONTHLY,
    "month": Term.MONTHLY,
    "p1m": Term.MONTHLY,
    "yearly": Term.YEARLY,
    "year": Term.YEARLY,
    "annual": Term.YEARLY,
    "p1y": Term.YEARLY,
    "threeyears": Term.THREE_YEARS,
    "p3y": Term.THREE_YEARS,
}
_YES_OR_NO = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


class SkuUnknown(Refused):
    """Neither the customer nor any list of products knows it: a slip, or too new for the lists."""

    code: ClassVar[str] = "SKU_UNKNOWN"


class SkuAmbiguous(Refused):
    """The part number names several products. Give the GUID."""

    code: ClassVar[str] = "SKU_AMBIGUOUS"


class StatedTwice(Refused):
    """The file states two different prices (or rates) for the same lot (or pair) and day."""

    code: ClassVar[str] = "STATED_TWICE"


class Products(Protocol):
    """What is known of products."""

    def is_known(self, sku: SkuId) -> bool: ...

    def named(self, part_number: str) -> Collection[SkuId]:
        """The products of that part number, which is given in small letters."""
        ...


@dataclass(frozen=True, slots=True)
class NumberedLine:
    row: int
    line: PriceLine


@dataclass(frozen=True, slots=True)
class NumberedRate:
    row: int
    rate: Rate


@dataclass(frozen=True, slots=True)
class PriceRows:
    """`lines`: of the rows without error; a row that repeats another word for word is left out."""

    lines: Sequence[NumberedLine]
    errors: Sequence[RowError]
    ignored: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RateRows:
    rates: Sequence[NumberedRate]
    errors: Sequence[RowError]
    ignored: tuple[str, ...]


def read_prices(table: FileTable, products: Products, decimal: DecimalSign | None = None) -> PriceRows:
    """The prices of a table. Raises ColumnMissing or ColumnTwice; all else is an error of a row."""
    found = columns(table, _PRICE_COLUMNS, _PRICE_NEEDED)
    errors: list[RowError] = []
    lines: list[NumberedLine] = []
    stated: dict[tuple[SkuId, PriceKey], PriceLine] = {}
    for row, cells in readers(table, found, errors):
        line = _line(cells, products, decimal)
        if line is None:
            continue
        known = stated.setdefault((line.sku, key_of(line)), line)
        if known is line:
            lines.append(NumberedLine(row.number, line))
        elif known != line:
            cells.note("", StatedTwice(f"another row says otherwise of the same lot from {line.effective_from} on"))
    return PriceRows(lines, errors, found.ignored)


def _line(cells: RowReader, products: Products, decimal: DecimalSign | None) -> PriceLine | None:
    sku = cells.needed("sku", partial(_sku, products))
    price = cells.needed("price", partial(amount, decimal=decimal))
    currency = cells.needed("currency", lambda cell: text(cell).upper())
    source = cells.needed("source", lambda cell: word(cell, _SOURCES))
    term = cells.optional("term", lambda cell: word(cell, _TERMS))
    per = cells.optional("per", lambda cell: word(cell, _PERS))
    since = cells.needed("effective from", day)
    until = cells.optional("effective until", day)
    quantity = cells.optional("quantity", seats)
    lot = cells.optional("lot", text)
    floor = cells.optional("commit floor", seats)
    tax = cells.optional("tax included", lambda cell: word(cell, _YES_OR_NO))
    if term is Term.THREE_YEARS and per is None:
        cells.note("per", CellMissing("a price for three years must say whether it is per month or per year"))
    if not cells.good or sku is None or price is None or currency is None or source is None or since is None:
        return None
    # An annual term's price is for the year where the file does not say (definitions: price).
    per = per or (Per.YEAR if term is Term.YEARLY else Per.MONTH)
    term = term or (Term.YEARLY if per is Per.YEAR else Term.MONTHLY)
    line = PriceLine(
        sku, source, lot or "", price, currency, per, term, since, until, quantity, floor, tax_included=bool(tax)
    )
    try:
        check_line(line)
    except Refused as refused:
        cells.note("", refused)
        return None
    return line


def _sku(products: Products, cell: Cell) -> SkuId:
    name = " ".join(text(cell).split())  # no-break spaces as well
    guid = _guid(name)
    if guid is not None:
        if not products.is_known(guid):
            raise SkuUnknown(f"nothing knows a product {guid}; import Microsoft's list with `sua skus import`")
        return guid
    found = products.named(name.casefold())
    if not found:
        raise SkuUnknown(f"nothing knows a product {name[:60]!r}; give its part number or its GUID")
    if len(found) > 1:
        raise SkuAmbiguous(f"{name!r} names {' and '.join(map(str, sorted(found)))}; give the GUID")
    return next(iter(found))


def _guid(name: str) -> SkuId | None:
    try:
        return SkuId(UUID(name))
    except ValueError:
        return None


def read_rates(table: FileTable, decimal: DecimalSign | None = None) -> RateRows:
    """The exchange rates of a table. Raises ColumnMissing or ColumnTwice; all else is an error of a row."""
    found = columns(table, _RATE_COLUMNS, tuple(_RATE_COLUMNS))
    errors: list[RowError] = []
    rates: list[NumberedRate] = []
    stated: dict[tuple[str, str, object], Rate] = {}
    for row, cells in readers(table, found, errors):
        rate = _rate(cells, decimal)
        if rate is None:
            continue
        known = stated.setdefault((rate.base, rate.quote, rate.on), rate)
        if known is rate:
            rates.append(NumberedRate(row.number, rate))
        elif known != rate:
            cells.note("", StatedTwice(f"another row says otherwise of {rate.base}/{rate.quote} on {rate.on}"))
    return RateRows(rates, errors, found.ignored)


def _rate(cells: RowReader, decimal: DecimalSign | None) -> Rate | None:
    base = cells.needed("base", lambda cell: text(cell).upper())
    quote = cells.needed("quote", lambda cell: text(cell).upper())
    rate: Decimal | None = cells.needed("rate", partial(amount, decimal=decimal))
    on = cells.needed("on", day)
    source = cells.needed("source", text)
    if not cells.good or base is None or quote is None or rate is None or on is None or source is None:
        return None
    found = Rate(base, quote, rate, on, source)
    try:
        check_rate(found)
    except Refused as refused:
        cells.note("", refused)
        return None
    return found
