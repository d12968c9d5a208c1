"""Graph's usage reports: a redirect to a pre-authenticated CSV.

Follows "reportRoot: getTeamsUserActivityUserDetail" and its sisters: the data are two days old, the address is fetched
without the bearer token, the CSV has a byte order mark and CRLF, and names may be concealed. Columns come and go over
the years, as ReportRules say.
"""

import csv
import io
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from app.simulator.company import new_id
from app.simulator.graph_http import Call, guarded
from app.simulator.report_columns import ACTIVE, APPS, COLUMNS, COPILOT, EMAIL, MAILBOX, TEAMS
from app.simulator.report_rows import Row, report_rows
from app.simulator.report_rules import ReportRules
from app.simulator.world import World

TICKETS_KEPT = 10_000


async def redirect(call: Call) -> Response:
    report = call.request.url.path.rpartition("/")[2].partition("(")[0]
    ticket, tickets = new_id(call.world.rng), call.world.report_tickets
    if len(tickets) >= TICKETS_KEPT:
        del tickets[next(iter(tickets))]
    tickets[ticket] = (call.company.id, report, int(call.request.path_params["days"]))
    base = str(call.request.base_url).rstrip("/")
    return RedirectResponse(f"{base}/data/download/{ticket}", 302, {"Content-Type": "text/plain"})


async def download(request: Request) -> Response:
    """The CSV behind a ticket. A bearer token sent along is refused: it was leaked to a host that must not have it."""
    world: World = request.app.state.world
    if "authorization" in request.headers:
        return PlainTextResponse("Authentication is not expected here.", 401)
    ticket = world.report_tickets.get(str(request.path_params["ticket"]))
    if ticket is None:
        return PlainTextResponse("Expired.", 404)
    tenant, report, days = ticket
    rules = world.report_rules.get(tenant, world.report_rule)
    for what in ("added", "missing", "shuffled"):
        world.survived[f"reports.columns_{what}"] += bool(getattr(rules, what))
    refreshed = world.now.date() - timedelta(days=rules.lag_days)
    rows = report_rows(world.companies[tenant], report, days, refreshed)
    return Response(_csv(report, rows, rules), media_type="application/octet-stream")


def _csv(report: str, rows: list[Row], rules: ReportRules) -> bytes:
    columns = rules.columns(COLUMNS[report])
    text = io.StringIO()
    end = "\r\n" if rules.crlf else "\n"
    writer = csv.DictWriter(text, columns, restval="new", extrasaction="ignore", lineterminator=end)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig" if rules.bom else "utf-8")


ROUTES = [
    Route(f"/{folder}/{name}(period='D{{days:int}}')", guarded("Reports.Read.All", redirect))
    for folder, names in (("reports", (TEAMS, ACTIVE, APPS, MAILBOX, EMAIL)), ("copilot/reports", (COPILOT,)))
    for name in names
]
DOWNLOADS = [Route("/data/download/{ticket}", download)]
