"""What keeps answers bounded, and who shares one look at the database."""

import asyncio
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

from graphql import parse, print_ast

from app.auth.tokens import Claims
from app.auth.viewer import NoGrants, Role
from app.domain.ids import TenantId
from app.graphql.answers import ENTRY_BYTES, KEPT_FOR, Answers, Kept, Rights, key_of
from app.graphql.compiled.batch import Batches
from app.graphql.deferred import whole
from app.graphql.documents import Prepared
from app.graphql.lookout import Lookout, Sight, Tenants
from app.graphql.pool import ReadPool
from app.projections.heads import Head
from tests.auth.issuing import claims_at
from tests.graphql.world import CONTOSO, CONTOSO_DIRECTORY, FABRIKAM, NOON

VIEWER = Rights(CONTOSO_DIRECTORY, frozenset({Role.CUSTOMER_VIEWER}), frozenset({CONTOSO}), frozenset({CONTOSO}))
HEADS = {CONTOSO: Head(7, 0, NOON, "as they are")}


def kept(data: bytes = b"{}", *, after: timedelta = timedelta()) -> Kept:
    return Kept(data, "W/tag", VIEWER, {CONTOSO: "as they are"}, NOON + after, NOON + timedelta(hours=1))


def test_the_oldest_answers_leave_first_and_take_their_place_with_them() -> None:
    answers = Answers(bytes_max=4 * ENTRY_BYTES + 8)
    for number in range(5):
        answers.keep(b"%d" % number, kept())

    assert [answers.tenants_of(b"%d" % number) for number in range(5)] == [None, *[(CONTOSO,)] * 4]
    assert answers.found(b"0", VIEWER, HEADS, NOON) is None
    assert answers.found(b"4", VIEWER, HEADS, NOON) == kept()


def test_an_answer_that_would_push_out_the_others_is_not_kept() -> None:
    answers = Answers(bytes_max=8 * ENTRY_BYTES)
    answers.keep(b"large", kept(b" " * 2 * ENTRY_BYTES))

    assert answers.tenants_of(b"large") is None


def test_asked_again_an_answer_takes_the_place_of_the_older_one() -> None:
    answers = Answers(bytes_max=8 * ENTRY_BYTES)
    for number in range(100):
        answers.keep(b"one", kept(b"%d" % number))

    assert answers.found(b"one", VIEWER, HEADS, NOON) == kept(b"99")
    assert answers._bytes == ENTRY_BYTES + 2


def test_nothing_stays_longer_than_a_minute_even_where_nobody_asks_for_it() -> None:
    answers = Answers(bytes_max=8 * ENTRY_BYTES)
    answers.keep(b"old", kept())
    answers.keep(b"new", kept(after=KEPT_FOR))

    answers.found(b"new", VIEWER, HEADS, NOON + KEPT_FOR)

    assert (answers.tenants_of(b"old"), answers.tenants_of(b"new")) == (None, (CONTOSO,))


def test_an_answer_is_of_one_state_of_the_tables_of_all_its_tenants() -> None:
    answers = Answers(bytes_max=8 * ENTRY_BYTES)
    answers.keep(b"one", kept())
    other = Head(7, 0, NOON, "as they were")

    assert answers.found(b"one", VIEWER, {CONTOSO: other}, NOON) is None
    assert answers.found(b"one", VIEWER, {}, NOON) is None
    assert answers.found(b"one", VIEWER, {**HEADS, FABRIKAM: other}, NOON) is None


def test_a_request_is_told_from_others_whatever_the_order_of_its_variables() -> None:
    text = "query ($a: ID!, $b: Int) { ...F } fragment F on Query { tenant(id: $a) { users(first: $b) { id } } }"
    one = key_of(text, None, {"a": "x", "b": 1})

    assert one is not None
    assert one == key_of(text, None, {"b": 1, "a": "x"})
    assert len({one, key_of(text, None, {"a": "x"}), key_of(text, None, {"a": "x", "b": 1.0})}) == 3
    assert one != key_of(text, "Other", {"a": "x", "b": 1})


def test_only_answers_about_named_tenants_may_be_kept() -> None:
    for text in (
        "{ viewer { name } }",
        "{ tenants { nodes { id } } }",
        "{ tenant(id: 1) { id } ... { portfolio { nodes { id } } } }",
        "{ ...F } fragment F on Query { ...G } fragment G on Query { viewer { name } }",
        "mutation { setPrice }",
        "subscription { tenantAdvanced }",
    ):
        assert not prepared(text).meant(None).lasting, text
    kept = "{ tenant(id: 1) { id } ...F } fragment F on Query { __typename }"
    assert prepared(kept).meant(None).lasting


def test_of_several_operations_a_request_names_the_one_it_means() -> None:
    text = "query A { tenant(id: 1) { id } } query B { viewer { name } }"
    meant_of = prepared(text).meant

    assert [meant_of(name).lasting for name in ("A", "B", None, "C")] == [True, False, False, False]
    assert [meant_of(name).operation is None for name in ("A", "B", None, "C")] == [False, False, True, True]
    assert meant_of("A") is meant_of("A")


def test_a_document_that_defers_is_meant_whole() -> None:
    text = "{ tenant(id: 1) { id ... @defer { name } } }"

    assert "@defer" not in print_ast(prepared(text).meant(None).whole)


def test_of_a_document_of_many_operations_no_more_is_kept_than_the_document() -> None:
    text = " ".join(f"query A{nth} {{ ... @defer {{ __typename }} }}" for nth in range(20))
    known = prepared(text)

    assert len({id(known.meant(f"A{nth}").whole) for nth in range(20)}) == 1
    assert [known.meant(f"B{nth}").operation for nth in range(20)] == [None] * 20
    assert len(known._meant) == 20


def prepared(text: str) -> Prepared:
    document = parse(text)
    return Prepared(document, whole=whole(document, text))


class Watched(Lookout):
    """Looks that end when they are told to."""

    def __init__(self, look_seconds: float = 0) -> None:
        super().__init__(cast("ReadPool", None), None, NoGrants(), Batches(timedelta(seconds=5)), look_seconds)
        self.looks = 0
        self.began, self.ends = asyncio.Event(), asyncio.Event()

    async def _looked(self, claims: Claims, tenants: Tenants) -> Sight:
        self.looks += 1
        number = self.looks
        self.began.set()
        await self.ends.wait()
        return cast("Sight", SimpleNamespace(number=number, tenants=tenants))


async def test_a_look_is_shared_by_those_who_asked_before_it_began_and_by_nobody_else() -> None:
    lookout = Watched()
    claims = Claims.model_validate(claims_at())
    other = TenantId(UUID(int=1))

    def asked(tenant: TenantId) -> asyncio.Task[Any]:
        return asyncio.create_task(lookout.look(claims, (tenant,)))

    first = [asked(CONTOSO), asked(CONTOSO)]
    await lookout.began.wait()
    second = [asked(CONTOSO), asked(CONTOSO), asked(other)]
    lookout.ends.set()
    numbers = [each.number for each in await asyncio.gather(*first, *second)]

    assert numbers[:2] == [1, 1]
    assert numbers[2] == numbers[3] != 1
    assert len(set(numbers)) == 3
    assert (lookout._running, lookout._next) == ({}, {})


async def test_a_look_stands_for_as_long_as_the_setting_says_and_no_longer_than_until_a_tenant_moves() -> None:
    lookout, claims = Watched(look_seconds=0.2), Claims.model_validate(claims_at())
    lookout.ends.set()

    async def asked() -> Any:
        return cast("Any", await lookout.look(claims, (CONTOSO,))).number

    assert [await asked(), await asked()] == [1, 1]
    lookout.forget()
    assert [await asked(), await asked()] == [2, 2]
    await asyncio.sleep(0.25)
    assert await asked() == 3


async def test_a_look_under_way_when_a_tenant_moves_stands_for_nobody_who_comes_later() -> None:
    lookout, claims = Watched(look_seconds=60), Claims.model_validate(claims_at())
    first = asyncio.create_task(lookout.look(claims, (CONTOSO,)))
    await lookout.began.wait()
    lookout.forget()
    lookout.ends.set()
    await first

    assert cast("Any", await lookout.look(claims, (CONTOSO,))).number == 2
