"""Every role, every field, every tenant: whoever asks is told of their own customers, and of no other a single byte."""

from itertools import cycle

import pytest

from app.graphql.ids import thing_id, version_id
from app.projections.reading import Moment
from tests.graphql.world import NOON
from tests.isolation.conftest import Door, Told
from tests.isolation.documents import Document, all_fields, changes, listenings, one_each, questions
from tests.isolation.viewers import KNOCKERS, Knocker
from tests.isolation.world import ABSENT, CONTOSO, EVERYBODY, Customer

_NOW = Moment(NOON, NOON.date(), 1, "UTC", NOON.date(), before_first_fact=False)

knocking = pytest.mark.parametrize("who", KNOCKERS, ids=[each.name for each in KNOCKERS])


def names_of(customer: Customer) -> list[str]:
    """Every way to say which tenant is meant."""
    tenant = customer.tenant
    opaque = [thing_id("Tenant", tenant), version_id("TenantView", tenant, _NOW)]
    return [str(tenant), str(tenant).upper(), *opaque]


def betrayed(who: Knocker, told: Told) -> list[str]:
    """Canaries in an answer that this viewer may not be told."""
    closed = [each for customer in EVERYBODY if customer not in who.open for each in told.holding(customer.canaries)]
    hidden = [each for customer in EVERYBODY if customer not in who.persons for each in told.holding(customer.persons)]
    return [*closed, *hidden]


def test_every_field_of_the_schema_is_asked() -> None:
    asked = {name for each in [*questions(CONTOSO), *changes(CONTOSO), *listenings(CONTOSO)] for name in each.fields}

    assert all_fields() - asked == set()


@knocking
async def test_of_open_tenants_every_field_is_told_and_nothing_of_the_others(door: Door, who: Knocker) -> None:
    faults = []
    for customer in who.open:
        for document in questions(customer):
            told = await door.ask(who, document.text, **_variables(document, str(customer.tenant)))
            if told.codes or betrayed(who, told):
                faults.append((customer.name, document.name, told.codes, betrayed(who, told)))

    assert faults == []


@knocking
async def test_of_closed_tenants_nothing_is_told_as_if_they_did_not_exist(door: Door, who: Knocker) -> None:
    faults = []
    for customer in (each for each in EVERYBODY if each not in who.open):
        names = cycle(names_of(customer))
        for document in one_each([*questions(customer), *changes(customer)]):
            absent = await door.ask(who, document.text, **_variables(document, str(ABSENT)))
            name = next(names)
            told = await door.ask(who, document.text, **_variables(document, name))
            said, alike = betrayed(who, told), (told.status, told.content) == (absent.status, absent.content)
            if not alike or said or not _refused(who, told, document):
                faults.append((customer.name, document.name, name, told.codes, said))

    assert faults == []


@knocking
async def test_a_closed_tenant_cannot_be_listened_to(door: Door, who: Knocker) -> None:
    faults = []
    for customer in (each for each in EVERYBODY if each not in who.open):
        for document in listenings(customer):
            if document.of_tenant or not who.open:
                asked = (_variables(document, each) for each in (str(ABSENT), str(customer.tenant)))
                absent, told = [
                    await door.ask(who, document.text, accept="text/event-stream", **each) for each in asked
                ]
                if told.text != absent.text or betrayed(who, told):
                    faults.append((customer.name, document.name, told.text))

    assert faults == []


def _refused(who: Knocker, told: Told, document: Document) -> bool:
    if not who.open:
        return told.codes == ["FORBIDDEN"] and "data" not in told.content
    return not document.of_tenant or told.codes == ["NOT_FOUND"]


@knocking
async def test_who_may_not_change_an_open_tenant_is_forbidden_to(door: Door, who: Knocker) -> None:
    told = {
        (customer.name, document.name): await door.ask(who, document.text, id=str(customer.tenant))
        for customer in who.open
        for document in changes(customer)
    }

    may = {customer.name: ["READ_ONLY"] if customer in who.changes else ["FORBIDDEN"] for customer in who.open}
    # Inviting is the provider's administrators' alone, also where a customer's own may change everything else.
    invites = ["READ_ONLY"] if who.changes == EVERYBODY else ["FORBIDDEN"]
    # Tables are no customer's business: the provider's people rebuild them, and those who only operate may, too.
    operates = ["READ_ONLY"] if who.open == EVERYBODY else ["FORBIDDEN"]
    assert {what: each.codes for what, each in told.items()} == {
        (name, what): operates if "rebuildProjection" in what else invites if _invites(what) else may[name]
        for name, what in told
    }
    assert [betrayed(who, each) for each in told.values() if betrayed(who, each)] == []


def _invites(what: str) -> bool:
    return any(each in what for each in ("inviteTenant", "remindTenant", "withdrawInvitation"))


THINGS = """query ($id: ID!) { tenant(id: $id) { id at {
  users(first: 1) { nodes { id } } skus { id } findings(first: 1) { nodes { id } } } } }"""
NODE = """query ($id: ID!) { node(id: $id) { __typename id ... on User { name userPrincipalName department }
  ... on Finding { text userName remedy { text } saving { amount } } ... on Sku { partNumber } } }"""


async def things_of(door: Door, customer: Customer) -> list[str]:
    """Ids of one thing of each kind, as somebody was told them who may see them."""
    provider = next(each for each in KNOCKERS if each.open == EVERYBODY)
    tenant = (await door.ask(provider, THINGS, id=str(customer.tenant))).content["data"]["tenant"]
    at = tenant["at"]
    return [tenant["id"], at["users"]["nodes"][0]["id"], at["skus"][0]["id"], at["findings"]["nodes"][0]["id"]]


@knocking
async def test_a_thing_is_found_by_its_id_by_whoever_may_see_its_tenant(door: Door, who: Knocker) -> None:
    faults = []
    absent = await door.ask(who, NODE, id=thing_id("Tenant", ABSENT))
    for customer in EVERYBODY:
        for thing in await things_of(door, customer):
            told = await door.ask(who, NODE, id=thing)
            found = not told.codes and told.content["data"]["node"]["id"] == thing
            as_absent = (told.status, told.content) == (absent.status, absent.content)
            if betrayed(who, told) or not (found if customer in who.open else as_absent):
                faults.append((customer.name, thing, told.text))

    assert faults == []
    assert absent.codes == (["NOT_FOUND"] if who.open else ["FORBIDDEN"])


def _variables(document: Document, name: str) -> dict[str, str]:
    return {"id": name} if document.of_tenant else {}


@pytest.mark.parametrize("customer", EVERYBODY, ids=[each.name for each in EVERYBODY])
async def test_the_canaries_are_there_to_be_seen_by_whoever_may(door: Door, customer: Customer) -> None:
    """Without this, the matrix could pass over empty tables."""
    provider = next(each for each in KNOCKERS if each.persons == EVERYBODY)
    missing = set(customer.canaries)
    for document in questions(customer):
        told = await door.ask(provider, document.text, **_variables(document, str(customer.tenant)))
        missing -= set(told.holding(customer.canaries))

    assert missing == set()
