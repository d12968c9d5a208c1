"""What is true in a simulated company at an instant, in the company's own words.

Read straight from the company's histories, never from what the HTTP faces answered, so that tests can compare any
other system with it. An instant later than the clock is refused: it has not happened.
"""

from datetime import datetime
from typing import Any

from app.simulator.calls import Call, CallVersion, Party, parties_of, seconds_of
from app.simulator.company import Company, Purchase
from app.simulator.orders import orders_of
from app.simulator.people import Grant, Person
from app.simulator.products import PRODUCTS
from app.simulator.workloads import apps_last, copilot_last
from app.simulator.world import World


def truth_at(
    company: Company, at: datetime, calls_since: datetime | None, with_calls: bool, with_users: bool = True
) -> dict[str, Any]:
    """People (deleted ones included), products with units, and calls ended and visible up to `at`."""
    people = company.people if with_users else []
    return {
        "at": at.isoformat(),
        "users": [_person(person, at) for person in people if person.created_at <= at],
        "skus": _skus(company, at),
        "calls": _calls(company, at, calls_since) if with_calls else [],
    }


def access_changes(world: World, company: Company, at: datetime) -> list[dict[str, Any]]:
    """What was withdrawn and given back up to `at`, in the tenant and of the provider's own credential."""
    return [
        {"at": each.at.isoformat(), "tenant": each.tenant, "what": each.what}
        for each in world.access_changes
        if each.tenant in (None, company.id) and each.at <= at
    ]


def _person(person: Person, at: datetime) -> dict[str, Any]:
    profile, presence = person.profile_at(at), person.presence_at(at)
    gone = person.deleted_at is not None and person.deleted_at <= at
    return {
        "id": person.id,
        "displayName": profile.display_name,
        "userPrincipalName": profile.upn,
        "kind": person.kind,
        "userType": person.user_type,
        "accountEnabled": profile.enabled,
        "department": profile.department,
        "companyName": profile.company,
        "costCenter": profile.cost_center,
        "country": profile.country,
        "usageLocation": profile.usage_location,
        "createdAt": person.created_at.isoformat(),
        "deletedAt": person.deleted_at.isoformat() if gone and person.deleted_at else None,
        "licences": [_grant(grant) for grant in person.grants_at(at) if grant.error is None],
        "failedLicences": [{**_grant(grant), "error": grant.error} for grant in person.grants_at(at) if grant.error],
        "signIns": {
            "interactive": _text(presence.interactive if presence else None),
            "nonInteractive": _text(presence.non_interactive if presence else None),
            "successful": _text(presence.successful if presence else None),
        },
        "lastActivity": {
            "exchange": _text(presence.exchange if presence else None),
            "onedrive": _text(presence.onedrive if presence else None),
            "sharepoint": _text(presence.sharepoint if presence else None),
            "teams": _text(presence.teams if presence else None),
            "apps": _text(apps_last(person, presence, at) if presence else None),
            "copilot": _text(copilot_last(person, presence, at) if presence else None),
        },
    }


def _text(value: Any) -> str | None:
    return None if value is None else str(value.isoformat())


def _grant(grant: Grant) -> dict[str, Any]:
    return {
        "skuId": grant.sku_id,
        "via": grant.via,
        "since": grant.since.isoformat(),
        "disabledPlans": sorted(grant.disabled_plans),
    }


def _skus(company: Company, at: datetime) -> list[dict[str, Any]]:
    consumed = company.consumed_at(at)
    return [
        {
            "skuId": purchase.sku_id,
            "skuPartNumber": PRODUCTS[purchase.sku_id].part_number,
            "appliesTo": PRODUCTS[purchase.sku_id].applies_to,
            "enabled": units.enabled,
            "warning": units.warning,
            "suspended": units.suspended,
            "lockedOut": units.locked_out,
            "consumed": consumed[purchase.sku_id],
            "trial": _is_trial(purchase, at),
        }
        for purchase in company.purchases.values()
        for units in [purchase.units_at(at)]
    ]


def _is_trial(purchase: Purchase, at: datetime) -> bool:
    running = [order for order in orders_of(purchase, at) if order.status not in ("Deleted", "LockedOut")]
    return bool(running) and all(order.trial for order in running)


def _calls(company: Company, at: datetime, since: datetime | None) -> list[dict[str, Any]]:
    """Calls started at or after `since`, each in its newest version visible at `at` and with all before, by start."""
    shown = [
        (call, version)
        for call in company.calls
        if (since is None or call.started_at >= since) and (version := call.version_at(at)) is not None
    ]
    return [_call(*pair, at) for pair in sorted(shown, key=lambda pair: (pair[1].started_at, pair[0].id))]


def _call(call: Call, version: CallVersion, at: datetime) -> dict[str, Any]:
    return {
        "id": call.id,
        "version": version.version,
        "type": call.type,
        "startedAt": version.started_at.isoformat(),
        "endedAt": version.ended_at.isoformat(),
        "organizer": call.organizer.id,
        "parties": [_party(party, version) for party in parties_of(version)],
        "sessions": len(version.sessions),
        "test": any(session.test for session in version.sessions),
        "failed": any(session.failure is not None for session in version.sessions),
        "versions": [_version(each) for each in call.versions if each.visible_at <= at],
    }


def _version(version: CallVersion) -> dict[str, Any]:
    return {
        "version": version.version,
        "announcedAt": version.announced.isoformat(),
        "visibleAt": version.visible_at.isoformat(),
        "startedAt": version.started_at.isoformat(),
        "endedAt": version.ended_at.isoformat(),
        "sessions": len(version.sessions),
        "failed": any(session.failure is not None for session in version.sessions),
    }


def _party(party: Party, version: CallVersion) -> dict[str, Any]:
    return {
        "kind": party.kind,
        "id": party.id,
        "userId": party.id if party.kind in ("user", "federated", "application") else None,
        "directoryId": party.directory_id,
        "displayName": party.name,
        "seconds": round(seconds_of(version, party), 6),
    }
