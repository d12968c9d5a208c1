"""What service plans are, from Microsoft's table of products and plans; by names, with their ids beside them."""

from __future__ import annotations

from collections.abc import Iterable

PLAN_IDS = {
    "EXCHANGE_S_DESKLESS": "4a82b400-a79f-41a4-b4e2-e94f5787b113",
    "EXCHANGE_S_STANDARD": "9aaf7827-d63c-4b61-89c3-182f06f82e5c",
    "EXCHANGE_S_ENTERPRISE": "efb87545-963c-4e0d-99df-69c6916d9eb0",
    "EXCHANGE_S_FOUNDATION": "113feb6c-3fe4-4440-bddc-54d774bf0318",
    "SHAREPOINTSTANDARD": "c7699d2e-19aa-44de-8edf-1736da088ca1",
    "SHAREPOINTENTERPRISE": "5dbe027f-2339-4123-9542-606e4d348a72",
    "TEAMS1": "57ff2da0-773e-42df-b2af-ffb7a2317929",
    "MCOIMP": "afc06cb0-b4f4-4473-8286-d644f70d8faf",
    "MCOSTANDARD": "0feaeb32-d00e-4d66-bd5a-43b5b83db82c",
    "OFFICE_BUSINESS": "094e7854-93fc-4d55-b2c0-3ab5369ebdc1",
    "OFFICESUBSCRIPTION": "43de0ff5-c92c-492b-9116-175376d08c38",
    "MCOEV": "4828c8ec-dc2e-4779-b502-87ac9ce28ab7",
    "MCOMEETADV": "3e26ee1f-8a5f-4d52-aee2-b81ce45c8f40",
    "MCOPSTN1": "4ed3ff63-69d7-4fb7-b984-5aec7f605ca8",
    "BI_AZURE_P0": "2049e525-b859-401b-b2a0-e0a31c4b1fe4",
    "BI_AZURE_P2": "70d33638-9c74-4d01-bfd3-562de28bd4ba",
    "BI_AZURE_P3": "0bf3c642-7bb5-4ccc-884e-59d09df0266c",
    "VISIOONLINE": "2bdbaf8f-738f-4ac7-9234-3c3ee2ce7d0f",
    "VISIO_CLIENT_SUBSCRIPTION": "663a804f-1c30-4ff0-9915-9db84f0d1cea",
    "M365_COPILOT_APPS": "a62f8878-de10-42f3-b68f-6149a25ceb97",
    "AAD_PREMIUM": "41781fb2-bc02-4b7c-bd55-b576c07bb09d",
    "AAD_PREMIUM_P2": "eec0eb4f-6444-4f95-aba0-50c24d67f998",
    "INTUNE_A": "c1ec4a95-1f05-45b3-a911-aa3fa01094f5",
    "ATP_ENTERPRISE": "f20fedf3-f3c3-43c3-8267-2bfdd51c0939",
    "THREAT_INTELLIGENCE": "8e0c0a52-6a6c-4d40-8370-dd62790dcd70",
}

SEEDED = frozenset({"EXCHANGE_S_FOUNDATION"})
"""Comes with nearly everything and is worth nothing alone."""

_COVERS = {
    "EXCHANGE_S_ENTERPRISE": ("EXCHANGE_S_STANDARD", "EXCHANGE_S_DESKLESS"),
    "EXCHANGE_S_STANDARD": ("EXCHANGE_S_DESKLESS",),
    "SHAREPOINTENTERPRISE": ("SHAREPOINTSTANDARD",),
    "MCOSTANDARD": ("MCOIMP",),
    "OFFICESUBSCRIPTION": ("OFFICE_BUSINESS",),
    "AAD_PREMIUM_P2": ("AAD_PREMIUM",),
    "THREAT_INTELLIGENCE": ("ATP_ENTERPRISE",),
    "BI_AZURE_P3": ("BI_AZURE_P2", "BI_AZURE_P0"),
    "BI_AZURE_P2": ("BI_AZURE_P0",),
    "VISIO_CLIENT_SUBSCRIPTION": ("VISIOONLINE",),
}

SEEN_BY: dict[str, frozenset[str]] = {
    "EXCHANGE_S_DESKLESS": frozenset({"exchange"}),
    "EXCHANGE_S_STANDARD": frozenset({"exchange"}),
    "EXCHANGE_S_ENTERPRISE": frozenset({"exchange"}),
    "SHAREPOINTSTANDARD": frozenset({"sharepoint", "onedrive"}),
    "SHAREPOINTENTERPRISE": frozenset({"sharepoint", "onedrive"}),
    "TEAMS1": frozenset({"teams"}),
    "OFFICE_BUSINESS": frozenset({"office_apps"}),
    "OFFICESUBSCRIPTION": frozenset({"office_apps"}),
    "MCOEV": frozenset({"telephone"}),
    "MCOPSTN1": frozenset({"telephone"}),
    "MCOMEETADV": frozenset({"conference"}),
    "M365_COPILOT_APPS": frozenset({"copilot"}),
}
"""Where the use of a plan would show. Of other plans nothing shows it."""

ADD_ONS = frozenset({"MCOEV", "MCOPSTN1", "MCOMEETADV", "M365_COPILOT_APPS"})
"""Teams Phone, its calling plan, Audio Conferencing, Copilot: a product of nothing else has a workload of its own."""

CLEARLY_SEEN = ADD_ONS | {"OFFICE_BUSINESS", "OFFICESUBSCRIPTION"}
"""Whose absence of use can be relied on when a cheaper product is proposed."""


def billable(plans: Iterable[str]) -> frozenset[str]:
    return frozenset(plans) - SEEDED


def closed(plans: Iterable[str]) -> frozenset[str]:
    """The plans and all that a better one of them stands for."""
    return frozenset(each for plan in plans for each in (plan, *_COVERS.get(plan, ())))
