"""Compares live tables with what this code makes of the log. Changes nothing."""

from collections.abc import Sequence
from typing import ClassVar

from app.domain.errors import SuaError
from app.domain.ids import TenantId
from app.eventstore.pools import Pool, borrowed
from app.projections.beside import Report, build, faults, passing
from app.projections.catalogue import ALL
from app.projections.checkpoints import create_missing
from app.projections.engine import TURN
from app.projections.generations import named
from app.projections.log_reader import Log
from app.projections.projection import Projection
from app.projections.status import standings
from app.projections.swapping import Difference, differences, hold, is_same, live_ones

_FOR_EVER = "0"


class RebuildFailed(SuaError):
    """A fact cannot be taken in by this code. The live table is as it was."""

    code: ClassVar[str] = "REBUILD_FAILED"


def compare(
    pool: Pool,
    store: Log,
    name: str,
    tenant: TenantId | None = None,
    report: Report | None = None,
    projections: Sequence[Projection] = ALL,
) -> list[Difference]:
    """The first differences of each table and tenant between live and fresh rows; empty: none. Changes nothing.

    `name`: of a projection, or "all" in one pass. Raises ProjectionUnknown, RebuildFailed.
    """
    chosen = named(name, projections)
    found: list[Difference] = []
    for each in [tenant] if tenant is not None else sorted({each.tenant for each in standings(pool)}):
        create_missing(pool, each, projections)
        with passing(pool, chosen) as side:
            while not build(side, store, each, chosen, _positions(pool, each, chosen), TURN, report):
                pass
            for projection in chosen:
                with borrowed(pool) as db:
                    live = hold(db, each, projection, _FOR_EVER)
                    build(side, store, each, [projection], {projection.name: live.position}, live.position)
                    if met := faults(side, each, [projection]):
                        raise RebuildFailed(f"{projection.name}, tenant {each}, {met[projection.name]}")
                    with borrowed(side.pool) as beside:
                        for table in projection.tables:
                            if not is_same(beside, each, table, side.schema):
                                found += differences(beside, each, table, side.schema)
    return found


def _positions(pool: Pool, tenant: TenantId, projections: Sequence[Projection]) -> dict[str, int]:
    with borrowed(pool) as db:
        return {name: live.position for name, live in live_ones(db, tenant, projections).items()}
