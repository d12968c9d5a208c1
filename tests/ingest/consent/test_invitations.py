"""The invitation and its mail."""

import asyncio
import re
import socket
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from uuid import uuid4

import pytest

from app.commands.inviting import Invitation
from app.domain.events.tenancy import TenantInvited
from app.domain.ids import TenantId
from app.domain.tenant import CustomerUnnamed
from app.ingest.mail import MailAddressRefused, MailServerUnknown, MailUnavailable, check_address, compose, send, show
from tests.ingest.office import TODAY, Office

INVITATION = Invitation(
    TenantId(uuid4()),
    "Contoso & <b>Sons</b>",
    "admin@contoso.example",
    "https://sua.example/consent/abc_-1",
    datetime(2026, 12, 7, tzinfo=UTC),
)


def test_an_invitation_founds_the_tenant_and_makes_a_link(office: Office) -> None:
    invitation = office.invite("Contoso", "admin@contoso.example")

    (fact,) = office.facts(invitation.tenant, "tenant")
    assert isinstance(fact, TenantInvited)
    assert (fact.customer, fact.contact.value) == ("Contoso", "admin@contoso.example")
    assert re.fullmatch(rf"{office.web}/consent/[A-Za-z0-9_-]{{43}}", invitation.link)
    assert invitation.expires_at == TODAY + timedelta(days=14)


def test_a_refused_invitation_leaves_no_link(office: Office) -> None:
    before = office.rows("SELECT count(*) FROM invitations")

    with pytest.raises(CustomerUnnamed):
        office.invite("  ")

    assert office.rows("SELECT count(*) FROM invitations") == before


@pytest.mark.parametrize(
    "address",
    [
        "",
        "contoso",
        "@contoso.example",
        "a b@contoso.example",
        "a@contoso.example, b@contoso.example",
        "Admin <a@contoso.example>",
        "a@contoso.example\r\nBcc: b@contoso.example",
        "a@contoso.example\n",
        "a@" + "x" * 300,
    ],
)
def test_what_is_no_plain_address_is_refused(office: Office, address: str) -> None:
    with pytest.raises(MailAddressRefused):
        office.invite("Contoso", address)

    check_address("first.last+sua@mail.contoso.example")


def test_the_mail_has_a_plain_and_an_html_part_with_the_link() -> None:
    message = message_from_bytes(compose(INVITATION, "sua@provider.example").as_bytes(), policy=default)

    assert isinstance(message, EmailMessage)
    assert (message["To"], message["From"]) == ("admin@contoso.example", "sua@provider.example")
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert "https://sua.example/consent/abc_-1" in plain.get_content().splitlines()
    assert "valid until 07 December 2026" in plain.get_content()
    assert '<a href="https://sua.example/consent/abc_-1">' in html.get_content()
    assert "Contoso &amp; &lt;b&gt;Sons&lt;/b&gt; has been invited" in html.get_content()


def test_a_name_with_line_breaks_reaches_no_header() -> None:
    odd = replace(INVITATION, customer="Contoso\r\nBcc: all@contoso.example")

    message = compose(odd, "sua@provider.example")

    assert sorted(message.keys()) == ["Content-Type", "From", "MIME-Version", "Subject", "To"]


def test_without_a_mail_server_the_mail_is_shown() -> None:
    shown: list[str] = []

    show(compose(INVITATION, "sua@provider.example"), shown.append)

    assert shown[0].startswith("To: admin@contoso.example\nSubject: Please connect your Microsoft 365 tenant\n\nHello,")
    assert "https://sua.example/consent/abc_-1" in shown[0]


def deliver(url: str, heard: list[bytes], received: list[bytes]) -> None:
    """Send the invitation to a server that offers no STARTTLS; `{port}` in the URL becomes its port."""
    over = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 here\r\n")
        while line := await reader.readline():
            heard.append(line)
            verb = line[:4].upper()
            if verb == b"DATA":
                writer.write(b"354 go on\r\n")
                received.append(await reader.readuntil(b"\r\n.\r\n"))
            writer.write(b"221 bye\r\n" if verb == b"QUIT" else b"250 ok\r\n")
        over.set()
        writer.close()
        await writer.wait_closed()

    async def run() -> None:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        try:
            await send(compose(INVITATION, "sua@provider.example"), url.format(port=port))
        finally:
            await over.wait()
            server.close()
            await server.wait_closed()

    asyncio.run(run())


def test_the_mail_is_handed_to_the_server() -> None:
    received: list[bytes] = []

    deliver("smtp://127.0.0.1:{port}", [], received)

    assert len(received) == 1
    assert b"https://sua.example/consent/abc_-1" in received[0]


def test_beyond_this_machine_nothing_is_sent_without_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[bytes] = []
    received: list[bytes] = []
    resolve = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *rest, **more: resolve("127.0.0.1", *rest, **more))

    with pytest.raises(MailUnavailable, match="must offer STARTTLS"):
        deliver("smtp://sua:secret@mail.example:{port}", heard, received)

    assert {line[:4].upper() for line in heard} <= {b"EHLO", b"QUIT"}
    assert received == []


@pytest.mark.parametrize("url", ["http://mail.example", "mail.example:25", "smtp://", ""])
def test_what_is_no_mail_server_is_refused(url: str) -> None:
    with pytest.raises(MailServerUnknown, match="smtp://HOST or smtps://HOST"):
        asyncio.run(send(compose(INVITATION, "sua@provider.example"), url))


def test_a_mail_server_that_is_away_is_said() -> None:
    with pytest.raises(MailUnavailable):
        asyncio.run(send(compose(INVITATION, "sua@provider.example"), "smtp://127.0.0.1:1"))
