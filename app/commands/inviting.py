"""How customers are invited: what the doors that do it know of the links and mails, which others make."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Protocol

from app.domain.errors import Refused
from app.domain.ids import TenantId


class CustomerKnown(Refused):
    """Another customer has this name already. Send that one a new link, or give the new one a name of its own."""

    code: ClassVar[str] = "CUSTOMER_KNOWN"

    def __init__(self) -> None:
        super().__init__("A customer of this name is known already: send them a new link, or choose another name.")


class Mailed(StrEnum):
    """What became of an invitation's mail."""

    SENT = "SENT"
    """The mail server took it."""
    NO_SERVER = "NO_SERVER"
    """No mail server is set (SUA_SMTP_URL): somebody has to hand the link over."""
    FAILED = "FAILED"
    """The mail server did not take it: somebody has to hand the link over, or send it again later."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """`link` is a secret: whoever holds it may consent for the customer until `expires_at`."""

    tenant: TenantId
    customer: str
    email: str
    link: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class OpenLink:
    """The newest consent link of a customer that is still valid. The link itself is kept nowhere."""

    made_at: datetime
    expires_at: datetime


class Inviting(Protocol):
    """Makes links and sends mails. Every method blocks."""

    def invite(self, customer: str, email: str) -> Invitation:
        """Found a customer and make their link. A repeat before they consent makes a new link for the same customer.

        Raises CustomerUnnamed, CustomerKnown, MailAddressRefused.
        """

    def again(self, tenant: TenantId) -> Invitation:
        """Another link for a known customer, to the address of the first. Raises TenantUnknown, TenantLeft,
        MailAddressRefused."""

    def withdraw(self, tenant: TenantId) -> int:
        """Links that were made lead nowhere any more, and the customer is let go. Returns how many facts were new.

        Raises TenantUnknown, InvitationAccepted.
        """

    def deliver(self, invitation: Invitation) -> Mailed:
        """Hand the mail to the mail server, if there is one. Raises MailServerUnknown, MailUnavailable."""

    def open_links(self) -> Mapping[TenantId, OpenLink]:
        """Of every customer with a valid link."""
