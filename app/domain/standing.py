"""What is known of a seat's holder on a day, as far as a finding can rest on it: the input of `app.domain.findings`.

Days are turned into answers before they come here (silent for the idle days: yes or no), so that of a hundred thousand
holders only some hundred differ, and each is judged once.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from app.domain.events.licensing import UserKind
from app.domain.ids import PlanId, SkuId
from app.domain.policy import Policy
from app.domain.sku_class import SkuClass


class Source(StrEnum):
    """What can show that a person did something, kept apart from each other (table `workload_gaps`)."""

    HUMAN = "human"
    """Any of those below, or any other call: what a person did, unlike a token that renews itself."""
    TEAMS = "teams"
    EXCHANGE = "exchange"
    ONEDRIVE = "onedrive"
    SHAREPOINT = "sharepoint"
    YAMMER = "yammer"
    OFFICE_APPS = "office_apps"
    COPILOT = "copilot"
    TELEPHONE = "telephone"
    """A leg of a call with the telephone network, or a row of one of the telephone logs."""
    CONFERENCE = "conference"
    """Somebody joined a meeting of theirs by telephone, or was called into it."""


@dataclass(frozen=True, slots=True)
class HeldSeat:
    """One product a user holds, by however many paths.

    `plans_off`: service plans switched off on every path. `young`: the seat or the account is in its days of grace.
    `quiet`: no evidence within the product's idle days. `attempted`: yet a sign-in was attempted within them.
    `silent`: sources without a sign of life within them. `exempt`: to be left alone on that day.
    `by_group`, `direct`: the paths. `minutes`: most minutes called out in one of the last three whole months, None:
    not known; `abroad`: any of them to another country.
    """

    sku: SkuId
    plans_off: frozenset[PlanId] = frozenset()
    young: bool = False
    quiet: bool = False
    attempted: bool = False
    silent: frozenset[Source] = frozenset()
    exempt: bool = False
    direct: bool = True
    by_group: bool = False
    minutes: int | None = None
    abroad: bool = False


@dataclass(frozen=True, slots=True)
class Holder:
    """A user with everything they hold, by SKU id. Equal holders are judged alike.

    `sure`: their kind is certain. `disabled_long`: disabled for the policy's days or more. `never`: no evidence ever;
    `provable`: for those, that a null stamp means never (created since December 2023, or never attempted either).
    """

    kind: UserKind
    seats: tuple[HeldSeat, ...]
    sure: bool = True
    enabled: bool = True
    disabled_long: bool = False
    never: bool = False
    provable: bool = True


@dataclass(frozen=True, slots=True)
class Ground:
    """What all of a tenant's holders are judged by on one day.

    `observable`: any source that shows activity was read of late. `observed`: sources that were, and for the whole of
    the idle days. `plans`: service plans of each product, of those for users. `classes`: of products this tenant's
    facts tell about (`sku_class.classify`); of the rest the catalogue tells.
    """

    on: date
    policy: Policy
    observable: bool
    observed: frozenset[Source]
    plans: Mapping[SkuId, frozenset[PlanId]] = field(hash=False)
    classes: Mapping[SkuId, SkuClass] = field(default_factory=dict, hash=False)
