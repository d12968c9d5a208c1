"""What `sua doctor` asks of the keys of persons: all wrapped by today's master key, and erasures final in time?"""

from contextlib import closing
from datetime import timedelta

import psycopg

from app.assembly import master_keys, present, required
from app.eventstore.pools import borrowed, writer_pool
from app.eventstore.rotation import epochs_of
from app.ops.console import FaultFound
from app.settings import Settings

FINAL_WITHIN = timedelta(days=30)
"""So long after an erasure, what is left of its keys must be noise."""


def persons(settings: Settings) -> None:
    keys = master_keys(settings)
    try:
        with closing(writer_pool(required(settings.database_url, "database_url"), 1)) as pool:
            epochs = epochs_of(pool, keys)
            with borrowed(pool) as db:
                long_ago = db.execute(
                    "SELECT erased_at FROM erased_subjects WHERE starts_with(subject, 'user/') AND erased_at < %s",
                    (present(settings) - FINAL_WITHIN,),
                ).fetchall()
    except (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn) as error:
        raise FaultFound("the schema is older than this release; run `sua migrate`.") from error
    if epochs.left:
        told = "run `sua people rotate-keys`" if epochs.old_at_hand else "set SUA_MASTER_KEY_OLD, then rotate"
        raise FaultFound(f"{epochs.left} keys of persons are wrapped by an older master key: {told}.")
    waiting = [at for (at,) in long_ago if not epochs.made_final(at)]
    if waiting:
        told = "destroy SUA_MASTER_KEY_OLD" if epochs.old_at_hand else "rotate the master key (README, Operations)"
        raise FaultFound(f"{len(waiting)} erasures of more than {FINAL_WITHIN.days} days ago are not final: {told}.")
