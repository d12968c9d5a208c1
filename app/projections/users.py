"""Users of a tenant's directory: who they were, and where they belonged, on any day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, partial
from typing import Any, NamedTuple

import psycopg

from app.domain.events import Event
from app.domain.events.licensing import (
    AccountDisabled,
    AccountEnabled,
    Confidence,
    KindSource,
    Profile,
    ProfileChanged,
    UserDeleted,
    UserDiscovered,
    UserKind,
)
from app.domain.ids import TenantId, UserId
from app.domain.licensing import usual_ground
from app.domain.personal import Personal
from app.projections.bearings import Bearings
from app.projections.columns import Column
from app.projections.facts import Fact, Instant, instant, instant_or_none
from app.projections.projection import Versioned, users_of
from app.projections.reading import IN_ORDER, Moment, Question, in_force, known, rows
from app.projections.versioned import VALID, Book, Table, Value


@dataclass(frozen=True, slots=True)
class UserRow:
    """`display_name` None: the directory has none, or the person was erased. `disabled_since` None: enabled."""

    user: UserId
    display_name: str | None
    user_principal_name: str | None
    kind: UserKind
    enabled: bool
    department: str | None
    company: str | None
    cost_centre: str | None
    country: str | None
    usage_location: str | None
    created_at: datetime | None
    deleted: bool
    kind_source: KindSource
    kind_confidence: Confidence
    disabled_since: datetime | None = None


COLUMNS = """
    u.user_id, u.display_name, u.user_principal_name, u.kind, u.enabled, u.department, u.company, u.cost_centre,
    u.country, u.usage_location, u.created_at, u.deleted, u.kind_source, u.kind_confidence,
    u.disabled_since
"""


async def found_at(db: psycopg.AsyncConnection[Any], tenant: TenantId, at: Moment, user: UserId) -> UserRow | None:
    """One user at a moment, also one deleted by then; None before they were known."""
    found = await named_at(db, tenant, at, [user])
    return found[0] if found else None


async def named_at(
    db: psycopg.AsyncConnection[Any], tenant: TenantId, at: Moment, users: Sequence[UserId]
) -> list[UserRow]:
    """These users at a moment, in no order; those not known by then are left out."""
    return [row_of(row) for row in await rows(db, *naming(tenant, at, users))]


def naming(tenant: TenantId, at: Moment, users: Sequence[UserId], columns: str = COLUMNS) -> Question:
    """The question of `named_at`. `columns`: expressions over the users' row `u`.

    One user's rows begin where the primary key has the latest of them.
    """
    if len(users) == 1:
        return Question(
            _naming_one(columns),
            {"tenant": tenant, "position": at.position, "at": at.at, "user": users[0]},
        )
    return Question(
        f"SELECT {columns} FROM {known('users')} u WHERE {in_force('u')} AND u.user_id = ANY (%(users)s::uuid[])",
        {"tenant": tenant, "position": at.position, "at": at.at, "users": list(users)},
    )


@lru_cache(100)
def _naming_one(columns: str) -> str:
    return (
        f"{IN_ORDER} SELECT {columns} FROM users u WHERE u.tenant_id = %(tenant)s AND u.user_id = %(user)s"
        f" AND {in_force('u')} AND u.since_position <= %(position)s AND u.until_position > %(position)s"
        " ORDER BY u.valid_from DESC, u.since_position DESC LIMIT 1"
    )


def row_of(row: tuple[Any, ...]) -> UserRow:
    values = list(row)
    kind = UserKind(row[3])
    usual = usual_ground(kind)
    values[3] = kind
    values[12] = usual.source if row[12] is None else KindSource(row[12])
    values[13] = usual.confidence if row[13] is None else Confidence(row[13])
    return UserRow(*values)


class _Values(NamedTuple):
    """What a row says, as the columns stand."""

    display_name: str | None
    user_principal_name: str | None
    kind: str
    enabled: bool
    department: str | None
    company: str | None
    cost_centre: str | None
    country: str | None
    usage_location: str | None
    created_at: Instant | None
    deleted: bool
    kind_source: str | None
    kind_confidence: str | None
    disabled_since: Instant | None


_FACTS = (UserDiscovered, ProfileChanged, AccountDisabled, AccountEnabled, UserDeleted)


def project(facts: Sequence[Fact], book: Book, _: Bearings) -> None:
    """One row a user; each fact changes what is so from when it happened on. A deleted user keeps their row."""
    for fact in facts:
        event = fact.event
        if isinstance(event, _FACTS):
            book.change_from((event.user.int,), fact.at, fact.position, partial(_after, event))


def _after(event: Event, before: Value | None) -> Value | None:
    was = None if before is None else _Values(*before)
    if isinstance(event, UserDiscovered):
        disabled_since = None if event.enabled else _disabled_since(was, event)
        return _described(event.profile, instant_or_none(event.created_at), disabled_since)
    if was is None:
        return None
    match event:
        case ProfileChanged():
            return _described(event.profile, was.created_at, was.disabled_since, was.deleted)
        case AccountDisabled():
            return was._replace(enabled=False, disabled_since=_disabled_since(was, event))
        case AccountEnabled():
            return was._replace(enabled=True, disabled_since=None)
        case UserDeleted():
            return was._replace(deleted=True)
        case _:
            return was


def _disabled_since(was: _Values | None, event: Event) -> Instant:
    """Of an account said to be disabled again: since the earliest time, also where that was learned last."""
    at = instant(event.happened_at)
    return at if was is None or was.disabled_since is None else min(was.disabled_since, at)


def _described(
    profile: Profile, created_at: Instant | None, disabled_since: Instant | None, deleted: bool = False
) -> _Values:
    return _Values(
        _plain(profile.display_name),
        _plain(profile.user_principal_name),
        profile.kind.value,
        disabled_since is None,
        profile.department,
        profile.company,
        profile.cost_centre,
        profile.country,
        profile.usage_location,
        created_at,
        deleted,
        profile.kind_source and profile.kind_source.value,
        profile.kind_confidence and profile.kind_confidence.value,
        disabled_since,
    )


def _plain(personal: Personal | None) -> str | None:
    return None if personal is None else personal.value


PROJECTION = Versioned(
    table=Table(
        "users",
        key=(Column("user_id", "uuid"),),
        place=VALID,
        values=(
            Column("display_name", "text"),
            Column("user_principal_name", "text"),
            Column("kind", "text"),
            Column("enabled", "boolean"),
            Column("department", "text"),
            Column("company", "text"),
            Column("cost_centre", "text"),
            Column("country", "text"),
            Column("usage_location", "text"),
            Column("created_at", "timestamptz"),
            Column("deleted", "boolean"),
            Column("kind_source", "text"),
            Column("kind_confidence", "text"),
            Column("disabled_since", "timestamptz"),
        ),
    ),
    facts=frozenset(_FACTS),
    looked_up=users_of,
    project=project,
    version=3,
)
