"""Wasted spend as its definition says: all findings of each day asked for anew, each at that day's price."""

from __future__ import annotations

from calendar import monthrange
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction

from app.domain.events.deciding import Cause, Tier
from app.domain.ids import SkuId, TenantId
from app.domain.money import Money
from app.domain.price_book import PriceBook, RateBook
from app.domain.sku_class import SkuClass
from app.domain.sku_findings import wasted_units
from app.domain.waste_report import Wasted, WastedSpend
from app.insight.assessment import assessed
from app.insight.paid_products import paid_products
from app.insight.products import products_at
from app.insight.seat_spells import units_listed
from app.projections import exchange_rates, prices, tenants
from app.projections.reading import Moment, moment
from tests.projections.asking import Reader

Line = tuple[str, ...]
"""What is summed, and by what."""

_SURE = sorted(((tier, cause) for tier in Tier for cause in Cause), key=lambda each: list(Tier).index(each[0]))


@dataclass
class Plain:
    """Amounts by line and currency, seat-days by line, and all in the customer's currency (None: a rate is missing).

    `cut`: on some day more was wasted than paid for, so that seats of some groups do not count.
    """

    amounts: defaultdict[tuple[Line, str], Fraction] = field(default_factory=lambda: defaultdict(Fraction))
    days: Counter[Line] = field(default_factory=Counter)
    unpriced: Counter[Line] = field(default_factory=Counter)
    converted: defaultdict[Line, Fraction | None] = field(default_factory=lambda: defaultdict(Fraction))
    cut: bool = False


async def plainly(
    reader: Reader,
    tenant: TenantId,
    at: Moment,
    row: tenants.TenantRow,
    days: Sequence[date],
    known_at: datetime | None,
    now: datetime,
) -> Plain:
    book = PriceBook(await prices.lines_at(reader, tenant, at))
    rates = RateBook(await exchange_rates.rates_at(reader, tenant, at))
    listed = await units_listed(reader, tenant, at, days)
    plain = Plain()
    for nth, on in enumerate(days):
        then = await moment(reader, tenant, on, known_at, now)
        row_then = await tenants.found(reader, tenant, then)
        if row_then is None:
            continue
        assessment = await assessed(reader, tenant, then, row_then)
        products = {each.sku: each for each in await products_at(reader, tenant, assessment)}
        counted = await paid_products(reader, tenant, at, row, products, listed, book)
        for sku in counted & products.keys():
            units = [each for each in listed if each.sku == sku and each.first <= nth < each.last]
            read = any(each.first <= nth < each.last for each in listed)
            enabled = units[0].enabled if units else 0 if read else None
            warning = (units[0].warning or 0) if units and row.policy.grace_billed else 0
            paid = None if enabled is None else enabled + warning
            product = products[sku]
            if product.sku_class is not SkuClass.PAID:
                continue
            found = [each for each in assessment.found if each.finding.sku == sku]
            net = wasted_units(product.units, row_then.policy) if product.units else 0
            wasted = [each for each in found if each.is_waste]
            downgrades = [each for each in found if each.finding.cause is Cause.DOWNGRADE]
            plain.cut |= paid is not None and len(wasted) > paid
            left = paid
            for tier, cause in _SURE:
                some = [each for each in wasted if (each.finding.tier, each.finding.cause) == (tier, cause)]
                some = some if left is None else some[:left]
                left = None if left is None else left - len(some)
                for each in some:
                    groups = zip(("department", "company", "cost_centre", "country"), each.standing[1:5], strict=True)
                    lines: list[Line] = [("seats",), ("share", cause, tier), ("sku", str(sku))]
                    lines += [(by, (value or "").strip()) for by, value in groups]
                    _add(plain, lines, None if paid is None else _price(book, sku, on), on, rates, row)
            for _ in range(net if left is None else min(net, left)):
                price = None if paid is None else _price(book, sku, on)
                _add(plain, [("unassigned",), ("sku", str(sku))], price, on, rates, row)
            if left is not None and len(downgrades) > left:
                plain.cut = True
            for each in downgrades:
                saving = each.finding.saving
                _add(plain, [("downgrades",)], None if paid is None else saving, on, rates, row)
    return plain


def _price(book: PriceBook, sku: SkuId, on: date) -> Money | None:
    price = book.price_on(sku, on)
    return None if price is None else price.monthly


def _add(
    plain: Plain, lines: Sequence[Line], monthly: Money | None, on: date, rates: RateBook, row: tenants.TenantRow
) -> None:
    for line in lines:
        plain.days[line] += 1
        if monthly is None:
            plain.unpriced[line] += 1
            continue
        amount = Fraction(monthly.amount) / monthrange(on.year, on.month)[1]
        plain.amounts[line, monthly.currency] += amount
        rate = rates.convert(Money(monthly.amount, monthly.currency), row.policy.currency, on)
        before = plain.converted[line]
        if rate is None or before is None:
            plain.converted[line] = None
        else:
            plain.converted[line] = before + Fraction(rate.amount) / monthrange(on.year, on.month)[1]


Said = tuple[int, int, Mapping[str, Fraction], Fraction | None]
"""Seat-days, those without a price, amounts by currency, and the whole."""

NOTHING: Said = (0, 0, {}, Fraction(0))


def lines_of(spend: WastedSpend) -> Iterator[tuple[Line, Said]]:
    told: list[tuple[Line, Wasted]] = [(("seats",), spend.seats), (("unassigned",), spend.unassigned)]
    told.append((("downgrades",), spend.downgrades))
    told += [(("share", each.cause, each.tier), each.wasted) for each in spend.shares]
    told += [(("sku", str(each.sku)), each.whole) for each in spend.skus]
    told += [((by, each.group or ""), each.wasted) for by, groups in spend.groups.items() for each in groups]
    for line, wasted in told:
        cost = wasted.cost
        amounts = {money.currency: Fraction(money.amount) for money in cost.by_currency} if cost else {}
        whole = Fraction(cost.total.amount) if cost and cost.total else None if cost else Fraction(0)
        yield line, (wasted.seat_days, wasted.unpriced, amounts, whole)
