"""What sign-on and sessions go by: addresses, lengths of time, names of cookies."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

CALLBACK_PATH = "/auth/callback"
SIGNED_OUT_PATH = "/signed-out"


class Why(StrEnum):
    """Why somebody stands before the signed-out page; it says what to do about each."""

    UNKNOWN_TENANT = "UNKNOWN_TENANT"
    NO_ROLE = "NO_ROLE"
    NO_GRANT = "NO_GRANT"
    CONSENT_MISSING = "CONSENT_MISSING"
    DECLINED = "DECLINED"
    EXPIRED = "EXPIRED"
    SESSION_EXPIRED = "SESSION_EXPIRED"
    FAILED = "FAILED"
    TRY_LATER = "TRY_LATER"


@dataclass(frozen=True, slots=True)
class PortalTerms:
    """`idle`: how long a session may be unused; `longest`: how long it lasts; `sign_on`: how long signing on may take.

    `public_url` decides by its scheme whether cookies are for https alone. `audience`: of the API's access tokens.
    `sign_ons_per_minute`: from one address, at each web process.
    `built`: the folder of the built pages; None: there are none.
    """

    public_url: str
    login_url: str
    client_id: str
    audience: str
    provider: UUID | None = None
    idle: timedelta = timedelta(minutes=30)
    longest: timedelta = timedelta(hours=12)
    sign_on: timedelta = timedelta(minutes=10)
    sign_ons_per_minute: int = 60
    built: Path | None = None

    @property
    def secure(self) -> bool:
        return self.public_url.startswith("https:")

    @property
    def origin(self) -> str:
        """As browsers write it."""
        parts = urlsplit(self.public_url)
        return f"{parts.scheme}://{parts.netloc.lower()}"

    @property
    def session_cookie(self) -> str:
        """`__Host-`: no other host and no plain http can have set it."""
        return "__Host-sua" if self.secure else "sua_local"

    @property
    def sign_on_cookie(self) -> str:
        return "__Host-sua-sign-on" if self.secure else "sua_local_sign_on"

    @property
    def redirect_uri(self) -> str:
        return f"{self.public_url}{CALLBACK_PATH}"

    @property
    def signed_out_url(self) -> str:
        return f"{self.public_url}{SIGNED_OUT_PATH}"
