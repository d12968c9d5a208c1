"""Shapes of Microsoft Graph v1.0 that SUA reads, as JSON Schema, written from the reference pages.

`required` are the members that make a row what it is; everything else may be absent, and null where Graph says so.
"""

from typing import Any

from tests.ingest.translate.schemas import Definitions, Schema

TEXT: Schema = {"type": "string"}
MAYBE_TEXT: Schema = {"type": ["string", "null"]}
INSTANT: Schema = {"type": "string", "format": "date-time"}
MAYBE_INSTANT: Schema = {"anyOf": [INSTANT, {"type": "null"}]}
GUID: Schema = {"type": "string", "pattern": "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-..."}
MAYBE_GUID: Schema = {"anyOf": [GUID, {"type": "null"}]}
UNITS: Schema = {"type": "integer", "minimum": 0, "maximum": 2**31 - 1}
FLAG: Schema = {"type": ["boolean", "null"]}


def _row(required: str = "", /, **properties: Schema) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": required.split()}


def _many(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/{name}"}


def _or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def _endpoint(kind: str, **properties: Schema) -> Schema:
    return _row("@odata.type", **{"@odata.type": {"const": f"#microsoft.graph.callRecords.{kind}"}}, **properties)


_IDENTITIES = ("user", "phone", "guest", "application", "applicationInstance", "azureCommunicationServicesUser")

DEFINITIONS: Definitions = {
    "identity": _row(id=MAYBE_TEXT, displayName=MAYBE_TEXT, tenantId=MAYBE_GUID),
    "identitySet": _row(**{name: _or_null(_ref("identity")) for name in _IDENTITIES}),
    "participant": _row("id", id=TEXT, identity=_or_null(_ref("identitySet"))),
    "endpoint": {
        "anyOf": [
            _endpoint(
                "participantEndpoint",
                associatedIdentity=_or_null(_ref("identity")),
                identity=_or_null(_ref("identitySet")),
                name=MAYBE_TEXT,
                cpuCoresCount={"type": ["integer", "null"]},
            ),
            _endpoint("serviceEndpoint", userAgent=_or_null(_row(role=TEXT))),
            {"type": "null"},
        ]
    },
    "session": _row(
        "id startDateTime endDateTime",
        id=TEXT,
        startDateTime=INSTANT,
        endDateTime=INSTANT,
        modalities=_many(TEXT),
        isTest=FLAG,
        caller=_ref("endpoint"),
        callee=_ref("endpoint"),
        failureInfo=_or_null(_row(stage=TEXT, reason=MAYBE_TEXT)),
    ),
    "callRecord": _row(
        "id version type modalities startDateTime endDateTime",
        id=GUID,
        version={"type": "integer", "minimum": 0, "maximum": 2**63 - 1},
        type=TEXT,
        modalities=_many(TEXT),
        startDateTime=INSTANT,
        endDateTime=INSTANT,
        lastModifiedDateTime=INSTANT,
        joinWebUrl=MAYBE_TEXT,
        organizer_v2=_or_null(_ref("participant")),
        organizer=_or_null(_ref("identitySet")),
        participants_v2=_many(_ref("participant")),
        sessions=_many(_ref("session")),
    ),
    "licenseAssignmentState": _row(
        "skuId state",
        skuId=GUID,
        state=TEXT,
        assignedByGroup=MAYBE_GUID,
        error=MAYBE_TEXT,
        disabledPlans=_many(GUID),
        lastUpdatedDateTime=MAYBE_INSTANT,
    ),
    "user": _row(
        "id accountEnabled assignedLicenses licenseAssignmentStates",
        id=GUID,
        accountEnabled=FLAG,
        assignedLicenses=_many(_row("skuId", skuId=GUID, disabledPlans=_many(GUID))),
        licenseAssignmentStates=_many(_ref("licenseAssignmentState")),
        displayName=MAYBE_TEXT,
        userPrincipalName=MAYBE_TEXT,
        userType=MAYBE_TEXT,
        department=MAYBE_TEXT,
        companyName=MAYBE_TEXT,
        country=MAYBE_TEXT,
        usageLocation=MAYBE_TEXT,
        employeeOrgData=_or_null(_row(costCenter=MAYBE_TEXT, division=MAYBE_TEXT)),
        createdDateTime=MAYBE_INSTANT,
    ),
    "userSignIns": _row(
        "id",
        id=GUID,
        signInActivity=_or_null(
            _row(
                lastSignInDateTime=MAYBE_INSTANT,
                lastNonInteractiveSignInDateTime=MAYBE_INSTANT,
                lastSuccessfulSignInDateTime=MAYBE_INSTANT,
                lastSignInRequestId=MAYBE_TEXT,
            )
        ),
    ),
    "companySubscription": _row(
        "id skuId totalLicenses status",
        id=TEXT,
        commerceSubscriptionId=MAYBE_TEXT,
        skuId=GUID,
        skuPartNumber=MAYBE_TEXT,
        status=TEXT,
        totalLicenses=UNITS,
        isTrial=FLAG,
        createdDateTime=MAYBE_INSTANT,
        nextLifecycleDateTime=MAYBE_INSTANT,
        ownerId=MAYBE_TEXT,
        ownerTenantId=MAYBE_TEXT,
        serviceStatus=_many(_row(servicePlanId=GUID, provisioningStatus=MAYBE_TEXT)),
    ),
    "subscribedSku": _row(
        "id skuId skuPartNumber appliesTo consumedUnits prepaidUnits servicePlans",
        id=TEXT,
        skuId=GUID,
        skuPartNumber=TEXT,
        appliesTo={"enum": ["User", "Company"]},
        capabilityStatus={"enum": ["Enabled", "Warning", "Suspended", "Deleted", "LockedOut", None]},
        consumedUnits=UNITS,
        prepaidUnits=_row("enabled warning suspended", enabled=UNITS, warning=UNITS, suspended=UNITS, lockedOut=UNITS),
        servicePlans=_many(
            _row(
                "servicePlanId servicePlanName appliesTo",
                servicePlanId=GUID,
                servicePlanName=TEXT,
                appliesTo={"enum": ["User", "Company"]},
                provisioningStatus=TEXT,
            )
        ),
        subscriptionIds=_many(MAYBE_TEXT),
    ),
}
