"""Facts about calls, from Graph's call records."""

from enum import StrEnum
from typing import ClassVar

from pydantic import AwareDatetime, BaseModel, ConfigDict

from app.domain.events.base import Event
from app.domain.ids import CallId, DirectoryId, UserId
from app.domain.personal import Personal


class PartyKind(StrEnum):
    """Which member of Graph's identity set was filled (communicationsIdentitySet)."""

    USER = "user"
    PHONE = "phone"
    GUEST = "guest"
    APPLICATION = "application"
    RESOURCE_ACCOUNT = "applicationInstance"
    COMMUNICATION_SERVICES = "azureCommunicationServicesUser"
    ON_PREMISES = "onPremises"
    UNKNOWN = "unknown"


class Party(BaseModel):
    """One end of a call. `user` and `directory` for Entra users (federated ones have another directory).

    `label` names those who are no user of the tenant: a number, a typed name. Users' names stand in their seats.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: PartyKind
    user: UserId | None
    directory: DirectoryId | None
    label: Personal | None


class Leg(BaseModel):
    """One session of one party. A party who rejoined, or shared a screen, has several, and they may overlap."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    party: Party
    started_at: AwareDatetime
    ended_at: AwareDatetime
    failed: bool


class Call(BaseModel):
    """The whole content of one call record. `kind` and `modalities` are Graph's words (evolvable enums)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    call: CallId
    revision: int
    """Graph's `version`: rises, and a higher one replaces the lower whole."""
    kind: str
    modalities: tuple[str, ...]
    started_at: AwareDatetime
    ended_at: AwareDatetime
    organiser: Party | None
    legs: tuple[Leg, ...]
    test: bool


class CallCompleted(Event):
    """A call record was seen for the first time. `happened_at` is the call's start."""

    name: ClassVar[str] = "CallCompleted"
    schema_version: ClassVar[int] = 2
    call: Call


class CallRevised(Event):
    """A higher version of a known record, whole."""

    name: ClassVar[str] = "CallRevised"
    schema_version: ClassVar[int] = 2
    call: Call
