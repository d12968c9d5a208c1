"""Policy of licences: whose account it is, and when a licence counts as idle.

The projections answer the same question in SQL for a whole tenant; this is the specification they are compared with.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from app.domain.events.licensing import Confidence, KindSource, UserKind
from app.domain.ids import SkuId
from app.domain.period import day_begins, day_ends
from app.domain.policy import DEFAULT_GRACE_DAYS, DEFAULT_IDLE_DAYS

TEAMS_SHARED_DEVICES = SkuId(UUID("295a8eb0-f78d-45c7-8b5b-1eed5ed02dff"))
TEAMS_ROOMS_BASIC = SkuId(UUID("6af4b3d6-14bb-4a2a-960c-6c902aad34f3"))
TEAMS_ROOMS_PRO = SkuId(UUID("4cde982a-ede4-4409-9ae6-b003453c8ea6"))
TEAMS_ROOMS_STANDARD = SkuId(UUID("6070a4c8-34c6-4937-8dfb-39bbc6397a60"))
TEAMS_ROOMS_PREMIUM = SkuId(UUID("4fb214cb-a430-4a91-9c91-4976763aa78f"))
PHONE_RESOURCE_ACCOUNT = SkuId(UUID("440eaaa8-b3e0-484b-a8be-62870b9ba70a"))

ROOM_SKUS = frozenset(
    {TEAMS_SHARED_DEVICES, TEAMS_ROOMS_BASIC, TEAMS_ROOMS_PRO, TEAMS_ROOMS_STANDARD, TEAMS_ROOMS_PREMIUM}
    | {
        SkuId(UUID(variant))
        for variant in (
            "420c7602-7f70-4895-9394-d3d679ea36fb",  # Teams Shared Devices for Faculty
            "b1511558-69bd-4e1b-8270-59ca96dba0f3",  # Teams Shared Devices for GCC
            "a4e376bd-c61e-4618-9901-3fc0cb1b88bb",  # Teams Rooms Basic for EDU
            "50509a35-f0bd-4c5e-89ac-22f0e16a00f8",  # Teams Rooms Basic without Audio Conferencing
            "c25e2b36-e161-4946-bef2-69239729f690",  # Teams Rooms Pro for EDU
            "31ecb341-2a17-483e-9140-c473006d1e1a",  # Teams Rooms Pro for GCC
            "21943e3a-2429-4f83-84c1-02735cd49e78",  # Teams Rooms Pro without Audio Conferencing
            "9571e9ac-2741-4b63-95fd-a79696f0d0ac",  # Teams Rooms Standard for GCC
            "b4348f75-a776-4061-ac6c-36b9016b01d1",  # Teams Rooms Standard for GCC without Audio Conferencing
            "61bec411-e46a-4dab-8f46-8b58ec845ffe",  # Teams Rooms Standard without Audio Conferencing
        )
    }
)
"""Products for a room or a shared desk telephone, by skuId; part numbers are not unique (Microsoft's product list)."""

PHONE_RESOURCE_SKUS = frozenset(
    {PHONE_RESOURCE_ACCOUNT}
    | {
        SkuId(UUID(variant))
        for variant in (
            "0e142028-345e-45da-8d92-8bfd4093bbb9",  # for Faculty
            "2cf22bcb-0c9e-4bc6-8daf-7e7654c0f285",  # for GCC
            "e3f0522e-ebb7-4561-9f90-b44516d65b77",  # for GCC High
        )
    }
)
"""Products of call queues and auto attendants."""

SUCCESSES_KEPT_SINCE = datetime(2023, 12, 1, tzinfo=UTC)
"""Graph fills lastSuccessfulSignInDateTime from this day on and not for the time before (signInActivity)."""

READ_STANDS_FOR_DAYS = 7
"""How long the last complete read of a source stands for it.

Shorter failures carry the last state forward; longer ones make silence unknowable.
"""


def kind_of(user_type: str | None, skus: Collection[SkuId], odata_type: str | None = None) -> UserKind:
    """Whose account it is, by what the five permissions show.

    `user_type` is Graph's word; None (accounts from before it existed) counts as Member. A word Graph invents later is
    UNKNOWN and thereby never idle. Shared mailboxes, service and emergency accounts look like people to these
    permissions; SUA does not guess them.
    """
    if odata_type is not None and odata_type.endswith(".agentUser"):
        return UserKind.AGENT
    if user_type == "Guest":
        return UserKind.GUEST
    if not ROOM_SKUS.isdisjoint(skus):
        return UserKind.ROOM
    if not PHONE_RESOURCE_SKUS.isdisjoint(skus):
        return UserKind.PHONE_RESOURCE
    return UserKind.PERSON if user_type in (None, "Member") else UserKind.UNKNOWN


def kind_assumed(user_type: str | None, kind: UserKind) -> bool:
    """The account is taken for a person's because nothing says otherwise: it has no userType."""
    return kind is UserKind.PERSON and user_type is None


_USUAL_SOURCE = {
    UserKind.PERSON: KindSource.USER_TYPE,
    UserKind.GUEST: KindSource.USER_TYPE,
    UserKind.UNKNOWN: KindSource.USER_TYPE,
    UserKind.ROOM: KindSource.PRODUCT,
    UserKind.PHONE_RESOURCE: KindSource.PRODUCT,
    UserKind.AGENT: KindSource.OBJECT_TYPE,
}


@dataclass(frozen=True, slots=True)
class Ground:
    """Why a user is taken for what they are, and how far that can be trusted."""

    source: KindSource
    confidence: Confidence


def usual_ground(kind: UserKind) -> Ground:
    """What a kind is concluded from unless the profile says otherwise (definitions: user kind)."""
    return Ground(_USUAL_SOURCE[kind], Confidence.LOW if kind is UserKind.UNKNOWN else Confidence.HIGH)


class Verdict(StrEnum):
    """One licence of one user on one day."""

    NOT_JUDGED = "NOT_JUDGED"
    """No person's, or the account is disabled: other rules apply."""
    IN_GRACE = "IN_GRACE"
    ACTIVE = "ACTIVE"
    IDLE = "IDLE"
    NEVER_USED = "NEVER_USED"
    UNVERIFIABLE = "UNVERIFIABLE"
    """Nothing that could show activity was read of late. Neither idle nor active."""


@dataclass(frozen=True, slots=True)
class HeldLicence:
    """A licence and the signs of life of its holder, all before the end of the day judged.

    `held_since`: held by any path without a break since then. `created_at` None: not known, counts as old.
    `last_evidence`: successful sign-in, workload or call leg; `last_attempt`: the two stamps failed logons also move.
    `observable`: sign-in times (Entra ID P1), or usage reports that name people, were read at `read_cutoff` or later.
    """

    kind: UserKind
    enabled: bool
    created_at: datetime | None
    held_since: datetime
    last_evidence: datetime | None
    last_attempt: datetime | None
    observable: bool


@dataclass(frozen=True, slots=True)
class Judgement:
    """`suspected`: idle by evidence, yet sign-in was attempted of late; a person should look."""

    verdict: Verdict
    suspected: bool = False


def idle_cutoff(on: date, idle_days: int, zone: ZoneInfo) -> datetime:
    """Idle on day `on` needs the last activity before this instant: the beginning of the day `idle_days` earlier."""
    return day_begins(on - timedelta(days=idle_days), zone)


def grace_cutoff(on: date, grace_days: int, zone: ZoneInfo) -> datetime:
    """In grace on day `on` is what began at this instant or later: the end of the day `grace_days` earlier."""
    return day_ends(on - timedelta(days=grace_days), zone)


def read_cutoff(on: date, zone: ZoneInfo) -> datetime:
    """Collected on day `on` is a source read completely at this instant or later (definitions: observable)."""
    return day_ends(on - timedelta(days=READ_STANDS_FOR_DAYS), zone)


def judge(
    licence: HeldLicence,
    on: date,
    zone: ZoneInfo,
    *,
    idle_days: int = DEFAULT_IDLE_DAYS,
    grace_days: int = DEFAULT_GRACE_DAYS,
) -> Judgement:
    """Is this licence idle on a civil day of the tenant? (definitions: idle licence, never-used)"""
    if licence.kind is not UserKind.PERSON or not licence.enabled:
        return Judgement(Verdict.NOT_JUDGED)
    young = grace_cutoff(on, grace_days, zone)
    if licence.held_since >= young or (licence.created_at is not None and licence.created_at >= young):
        return Judgement(Verdict.IN_GRACE)
    cutoff = idle_cutoff(on, idle_days, zone)
    if licence.last_evidence is not None and licence.last_evidence >= cutoff:
        return Judgement(Verdict.ACTIVE)
    if not licence.observable:
        return Judgement(Verdict.UNVERIFIABLE)
    suspected = licence.last_attempt is not None and licence.last_attempt >= cutoff
    if licence.last_evidence is not None:
        return Judgement(Verdict.IDLE, suspected)
    if licence.last_attempt is not None and _older_than_successes(licence.created_at):
        return Judgement(Verdict.UNVERIFIABLE)
    return Judgement(Verdict.NEVER_USED, suspected)


def _older_than_successes(created_at: datetime | None) -> bool:
    return created_at is None or created_at < SUCCESSES_KEPT_SINCE
