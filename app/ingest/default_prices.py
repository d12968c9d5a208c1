"""What the provider states for every customer: list and reseller prices, exchange rates. Kept for those yet to come."""

from collections.abc import Iterable, Sequence
from dataclasses import astuple
from datetime import timedelta
from typing import Any
from uuid import uuid4

from psycopg import Connection

from app.commands.desk import Desk
from app.commands.set_price import SetPrices, set_prices
from app.commands.set_rates import SetRates, set_rates
from app.domain.events.pricing import Per, PriceSource, Term
from app.domain.ids import SkuId, TenantId
from app.domain.price_book import PriceLine, Rate

AT_ONCE = 5_000
"""Facts a transaction, where there are many."""

RATES_OF_DAYS = 366
"""A new customer gets no older rates: nothing of theirs is older."""


def default_prices(db: Connection) -> list[PriceLine]:
    """All that are in force or were, by product, source, lot and first day."""
    found = db.execute(
        "SELECT sku_id, source, lot, amount, currency, per, term, effective_from, effective_until, quantity,"
        " commit_floor, tax_included FROM default_prices ORDER BY sku_id, source, lot, effective_from"
    )
    return [_line(*row) for row in found]


def _line(sku: SkuId, source: str, lot: str, amount: Any, currency: str, per: str, term: str, *rest: Any) -> PriceLine:
    return PriceLine(sku, PriceSource(source), lot, amount, currency, Per(per), Term(term), *rest)


def default_rates(db: Connection) -> list[Rate]:
    """All of them, by pair and day."""
    found = db.execute("SELECT base, quote, rate, rated_on, source FROM default_rates ORDER BY base, quote, rated_on")
    return [Rate(*row) for row in found]


def keep_prices(db: Connection, lines: Iterable[PriceLine]) -> None:
    """Add default prices; one stated before for the same product, source, lot and day is replaced."""
    db.cursor().executemany(
        "INSERT INTO default_prices (sku_id, source, lot, amount, currency, per, term, effective_from, effective_until,"
        " quantity, commit_floor, tax_included) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
        " ON CONFLICT (sku_id, source, lot, effective_from) DO UPDATE SET amount = excluded.amount,"
        " currency = excluded.currency, per = excluded.per, term = excluded.term,"
        " effective_until = excluded.effective_until, quantity = excluded.quantity,"
        " commit_floor = excluded.commit_floor, tax_included = excluded.tax_included",
        [
            [str(value) if isinstance(value, PriceSource | Per | Term) else value for value in astuple(line)]
            for line in lines
        ],
    )


def keep_rates(db: Connection, rates: Iterable[Rate]) -> None:
    """Add default rates; one stated before for the same pair and day is replaced."""
    db.cursor().executemany(
        "INSERT INTO default_rates (base, quote, rate, rated_on, source) VALUES (%s, %s, %s, %s, %s)"
        " ON CONFLICT (base, quote, rated_on) DO UPDATE SET rate = excluded.rate, source = excluded.source",
        [astuple(rate) for rate in rates],
    )


def state_defaults(tenant: TenantId, desk: Desk, db: Connection) -> int:
    """State all defaults in a new customer's log. Returns how many facts were new; a repeat adds none."""
    since = (desk.now() - timedelta(days=RATES_OF_DAYS)).date()
    rates = [rate for rate in default_rates(db) if rate.on >= since]
    return state_prices(tenant, default_prices(db), desk) + state_rates(tenant, rates, desk)


def state_prices(tenant: TenantId, lines: Sequence[PriceLine], desk: Desk) -> int:
    """Some at a time; killed in between, the repeat adds the rest."""
    parts = [lines[start : start + AT_ONCE] for start in range(0, len(lines), AT_ONCE)]
    return sum(set_prices(SetPrices(tenant, part, uuid4()), desk) for part in parts)


def state_rates(tenant: TenantId, rates: Sequence[Rate], desk: Desk) -> int:
    """Some at a time; killed in between, the repeat adds the rest."""
    parts = [rates[start : start + AT_ONCE] for start in range(0, len(rates), AT_ONCE)]
    return sum(set_rates(SetRates(tenant, part, uuid4()), desk) for part in parts)
