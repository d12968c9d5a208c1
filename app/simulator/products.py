"""Products a simulated company buys, with Microsoft's real SKU and service plan ids.

From Microsoft's public table "Product names and service plan identifiers for licensing". Each product lists only
the plans that matter for overlap and use, not all of its up to 87 plans.
"""

from dataclasses import dataclass

PLANS = {
    "EXCHANGE_S_DESKLESS": "4a82b400-a79f-41a4-b4e2-e94f5787b113",
    "EXCHANGE_S_STANDARD": "9aaf7827-d63c-4b61-89c3-182f06f82e5c",
    "EXCHANGE_S_ENTERPRISE": "efb87545-963c-4e0d-99df-69c6916d9eb0",
    "EXCHANGE_S_FOUNDATION": "113feb6c-3fe4-4440-bddc-54d774bf0318",
    "SHAREPOINTSTANDARD": "c7699d2e-19aa-44de-8edf-1736da088ca1",
    "SHAREPOINTENTERPRISE": "5dbe027f-2339-4123-9542-606e4d348a72",
    "TEAMS1": "57ff2da0-773e-42df-b2af-ffb7a2317929",
    "MCOIMP": "afc06cb0-b4f4-4473-8286-d644f70d8faf",
    "MCOSTANDARD": "0feaeb32-d00e-4d66-bd5a-43b5b83db82c",
    "OFFICESUBSCRIPTION": "43de0ff5-c92c-492b-9116-175376d08c38",
    "MCOEV": "4828c8ec-dc2e-4779-b502-87ac9ce28ab7",
    "MCOEV_VIRTUALUSER": "f47330e9-c134-43b3-9993-e7f004506889",
    "MCOMEETADV": "3e26ee1f-8a5f-4d52-aee2-b81ce45c8f40",
    "MCOPSTN1": "4ed3ff63-69d7-4fb7-b984-5aec7f605ca8",
    "MCOPSTNC": "505e180f-f7e0-4b65-91d4-00d670bbd18c",
    "BI_AZURE_P0": "2049e525-b859-401b-b2a0-e0a31c4b1fe4",
    "BI_AZURE_P2": "70d33638-9c74-4d01-bfd3-562de28bd4ba",
    "VISIOONLINE": "2bdbaf8f-738f-4ac7-9234-3c3ee2ce7d0f",
    "VISIO_CLIENT_SUBSCRIPTION": "663a804f-1c30-4ff0-9915-9db84f0d1cea",
    "PROJECT_CLIENT_SUBSCRIPTION": "fafd7243-e5c1-4a3a-9e40-495efcb1d3c3",
    "M365_COPILOT_APPS": "a62f8878-de10-42f3-b68f-6149a25ceb97",
    "AAD_PREMIUM": "41781fb2-bc02-4b7c-bd55-b576c07bb09d",
    "AAD_PREMIUM_P2": "eec0eb4f-6444-4f95-aba0-50c24d67f998",
    "INTUNE_A": "c1ec4a95-1f05-45b3-a911-aa3fa01094f5",
    "ATP_ENTERPRISE": "f20fedf3-f3c3-43c3-8267-2bfdd51c0939",
    "THREAT_INTELLIGENCE": "8e0c0a52-6a6c-4d40-8370-dd62790dcd70",
    "WINDEFATP": "871d91ec-ec1a-452b-a83f-bd76c7d770ef",
}


@dataclass(frozen=True, slots=True)
class Product:
    """One thing to buy: `part_number` is what people call it, `sku_id` what identifies it."""

    sku_id: str
    part_number: str
    display_name: str
    plans: tuple[str, ...]
    applies_to: str = "User"

    @property
    def plan_ids(self) -> tuple[str, ...]:
        return tuple(PLANS[name] for name in self.plans)


_SUITE = ("SHAREPOINTENTERPRISE", "TEAMS1", "MCOSTANDARD", "OFFICESUBSCRIPTION", "AAD_PREMIUM", "INTUNE_A")

E1 = Product(
    "18181a46-0d4e-45cd-891e-60aabd171b4e",
    "STANDARDPACK",
    "Office 365 E1",
    ("EXCHANGE_S_STANDARD", "SHAREPOINTSTANDARD", "TEAMS1", "MCOSTANDARD"),
)
E3 = Product(
    "05e9a617-0261-4cee-bb44-138d3ef5d965",
    "SPE_E3",
    "Microsoft 365 E3",
    ("EXCHANGE_S_ENTERPRISE", *_SUITE, "ATP_ENTERPRISE"),
)
E5 = Product(
    "06ebc4ee-1bb5-47dd-8120-11324bc54e06",
    "SPE_E5",
    "Microsoft 365 E5",
    (
        "EXCHANGE_S_ENTERPRISE",
        *_SUITE,
        "MCOEV",
        "MCOMEETADV",
        "BI_AZURE_P2",
        "AAD_PREMIUM_P2",
        "ATP_ENTERPRISE",
        "THREAT_INTELLIGENCE",
        "WINDEFATP",
    ),
)
F3 = Product(
    "66b55226-6b4f-492c-910c-a3b7a3c9d993",
    "SPE_F1",
    "Microsoft 365 F3",
    ("EXCHANGE_S_DESKLESS", "TEAMS1", "MCOIMP", "AAD_PREMIUM", "INTUNE_A"),
)
PHONE = Product("e43b5b99-8dfb-405f-9987-dc307f34bcbd", "MCOEV", "Microsoft Teams Phone Standard", ("MCOEV",))
PHONE_RESOURCE = Product(
    "440eaaa8-b3e0-484b-a8be-62870b9ba70a",
    "PHONESYSTEM_VIRTUALUSER",
    "Microsoft Teams Phone Resource Account",
    ("MCOEV_VIRTUALUSER",),
)
CALLING_PLAN = Product(
    "0dab259f-bf13-4952-b7f8-7db8f131b28d",
    "MCOPSTN1",
    "Skype for Business PSTN Domestic Calling",
    ("MCOPSTN1",),
)
CONFERENCING = Product(
    "0c266dff-15dd-4b49-8397-2bb16070ed52", "MCOMEETADV", "Microsoft 365 Audio Conferencing", ("MCOMEETADV",)
)
CREDITS = Product(
    "47794cd0-f0e5-45c5-9033-2eb6b5fc84e0", "MCOPSTNC", "Communications Credits", ("MCOPSTNC",), "Company"
)
ROOMS_PRO = Product(
    "4cde982a-ede4-4409-9ae6-b003453c8ea6",
    "Microsoft_Teams_Rooms_Pro",
    "Microsoft Teams Rooms Pro",
    ("TEAMS1", "MCOSTANDARD", "MCOEV", "MCOMEETADV", "AAD_PREMIUM", "INTUNE_A"),
)
ROOMS_BASIC = Product(
    "6af4b3d6-14bb-4a2a-960c-6c902aad34f3",
    "Microsoft_Teams_Rooms_Basic",
    "Microsoft Teams Rooms Basic",
    ("TEAMS1", "MCOMEETADV"),
)
POWER_BI = Product("f8a1db68-be16-40ed-86d5-cb42ce701560", "POWER_BI_PRO", "Power BI Pro", ("BI_AZURE_P2",))
FABRIC_FREE = Product(
    "a403ebcc-fae0-4ca2-8c8c-7a907fd6c235", "POWER_BI_STANDARD", "Microsoft Fabric (Free)", ("BI_AZURE_P0",)
)
FLOW_FREE = Product(
    "f30db892-07e9-47e9-837c-80727f46fd3d",
    "FLOW_FREE",
    "Microsoft Power Automate Free",
    ("EXCHANGE_S_FOUNDATION",),
)
VISIO = Product(
    "c5928f49-12ba-48f7-ada3-0d743a3601d5",
    "VISIOCLIENT",
    "Visio Plan 2",
    ("VISIOONLINE", "VISIO_CLIENT_SUBSCRIPTION"),
)
PROJECT = Product(
    "53818b1b-4a27-454b-8896-0dba576410e6",
    "PROJECTPROFESSIONAL",
    "Planner and Project Plan 3",
    ("SHAREPOINTENTERPRISE", "PROJECT_CLIENT_SUBSCRIPTION"),
)
COPILOT = Product(
    "639dec6b-bb19-468b-871c-c5c441c4b0cb",
    "Microsoft_365_Copilot",
    "Microsoft Copilot for Microsoft 365",
    ("M365_COPILOT_APPS",),
)

PRODUCTS = {
    product.sku_id: product
    for product in (
        E1,
        E3,
        E5,
        F3,
        PHONE,
        PHONE_RESOURCE,
        CALLING_PLAN,
        CONFERENCING,
        CREDITS,
        ROOMS_PRO,
        ROOMS_BASIC,
        POWER_BI,
        FABRIC_FREE,
        FLOW_FREE,
        VISIO,
        PROJECT,
        COPILOT,
    )
}
FREE = (FABRIC_FREE, FLOW_FREE)
EXTRAS = (POWER_BI, VISIO, PROJECT, COPILOT, CONFERENCING)
