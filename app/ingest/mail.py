"""The invitation by e-mail: plain text with an HTML part beside it."""

import asyncio
import re
from collections.abc import Callable
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from html import escape
from ipaddress import ip_address
from typing import ClassVar
from urllib.parse import unquote, urlsplit

import aiosmtplib

from app.commands.inviting import Invitation
from app.domain.errors import Refused, Unavailable

_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
_ADDRESS_MAX = 254
_TIMEOUT_S = 20.0
_PORTS = {"smtp": 25, "smtps": 465}


class MailAddressRefused(Refused):
    """Not an address a mail could be sent to."""

    code: ClassVar[str] = "MAIL_ADDRESS_REFUSED"


class MailServerUnknown(Refused):
    """SUA_SMTP_URL names no mail server: it is smtp://HOST or smtps://HOST."""

    code: ClassVar[str] = "MAIL_SERVER_UNKNOWN"


class MailUnavailable(Unavailable):
    """The mail server did not take the mail."""

    code: ClassVar[str] = "MAIL_UNAVAILABLE"


def check_address(email: str) -> None:
    """Raise MailAddressRefused unless it is one plain address: no name, no list, nothing that could end a header."""
    if len(email) > _ADDRESS_MAX or not _ADDRESS.fullmatch(email):
        raise MailAddressRefused("Give one e-mail address like admin@example.com.")


def compose(invitation: Invitation, sender: str) -> EmailMessage:
    """The mail to send. The policy refuses line breaks in headers; the customer's name stands in the body only."""
    message = EmailMessage(policy=SMTP)
    message["Subject"] = "Please connect your Microsoft 365 tenant"
    message["From"] = sender
    message["To"] = Address(addr_spec=invitation.email)
    lines = _lines(invitation)
    message.set_content("\n\n".join(lines) + "\n")
    paragraphs = "".join(f"<p>{_html(line, invitation.link)}</p>" for line in lines)
    message.add_alternative(
        f'<!doctype html><html lang="en"><meta charset="utf-8"><body>{paragraphs}</body></html>', subtype="html"
    )
    return message


async def send(message: EmailMessage, smtp_url: str) -> None:
    """Hand the mail to a server: smtp:// (with STARTTLS) or smtps://, with user and password if needed.

    Without TLS nothing leaves this machine: who can strip the offer of STARTTLS could read password and link.
    """
    parts = urlsplit(smtp_url)
    try:
        port = parts.port or _PORTS[parts.scheme]
    except (KeyError, ValueError) as error:
        raise MailServerUnknown("A mail server is given as smtp://HOST or smtps://HOST.") from error
    if not parts.hostname:
        raise MailServerUnknown("A mail server is given as smtp://HOST or smtps://HOST.")
    must_upgrade = parts.scheme == "smtp" and not _is_loopback(parts.hostname)
    try:
        async with asyncio.timeout(_TIMEOUT_S):
            await aiosmtplib.send(
                message,
                hostname=parts.hostname,
                port=port,
                username=unquote(parts.username) if parts.username else None,
                password=unquote(parts.password) if parts.password else None,
                use_tls=parts.scheme == "smtps",
                start_tls=must_upgrade or None,  # None: where offered
                timeout=_TIMEOUT_S,
            )
    except (aiosmtplib.SMTPException, OSError) as error:
        needed = " It must offer STARTTLS." if must_upgrade else ""
        reason = type(error).__name__
        raise MailUnavailable(f"The mail server did not take the mail: {reason}.{needed}") from error


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def show(message: EmailMessage, write: Callable[[str], object]) -> None:
    """Instead of sending, where no server is set: recipient, subject and text."""
    body = message.get_body(("plain",))
    text = body.get_content() if body is not None else ""
    write(f"To: {message['To']}\nSubject: {message['Subject']}\n\n{text}")


def _lines(invitation: Invitation) -> list[str]:
    return [
        "Hello,",
        f"{invitation.customer} has been invited to analyse its Microsoft 365 licences and Teams calls with SUA.",
        "An administrator of your tenant can allow this on Microsoft's consent page. SUA reads and changes nothing.",
        "Please open:",
        invitation.link,
        f"The link is valid until {invitation.expires_at:%d %B %Y}. If you did not expect it, ignore this mail.",
    ]


def _html(line: str, link: str) -> str:
    return f'<a href="{escape(link)}">{escape(link)}</a>' if line == link else escape(line)
