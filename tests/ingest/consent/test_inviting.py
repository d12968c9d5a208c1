"""Invitations as the doors make them: one customer however often it is repeated, mailed, sent again, taken back."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from pydantic import SecretStr

from app.commands.inviting import CustomerKnown, Mailed
from app.commands.tenant_known import known_tenant
from app.domain.errors import TenantUnknown
from app.domain.events.tenancy import TenantOffboarded
from app.domain.ids import TenantId
from app.domain.tenant import CustomerUnnamed, InvitationAccepted, TenantLeft
from app.ingest import invitations
from app.ingest.invitations import invited
from app.ingest.inviting import Inviter, MailTerms
from app.ingest.mail import MailAddressRefused, MailUnavailable
from app.projections import tenants
from app.projections.engine import advance
from tests.ingest.office import TODAY, Office

DAYS = timedelta(days=14)
EMAIL = "admin@tailspin.example"
OTHER_EMAIL = "other@tailspin.example"


def token_of(link: str) -> str:
    return link.rpartition("/")[2]


@pytest.fixture
def inviter(office: Office) -> Inviter:
    office.begin_anew()
    return Inviter(office.shop, MailTerms(DAYS, "sua@provider.example", None), tenants.names)


@pytest.fixture
def name() -> str:
    """Names are one customer's each, and the database is the whole module's."""
    return f"Tailspin {uuid4()}"


def opened(office: Office, link: str) -> TenantId | None:
    with office.shop.database() as db:
        return invited(db, token_of(link), office.clock.now())


def test_a_repeat_makes_another_link_for_the_same_customer(office: Office, inviter: Inviter, name: str) -> None:
    first = inviter.invite(name, EMAIL)
    again = inviter.invite(f" {name.upper()} ", EMAIL)

    assert (again.tenant, again.customer, again.email) == (first.tenant, name, EMAIL)
    assert again.link != first.link
    assert opened(office, first.link) == opened(office, again.link) == first.tenant
    assert len(office.facts(first.tenant, "tenant")) == 1


def test_of_two_alike_at_once_one_customer_comes(inviter: Inviter, name: str) -> None:
    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(lambda _: inviter.invite(name, EMAIL), range(2)))

    assert made[0].tenant == made[1].tenant


def test_another_address_under_the_same_name_is_refused(office: Office, inviter: Inviter, name: str) -> None:
    inviter.invite(name, EMAIL)
    before = office.rows("SELECT count(*) FROM invitations")

    with pytest.raises(CustomerKnown):
        inviter.invite(name, "other@tailspin.example")

    assert office.rows("SELECT count(*) FROM invitations") == before


def test_the_name_of_a_connected_customer_is_refused_whoever_asks_and_however_far_the_tables_are(
    office: Office, inviter: Inviter, name: str
) -> None:
    made = inviter.invite(name, EMAIL)
    office.consent(made)
    before = office.rows("SELECT count(*) FROM invitations")

    for tabulated in (False, True):
        if tabulated:
            advance(office.shop.pool, office.shop.desk.store, made.tenant)
        for email in (EMAIL, OTHER_EMAIL):
            with pytest.raises(CustomerKnown):
                inviter.invite(f"{name.upper()} ", email)

    assert office.rows("SELECT count(*) FROM invitations") == before


def test_of_two_namesakes_who_wait_the_one_of_the_address_gets_the_link(
    office: Office, inviter: Inviter, name: str
) -> None:
    """Both may be there: founded by a release that did not look."""
    desk, web = office.shop.desk, office.shop.public_url
    with office.shop.database() as db:
        one, two = (
            invitations.invite(desk, db, name, email, public_url=web, valid_for=DAYS) for email in (EMAIL, OTHER_EMAIL)
        )

    assert inviter.invite(name, EMAIL).tenant == one.tenant
    assert inviter.invite(name, OTHER_EMAIL).tenant == two.tenant
    with pytest.raises(CustomerKnown):
        inviter.invite(name, "third@tailspin.example")


@pytest.mark.parametrize(
    ("customer", "email", "refusal"), [("  ", EMAIL, CustomerUnnamed), ("Tailspin Toys", "nobody", MailAddressRefused)]
)
def test_what_cannot_be_invited_leaves_no_link(
    office: Office, inviter: Inviter, customer: str, email: str, refusal: type[Exception]
) -> None:
    before = office.rows("SELECT count(*) FROM invitations")

    with pytest.raises(refusal):
        inviter.invite(customer, email)

    assert office.rows("SELECT count(*) FROM invitations") == before


def test_the_newest_valid_link_is_told_until_it_expires(office: Office, inviter: Inviter, name: str) -> None:
    tenant = inviter.invite(name, EMAIL).tenant
    office.clock.step_to(TODAY + timedelta(days=10))
    inviter.again(tenant)

    told = inviter.open_links()[tenant]
    office.clock.step_to(TODAY + timedelta(days=25))
    later = inviter.open_links()

    assert (told.made_at, told.expires_at) == (TODAY + timedelta(days=10), TODAY + timedelta(days=24))
    assert tenant not in later


def test_an_invitation_taken_back_leads_nowhere_and_the_customer_may_be_invited_anew(
    office: Office, inviter: Inviter, name: str
) -> None:
    made = inviter.invite(name, EMAIL)

    facts = [inviter.withdraw(made.tenant), inviter.withdraw(made.tenant)]

    assert facts == [1, 0]
    assert isinstance(office.facts(made.tenant, "tenant")[-1], TenantOffboarded)
    assert office.browser.get(made.link).status_code == 404
    assert made.tenant not in inviter.open_links()
    with pytest.raises(TenantLeft):
        inviter.again(made.tenant)
    assert inviter.invite(name, "other@tailspin.example").tenant != made.tenant


def test_who_has_consented_is_not_let_go_by_taking_the_invitation_back(
    office: Office, inviter: Inviter, name: str
) -> None:
    made = inviter.invite(name, EMAIL)
    office.consent(made)

    with pytest.raises(InvitationAccepted):
        inviter.withdraw(made.tenant)

    assert known_tenant(made.tenant, office.shop.desk).consented
    assert opened(office, made.link) == made.tenant


def test_of_nobody_nothing_is_taken_back(inviter: Inviter) -> None:
    with pytest.raises(TenantUnknown):
        inviter.withdraw(TenantId(uuid4()))


def test_without_a_mail_server_the_link_is_to_be_handed_over(inviter: Inviter, name: str) -> None:
    assert inviter.deliver(inviter.invite(name, EMAIL)) is Mailed.NO_SERVER


def test_a_mail_is_handed_to_the_server_and_one_that_is_away_is_said(office: Office, name: str) -> None:
    received: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 here\r\n")
        while line := await reader.readline():
            verb = line[:4].upper()
            if verb == b"DATA":
                writer.write(b"354 go on\r\n")
                received.append(await reader.readuntil(b"\r\n.\r\n"))
            writer.write(b"221 bye\r\n" if verb == b"QUIT" else b"250 ok\r\n")
        writer.close()

    async def run() -> tuple[Mailed, str]:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        inviter = Inviter(
            office.shop, MailTerms(DAYS, "sua@provider.example", SecretStr(f"smtp://127.0.0.1:{port}")), tenants.names
        )
        made = await asyncio.to_thread(inviter.invite, name, EMAIL)
        mailed = await asyncio.to_thread(inviter.deliver, made)
        server.close()
        await server.wait_closed()
        with pytest.raises(MailUnavailable):
            await asyncio.to_thread(inviter.deliver, made)
        return mailed, made.link

    mailed, link = asyncio.run(run())

    assert mailed is Mailed.SENT
    assert link.encode() in received[0]
