"""One type per identity. Graph's GUIDs keep their value; SUA makes only the tenant's."""

from typing import NewType
from uuid import UUID

TenantId = NewType("TenantId", UUID)
"""SUA's own id of a customer, made at the invitation, before the directory is known."""

DirectoryId = NewType("DirectoryId", UUID)
"""The customer's Microsoft Entra tenant (`tid`), proven at consent."""

UserId = NewType("UserId", UUID)
"""Entra object id of a user. Survives renames; a re-created user is a new one."""

GroupId = NewType("GroupId", UUID)
SkuId = NewType("SkuId", UUID)
PlanId = NewType("PlanId", UUID)
CallId = NewType("CallId", UUID)
LogRowId = NewType("LogRowId", UUID)
"""`id` of a row of the PSTN or Direct Routing log; no other id there is unique."""

RunId = NewType("RunId", UUID)
"""One run of a feed, for instance one daily read."""
