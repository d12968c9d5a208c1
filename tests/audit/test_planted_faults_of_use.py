"""A wrong value that sums and shares are made of is found, and so is one way of the door that says something else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple, cast

import psycopg
import pytest
from msgspec.structs import replace

from app.audit.check import BOTH_WAYS, LEFT, Bench, checked
from app.audit.compiled import CompiledWay, first_difference
from app.audit.cut import cut_of
from app.audit.difference import Difference
from app.audit.questions_of_use import OF_USE
from app.audit.replay import WholeReplay
from app.domain.catalogue import CATALOGUE
from app.domain.events import Event
from app.domain.events.coverage import Feed
from app.domain.events.licensing import ServicePlan, SkuSubscribed
from app.domain.events.tenancy import Capability, CapabilityChanged
from app.domain.ids import PlanId, SkuId, TenantId, UserId
from app.domain.period import FOREVER
from app.domain.policy import policy_changed
from app.graphql.compiled.found import Found
from app.graphql.compiled.reads import CompiledReads
from app.graphql.context import Asked
from app.projections.engine import advance
from app.projections.reading import OPEN
from tests.audit.crowd import DEPARTMENTS, TEAMS, crowd
from tests.audit.test_planted_faults import SECRET, Place
from tests.insight.money_logs import priced, units
from tests.insight.phone_logs import EUROS, TRUNK, card, charged, logged
from tests.projections.asking import CONSENTED, INVITED
from tests.projections.conftest import Desk
from tests.projections.story import ANNA, E5, assigned, day, discovered, named, signed_in, snapshot

NOW = datetime(2026, 5, 30, 12, tzinfo=UTC)
MORE_MINUTES, FEWER_MINUTES = SkuId(named("more minutes")), SkuId(named("fewer minutes"))


def _plan(name: str) -> PlanId:
    return next(plan for plan, known in CATALOGUE.plan_names.items() if known == name)


def _product(sku: SkuId, plan: PlanId) -> SkuSubscribed:
    described = (ServicePlan(plan=plan, name="X", applies_to="User"),)
    return SkuSubscribed(happened_at=day(1), sku=sku, part_number="X", applies_to="User", plans=described)


def _facts() -> list[Event]:
    """Somebody whose calling plan has far more minutes than they call; beside them people who use Teams."""
    called = {"kind": "user_out", "seconds": 600, "destination": "Germany", "charge": "0.25", "currency": "EUR"}
    april = datetime(2026, 4, 10, 9, tzinfo=UTC)
    return [
        INVITED,
        CONSENTED,
        policy_changed(EUROS, day(1)),
        *(
            CapabilityChanged(happened_at=day(1), capability=each, available=True)
            for each in (Capability.ENTRA_P1, Capability.PSTN_LOGS)
        ),
        _product(MORE_MINUTES, _plan("MCOPSTN1")),
        _product(FEWER_MINUTES, _plan("MCOPSTN5")),
        *(units(day(1), sku, 20, 2) for sku in (MORE_MINUTES, FEWER_MINUTES, E5)),
        priced(day(1), MORE_MINUTES, "12"),
        priced(day(1), FEWER_MINUTES, "6"),
        priced(day(1), E5, "36.00"),
        discovered(day(1)),
        assigned(day(1), sku=MORE_MINUTES),
        *crowd(day(2), used_at=NOW),
        card(day(2), TRUNK),
        *(charged(april, str(user), user=user, **called) for user in (ANNA, *SALES)),
        logged(datetime(2026, 5, 20, 9, tzinfo=UTC), "routed", user=ANNA, kind="ByotOut", trunk=TRUNK, seconds=120),
        signed_in(datetime(2026, 5, 28, tzinfo=UTC)),
        *(snapshot(datetime(2026, 5, 29, tzinfo=UTC), feed) for feed in (Feed.LICENCES, Feed.SIGN_INS, Feed.PSTN)),
    ]


class Fault(NamedTuple):
    """One row of now is changed. `where`: which of the customer's."""

    question: str
    table: str
    change: str
    where: str = "true"


SALES = [UserId(named(f"Sales {nth}")) for nth in range(DEPARTMENTS["Sales"])]
ANNAS = f"user_id = '{ANNA}'"
COSTLY = f"sku_id = '{MORE_MINUTES}'"
FAULTS = (
    *(Fault("costs", "licence_costs", f"{place} = 'elsewhere'", ANNAS) for place in ("department", "company")),
    *(Fault("costs", "licence_costs", f"{place} = 'elsewhere'", ANNAS) for place in ("cost_centre", "country")),
    Fault("costs", "licence_costs", f"sku_id = '{FEWER_MINUTES}'", ANNAS),
    Fault("costs", "prices", "amount = amount + 1", COSTLY),
    Fault("costs", "prices", "tax_included = true", COSTLY),
    Fault("costs", "sku_units", "enabled = enabled + 1", COSTLY),
    Fault("costs", "tenants", "currency = 'USD', rules = replace(rules, 'EUR', 'USD')"),
    Fault("pstnCosts", "pstn_charges", "charge = charge + 1", ANNAS),
    Fault("pstnCosts", "pstn_charges", "destination = 'France'", ANNAS),
    Fault("pstnCosts", "direct_routing_calls", "seconds = seconds + 60"),
    Fault("pstnCosts", "rate_cards", "lines = replace(lines, '0.12', '0.13')"),
    Fault("pstnCosts", "users", "department = 'elsewhere'", ANNAS),
    Fault("adoption", "adoption", "day = '2026-01-01'", f"user_id = '{SALES[0]}' AND source = 'teams'"),
    Fault("adoption", "licence_holdings", f"disabled_plans = '{{{TEAMS}}}'", f"user_id = '{SALES[1]}'"),
    Fault("adoption", "users", "kind = 'GUEST'", f"user_id = '{named('Ops 1')}'"),
    Fault("skuFindings", "sku_units", "consumed = 25", COSTLY),
    Fault("skuFindings", "sku_units", "warning = 0", COSTLY),
    Fault("skuFindings", "idle_licences", f"sku_id = '{FEWER_MINUTES}'", ANNAS),
    Fault("skuFindings", "prices", "amount = amount + 1", COSTLY),
    Fault("findings", "pstn_charges", "seconds = 30000", ANNAS),
    Fault("findings", "pstn_charges", "destination_context = 'International', seconds = 6000", ANNAS),
)


@pytest.fixture(scope="module")
def told(desk: Desk) -> tuple[TenantId, WholeReplay]:
    tenant = desk.tenant()
    desk.log.tell(tenant, *sorted(_facts(), key=lambda fact: fact.happened_at))
    assert advance(desk.pool, desk.log, tenant).stopped == ()
    return tenant, WholeReplay(cut_of(desk.pool, tenant, None, None, NOW)).run(desk.log)


@pytest.fixture
async def place(desk: Desk, told: tuple[TenantId, WholeReplay]) -> AsyncIterator[Place]:
    async with await psycopg.AsyncConnection.connect(desk.database.owner_dsn, autocommit=True) as db:
        db.prepare_threshold = None
        await db.set_isolation_level(psycopg.IsolationLevel.REPEATABLE_READ)
        yield Place(*told, db, CompiledWay(db, told[0], NOW, SECRET), NOW)


def test_every_question_of_money_and_use_has_faults_planted() -> None:
    assert {fault.question for fault in FAULTS} == OF_USE.keys() | {"findings"}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.question}-{fault.table}-{fault.change[:20]}")
async def test_a_wrong_value_that_sums_are_made_of_is_found(place: Place, fault: Fault) -> None:
    counted, difference = await place.ask(fault.question)
    assert (difference, counted > 0) == (None, True)

    async with place.db.transaction(force_rollback=True):
        which = f"tenant_id = %s AND {fault.where} AND {await _now(place, fault)}"
        planted = await place.db.execute(f"UPDATE {fault.table} SET {fault.change} WHERE {which}", (place.tenant,))
        assert planted.rowcount == 1
        _, difference = await place.ask(fault.question)

    assert difference is not None
    assert difference.question == f"GraphQL {fault.question}"


async def _now(place: Place, fault: Fault) -> str:
    """The condition of a row that is true now, in tables that keep what was so before."""
    cursor = await place.db.execute(f"SELECT * FROM {fault.table} LIMIT 0")
    names = {column.name for column in cursor.description or ()}
    ends = {"until_position": str(OPEN), "valid_until": f"'{FOREVER.isoformat()}'"}
    return " AND ".join(f"{name} = {end}" for name, end in ends.items() if name in names) or "true"


async def test_a_way_of_the_door_that_says_something_else_is_found(
    desk: Desk, told: tuple[TenantId, WholeReplay], monkeypatch: pytest.MonkeyPatch
) -> None:
    bench, tenant = Bench(desk.pool, desk.log, desk.database.writer_dsn, SECRET, NOW), told[0]
    clean = await checked(bench, tenant, [(None, None)])
    real = CompiledReads.found

    async def elsewhere(self: CompiledReads, *asked: Any) -> Found | None:
        found = await real(self, *asked)
        return None if found is None else replace(found, data=found.data.replace(b'"Ops"', b'"elsewhere"'))

    monkeypatch.setattr(CompiledReads, "found", elsewhere)
    found = await checked(bench, tenant, [(None, None)])

    assert (clean.difference, clean.things[LEFT]) == (None, 0)
    assert clean.things[BOTH_WAYS] > len(OF_USE)
    assert found.difference is not None
    assert found.difference.question == "GraphQL compiled"
    assert found.difference.key.startswith("tenant.at.users.nodes.")
    assert (found.difference.replayed, found.difference.told) == ("department=Ops", "department=elsewhere")
    assert "the general way says department=Ops, the compiled way department=elsewhere" in found.difference.sentence
    assert "the log" not in found.difference.sentence.partition(";")[0]


async def test_an_answer_where_the_general_way_refuses_is_found(
    desk: Desk, told: tuple[TenantId, WholeReplay], monkeypatch: pytest.MonkeyPatch
) -> None:
    bench, tomorrow = Bench(desk.pool, desk.log, desk.database.writer_dsn, SECRET, NOW), NOW.date() + timedelta(days=1)
    clean = await checked(bench, told[0], [(tomorrow, None)])

    async def answering(*_: Any) -> Found:
        return Found(b"{}", {}, cast("Asked", None))

    monkeypatch.setattr(CompiledReads, "found", answering)
    found = await checked(bench, told[0], [(tomorrow, None)])

    assert (clean.difference, clean.things[BOTH_WAYS]) == (None, 1)
    assert found.difference is not None
    assert (found.difference.replayed, found.difference.told) == ("answer=refused", "answer=told")


@pytest.mark.parametrize(
    ("general", "compiled", "difference"),
    [
        ({"a": {"name": "x"}}, {"a": {"name": "y"}}, ("a.name", "x", "y")),
        ({"a": [1, 2]}, {"a": [1]}, ("a", [1, 2], [1])),
        ({"a": [{"b": 1}]}, {"a": [{"b": None}]}, ("a.0.b", 1, None)),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, ("", {"a": 1, "b": 2}, {"b": 2, "a": 1})),
    ],
    ids=["a value", "fewer things", "nothing in place of something", "another order"],
)
def test_the_first_place_where_two_answers_part_is_named(general: object, compiled: object, difference: object) -> None:
    assert first_difference(general, compiled) == difference


def test_what_people_could_be_known_by_is_not_shown_where_the_ways_differ() -> None:
    shown = Difference.of_ways("tenant.at.users.nodes.0.name", "Anna", "Bert", NOW.date(), NOW)
    whole = Difference.of_ways("tenant.at.users.nodes.0", {"name": "Anna"}, None, NOW.date(), NOW)

    assert (shown.replayed, shown.told) == ("name=(withheld)", "name=(withheld)")
    assert (whole.replayed, whole.told) == ("0=1 fields", "0=None")
