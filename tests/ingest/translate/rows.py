"""Rows as Graph sends them, with what a test wants changed."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from app.domain.ids import DirectoryId

HOME = DirectoryId(UUID("dc368399-474c-4d40-900c-6265431fd81f"))
ELSEWHERE = "99999999-474c-4d40-900c-6265431fd81f"
SEEN_AT = datetime(2026, 11, 23, 2, tzinfo=UTC)
ANA = "821809f5-0000-4000-8000-3b5136c0e777"
BEN = "f69e2c00-0000-4000-8000-185e5f5f5d8a"
E3 = "6fd2c87f-b296-42f0-b197-1e91e994b900"
GROUP = "11111111-2222-4333-8444-555555555555"
CALL = "e523d2ed-2966-4b6b-925b-754a88034cc5"
PLAN = "57ff2da0-773e-42df-b2af-ffb7a2317929"

Json = dict[str, Any]


def user(**changed: Any) -> Json:
    plain: Json = {
        "id": ANA,
        "accountEnabled": True,
        "assignedLicenses": [],
        "licenseAssignmentStates": [],
        "displayName": "Ana Lima",
        "userPrincipalName": "Ana.Lima@contoso.com",
        "userType": "Member",
        "department": "Sales",
        "companyName": None,
        "employeeOrgData": {"costCenter": "4711", "division": None},
        "country": "Germany",
        "usageLocation": "DE",
        "createdDateTime": "2020-03-04T05:06:07Z",
    }
    return plain | changed


def state(sku: str = E3, **changed: Any) -> Json:
    plain: Json = {
        "skuId": sku,
        "assignedByGroup": None,
        "state": "Active",
        "error": "None",
        "disabledPlans": [],
        "lastUpdatedDateTime": "2026-11-20T10:00:00Z",
    }
    return plain | changed


def sku(**changed: Any) -> Json:
    plain: Json = {
        "skuId": E3,
        "skuPartNumber": "ENTERPRISEPACK",
        "appliesTo": "User",
        "consumedUnits": 14,
        "prepaidUnits": {"enabled": 25, "warning": 1, "suspended": 2, "lockedOut": 3},
        "servicePlans": [{"servicePlanId": PLAN, "servicePlanName": "TEAMS1", "appliesTo": "User"}],
    }
    return plain | changed


def record(**changed: Any) -> Json:
    plain: Json = {
        "id": CALL,
        "version": 2,
        "type": "peerToPeer",
        "modalities": ["audio"],
        "startDateTime": "2026-11-20T18:52:21.2169889Z",
        "endDateTime": "2026-11-20T18:52:46.7640013Z",
        "organizer_v2": {"id": ANA, "identity": {"user": identity(ANA, "Ana Lima")}},
    }
    return plain | changed


def identity(who: str, name: str | None = None, tenant: str | None = str(HOME)) -> Json:
    return {"id": who, "displayName": name, "tenantId": tenant}


def participant(associated: Json | None, **changed: Any) -> Json:
    """A participantEndpoint."""
    kind = "#microsoft.graph.callRecords.participantEndpoint"
    return {"@odata.type": kind, "identity": None, "associatedIdentity": associated} | changed


SERVICE: Json = {"@odata.type": "#microsoft.graph.callRecords.serviceEndpoint", "userAgent": None}


def session(caller: Json | None, callee: Json | None = None, **changed: Any) -> Json:
    plain: Json = {
        "id": CALL,
        "modalities": ["audio"],
        "startDateTime": "2026-11-20T18:52:21.2169889Z",
        "endDateTime": "2026-11-20T18:52:46.7640013Z",
        "isTest": False,
        "failureInfo": None,
        "caller": caller,
        "callee": SERVICE if callee is None else callee,
    }
    return plain | changed
