"""Microsoft's clouds: where Graph and Entra are in each. A directory lives in one of them, and tokens stay inside."""

from dataclasses import dataclass
from enum import StrEnum


class Cloud(StrEnum):
    GLOBAL = "global"
    USGOV_L4 = "usgov-l4"
    USGOV_L5 = "usgov-l5"
    CHINA = "china"


@dataclass(frozen=True, slots=True)
class Addresses:
    """`portal`: where the customer's administrators go. `calls`: the cloud's Graph has call records and call logs."""

    graph: str
    login: str
    portal: str
    calls: bool = True


CLOUDS = {
    Cloud.GLOBAL: Addresses(
        "https://graph.microsoft.com", "https://login.microsoftonline.com", "https://entra.microsoft.com"
    ),
    Cloud.USGOV_L4: Addresses(
        "https://graph.microsoft.us", "https://login.microsoftonline.us", "https://entra.microsoft.us"
    ),
    Cloud.USGOV_L5: Addresses(
        "https://dod-graph.microsoft.us", "https://login.microsoftonline.us", "https://entra.microsoft.us"
    ),
    Cloud.CHINA: Addresses(
        "https://microsoftgraph.chinacloudapi.cn",
        "https://login.chinacloudapi.cn",
        "https://portal.azure.cn",
        calls=False,
    ),
}
