"""One tenant's daily reads, in the order in which they can be understood."""

from app.commands.desk import Desk
from app.domain.ids import RunId, TenantId
from app.ingest import collect_reports as reports
from app.ingest.collect_directory import collect_directory
from app.ingest.collect_run import Collected, Run
from app.ingest.collect_sign_ins import collect_sign_ins
from app.ingest.graph_client import GraphClient


async def collect_licences(
    desk: Desk, graph: GraphClient, tenant: TenantId, run: RunId, *, removals_confirmed: bool = False
) -> list[Collected]:
    """Products, users and licences; then sign-ins, if the users are known. Repeated, it adds what is new only.

    A failed read is recorded and returned, not raised. Raises what the store raises (Unavailable).
    """
    one = Run(desk, graph, tenant, run)
    directory = await collect_directory(one, removals_confirmed=removals_confirmed)
    return [directory] if directory.failure else [directory, await collect_sign_ins(one)]


async def collect_reports(desk: Desk, graph: GraphClient, tenant: TenantId, run: RunId) -> Collected:
    """Usage reports; as `collect_licences`."""
    return await reports.collect_reports(Run(desk, graph, tenant, run))
