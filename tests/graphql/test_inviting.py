"""Customers invited through the API: who may, what is told, and what is seen of it afterwards."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta
from threading import Event
from typing import Any

import httpx
import psycopg
import pytest
from pydantic import SecretStr

from app.clock import SteppedClock
from app.commands.desk import Desk
from app.commands.inviting import Invitation, Mailed
from app.domain.ids import TenantId
from app.graphql.ids import tenant_of
from app.graphql.pool import ReadPool, open_read_pool
from app.ingest.graph_client import GraphAccess
from app.ingest.inviting import Inviter, MailTerms
from app.ingest.mail import MailUnavailable
from app.ingest.workshop import Workshop
from app.projections import tenants
from tests.database import Database
from tests.graphql.conftest import TOKENS, Client, asgi
from tests.graphql.world import CONTOSO, NOON, World, built

INVITE = """mutation ($name: String!, $email: String!) { inviteTenant(name: $name, email: $email) {
  tenantId position link expiresAt mail mailError } }"""
TWICE = """mutation { inviteTenant(name: "Tailspin", email: "admin@tailspin.example") { tenantId link mail mailError }
  again: inviteTenant(name: "Tailspin", email: "admin@tailspin.example") { tenantId link mail mailError } }"""
REMIND = "mutation ($id: ID!) { remindTenant(tenant: $id) { tenantId link mail } }"
WITHDRAW = "mutation ($id: ID!) { withdrawInvitation(tenant: $id) { tenantId position facts } }"
SEEN = """query ($id: ID!, $from: Position) { tenant(id: $id) {
  name state invitation { madeAt expiresAt } mayChange { prices invitation } at(atLeast: $from) { position } } }"""
TAILSPIN = {"name": "Tailspin", "email": "admin@tailspin.example"}
NO_SERVER = MailTerms(timedelta(days=14), "sua@provider.example", None)


@pytest.fixture
def world(database: Database) -> Iterator[World]:
    with built(database.writer_dsn) as made:
        yield made


@pytest.fixture
async def read_pool(database: Database, world: World) -> AsyncIterator[ReadPool]:
    pool = await open_read_pool(database.reader_dsn, 4)
    yield pool
    await pool.close()


def _client(pool: ReadPool, world: World, terms: MailTerms) -> Client:
    clock = SteppedClock(NOON)

    def ring(tenant: TenantId, _: int) -> None:
        world.tabulate(tenant)

    desk = Desk(world.store, clock, ring)
    access = GraphAccess("http://graph.test", "http://login.test", "client", "secret")
    inviter = Inviter(Workshop(desk, world.pool, access, "https://sua.test"), terms, tenants.names)
    app = asgi(pool, clock, desk=replace(desk, inviting=inviter))
    return Client(httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://sua.test"), clock)


@pytest.fixture
async def client(read_pool: ReadPool, world: World) -> AsyncIterator[Client]:
    client = _client(read_pool, world, NO_SERVER)
    async with client.http:
        yield client


async def invited(client: Client, **other: str) -> dict[str, Any]:
    answer: dict[str, Any] = (await client.data(INVITE, "owner", **{**TAILSPIN, **other}))["inviteTenant"]
    return answer


async def test_an_invitation_is_told_with_its_link_and_shows_from_its_position_on(client: Client) -> None:
    told = await invited(client)

    assert told["link"].startswith("https://sua.test/consent/")
    assert (told["expiresAt"], told["mail"], told["mailError"]) == ("2026-12-07T12:00:00+00:00", "NO_SERVER", None)
    seen = await client.data(SEEN, "owner", id=told["tenantId"], **{"from": told["position"]})
    assert seen["tenant"] == {
        "name": "Tailspin",
        "state": "INVITED",
        "invitation": {"madeAt": "2026-11-23T12:00:00+00:00", "expiresAt": "2026-12-07T12:00:00+00:00"},
        "mayChange": {"prices": True, "invitation": True},
        "at": {"position": told["position"]},
    }


async def test_a_repeat_is_the_same_customer_with_another_link(client: Client) -> None:
    first, again = await invited(client), await invited(client)
    reminded = (await client.data(REMIND, "owner", id=first["tenantId"]))["remindTenant"]

    assert first["tenantId"] == again["tenantId"] == reminded["tenantId"]
    assert len({first["link"], again["link"], reminded["link"]}) == 3
    assert first["position"] == again["position"]


async def test_an_invitation_taken_back_is_seen_at_once_and_the_name_is_free_again(client: Client) -> None:
    first = await invited(client)
    back = (await client.data(WITHDRAW, "owner", id=first["tenantId"]))["withdrawInvitation"]
    again = (await client.data(WITHDRAW, "owner", id=first["tenantId"]))["withdrawInvitation"]

    seen = await client.data(SEEN, "owner", id=first["tenantId"], **{"from": back["position"]})
    assert (back["facts"], again["facts"]) == (1, 0)
    assert (seen["tenant"]["state"], seen["tenant"]["invitation"]) == ("OFFBOARDED", None)
    assert seen["tenant"]["mayChange"] == {"prices": False, "invitation": False}
    assert await client.code(REMIND, "owner", id=first["tenantId"]) == "TENANT_OFFBOARDED"
    assert (await invited(client))["tenantId"] != first["tenantId"]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"name": "   "}, "CUSTOMER_UNNAMED"),
        ({"name": ""}, "BAD_USER_INPUT"),
        ({"name": "a\nb"}, "BAD_USER_INPUT"),
        ({"email": "nobody"}, "MAIL_ADDRESS_REFUSED"),
        ({"email": "a@b.example, c@d.example"}, "MAIL_ADDRESS_REFUSED"),
        ({"name": "contoso "}, "CUSTOMER_KNOWN"),
    ],
)
async def test_what_cannot_be_invited_is_refused_by_its_code(client: Client, given: dict[str, str], code: str) -> None:
    assert await client.code(INVITE, "owner", **{**TAILSPIN, **given}) == code
    assert len((await client.data("{ tenants { nodes { name } } }", "owner"))["tenants"]["nodes"]) == 2


async def test_who_has_consented_has_no_invitation_to_take_back(client: Client, world: World) -> None:
    head = world.store.head(CONTOSO)

    assert await client.code(WITHDRAW, "owner", id=str(CONTOSO)) == "INVITATION_ACCEPTED"
    assert world.store.head(CONTOSO) == head


@pytest.mark.parametrize("who", [each for each in TOKENS if each != "owner"])
async def test_nobody_but_the_providers_administrators_invites_or_sees_links(client: Client, who: str) -> None:
    tenant = (await invited(client))["tenantId"]
    mine = "{ viewer { mayInvite tenants { nodes { invitation { madeAt } mayChange { invitation } } } } }"

    codes = [
        await client.code(INVITE, who, name="Wingtip", email="admin@wingtip.example"),
        await client.code(REMIND, who, id=tenant),
        await client.code(WITHDRAW, who, id=tenant),
    ]
    told = await client.ask(mine, who)

    assert codes[0] == "FORBIDDEN"
    assert set(codes[1:]) <= {"FORBIDDEN", "NOT_FOUND"}
    if told.get("data") is not None:
        assert told["data"]["viewer"]["mayInvite"] is False
        seen = told["data"]["viewer"]["tenants"]["nodes"]
        assert [each for each in seen if each["invitation"] or each["mayChange"]["invitation"]] == []


async def test_a_mail_that_fails_is_said_beside_the_link(read_pool: ReadPool, world: World) -> None:
    client = _client(read_pool, world, replace(NO_SERVER, smtp_url=SecretStr("smtp://127.0.0.1:1")))
    async with client.http:
        told = await invited(client)

    assert (told["mail"], told["mailError"]) == ("FAILED", "MAIL_UNAVAILABLE")
    assert tenant_of(told["tenantId"]) is not None
    assert told["link"].startswith("https://sua.test/consent/")


async def test_no_connection_waits_for_a_slow_mail_server_whose_failure_is_told_all_the_same(
    database: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is one connection, and somebody asks meanwhile."""
    sending, goes_on = Event(), Event()

    def deliver(_: Inviter, made: Invitation) -> Mailed:
        sending.set()
        assert goes_on.wait(10)
        raise MailUnavailable("The mail server did not take the mail.")

    monkeypatch.setattr(Inviter, "deliver", deliver)
    pool = await open_read_pool(database.reader_dsn, 1)
    client = _client(pool, world, NO_SERVER)
    async with client.http:
        inviting = asyncio.create_task(client.data(TWICE, "owner"))
        assert await asyncio.to_thread(sending.wait, 10)
        meanwhile = await client.data("{ tenants { nodes { name } } }", "owner")
        goes_on.set()
        told = await inviting
    await pool.close()

    assert len(meanwhile["tenants"]["nodes"]) == 3
    first, again = told["inviteTenant"], told["again"]
    assert (first["mail"], first["mailError"]) == (again["mail"], again["mailError"]) == ("FAILED", "MAIL_UNAVAILABLE")
    assert first["tenantId"] == again["tenantId"]


async def test_a_connection_given_back_for_a_mail_is_not_asked_any_more_where_there_is_no_other(
    database: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    sending, goes_on = Event(), Event()

    def deliver(_: Inviter, made: Invitation) -> Mailed:
        sending.set()
        assert goes_on.wait(10)
        return Mailed.SENT

    pool = await open_read_pool(database.reader_dsn, 1)
    pool.timeout = 0.2
    client = _client(pool, world, NO_SERVER)
    async with client.http:
        tenant = (await invited(client))["tenantId"]
        monkeypatch.setattr(Inviter, "deliver", deliver)
        reminding = asyncio.create_task(client.code(REMIND, "owner", id=tenant))
        assert await asyncio.to_thread(sending.wait, 10)
        async with pool.connection() as db:
            await db.execute("SELECT 'of somebody else'")
            goes_on.set()
            code = await reminding
            with psycopg.connect(database.owner_dsn) as owner:
                activity = "SELECT query FROM pg_stat_activity WHERE pid = %s"
                asked = owner.execute(activity, (db.info.backend_pid,)).fetchone()
    await pool.close()

    assert code == "DATABASE_DOWN"
    assert asked == ("SELECT 'of somebody else'",)
