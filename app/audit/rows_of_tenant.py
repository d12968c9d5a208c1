"""What the replay says the rows about a customer, its products and their prices are."""

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter

from app.audit.products import Product
from app.audit.replay import WholeReplay
from app.domain.events.charging import RateRow
from app.domain.events.coverage import Feed
from app.domain.events.tenancy import Capability, PolicyChanged
from app.domain.policy import policy_of

Rows = Mapping[tuple[Any, ...], tuple[Any, ...]]

_LINES = TypeAdapter(tuple[RateRow, ...])

_CAPABILITIES = tuple(capability.value for capability in Capability)
_COLLECTED = tuple(f"{feed.value}_collected_at" for feed in Feed)

TENANT_COLUMNS = (
    "name",
    "organisation",
    "directory_id",
    "default_domain",
    "state",
    "state_reason",
    "state_since",
    "permissions",
    "consented_at",
    "failed_feeds",
    "last_failure",
    "last_failure_at",
    "rules",
    "idle_days",
    "grace_days",
    "time_zone",
    "currency",
    *_CAPABILITIES,
    *_COLLECTED,
)


def rules_read(text: str | None) -> object:
    return None if text is None else policy_of(PolicyChanged.model_validate_json(text))


def lines_read(text: str) -> object:
    return _LINES.validate_json(text)


def tenants(replay: WholeReplay) -> Rows:
    told = replay.customer.told
    if told is None:
        return {}
    rules = told.rules
    stated = (None,) * 4 if rules is None else (rules.idle_days, rules.grace_days, rules.time_zone, rules.currency)
    row = (
        told.name,
        told.organisation,
        told.directory,
        told.default_domain,
        told.state.value,
        told.state_reason,
        told.state_since,
        told.permissions,
        told.consented_at,
        tuple(sorted(feed.value for feed in told.failed)),
        told.last_failure,
        told.last_failure_at,
        None if rules is None else policy_of(rules),
        *stated,
        *(told.able.get(capability) for capability in Capability),
        *(told.read_at.get(feed) for feed in Feed),
    )
    return {(): row}


def sku_units(replay: WholeReplay) -> Rows:
    return {(sku,): _units(product) for sku, product in replay.products.by_sku.items()}


def _units(product: Product) -> tuple[Any, ...]:
    described, units = product.described, product.units
    names = (None, None) if described is None else (described.part_number, described.applies_to)
    counts: tuple[int | None, ...] = (None,) * 5
    if units is not None:
        counts = (units.enabled, units.warning, units.suspended, units.locked_out, units.consumed)
    plans = () if described is None else tuple(each.plan for each in described.plans if each.applies_to == "User")
    return (*names, *counts, plans)


def renewals(replay: WholeReplay) -> Rows:
    return {
        (sku, each.purchase): (each.seats, each.trial, each.status, each.created_at, each.next_change_at)
        for sku, (event, _) in replay.purchases.by_sku.items()
        for each in event.purchases
    }


def prices(replay: WholeReplay) -> Rows:
    return {
        (sku, source.value, lot, since): (
            price.amount,
            price.currency,
            price.per.value,
            price.term.value,
            price.effective_until,
            price.quantity,
            price.commit_floor,
            price.tax_included,
        )
        for (sku, source, lot, since), (price, _) in replay.prices.by_lot.items()
    }


def exchange_rates(replay: WholeReplay) -> Rows:
    return {key: (rate.rate, rate.source) for key, (rate, _) in replay.rates.exchange.items()}


def rate_cards(replay: WholeReplay) -> Rows:
    return {key: (card.currency, card.rows) for key, (card, _) in replay.rates.cards.items()}


def subscriptions(replay: WholeReplay) -> Rows:
    newest = replay.subscription.newest
    if newest is None:
        return {}
    reason = None if newest.lost_reason is None else newest.lost_reason.value
    row = (
        newest.subscription,
        newest.expires_at,
        newest.created_at,
        newest.renewed_at,
        newest.lost_at,
        reason,
    )
    return {(Feed.CALLS.value,): row}
