"""How often sign-ons may be begun and ended from one place, at this process alone: nobody has a name there yet."""

import asyncio
from ipaddress import IPv6Address, ip_address, ip_network
from typing import ClassVar

from starlette.requests import Request

from app.auth.buckets import Buckets
from app.domain.errors import Refused
from app.telemetry import count

_HOUSE_BITS = 64
"""Of an IPv6 address: within it, one customer of a network has all addresses there are."""


class SignOnsLimited(Refused):
    """From this address sign-ons were begun more often than allowed. `again_seconds`: when the next may be."""

    code: ClassVar[str] = "SIGN_ONS_LIMITED"

    def __init__(self, again_seconds: int) -> None:
        super().__init__(f"Too many sign-ons come from your network; try again in {again_seconds} s.")
        self.again_seconds = again_seconds


class SignOnPace:
    """`per_minute`: for each of the two doors apart, so that whoever was let out to Entra can come back."""

    def __init__(self, per_minute: int) -> None:
        self._buckets: Buckets[tuple[str, str]] = Buckets(per_minute)

    def take(self, request: Request) -> None:
        """Count one request at its path. Raises `SignOnsLimited`."""
        subject = (request.url.path, place_of(request.client.host if request.client else ""))
        again_seconds = self._buckets.take(subject, asyncio.get_running_loop().time())
        if again_seconds:
            count("portal.sign_ons_limited")
            raise SignOnsLimited(again_seconds)


def place_of(host: str) -> str:
    """Where a client is, by its address as the server knows it: behind a trusted proxy that which the proxy tells.

    What is no address is all one place.
    """
    try:
        address = ip_address(host)
    except ValueError:
        return ""
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ip_network((int(address), _HOUSE_BITS), strict=False))
