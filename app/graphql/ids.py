"""Ids as clients see them: opaque, global, and never the same for two versions of a thing.

A client that normalises by id (Relay, Apollo) would otherwise mix what was true last month with what is true today.
So whatever is shown below `at` carries the moment in its `id`; arguments take it back and look at the thing alone.
"""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from uuid import UUID

from app.domain.ids import TenantId
from app.graphql.errors import BadUserInput
from app.projections.reading import Moment

TENANTS_MAX = 10_000
"""Texts of which it is remembered which tenant they name, and tenants of which how ids of theirs begin."""

TENANT_CHARACTERS_MAX = 200
"""More than an id of a tenant has, at whatever moment. What is longer is not kept in memory."""


@dataclass(frozen=True, slots=True)
class Version:
    """What the `id` of a thing below `at` names. `days`: the idle days a finding was judged by; None: the rules'."""

    kind: str
    tenant: TenantId
    parts: tuple[UUID, ...]
    days: int | None
    on: date
    position: int
    known_on: date


def thing_id(kind: str, tenant: TenantId, *parts: object) -> str:
    """Id of a thing, the same at every moment."""
    return _sealed([_beginning(kind, tenant), *map(str, parts)])


@lru_cache(TENANTS_MAX)
def _beginning(kind: str, tenant: TenantId) -> str:
    return f"{kind}:{tenant}"


def version_id(kind: str, tenant: TenantId, at: Moment, *parts: object) -> str:
    """Id of a thing as it was at a moment."""
    return _sealed([_beginning(kind, tenant), *map(str, parts), _when(at.on, at.position, at.known_on)])


def thing_ids(kind: str, tenant: TenantId, parts: Sequence[str]) -> list[str]:
    """`thing_id` of many things of one part each, written as UUIDs are."""
    return _all_sealed(f"{_beginning(kind, tenant)}:", parts, "")


def version_ids(kind: str, tenant: TenantId, at: Moment, parts: Sequence[str]) -> list[str]:
    """`version_id` of many things of one part each, written as UUIDs are."""
    return _all_sealed(f"{_beginning(kind, tenant)}:", parts, f":{_when(at.on, at.position, at.known_on)}")


def _all_sealed(before: str, parts: Sequence[str], after: str) -> list[str]:
    """Three characters make four: where the beginning and each part end on three, what they make stands by itself."""
    if len(parts) == 1 or len(before) % 3 or set(map(len, parts)) - {_UUID_CHARACTERS}:
        return [_sealed([before + part + after]) for part in parts]
    first, last, made = _sealed([before]), _sealed([after]), _sealed(["".join(parts)])
    each = _UUID_CHARACTERS // 3 * 4
    return [first + made[place : place + each] + last for place in range(0, len(made), each)]


_UUID_CHARACTERS = 36


def _when(on: date, position: int, known_on: date) -> str:
    """Knowledge may speak of an earlier day than the one asked for, and inactivity is judged on that."""
    return f"{on}@{position}" if known_on == on else f"{on}@{position}@{known_on}"


def version_of(text: str) -> Version | None:
    """What the `id` of a thing below `at` names; None for any other text, also for another spelling of an id."""
    try:
        kind, *middle, when = _opened(text)
        on, position, *known_on = when.split("@")
        tenant, *parts = [UUID(part) for part in middle if len(part) == 36]
        days = [int(part) for part in middle if len(part) < 36]
        read = Version(
            kind=kind,
            tenant=TenantId(tenant),
            parts=tuple(parts),
            days=days[0] if days else None,
            on=date.fromisoformat(on),
            position=int(position),
            known_on=date.fromisoformat(known_on[0] if known_on else on),
        )
    except (IndexError, ValueError):
        return None
    told = [*read.parts, *([] if read.days is None else [read.days])]
    again = [kind, str(tenant), *map(str, told), _when(read.on, read.position, read.known_on)]
    return read if _sealed(again) == text else None


def tenant_of(text: str) -> TenantId | None:
    """The tenant an id speaks of; a bare UUID is taken as well. None: it speaks of none."""
    return _tenant_of(text) if len(text) <= TENANT_CHARACTERS_MAX else None


@lru_cache(TENANTS_MAX)
def _tenant_of(text: str) -> TenantId | None:
    found = _uuid(text)
    if found is None:
        kind, *parts = _opened(text)
        found = _uuid(parts[0]) if kind in ("Tenant", "TenantView") and parts else None
    return None if found is None else TenantId(found)


def part_of(kind: str, tenant: TenantId, text: str) -> UUID | None:
    """The thing of that kind an id speaks of, in this tenant; a bare UUID is taken as well. None: of nothing here."""
    bare = _uuid(text)
    if bare is not None:
        return bare
    said, *parts = _opened(text)
    if said != kind or len(parts) < 2 or parts[0] != str(tenant):
        return None
    return _uuid(parts[1])


def asked_part(name: str, kind: str, tenant: TenantId, text: str) -> UUID:
    """What an argument means. Raises BadUserInput where it means nothing here."""
    part = part_of(kind, tenant, text)
    if part is None:
        raise BadUserInput(f"`{name}` is no id of this tenant.")
    return part


_URLSAFE = bytes.maketrans(b"+/", b"-_")


def _sealed(parts: list[str]) -> str:
    sealed = binascii.b2a_base64(":".join(parts).encode(), newline=False).translate(_URLSAFE, b"=")
    return sealed.decode()


def _opened(text: str) -> list[str]:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("ascii").split(":")
    except (ValueError, UnicodeError):
        return [""]


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text) if len(text) == 36 else None
    except ValueError:
        return None
