"""A replay as sections of rows: who held what, since when, and which facts say so; everything else beside it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from app.audit.replay import Replay
from app.audit.said import Said
from app.domain.personal import Personal

Line = dict[str, Any]
"""By column; `said`: the facts that say so, a tuple of Said."""

ERASED = "(erased)"


@dataclass(frozen=True, slots=True)
class Section:
    """`lines` may be read once. `columns` in order, without `said`."""

    name: str
    columns: tuple[str, ...]
    lines: Iterator[Line]


def shown(personal: Personal | None) -> str | None:
    """A name where names are shown: nothing if there is none, and a word of its own for a person who was erased."""
    if personal is None:
        return None
    return ERASED if personal.erased or personal.value is None else personal.value


def sections_of(replay: Replay, *, names: bool) -> list[Section]:
    """Every section. `names`: with what people are called and what they wrote."""
    with_names = ("name", "principal_name") if names else ()
    with_words = ("reason", "owner") if names else ()
    with_note = ("note",) if names else ()
    return [
        Section("customer", ("subject", "value"), _customer(replay)),
        Section("holdings", ("user", "sku", "part_number", "path", "disabled_plans", "held_since"), _holdings(replay)),
        Section(
            "accounts",
            (
                *("user", *with_names, "kind", "enabled", "disabled_since", "deleted", "created_at"),
                *("department", "company", "cost_centre", "country", "usage_location"),
            ),
            _accounts(replay, names=names),
        ),
        Section(
            "products",
            (
                *("sku", "part_number", "applies_to", "enabled", "warning", "suspended", "locked_out", "consumed"),
                "plans",
            ),
            _products(replay),
        ),
        Section(
            "purchases",
            ("sku", "purchase", "seats", "trial", "status", "bought_at", "next_change_at"),
            _purchases(replay),
        ),
        Section(
            "prices",
            (
                *("sku", "source", "lot", "effective_from", "effective_until", "amount", "currency", "per", "term"),
                *("quantity", "commit_floor", "tax_included"),
            ),
            _prices(replay),
        ),
        Section("exchange_rates", ("base", "quote", "on", "rate", "source"), _rates(replay)),
        Section("rate_cards", ("carrier", "effective_from", "currency", "rows"), _cards(replay)),
        Section("exemptions", ("user", "sku", "until", "holds", *with_words, "by"), _exemptions(replay, names=names)),
        Section(
            "decisions",
            ("user", "sku", "decision", "cause", "tier", *with_note, "decided_at", "by"),
            _decisions(replay, names=names),
        ),
        Section("coverage", ("hour", "notified", "fetched", "listed", "missing", "pass"), _coverage(replay)),
        Section(
            "subscription",
            ("subscription", "expires_at", "created_at", "renewed_at", "lost_at", "lost_reason"),
            _subscription(replay),
        ),
    ]


SECTIONS: tuple[str, ...] = (
    *("customer", "holdings", "accounts", "products", "purchases", "prices", "exchange_rates", "rate_cards"),
    *("exemptions", "decisions", "coverage", "subscription"),
)


def _customer(replay: Replay) -> Iterator[Line]:
    told = replay.customer.told
    if told is None:
        return
    policy = told.policy
    lines: list[tuple[str, object, str]] = [
        ("name", told.name, "invitation"),
        ("state", told.state.value, "consent"),
        ("state since", told.state_since, "consent"),
        ("state reason", told.state_reason, "consent"),
        ("first consent", told.consented_at, "consent"),
        ("organisation", told.organisation, "consent"),
        ("directory", told.directory, "consent"),
        ("domain", told.default_domain, "consent"),
        ("permissions", told.permissions, "permissions" if "permissions" in told.said else "consent"),
        *((f"capability {able.value}", known, f"capability {able}") for able, known in told.able.items()),
        *((f"last complete read of {feed.value}", at, f"feed {feed}") for feed, at in told.read_at.items()),
        ("feeds whose last read failed", tuple(sorted(feed.value for feed in told.failed)), ""),
        *((f"policy {name}", getattr(policy, name), "policy") for name in policy.__dataclass_fields__),
    ]
    for subject, value, by in lines:
        yield {"subject": subject, "value": value, "said": _facts([told.said.get(by)])}


def _holdings(replay: Replay) -> Iterator[Line]:
    parts = {
        sku: each.described.part_number for sku, each in replay.products.by_sku.items() if each.described is not None
    }
    for (user, sku), path in replay.holdings.paths():
        yield {
            "user": user,
            "sku": sku,
            "part_number": parts.get(sku),
            "path": "direct" if path.via is None else f"group {path.via}",
            "disabled_plans": path.disabled_plans,
            "held_since": path.since,
            "said": path.said,
        }


def _accounts(replay: Replay, *, names: bool) -> Iterator[Line]:
    for user, account in replay.accounts.by_user.items():
        profile = account.profile
        called = {"name": shown(profile.display_name), "principal_name": shown(profile.user_principal_name)}
        yield {
            "user": user,
            **(called if names else {}),
            "kind": profile.kind.value,
            "enabled": account.disabled_since is None,
            "disabled_since": account.disabled_since,
            "deleted": account.deleted,
            "created_at": account.created_at,
            "department": profile.department,
            "company": profile.company,
            "cost_centre": profile.cost_centre,
            "country": profile.country,
            "usage_location": profile.usage_location,
            "said": _facts(account.said.values()),
        }


def _products(replay: Replay) -> Iterator[Line]:
    for sku, product in replay.products.by_sku.items():
        described, units = product.described, product.units
        counts = ("enabled", "warning", "suspended", "locked_out", "consumed")
        yield {
            "sku": sku,
            "part_number": described and described.part_number,
            "applies_to": described and described.applies_to,
            **{name: None if units is None else getattr(units, name) for name in counts},
            "plans": () if described is None else tuple(plan.name for plan in described.plans),
            "said": _facts(product.said.values()),
        }


def _purchases(replay: Replay) -> Iterator[Line]:
    for sku, (event, said) in replay.purchases.by_sku.items():
        for each in event.purchases:
            yield {
                "sku": sku,
                "purchase": each.purchase,
                "seats": each.seats,
                "trial": each.trial,
                "status": each.status,
                "bought_at": each.created_at,
                "next_change_at": each.next_change_at,
                "said": (said,),
            }


def _prices(replay: Replay) -> Iterator[Line]:
    for price, said in replay.prices.by_lot.values():
        yield {**price.model_dump(exclude={"happened_at"}), "said": (said,)}


def _rates(replay: Replay) -> Iterator[Line]:
    for rate, said in replay.rates.exchange.values():
        yield {**rate.model_dump(exclude={"happened_at"}), "said": (said,)}


def _cards(replay: Replay) -> Iterator[Line]:
    for card, said in replay.rates.cards.values():
        rows = tuple(row.model_dump_json() for row in card.rows)
        yield {**card.model_dump(exclude={"happened_at", "rows"}), "rows": rows, "said": (said,)}


def _exemptions(replay: Replay, *, names: bool) -> Iterator[Line]:
    for (user, sku), told in replay.decisions.by_seat.items():
        if told.exempted is not None:
            event, said = told.exempted
            words = {"reason": shown(event.reason), "owner": shown(event.owner)}
            yield {
                "user": user,
                "sku": sku,
                "until": event.until,
                "holds": told.exempt_on(replay.cut.on),
                **(words if names else {}),
                "by": event.by,
                "said": (said,),
            }


def _decisions(replay: Replay, *, names: bool) -> Iterator[Line]:
    for (user, sku), told in replay.decisions.by_seat.items():
        if told.decided is not None:
            event, said = told.decided
            yield {
                "user": user,
                "sku": sku,
                "decision": event.decision.value,
                "cause": event.cause.value,
                "tier": event.tier.value,
                **({"note": shown(event.note)} if names else {}),
                "decided_at": event.happened_at,
                "by": event.by,
                "said": (said,),
            }


def _coverage(replay: Replay) -> Iterator[Line]:
    for hour, heard in replay.ledger.hours():
        listed = heard.listed
        yield {
            "hour": hour,
            "notified": heard.notified,
            "fetched": heard.fetched,
            "listed": listed and listed.calls,
            "missing": heard.missing,
            "pass": listed and listed.best and listed.best.value,
            "said": (),
        }


def _subscription(replay: Replay) -> Iterator[Line]:
    newest = replay.subscription.newest
    if newest is not None:
        names = ("subscription", "expires_at", "created_at", "renewed_at", "lost_at", "lost_reason")
        yield {**{name: getattr(newest, name) for name in names}, "said": ()}


def _facts(said: Iterable[Said | None]) -> tuple[Said, ...]:
    """Each fact once, in the order of the log."""
    return tuple(sorted({each for each in said if each is not None}))
