"""Everything compared at the end of a soak, and the table that says what was survived."""

from collections import Counter
from collections.abc import Sequence
from contextlib import closing

import psycopg

from app.domain.ids import TenantId
from tests.journeys import aftermath
from tests.journeys.processes import log_of as opened_log
from tests.soak.alarms import check_alarms
from tests.soak.leaks import check_leaks, owners
from tests.soak.ledger import check_ledger
from tests.soak.oracle import Findings, Pair, Truth, check_calls, check_licences, check_order, log_of
from tests.soak.recovery import check_recovery
from tests.soak.run import Soak

UNAVAILABLE = 3
"""Exit code of a process that found what it needs away: it is for its supervisor to start it again."""


def judged(soak: Soak) -> Findings:
    """Compare SUA's log and tables with the simulator's truth and with themselves."""
    found = Findings()
    pairs = [Pair(each.tenant, each.directory) for each in soak.customers]
    with (
        closing(Truth(soak.machines.simulator.url, soak.stops)) as truth,
        psycopg.connect(soak.machines.database.owner_dsn, autocommit=True) as db,
    ):
        for pair in pairs:
            log = log_of(db, pair.tenant)
            check_order(db, pair, log, found)
            check_calls(truth, pair, log, found)
            check_licences(truth, pair, log, found)
            check_ledger(db, truth, pair, found)
        check_recovery(db, truth, pairs, found)
        soak.survived += check_alarms(db, soak.machines.sua.folder, pairs, soak.events, found)
        soak.say("log compared with the simulator's truth")
        check_leaks(db, owners(truth, pairs), found)
    soak.say("tables looked through for others' ids")
    _check_tables(soak, pairs, found)
    _check_processes(soak, found)
    return found


def _check_tables(soak: Soak, pairs: Sequence[Pair], found: Findings) -> None:
    """Each table equals one made anew from the log; no fact stands there twice."""
    with opened_log(soak.machines.sua) as (pool, store):
        for pair in pairs:
            tenant = TenantId(pair.tenant)
            try:
                aftermath.assert_nothing_twice(store.read(tenant, after=0, limit=10_000_000))
            except AssertionError as error:
                found.twice.append(f"{tenant}: {_first_line(error)}")
            try:
                aftermath.assert_tables_follow_from_the_log(pool, store, tenant)
            except AssertionError as error:
                found.wrong.append(f"{tenant}: the tables are not those of the log: {_first_line(error)}")
            found.checked["tenants' tables rebuilt and compared"] += 1


def _check_processes(soak: Soak, found: Findings) -> None:
    """No process ended by itself but for want of the database or the broker."""
    for slot in soak.machines.slots:
        for code, said in slot.ended:
            if code == UNAVAILABLE:
                soak.survived[f"{slot.command} started in vain, and again"] += 1
            else:
                found.wrong.append(f"{slot.command} ended by itself with {code}: {said[-600:]}")


def _first_line(error: AssertionError) -> str:
    return (str(error).splitlines() or ["an assertion failed"])[0][:600]


def table(soak: Soak, found: Findings) -> str:
    """What was survived, what was checked, and the sum of it."""
    lines = [
        f"{soak.hours} hours of {len(soak.customers)} tenants; after {soak.late_hours} of them work was left over",
        *_counted("survived", soak.survived),
        *_counted("checked", found.checked),
        f"lost {len(found.lost)} twice {len(found.twice)} leaked {len(found.leaked)}",
    ]
    if found.wrong:
        lines.append(f"wrong {len(found.wrong)}")
    if found.all:
        lines.append(f"first difference: {found.all[0]}")
    return "\n".join(lines)


def _counted(title: str, counts: Counter[str]) -> list[str]:
    return [f"{title:9} {count:>8}  {what}" for what, count in sorted(counts.items())]
