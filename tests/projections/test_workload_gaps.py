"""In which stretches users showed no sign of life, by source."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings

from app.domain.events import Event
from app.domain.events.charging import DirectRoutingCall, DirectRoutingCallLogged, PstnCall, PstnCallCharged
from app.domain.events.licensing import Workload, WorkloadUsed
from app.domain.events.telephony import Call, Party, PartyKind
from app.domain.ids import LogRowId, TenantId, UserId
from app.domain.standing import Source
from app.projections.bearings import Bearings
from app.projections.engine import advance
from app.projections.facts import Fact
from app.projections.reading import Moment, known, moment, rows, scope
from app.projections.signs import signs_of
from tests.projections.asking import Reader, told
from tests.projections.conftest import Desk
from tests.projections.logs import stories
from tests.projections.story import (
    ANNA,
    BERT,
    CARL,
    ELSEWHERE,
    HOME,
    call,
    completed,
    day,
    discovered,
    leg,
    named,
    party,
    signed_in,
)
from tests.projections.used import used

USERS = (ANNA, BERT, CARL)
PHONE, STRANGER = party(None, number="+49 30 1"), party(CARL, ELSEWHERE)
QUEUE = Party(kind=PartyKind.RESOURCE_ACCOUNT, user=UserId(named("queue")), directory=HOME, label=None)
AT = day(5, 10)


def used_on(on: datetime, workload: Workload, user: UserId = ANNA) -> WorkloadUsed:
    noon = on.replace(hour=12)
    return WorkloadUsed(happened_at=noon, user=user, workload=workload, last_activity_on=noon.date())


def charged(kind: str | None, user: UserId | None = ANNA, seconds: int | None = 60) -> PstnCallCharged:
    unsaid: dict[str, Any] = dict.fromkeys(PstnCall.model_fields)
    told_of = {"row": LogRowId(named("row")), "user": user, "kind": kind, "began_at": AT, "seconds": seconds}
    return PstnCallCharged(happened_at=AT, call=PstnCall.model_validate(unsaid | told_of))


def trunked(**given: Any) -> DirectRoutingCallLogged:
    unsaid: dict[str, Any] = dict.fromkeys(DirectRoutingCall.model_fields)
    told_of = {"row": LogRowId(named("row")), "user": ANNA, "began_at": AT, "seconds": 60, **given}
    return DirectRoutingCallLogged(happened_at=AT, call=DirectRoutingCall.model_validate(unsaid | told_of))


def pair(*parties: Party, **given: Any) -> Call:
    content = call(*(leg(each, AT, 5) for each in parties))
    return content.model_copy(update={"kind": "peerToPeer", **given})


def meeting(*parties: Party, host: Party, failed: bool = False) -> Call:
    content = call(*(leg(each, AT, 5, failed=failed) for each in parties))
    return content.model_copy(update={"organiser": host})


async def silent(reader: Reader, tenant: TenantId, at: Moment, source: Source, days: int) -> set[UserId]:
    """Users with a row of the source, and quiet in it for so many days. Who has no row never used it."""
    found = await rows(
        reader,
        f"""
        SELECT g.user_id FROM {known("workload_gaps")} g
        WHERE g.source = %(source)s AND g.gap_from < %(cutoff)s AND g.gap_until >= %(until)s
        """,
        {
            "tenant": tenant,
            "position": at.position,
            "source": source.value,
            "cutoff": at.day_begins(at.known_on - timedelta(days=days)),
            "until": at.day_ends(at.known_on),
        },
    )
    return {row[0] for row in found}


async def known_users(reader: Reader, tenant: TenantId, at: Moment, source: Source) -> set[UserId]:
    query = f"SELECT user_id FROM {known('workload_gaps')} g WHERE source = %(source)s"
    found = await rows(reader, query, {"tenant": tenant, "position": at.position, "source": source.value})
    return {row[0] for row in found}


@given(story=stories(settled=True), data=st.data())
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_who_is_silent_follows_from_the_facts_known_on_any_day(
    desk: Desk, reader: Reader, story: list[tuple[datetime, Event]], data: st.DataObject
) -> None:
    tenant, now = desk.tenant(), story[-1][0]
    desk.log.tell_all(tenant, story)
    assert advance(desk.pool, desk.log, tenant).stopped == ()

    for _ in range(4):
        known_at = data.draw(st.sampled_from([at for at, _ in story]))
        on = known_at.date() - timedelta(days=data.draw(st.sampled_from([0, 1, 10])))
        source, days = data.draw(st.sampled_from(Source)), data.draw(st.sampled_from([7, 14, 30]))
        signs = [sign for sign in used(fact for at, fact in story if at <= known_at) if sign[1] is source]
        async with scope(reader, [tenant]):
            at = await moment(reader, tenant, on, known_at, now + timedelta(days=1))
            found = await silent(reader, tenant, at, source, days)
            seen = await known_users(reader, tenant, at, source)

        if at.before_first_fact:
            assert found == set()
            continue
        assert seen == ({user for user, _, _ in signs} | (set(USERS) if source is Source.HUMAN else set()))
        assert found == {user for user in seen if not _seen_within(signs, user, at, days)}


def _seen_within(signs: list[tuple[UserId, Source, datetime]], user: UserId, at: Moment, days: int) -> bool:
    since, until = at.day_begins(at.known_on - timedelta(days=days)), at.day_ends(at.known_on)
    return any(who == user and since <= instant < until for who, _, instant in signs)


async def test_sources_are_kept_apart_and_a_person_is_in_all_of_them(desk: Desk, reader: Reader) -> None:
    facts = [discovered(day(1)), used_on(day(2), Workload.TEAMS), used_on(day(30), Workload.EXCHANGE)]
    tenant = told(desk, *facts, signed_in(day(30)))

    async with scope(reader, [tenant]):
        at = await moment(reader, tenant, date(2026, 1, 30), None, day(31))
        quiet = {source for source in Source if await silent(reader, tenant, at, source, 14)}
        ever = {source for source in Source if await known_users(reader, tenant, at, source)}

    assert quiet == {Source.TEAMS}
    assert ever == {Source.TEAMS, Source.EXCHANGE, Source.HUMAN}


async def test_a_sign_in_is_no_sign_of_a_person(desk: Desk, reader: Reader) -> None:
    tenant = told(desk, discovered(day(1)), signed_in(day(20)))

    async with scope(reader, [tenant]):
        at = await moment(reader, tenant, date(2026, 1, 20), None, day(31))
        quiet = await silent(reader, tenant, at, Source.HUMAN, 7)

    assert quiet == {ANNA}


HUMAN, TELEPHONE, CONFERENCE = Source.HUMAN, Source.TELEPHONE, Source.CONFERENCE


@pytest.mark.parametrize(
    ("fact", "shown"),
    [
        (completed(pair(party(ANNA), party(BERT))), {(ANNA, HUMAN), (BERT, HUMAN)}),
        (completed(pair(party(ANNA), PHONE)), {(ANNA, HUMAN), (ANNA, TELEPHONE)}),
        (completed(pair(party(ANNA), STRANGER)), {(ANNA, HUMAN), (ANNA, TELEPHONE)}),
        (completed(pair(party(ANNA), STRANGER, modalities=("screenSharing",))), {(ANNA, HUMAN)}),
        (completed(pair(party(ANNA), PHONE, test=True)), set()),
        (completed(meeting(party(BERT), STRANGER, host=party(ANNA))), {(BERT, HUMAN)}),
        (completed(meeting(party(BERT), PHONE, host=party(ANNA))), {(BERT, HUMAN), (ANNA, CONFERENCE)}),
        (completed(meeting(party(BERT), PHONE, host=STRANGER)), {(BERT, HUMAN)}),
        (completed(meeting(party(BERT), PHONE, host=party(ANNA), failed=True)), set()),
        (completed(meeting(PHONE, party(BERT), host=QUEUE)), {(BERT, HUMAN), (BERT, TELEPHONE)}),
        (completed(meeting(PHONE, party(BERT), host=PHONE)), {(BERT, HUMAN), (BERT, TELEPHONE)}),
        (charged("user_out"), {(ANNA, HUMAN), (ANNA, TELEPHONE)}),
        (charged(None, seconds=None), {(ANNA, HUMAN), (ANNA, TELEPHONE)}),
        (charged("user_in", seconds=0), set()),
        (charged("user_out_forwarding"), {(ANNA, TELEPHONE)}),
        (charged("conf_in"), {(ANNA, CONFERENCE)}),
        (charged("user_out_conf"), {(ANNA, CONFERENCE)}),
        (charged("ucap_out", user=None), set()),
        (trunked(), {(ANNA, HUMAN), (ANNA, TELEPHONE)}),
        (trunked(successful=False), set()),
        (trunked(seconds=0), set()),
    ],
)
def test_what_each_fact_shows(fact: Event, shown: set[tuple[UserId, Source]]) -> None:
    facts, bearings = seen_from_home(fact)

    found = {(user, source) for user, source, at in signs_of(facts, bearings) if at == AT}

    assert found == shown


def seen_from_home(event: Event) -> tuple[Fact, Bearings]:
    return Fact(2, 0, 0, named("cause"), event), Bearings(homes=[(1, HOME)])
