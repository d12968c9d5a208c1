"""What stands behind some findings, for those who look at them: names, dates, evidence, paths and what was decided.

Asked for a page of findings at a time; nothing here changes what was judged.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import psycopg

from app.domain.catalogue import CATALOGUE
from app.domain.events.deciding import Cause
from app.domain.findings import Remark
from app.domain.ids import GroupId, SkuId, TenantId, UserId
from app.domain.standing import Source
from app.insight.assessment import Assessment, Found
from app.projections import activity_gaps, findings, last_activity, licence_holdings, users
from app.projections.findings import DecidedSeat
from app.projections.last_activity import LastActivity
from app.projections.reading import Moment, in_force, known, rows

BANDS = (180, 90, 60, 30)
"""Days without activity that findings are sorted by, the longest first (definitions: idle licence)."""


@dataclass(frozen=True, slots=True)
class Detailed:
    """A finding with what stands behind it.

    `name`: of the holder, None: none, or erased. `quiet_since`: the last sign of what is missing (of the person, or of
    the product's own use where the finding is about that), None: never any, or never as far as is known.
    `quiet_days`: civil days since then. `groups`: those the seat comes from; `direct`: it is assigned directly as well.
    `evidence`: the newest sign of life of each source. `decided`: what people decided of the seat; None: nothing.
    """

    found: Found
    name: str | None
    held_since: datetime | None
    quiet_since: datetime | None
    quiet_days: int | None
    disabled_since: datetime | None
    groups: tuple[GroupId, ...]
    direct: bool
    evidence: tuple[LastActivity, ...]
    decided: DecidedSeat | None

    @property
    def band(self) -> int | None:
        """The greatest of BANDS the seat has been quiet for more days than; None: it has not, or that is unknown."""
        return next((band for band in BANDS if self.quiet_days is not None and self.quiet_days > band), None)


async def details_of(
    db: psycopg.AsyncConnection[Any], tenant: TenantId, assessment: Assessment, some: Sequence[Found]
) -> list[Detailed]:
    """Some findings of an assessment in their order, with what stands behind them. One question a table."""
    at = assessment.at
    ids = sorted({each.user for each in some})
    people = {row.user: row for row in await users.named_at(db, tenant, at, ids)}
    seats = await held_since(db, tenant, at, ids)
    quiet = await _gaps(db, tenant, at, ids)
    paths: dict[tuple[UserId, SkuId], list[GroupId | None]] = {}
    for held in await licence_holdings.held_at(db, tenant, at, ids):
        paths.setdefault((held.user, held.sku), []).append(held.via)
    evidence: dict[UserId, list[LastActivity]] = {}
    for sign in await last_activity.known_at(db, tenant, at, ids):
        evidence.setdefault(sign.user, []).append(sign)
    decided = {(row.user, row.sku): row for row in await findings.of_seats(db, tenant, at, ids)}
    told = []
    for each in some:
        seat = (each.user, each.finding.sku)
        person = people.get(each.user)
        since = _missing_since(each, assessment, quiet)
        told.append(
            Detailed(
                found=each,
                name=None if person is None else person.display_name,
                held_since=seats.get(seat),
                quiet_since=since,
                quiet_days=None if since is None else (at.known_on - since.astimezone(ZoneInfo(at.zone)).date()).days,
                disabled_since=None if person is None else person.disabled_since,
                groups=tuple(via for via in paths.get(seat, []) if via is not None),
                direct=None in paths.get(seat, []),
                evidence=tuple(evidence.get(each.user, [])),
                decided=decided.get(seat),
            )
        )
    return told


_ANY = "any"
"""Beside the sources: evidence of any kind, sign-ins included."""

_Quiet = Mapping[tuple[UserId, str], datetime | None]
"""By user and source: since when the gap of a week or more lasts that they are in; None: never seen before it."""


def _missing_since(each: Found, assessment: Assessment, quiet: _Quiet) -> datetime | None:
    """When what is missing was last seen."""
    if each.finding.cause is Cause.SKU_IDLE:
        sources = _shown_by(each.finding.sku, assessment) & each.seat.silent
        seen = [quiet.get((each.user, source.value)) for source in sources]
        return max((at for at in seen if at is not None), default=None)
    return quiet.get((each.user, _source_of(each)))


def _source_of(each: Found) -> str:
    return Source.HUMAN.value if Remark.BACKGROUND_ONLY in each.finding.remarks else _ANY


def _shown_by(sku: SkuId, assessment: Assessment) -> frozenset[Source]:
    product = CATALOGUE.products.get(sku)
    plans = assessment.ground.plans.get(sku, product.plans if product else frozenset())
    return frozenset().union(*(CATALOGUE.shown_by.get(plan, frozenset()) for plan in plans))


async def quiet_since(
    db: psycopg.AsyncConnection[Any], tenant: TenantId, assessment: Assessment, some: Sequence[Found]
) -> dict[tuple[UserId, SkuId], datetime]:
    """Since when what is missing has not been seen, by seat; `NEVER` where it never was. Without those seen of late."""
    quiet = await _gaps(db, tenant, assessment.at, sorted({each.user for each in some}))
    found = {}
    for each in some:
        since = _missing_since(each, assessment, quiet)
        if since is not None:
            found[each.user, each.finding.sku] = since
        elif each.finding.cause is Cause.SKU_IDLE or (each.user, _source_of(each)) in quiet:
            found[each.user, each.finding.sku] = NEVER
    return found


NEVER = datetime(1900, 1, 1, tzinfo=UTC)
"""Before anything that was ever seen."""


async def held_since(
    db: psycopg.AsyncConnection[Any], tenant: TenantId, at: Moment, ids: Iterable[UserId]
) -> dict[tuple[UserId, SkuId], datetime]:
    """Since when these users hold each product, by any path without a break."""
    found = await rows(
        db,
        f"""
        SELECT s.user_id, s.sku_id, s.held_since FROM {known("idle_licences")} s
        WHERE {in_force("s")} AND s.user_id = ANY (%(users)s::uuid[])
        """,
        {"tenant": tenant, "position": at.position, "at": at.at, "users": list(ids)},
    )
    return {(user, sku): since for user, sku, since in found}


async def _gaps(
    db: psycopg.AsyncConnection[Any], tenant: TenantId, at: Moment, ids: Sequence[UserId]
) -> dict[tuple[UserId, str], datetime | None]:
    gaps = await activity_gaps.quiet_at(db, tenant, at, ids)
    found: dict[tuple[UserId, str], datetime | None] = {
        (gap.user, _ANY): gap.since for gap in gaps if gap.grade == activity_gaps.EVIDENCE
    }
    by_source = await rows(
        db,
        f"""
        SELECT g.user_id, g.source, nullif(g.gap_from, '1900-01-01Z') FROM {known("workload_gaps")} g
        WHERE g.user_id = ANY (%(users)s::uuid[]) AND g.gap_from < %(at)s AND g.gap_until >= %(at)s
        """,
        {"tenant": tenant, "position": at.position, "at": at.day_ends(at.known_on), "users": list(ids)},
    )
    return found | {(user, source): since for user, source, since in by_source}
