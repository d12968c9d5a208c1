"""The simulator's truth (JSON as `/_truth` answers it) as a customer of the oracle's.

What a truth does not tell of the past (since when an account is off, who moved between departments) follows from
truths of several days: a change counts from the first that shows it, as with any daily read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

from tests.oracle.model import Able, Exemption, Path, Person, Price, Product, Read, Rules, Said, Sign, Tenant, Units
from tests.oracle.products import PLAN_IDS

Truth = Mapping[str, Any]

_KINDS = {"guest": "GUEST", "room": "ROOM", "phone_resource": "PHONE_RESOURCE", "agent": "AGENT"}
"""Kinds the directory gives away. Shared mailboxes and service accounts look like people to SUA's permissions."""
_WORKLOADS = {
    "exchange": "exchange",
    "onedrive": "onedrive",
    "sharepoint": "sharepoint",
    "teams": "teams",
    "apps": "office_apps",
    "copilot": "copilot",
}
_NAMES = {plan: name for name, plan in PLAN_IDS.items()}


def customer(
    truths: Sequence[Truth],
    rules: Rules,
    plans: Mapping[UUID, Iterable[str]],
    *,
    prices: Sequence[Price] = (),
    exemptions: Sequence[Exemption] = (),
    able: Sequence[Able] = (),
    reads: Sequence[Read] = (),
    free: Iterable[UUID] = (),
) -> Tenant:
    """Who and what there was, by truths in the order of their time, the last of them whole.

    `plans`: names of each product's service plans. `free`: products that cost nothing. Products for the whole company
    have no seats and are left out. People deleted by the last truth are, too.
    """
    newest = truths[-1]
    signs = _signs_of_calls(newest["calls"])
    people = [_person(user, truths, signs.get(user["id"], [])) for user in newest["users"] if user["deletedAt"] is None]
    costing_nothing = set(free)
    products = [
        Product(
            UUID(sku["skuId"]),
            sku["skuPartNumber"],
            frozenset(plans[UUID(sku["skuId"])]),
            _units(sku["skuId"], truths),
            UUID(sku["skuId"]) in costing_nothing,
        )
        for sku in newest["skus"]
        if sku["appliesTo"] == "User"
    ]
    return Tenant(rules, people, products, prices, exemptions, able, reads, _at(truths[0]))


def _at(truth: Truth) -> datetime:
    return datetime.fromisoformat(truth["at"])


def _person(user: Mapping[str, Any], truths: Sequence[Truth], calls: list[Sign]) -> Person:
    seen = [(_at(truth), each) for truth in truths for each in truth["users"] if each["id"] == user["id"]]
    created = datetime.fromisoformat(user["createdAt"]) if user["createdAt"] else None
    return Person(
        id=UUID(user["id"]),
        known_at=seen[0][0],
        kind=_KINDS.get(user["kind"], "PERSON"),
        sure=user["userType"] is not None,
        created_at=created,
        enabled=_changes([(at, bool(each["accountEnabled"])) for at, each in seen]),
        departments=_changes([(at, each["department"]) for at, each in seen]),
        paths=[_path(licence) for licence in user["licences"]],
        signs=[*_signs(user), *calls],
    )


def _changes(seen: Sequence[tuple[datetime, Any]]) -> list[Said[Any]]:
    """Each value from the first truth that shows it on."""
    said: list[Said[Any]] = []
    for at, value in seen:
        if not said or said[-1].value != value:
            said.append(Said(at, at, value))
    return said


def _path(licence: Mapping[str, Any]) -> Path:
    since = datetime.fromisoformat(licence["since"])
    via = None if licence["via"] == "direct" else UUID(licence["via"])
    off = frozenset(_NAMES[plan] for plan in licence["disabledPlans"])
    return Path(UUID(licence["skuId"]), via, since, since, off=off)


def _units(sku: str, truths: Sequence[Truth]) -> list[Said[Units]]:
    listed = [(_at(truth), each) for truth in truths for each in truth["skus"] if each["skuId"] == sku]
    return _changes(
        [(at, Units(each["enabled"], each["warning"], each["suspended"], each["consumed"])) for at, each in listed]
    )


def _signs(user: Mapping[str, Any]) -> list[Sign]:
    stamps = user["signIns"]
    signs = [Sign("access", at, at) for at in _instants([stamps["successful"]])]
    signs += [Sign("attempt", at, at) for at in _instants([stamps["interactive"], stamps["nonInteractive"]])]
    for name, on in user["lastActivity"].items():
        if on is not None:
            noon = datetime.combine(date.fromisoformat(on), time(12), UTC)
            signs.append(Sign(_WORKLOADS[name], noon, noon))
    return signs


def _instants(texts: Iterable[str | None]) -> list[datetime]:
    return [datetime.fromisoformat(text) for text in texts if text]


def _signs_of_calls(calls: Iterable[Mapping[str, Any]]) -> dict[str, list[Sign]]:
    """Who took part in calls; between two, one of them a telephone, it is a call that takes a telephone licence."""
    signs: dict[str, list[Sign]] = {}
    for call in calls:
        if call["test"]:
            continue
        at = datetime.fromisoformat(call["startedAt"])
        telephone = call["type"] == "peerToPeer" and any(party["kind"] == "phone" for party in call["parties"])
        for party in call["parties"]:
            if party["userId"] is not None:
                signs.setdefault(party["userId"], []).append(Sign("telephone" if telephone else "call", at, at))
            elif party["kind"] == "phone" and not telephone and call["organizer"]:
                signs.setdefault(call["organizer"], []).append(Sign("conference", at, at))
    return signs
