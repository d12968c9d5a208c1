"""Who took part in a call: Graph's identities, told apart by the member that is filled, never by a name."""

import re
from collections.abc import Iterable, Mapping
from uuid import UUID

from app.domain.events.telephony import Party, PartyKind
from app.domain.ids import DirectoryId, UserId
from app.domain.personal import Personal
from app.ingest.graph_types import Endpoint, Identity, IdentitySet, Participant, read_as

_MEMBERS: Mapping[str, PartyKind] = {
    "user": PartyKind.USER,
    "phone": PartyKind.PHONE,
    "guest": PartyKind.GUEST,
    "applicationInstance": PartyKind.RESOURCE_ACCOUNT,
    "application": PartyKind.APPLICATION,
    "azureCommunicationServicesUser": PartyKind.COMMUNICATION_SERVICES,
    "onPremises": PartyKind.ON_PREMISES,
    # Spelled-out older names of Azure Communication Services, which raw data still hold.
    "acsUser": PartyKind.COMMUNICATION_SERVICES,
    "spoolUser": PartyKind.COMMUNICATION_SERVICES,
    "acsApplicationInstance": PartyKind.RESOURCE_ACCOUNT,
    "spoolApplicationInstance": PartyKind.RESOURCE_ACCOUNT,
}

_TYPES: tuple[tuple[str, PartyKind], ...] = (
    ("communicationsUserIdentity", PartyKind.USER),
    ("userIdentity", PartyKind.USER),
    ("communicationsPhoneIdentity", PartyKind.PHONE),
    ("communicationsGuestIdentity", PartyKind.GUEST),
    ("communicationsApplicationInstanceIdentity", PartyKind.RESOURCE_ACCOUNT),
    ("communicationsApplicationIdentity", PartyKind.APPLICATION),
    ("azureCommunicationServicesUserIdentity", PartyKind.COMMUNICATION_SERVICES),
)
"""Types derived from microsoft.graph.identity, where an endpoint says which it is."""

_NUMBER = re.compile(r"\+?[0-9][0-9 ()*#-]{2,31}")
_ENTRA = frozenset({PartyKind.USER, PartyKind.RESOURCE_ACCOUNT})

Kinds = Mapping[str, PartyKind]
"""Kinds of the parties a record names as organiser or participant, by their id."""


def kinds_of(participants: Iterable[Participant]) -> dict[str, PartyKind]:
    """What the participants say about kinds. An endpoint's own identity often bears no sign of it."""
    found: dict[str, PartyKind] = {}
    for participant in participants:
        for identity, kind in _filled(participant.identity or {}):
            found |= {key: kind for key in (identity.id, participant.id) if key}
    return found


def of_participant(participant: Participant, home: DirectoryId) -> Party:
    return of_set(participant.identity or {}, home)


def of_set(identities: IdentitySet, home: DirectoryId) -> Party:
    """The party an identity set names; UNKNOWN where nothing in it is filled or known."""
    for identity, kind in _filled(identities):
        return _party(kind, identity, home)
    return Party(kind=PartyKind.UNKNOWN, user=None, directory=None, label=None)


def of_endpoint(endpoint: Endpoint | None, kinds: Kinds, home: DirectoryId) -> Party | None:
    """Who sat at one end of a session; None for Teams' own services."""
    if endpoint is None or (endpoint.odata_type or "").endswith(".serviceEndpoint"):
        return None
    if endpoint.associated_identity is None:
        return of_set(endpoint.identity or {}, home)
    if any(member in _MEMBERS for member in endpoint.associated_identity):
        return of_set(endpoint.associated_identity, home)
    identity = read_as(Identity, endpoint.associated_identity, "$.associatedIdentity")
    return _party(_kind(identity, kinds), identity, home)


def _filled(identities: IdentitySet) -> Iterable[tuple[Identity, PartyKind]]:
    for member, kind in _MEMBERS.items():
        value = identities.get(member)
        if isinstance(value, dict):
            yield read_as(Identity, value, f"$.identity.{member}"), kind


def _kind(identity: Identity, kinds: Kinds) -> PartyKind:
    """By its declared type, else by the record's participants, else by the shape of its id."""
    for name, kind in _TYPES:
        if identity.odata_type is not None and identity.odata_type.endswith(f".{name}"):
            return kind
    known = kinds.get(identity.id or "")
    if known is not None:
        return known
    if _guid(identity.id) is not None:
        return PartyKind.GUEST if _guid(identity.tenant_id) is None else PartyKind.USER
    if identity.id is not None and _NUMBER.fullmatch(identity.id):
        return PartyKind.PHONE
    return PartyKind.UNKNOWN


def _party(kind: PartyKind, identity: Identity, home: DirectoryId) -> Party:
    user, directory = _guid(identity.id), _guid(identity.tenant_id)
    if kind not in _ENTRA or user is None:
        name = identity.id if kind is PartyKind.PHONE else identity.display_name
        return Party(kind=kind, user=None, directory=None, label=Personal.alone(name) if name else None)
    # Our own users' names stand in their seats; a federated one has no seat here.
    stranger = directory is not None and directory != home
    label = Personal.of_user(UserId(user), identity.display_name) if stranger and identity.display_name else None
    return Party(
        kind=kind,
        user=UserId(user),
        directory=None if directory is None else DirectoryId(directory),
        label=label,
    )


def _guid(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None
