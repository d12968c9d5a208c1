"""Logs for tests of the tables: who is who, and how facts are told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import psycopg

from app.domain.events import Event
from app.domain.events.coverage import Feed, SnapshotFailed, SnapshotTaken
from app.domain.events.licensing import (
    LicenceAssigned,
    LicenceRemoved,
    Profile,
    SeatsChanged,
    SkuLapsed,
    SkuSubscribed,
    UserDiscovered,
    UserKind,
    UserSignedIn,
)
from app.domain.events.telephony import Call, CallCompleted, CallRevised, Leg, Party, PartyKind
from app.domain.events.tenancy import ConsentGranted, PolicyChanged
from app.domain.ids import CallId, DirectoryId, GroupId, RunId, SkuId, TenantId, UserId
from app.domain.kept_signs import KeptPlace
from app.domain.personal import Personal
from app.eventstore.dropping import Begun
from app.eventstore.envelope import Recorded
from app.eventstore.streams import TENANT, call_stream, coverage_stream, sku_stream

NAMES = UUID("5ac1e2f0-0000-4000-8000-000000000000")


def named(name: str) -> UUID:
    return uuid5(NAMES, name)


ANNA, BERT, CARL = (UserId(named(name)) for name in ("anna", "bert", "carl"))
E3, E5 = SkuId(named("e3")), SkuId(named("e5"))
SALES, OPS = GroupId(named("sales")), GroupId(named("ops"))
HOME, ELSEWHERE = DirectoryId(named("home")), DirectoryId(named("elsewhere"))
RUN = RunId(named("run"))
CAUSE = named("cause")
ONE_CALL = CallId(named("one call"))


def day(number: int, hour: int = 0) -> datetime:
    """An hour of day 1, 2, ... of 2026, UTC; beyond the month's end the days go on."""
    return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=number - 1, hours=hour)


def profile(name: str | None = "Anna", department: str | None = "Sales", kind: UserKind = UserKind.PERSON) -> Profile:
    return Profile(
        display_name=None if name is None else Personal("user/x", name),
        user_principal_name=None,
        kind=kind,
        department=department,
        company=None,
        cost_centre=None,
        country="DE",
        usage_location="DE",
    )


def discovered(at: datetime, user: UserId = ANNA, **given: Any) -> UserDiscovered:
    created_at = given.pop("created_at", day(-900))
    enabled = given.pop("enabled", True)
    return UserDiscovered(
        happened_at=at,
        user=user,
        created_at=created_at,
        enabled=enabled,
        profile=given.pop("profile", profile(**given)),
    )


def assigned(at: datetime, user: UserId = ANNA, sku: SkuId = E5, via: GroupId | None = None) -> LicenceAssigned:
    return LicenceAssigned(happened_at=at, user=user, sku=sku, via=via, disabled_plans=())


def removed(at: datetime, user: UserId = ANNA, sku: SkuId = E5, via: GroupId | None = None) -> LicenceRemoved:
    return LicenceRemoved(happened_at=at, user=user, sku=sku, via=via)


def signed_in(at: datetime, user: UserId = ANNA) -> UserSignedIn:
    return UserSignedIn(happened_at=at, user=user, interactive=None, non_interactive=None, successful=at)


def attempted(at: datetime, user: UserId = ANNA) -> UserSignedIn:
    return UserSignedIn(happened_at=at, user=user, interactive=at, non_interactive=None, successful=None)


def party(user: UserId | None = ANNA, directory: DirectoryId | None = HOME, number: str | None = None) -> Party:
    if user is None:
        label = None if number is None else Personal("pseudonym/" + str(named(number)), number)
        return Party(kind=PartyKind.PHONE, user=None, directory=None, label=label)
    return Party(kind=PartyKind.USER, user=user, directory=directory, label=None)


def leg(of: Party, since: datetime, minutes: float, *, failed: bool = False) -> Leg:
    return Leg(party=of, started_at=since, ended_at=since + timedelta(minutes=minutes), failed=failed)


def call(*legs: Leg, call: CallId = ONE_CALL, revision: int = 1, test: bool = False) -> Call:
    return Call(
        call=call,
        revision=revision,
        kind="groupCall",
        modalities=("audio",),
        started_at=min(each.started_at for each in legs),
        ended_at=max(each.ended_at for each in legs),
        organiser=legs[0].party,
        legs=legs,
        test=test,
    )


def completed(content: Call) -> CallCompleted:
    return CallCompleted(happened_at=content.started_at, call=content)


def revised(content: Call) -> CallRevised:
    return CallRevised(happened_at=content.started_at, call=content)


def snapshot(at: datetime, feed: Feed = Feed.LICENCES) -> SnapshotTaken:
    return SnapshotTaken(happened_at=at, feed=feed, run=RUN, items=0, facts=0)


def recorded(*facts: Event, tenant: TenantId | None = None, at: datetime | None = None) -> list[Recorded]:
    """Facts as the log would hand them out, each recorded when it happened or at `at`."""
    return [
        Recorded(tenant or TenantId(NAMES), position, "", position, at or fact.happened_at, CAUSE, fact)
        for position, fact in enumerate(facts, 1)
    ]


def stream_of(fact: Event) -> str:
    match fact:
        case CallCompleted() | CallRevised():
            return call_stream(fact.call.call)
        case SkuSubscribed() | SeatsChanged() | SkuLapsed():
            return sku_stream(fact.sku)
        case SnapshotTaken() | SnapshotFailed():
            return coverage_stream(fact.feed)
        case _:
            user = getattr(fact, "user", None)
            return TENANT if user is None else f"seat/{user}"


class PaperLog:
    """A log that takes any facts of any streams in any order, without deciding or sealing anything.

    What tables are made of is kept in memory; the database has the rows with their places and times, and the content
    of the facts the engine looks up there.
    """

    def __init__(self, owner: psycopg.Connection[Any]) -> None:
        self._owner = owner
        self._facts: dict[TenantId, list[Recorded]] = {}

    def head(self, tenant: TenantId) -> int:
        return len(self._facts.get(tenant, ()))

    def read(self, tenant: TenantId, *, after: int, limit: int) -> list[Recorded]:
        return self._facts.get(tenant, [])[after : after + limit]

    def facts_about(self, tenant: TenantId, subjects: Iterable[str], *, until: int) -> list[Recorded]:
        """Nobody is erased here: nothing is sealed."""
        return []

    def calls_begun(self, tenant: TenantId, since: datetime, until: datetime, *, position: int) -> list[Begun]:
        """Nor are details of calls dropped."""
        return []

    def facts_of(self, tenant: TenantId, streams: Sequence[str], *, until: int) -> list[Recorded]:
        return []

    def kept_places(self, tenant: TenantId, position: int) -> list[KeptPlace]:
        return []

    def tell(self, tenant: TenantId, *facts: Event, at: datetime | None = None) -> None:
        """Facts recorded at `at`, or each when it happened."""
        self.tell_all(tenant, [(at or fact.happened_at, fact) for fact in facts])

    def tell_all(self, tenant: TenantId, told: Iterable[tuple[datetime, Event]]) -> None:
        """Facts with the time each was recorded, or that of the one before, if that is later."""
        known = self._facts.setdefault(tenant, [])
        had = len(known)
        for at, fact in told:
            recorded_at = max(at, known[-1].recorded_at) if known else at
            position = len(known) + 1
            known.append(Recorded(tenant, position, stream_of(fact), position, recorded_at, CAUSE, fact))
        with self._owner.transaction(), self._owner.cursor() as cursor:
            with cursor.copy(_INTO_EVENTS) as copy:
                for each in known[had:]:
                    copy.write_row(_row(each))
            cursor.execute(_HEAD, (tenant, len(known), known[-1].recorded_at))


_INTO_EVENTS = """
    COPY events (tenant_id, position, stream, version, name, schema, happened_at, recorded_at, cause, state, leaf)
    FROM STDIN
"""
_HEAD = """
    INSERT INTO tenant_heads (tenant_id, position, recorded_at) VALUES (%s, %s, %s)
    ON CONFLICT (tenant_id) DO UPDATE SET position = excluded.position, recorded_at = excluded.recorded_at
"""


def _row(each: Recorded) -> tuple[object, ...]:
    fact = each.event
    looked_up = isinstance(fact, ConsentGranted | PolicyChanged)
    state = fact.model_dump_json().encode() if looked_up else b"{}"
    place = (each.tenant, each.position, each.stream, each.version, fact.name, 1)
    return (*place, fact.happened_at, each.recorded_at, each.cause, state, b"")
