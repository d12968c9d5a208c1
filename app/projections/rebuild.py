"""Builds tables of a tenant anew beside the live ones: to take their place, or to compare.

The next generation grows in the schema `rebuilt`, all its tables in one pass over the log, and is resumed where it was
left, whoever was killed. It is built up to where the live table stands; with the live table's checkpoint held, the two
are compared, and the new rows take the place of those that differ, in one transaction. docs/decisions/generations.md
"""

from collections.abc import Sequence

from app.domain.ids import TenantId
from app.eventstore.pools import Pool, borrowed
from app.projections import generations
from app.projections.beside import Report, Side, build, faults, lasting
from app.projections.catalogue import ALL
from app.projections.checkpoints import create_missing
from app.projections.comparing import compare
from app.projections.engine import TURN, advance
from app.projections.generations import ProjectionUnknown, RebuildRunning, State, alone, named
from app.projections.leftovers import clear
from app.projections.log_reader import Log
from app.projections.projection import Projection
from app.projections.status import standings
from app.projections.swapping import Live, Outcome, failed, live_ones, swapped

__all__ = ["Outcome", "ProjectionUnknown", "RebuildRunning", "compare", "rebuild", "work_on"]

BATCH = 20_000
"""Facts of a transaction. Two processes that build every table stay below 500 MB together [329 MB]."""

_PREDECESSOR_TIMEOUT = "60s"
"""How long the statement a killed process has sent may still run."""


def rebuild(
    pool: Pool,
    store: Log,
    name: str,
    tenant: TenantId | None = None,
    report: Report | None = None,
    projections: Sequence[Projection] = ALL,
    *,
    force: bool = False,
    batch: int = BATCH,
) -> list[Outcome]:
    """Build a projection, or "all", anew, of one tenant or of all, each swapped in on its own; ends a stop.

    `batch`: facts of a transaction. What was left half-built is gone on with. A live table of the same code that says
    something else is left as it is, unless `force`. Raises ProjectionUnknown, RebuildRunning.
    """
    chosen = named(name, projections)
    outcomes: list[Outcome] = []
    for each in [tenant] if tenant is not None else sorted({each.tenant for each in standings(pool)}):
        create_missing(pool, each, projections)
        with alone(pool, each, chosen), lasting(pool) as side:
            with borrowed(pool) as db:
                generations.take_over(db, each, chosen, forced=force)
            rest = list(chosen)
            while rest:
                ended = _turn(pool, side, store, each, rest, batch, report)
                outcomes += ended
                rest = [one for one in rest if one.name not in {outcome.projection for outcome in ended}]
        advance(pool, store, each, projections)
    return outcomes


def work_on(
    pool: Pool, store: Log, tenant: TenantId, projections: Sequence[Projection] = ALL, *, budget: int = TURN
) -> bool:
    """A worker's turn at what was ordered, left half-built, or built by older code, at most `budget` facts.

    True: there is more to be done.
    """
    if old := generations.outdated(pool, tenant, projections):
        with borrowed(pool) as db:
            generations.take_over(db, tenant, old, forced=False)
    rest = generations.under_way(pool, tenant, projections)
    if not rest:
        return False
    try:
        with alone(pool, tenant, rest), lasting(pool) as side:
            return len(_turn(pool, side, store, tenant, rest, budget)) < len(rest)
    except RebuildRunning:
        return False  # it is being done


def _turn(
    pool: Pool,
    side: Side,
    store: Log,
    tenant: TenantId,
    rest: Sequence[Projection],
    budget: int,
    report: Report | None = None,
) -> list[Outcome]:
    """Take in at most `budget` facts; where that is enough, swap in. Returns what came to an end."""
    live = _begin(pool, side, tenant, rest)
    head = store.head(tenant)
    targets = {name: each.position if each.is_comparable else head for name, each in live.items()}
    complete = build(side, store, tenant, rest, targets, budget, report)
    met = faults(side, tenant, rest)
    with borrowed(pool) as db:
        db.execute(
            """
            UPDATE generations AS g SET position = c.position FROM rebuilt.checkpoints c
            WHERE g.tenant_id = %s AND c.tenant_id = g.tenant_id AND c.projection = g.projection
              AND c.projection = ANY (%s)
            """,
            (tenant, [each.name for each in rest]),
        )
    ended = [failed(pool, tenant, each, met[each.name]) for each in rest if each.name in met]
    if complete:
        going = [each for each in rest if each.name not in met]
        ended += [outcome for each in going if (outcome := swapped(pool, side, store, tenant, each))]
    return ended


def _begin(pool: Pool, side: Side, tenant: TenantId, rest: Sequence[Projection]) -> dict[str, Live]:
    """See that what is there of each generation is what today's code made, else begin it anew. Returns the live ones.

    A checkpoint says which rows count; rows without one are left-overs.
    """
    names = [each.name for each in rest]
    with borrowed(side.pool) as db:
        db.execute(f"SET LOCAL lock_timeout = '{_PREDECESSOR_TIMEOUT}'")
        half_built = {
            name: (version, position)
            for name, version, position in db.execute(
                "SELECT projection, version, position FROM checkpoints"
                " WHERE tenant_id = %s AND projection = ANY (%s) FOR UPDATE",
                (tenant, names),
            )
        }
    with borrowed(pool) as db:
        live = live_ones(db, tenant, rest)
    states = {each.projection: each.state for each in generations.generations(pool, tenant)}
    anew: list[Projection] = []
    for each in rest:
        version, position = half_built.get(each.name, (None, 0))
        too_far = live[each.name].is_comparable and position > live[each.name].position
        if states[each.name] is not State.BUILDING or version != each.version or too_far:
            anew.append(each)
    if anew:
        _begin_anew(pool, tenant, anew)
    return live


def _begin_anew(pool: Pool, tenant: TenantId, projections: Sequence[Projection]) -> None:
    """From nothing, whatever is there. Killed half-way, the next one begins anew again."""
    names = [each.name for each in projections]
    with borrowed(pool) as db:
        db.execute("DELETE FROM rebuilt.checkpoints WHERE tenant_id = %s AND projection = ANY (%s)", (tenant, names))
    clear(pool, tenant, projections)
    with borrowed(pool) as db:
        db.execute(
            """
            UPDATE generations AS g SET state = 'BUILDING', version = code.version, position = 0
            FROM unnest(%s::text[], %s::integer[]) AS code (projection, version)
            WHERE g.tenant_id = %s AND g.projection = code.projection
            """,
            (names, [each.version for each in projections], tenant),
        )
