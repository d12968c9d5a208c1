"""What the replay says GraphQL must answer about users, what they hold, and what was bought, priced and decided."""

from datetime import UTC, datetime
from typing import Any

from app.audit.accounts import Account
from app.audit.answers import Door
from app.audit.difference import Values
from app.audit.holdings import Path
from app.audit.products import Product
from app.audit.replay import WholeReplay
from app.audit.rows_of_seats import licence_changes
from app.domain.events.licensing import Purchase
from app.domain.ids import SkuId, TenantId, UserId
from app.domain.licensing import usual_ground
from app.domain.period import FOREVER
from app.graphql.ids import thing_id

Key = tuple[Any, ...]
Nodes = dict[Key, Values]


def told_at(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat()


def user_id(tenant: TenantId, user: UserId) -> str:
    return thing_id("User", tenant, user)


def users_of(door: Door, replay: WholeReplay) -> Nodes:
    """Those in the directory; the deleted have left it."""
    held: dict[UserId, list[tuple[SkuId, Path]]] = {}
    for (user, sku), path in replay.holdings.paths():
        held.setdefault(user, []).append((sku, path))
    nodes: Nodes = {}
    for user, account in replay.accounts.by_user.items():
        if not account.deleted:
            nodes[(user_id(door.tenant, user),)] = _user(door, user, account, held.get(user, []))
    return nodes


def _user(door: Door, user: UserId, account: Account, held: list[tuple[SkuId, Path]]) -> Values:
    profile = account.profile
    usual = usual_ground(profile.kind)
    pseudonym = door.pseudonyms.of_user(door.tenant, user)
    department, company, cost_centre, country = account.place
    ordered = sorted(held, key=lambda each: (each[0], str(each[1].via or "")))
    return {
        "userId": user_id(door.tenant, user),
        "name": pseudonym,
        "userPrincipalName": pseudonym,
        "kind": profile.kind.name,
        "kindSource": (profile.kind_source or usual.source).name,
        "kindConfidence": (profile.kind_confidence or usual.confidence).name,
        "enabled": account.disabled_since is None,
        "deleted": False,
        "department": department,
        "company": company,
        "costCentre": cost_centre,
        "country": country,
        "usageLocation": profile.usage_location,
        "createdAt": told_at(account.created_at),
        "holdings": [
            {
                "sku": {"skuId": str(sku)},
                "viaGroup": None if path.via is None else str(path.via),
                "disabledPlans": [str(plan) for plan in path.disabled_plans],
                "heldSince": told_at(path.since),
            }
            for sku, path in ordered
        ],
    }


def products_of(replay: WholeReplay) -> Nodes:
    return {(str(sku),): _product(replay, sku, product) for sku, product in replay.products.by_sku.items()}


def _product(replay: WholeReplay, sku: SkuId, product: Product) -> Values:
    described, units = product.described, product.units
    listed = replay.purchases.by_sku.get(sku)
    purchases = sorted(listed[0].purchases if listed else (), key=_soonest)
    return {
        "skuId": str(sku),
        "partNumber": described and described.part_number,
        "appliesTo": described and described.applies_to,
        "enabled": units and units.enabled,
        "warning": units and units.warning,
        "suspended": units and units.suspended,
        "lockedOut": units and units.locked_out,
        "consumed": units and units.consumed,
        "renewals": [
            {
                "date": told_at(each.next_change_at),
                "seats": each.seats,
                "status": each.status,
                "trial": each.trial,
                "boughtAt": told_at(each.created_at),
            }
            for each in purchases
        ],
    }


def _soonest(purchase: Purchase) -> tuple[datetime, str]:
    return (purchase.next_change_at or FOREVER, purchase.purchase)


def prices_of(replay: WholeReplay) -> Nodes:
    return {
        (str(sku), source.name, lot, since.isoformat()): {
            "sku": {"skuId": str(sku)},
            "source": source.name,
            "lot": lot,
            "effectiveFrom": since.isoformat(),
            "amount": {"amount": f"{price.amount:f}", "currency": price.currency},
            "per": price.per.name,
            "term": price.term.name,
            "effectiveUntil": price.effective_until and price.effective_until.isoformat(),
            "quantity": price.quantity,
            "commitFloor": price.commit_floor,
            "taxIncluded": price.tax_included,
        }
        for (sku, source, lot, since), (price, _) in replay.prices.by_lot.items()
    }


def exemptions_of(door: Door, replay: WholeReplay) -> Nodes:
    """Of seats exempt on the day, held or not. What people wrote is not shown to an auditor."""
    nodes: Nodes = {}
    for (user, sku), told in replay.decisions.by_seat.items():
        if told.exempted is None or not told.exempt_on(replay.cut.on):
            continue
        event, _ = told.exempted
        owner = event.owner.value
        nodes[user_id(door.tenant, user), str(sku)] = {
            "userId": user_id(door.tenant, user),
            "userName": door.pseudonyms.of_user(door.tenant, user),
            "sku": {"skuId": str(sku)},
            "owner": None if owner is None else door.pseudonyms.of_label(door.tenant, owner),
            "until": event.until and event.until.isoformat(),
            "by": event.by and str(event.by),
        }
    return nodes


def changes_of(tenant: TenantId, replay: WholeReplay) -> Nodes:
    nodes: Nodes = {}
    for (position,), row in licence_changes(replay).items():
        happened_at, recorded_at, user, sku, via, change, detail, cause = row
        nodes[(str(position),)] = {
            "position": str(position),
            "happenedAt": told_at(happened_at),
            "recordedAt": told_at(recorded_at),
            "change": change,
            "userId": user_id(tenant, user),
            "sku": {"skuId": str(sku)},
            "viaGroup": str(via) if via.int else None,
            "detail": detail,
            "cause": str(cause),
        }
    return nodes
