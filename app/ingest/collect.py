"""One tenant's daily reads by hand, in the order in which they can be understood."""

from app.ingest.collect_directory import collect_directory
from app.ingest.collect_renewals import collect_renewals
from app.ingest.collect_run import Collected, Run
from app.ingest.collect_sign_ins import collect_sign_ins


async def collect_licences(run: Run, *, removals_confirmed: bool = False) -> list[Collected]:
    """Products, users and licences; then renewals and sign-ins, if the users are known.

    Repeated, it adds what is new only. A failed read is recorded and returned, not raised. Raises what the store
    raises (Unavailable).
    """
    directory = await collect_directory(run, removals_confirmed=removals_confirmed)
    if directory.failure is not None:
        return [directory]
    return [directory, await collect_renewals(run), await collect_sign_ins(run)]
