"""Call records as Graph prints them.

Follows "callRecord resource type", "session", "segment", "participantEndpoint" and "communicationsIdentitySet": the
deprecated organizer, participants and identity hold nothing, endpoints are told apart by @odata.type, and an endpoint
names its party in `associatedIdentity`, whose undeclared members come through its open type.
"""

from datetime import timedelta
from typing import Any

from app.simulator.calls import Call, CallVersion, Party, Session
from app.simulator.graph_http import ticks_text

NAMESPACE = "#microsoft.graph.callRecords"
IDENTITY_MEMBERS = {
    "user": "user",
    "federated": "user",
    "phone": "phone",
    "guest": "guest",
    "application": "applicationInstance",
}


def record_json(call: Call, version: CallVersion, skew: timedelta | None = None) -> dict[str, Any]:
    """A record without sessions and participants; `organizer_v2` is expanded by default.

    `skew`: what the clock that stamped the version is off by.
    """
    modalities = list(dict.fromkeys(each for session in version.sessions for each in session.modalities))
    return {
        "id": call.id,
        "version": version.version,
        "type": call.type,
        "modalities": modalities,
        "lastModifiedDateTime": ticks_text(version.visible_at + (skew or timedelta(0))),
        "startDateTime": ticks_text(version.started_at),
        "endDateTime": ticks_text(version.ended_at),
        "joinWebUrl": call.join_url,
        "organizer": None,
        "participants": [],
        "organizer_v2": participant_json(call.organizer),
    }


def participant_json(party: Party) -> dict[str, Any]:
    """A participant (or organizer): the one identity member that applies is filled, some others are explicit nulls."""
    identity: dict[str, Any] = {"user": None, "phone": None, "guest": None, "acsUser": None, "spoolUser": None}
    identity[IDENTITY_MEMBERS[party.kind]] = _identity(party)
    return {"id": party.id, "identity": identity, "administrativeUnitInfos": []}


def _identity(party: Party) -> dict[str, Any]:
    body: dict[str, Any] = {"id": party.id, "displayName": party.name, "tenantId": party.directory_id}
    return body if party.upn is None else {**body, "userPrincipalName": party.upn}


def session_json(session: Session, with_segments: bool) -> dict[str, Any]:
    body = {
        "id": session.id,
        "modalities": list(session.modalities),
        "startDateTime": ticks_text(session.started_at),
        "endDateTime": ticks_text(session.ended_at),
        "isTest": session.test,
        "failureInfo": _failure(session),
        "caller": _endpoint(session.caller),
        "callee": _service() if session.callee is None else _endpoint(session.callee),
    }
    return {**body, "segments": [_segment(session)]} if with_segments else body


def _failure(session: Session) -> dict[str, str] | None:
    if session.failure is None:
        return None
    stage, reason = session.failure
    return {"stage": stage, "reason": reason}


def _endpoint(party: Party) -> dict[str, Any]:
    agent = {
        "@odata.type": f"{NAMESPACE}.clientUserAgent",
        "headerValue": None,
        "applicationVersion": None,
        "azureADAppId": None,
        "communicationServiceId": None,
        "platform": "unknown" if party.kind == "phone" else party.platform,
        "productFamily": "teams",
    }
    return {
        "@odata.type": f"{NAMESPACE}.participantEndpoint",
        "name": None,
        "cpuName": None,
        "cpuCoresCount": None,
        "cpuProcessorSpeedInMhz": None,
        "identity": None,
        "associatedIdentity": _identity(party),
        "userAgent": agent,
        "feedback": None,
    }


def _service() -> dict[str, Any]:
    agent = {
        "@odata.type": f"{NAMESPACE}.serviceUserAgent",
        "headerValue": None,
        "applicationVersion": None,
        "role": "mediaController",
    }
    return {"@odata.type": f"{NAMESPACE}.serviceEndpoint", "userAgent": agent}


def _segment(session: Session) -> dict[str, Any]:
    stream = {
        "streamId": str(int(session.id[:8], 16)),
        "streamDirection": "callerToCallee",
        "averageAudioDegradation": None,
        "averageJitter": "PT0.016S",
        "averagePacketLossRate": 0.0,
        "averageRoundTripTime": "PT0.061S",
        "wasMediaBypassed": False,
    }
    media = {"label": "main-audio", "callerNetwork": None, "calleeNetwork": None, "streams": [stream]}
    return {
        "id": session.id,
        "startDateTime": ticks_text(session.started_at),
        "endDateTime": ticks_text(session.ended_at),
        "caller": _endpoint(session.caller),
        "callee": _service() if session.callee is None else _endpoint(session.callee),
        "failureInfo": _failure(session),
        "media": [] if session.started_at == session.ended_at else [media],
    }
