"""Taking in a file's prices or rates: looked at whole before anything is written, for one customer or for all."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, ClassVar
from uuid import uuid4

from app.assembly import Parts
from app.commands.desk import Desk
from app.commands.set_price import SetPrices, check_tenant, known_prices, set_prices
from app.commands.set_rates import SetRates, known_rates, set_rates
from app.commands.tenant_known import known_tenant
from app.domain import pricing
from app.domain.errors import Refused, TenantErased
from app.domain.events.pricing import PriceSource
from app.domain.ids import SkuId, TenantId
from app.domain.price_book import PriceLine, Rate
from app.domain.pricing import Addition, PriceKey, Stated, key_of
from app.domain.tenant import TenantLeft
from app.eventstore.pools import Connection
from app.ingest.default_prices import default_prices, default_rates, keep_prices, keep_rates, state_prices, state_rates
from app.ops.price_files import NumberedLine, NumberedRate
from app.ops.price_files_columns import RowError
from app.ops.price_files_output import Change


class ContractNeedsTenant(Refused):
    """A contract is one customer's: give --tenant."""

    code: ClassVar[str] = "CONTRACT_NEEDS_TENANT"


class DefaultsNotStated(Refused):
    """The defaults are kept, but logs of some customers did not take them: prices of their own changed meanwhile."""

    code: ClassVar[str] = "DEFAULTS_NOT_STATED"


@dataclass(frozen=True, slots=True)
class Outlook:
    """What taking in would do: to how many customers' logs, how many facts; and what stands against it."""

    tenants: int
    facts: int
    changes: Sequence[Change]
    errors: Sequence[RowError]


def price_outlook(rows: Sequence[NumberedLine], tenant: TenantId | None, desk: Desk, db: Connection) -> Outlook:
    """`tenant` None: for every customer who has not left. Raises TenantUnknown, TenantLeft."""
    skus = {each.line.sku for each in rows}
    if tenant is not None:
        check_tenant(tenant, desk)
        known = known_prices(tenant, skus, desk)
        return Outlook(1, _additions(rows, known), _price_changes(rows, known), _overlaps(rows, known))
    defaults = _by_sku(default_prices(db))
    errors = [_misplaced(each) for each in rows if each.line.source is PriceSource.CONTRACT]
    errors += _overlaps(rows, defaults)
    tenants, facts = 0, 0
    for each in active_tenants(desk):
        known = known_prices(each, skus, desk)
        errors += _overlaps(rows, known, f"customer {each}: ")
        tenants, facts = tenants + 1, facts + _additions(rows, known)
    return Outlook(tenants, facts, _price_changes(rows, defaults), errors)


def rate_outlook(rows: Sequence[NumberedRate], tenant: TenantId | None, desk: Desk, db: Connection) -> Outlook:
    """`tenant` None: for every customer who has not left. Raises TenantUnknown, TenantLeft."""
    if tenant is not None:
        check_tenant(tenant, desk)
    before = _by_pair(default_rates(db)) if tenant is None else known_rates(tenant, desk)
    tenants, facts = 0, 0
    for each in active_tenants(desk) if tenant is None else [tenant]:
        known = known_rates(each, desk)
        tenants, facts = tenants + 1, facts + sum(_is_new(pricing.rate_addition(known, row.rate)) for row in rows)
    changes = [
        Change(row.row, pricing.rate_addition(before, row.rate), _values(row.rate), _values_of(before, _pair(row.rate)))
        for row in rows
    ]
    return Outlook(tenants, facts, changes, [])


def write_prices(lines: Sequence[PriceLine], tenant: TenantId | None, parts: Parts) -> tuple[int, int]:
    """Returns how many customers' logs were looked after and how many facts were new. For all, a repeat goes on."""
    if tenant is not None:
        return 1, set_prices(SetPrices(tenant, lines, uuid4()), parts.desk)
    with parts.workshop.database() as db:
        keep_prices(db, lines)
    return _everywhere(parts.desk, lambda each: state_prices(each, lines, parts.desk))


def write_rates(rates: Sequence[Rate], tenant: TenantId | None, parts: Parts) -> tuple[int, int]:
    """Returns how many customers' logs were looked after and how many facts were new. For all, a repeat goes on."""
    if tenant is not None:
        return 1, set_rates(SetRates(tenant, rates, uuid4()), parts.desk)
    with parts.workshop.database() as db:
        keep_rates(db, rates)
    return _everywhere(parts.desk, lambda each: state_rates(each, rates, parts.desk))


def active_tenants(desk: Desk) -> Iterator[TenantId]:
    """Every customer who was invited and has not left, by id."""
    for tenant in sorted(desk.store.heads()):
        known = known_tenant(tenant, desk)
        if known.invited and not known.offboarded:
            yield tenant


def _everywhere(desk: Desk, state: Callable[[TenantId], int]) -> tuple[int, int]:
    """After the defaults were committed, so that whoever is invited meanwhile has them one way or the other."""
    tenants, facts = 0, 0
    refused: dict[TenantId, Refused] = {}
    for tenant in active_tenants(desk):
        try:
            facts += state(tenant)
            tenants += 1
        except (TenantLeft, TenantErased):
            continue  # between the list and now
        except Refused as error:
            refused[tenant] = error
    if refused:
        told = "; ".join(f"{tenant}: {error.code} {error}" for tenant, error in refused.items())
        raise DefaultsNotStated(f"{len(refused)} customers' logs did not take them, the others did. {told}")
    return tenants, facts


def _additions(rows: Sequence[NumberedLine], known: Mapping[SkuId, Stated]) -> int:
    return sum(_is_new(pricing.addition(known.get(each.line.sku, {}), each.line)) for each in rows)


def _is_new(addition: Addition) -> bool:
    return addition is not Addition.NOTHING


def _overlaps(rows: Sequence[NumberedLine], known: Mapping[SkuId, Stated], whose: str = "") -> list[RowError]:
    by_sku: dict[SkuId, list[PriceLine]] = {}
    for each in rows:
        by_sku.setdefault(each.line.sku, []).append(each.line)
    numbers = {(each.line.sku, key_of(each.line)): each.row for each in rows}
    return [
        RowError(numbers[sku, key_of(line)], "", refused.code, f"{whose}{refused}")
        for sku, lines in by_sku.items()
        for line, refused in pricing.overlapping(known.get(sku, {}), lines)
    ]


def _misplaced(each: NumberedLine) -> RowError:
    return RowError(each.row, "source", ContractNeedsTenant.code, "a contract is one customer's: give --tenant")


def _price_changes(rows: Sequence[NumberedLine], known: Mapping[SkuId, Stated]) -> list[Change]:
    return [
        Change(
            each.row,
            pricing.addition(known.get(each.line.sku, {}), each.line),
            _values(each.line),
            _values_of(known.get(each.line.sku, {}), key_of(each.line)),
        )
        for each in rows
    ]


def _by_sku(lines: Iterable[PriceLine]) -> dict[SkuId, dict[PriceKey, PriceLine | None]]:
    stated: dict[SkuId, dict[PriceKey, PriceLine | None]] = {}
    for line in lines:
        stated.setdefault(line.sku, {})[key_of(line)] = line
    return stated


def _by_pair(rates: Iterable[Rate]) -> dict[pricing.RateKey, Rate]:
    return {_pair(rate): rate for rate in rates}


def _pair(rate: Rate) -> pricing.RateKey:
    return rate.base, rate.quote, rate.on


def _values(stated: PriceLine | Rate) -> dict[str, Any]:
    return {field.name: getattr(stated, field.name) for field in fields(stated)}


def _values_of(known: Mapping[Any, PriceLine | Rate | None], key: object) -> dict[str, Any] | None:
    before = known.get(key)
    return None if before is None else _values(before)
