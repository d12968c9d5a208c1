"""Microsoft's clouds: where Graph and Entra are in each. A directory lives in one of them, and tokens stay inside.

Sources: "Microsoft Graph national cloud deployments"; "National clouds" (Microsoft identity platform).
"""

from dataclasses import dataclass
from enum import StrEnum


class Cloud(StrEnum):
    GLOBAL = "global"
    USGOV_L4 = "usgov-l4"
    USGOV_L5 = "usgov-l5"
    CHINA = "china"


@dataclass(frozen=True, slots=True)
class Addresses:
    """`calls`: the cloud's Graph has call records and the logs of telephone calls."""

    graph: str
    login: str
    calls: bool = True


CLOUDS = {
    Cloud.GLOBAL: Addresses("https://graph.microsoft.com", "https://login.microsoftonline.com"),
    Cloud.USGOV_L4: Addresses("https://graph.microsoft.us", "https://login.microsoftonline.us"),
    Cloud.USGOV_L5: Addresses("https://dod-graph.microsoft.us", "https://login.microsoftonline.us"),
    Cloud.CHINA: Addresses(
        "https://microsoftgraph.chinacloudapi.cn", "https://login.partner.microsoftonline.cn", calls=False
    ),
}
