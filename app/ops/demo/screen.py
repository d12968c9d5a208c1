"""What the demo shows on the terminal."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rich.panel import Panel
from rich.syntax import Syntax
from rich.table import Table

from app.ops.console import out
from app.ops.demo.questions import IDLE, Idle
from app.ops.demo.verdict import Answers, Comparison

_ROWS = 12


@dataclass(frozen=True, slots=True)
class Pace:
    """What was recorded while the days passed, and how long it took."""

    facts: int
    days: int
    seconds: float


def show_answers(answers: Answers, days_back: int) -> None:
    out.print(_idle("Idle licences today", answers.today.isoformat(), answers.idle_today))
    before = answers.comparisons[2].on.isoformat()
    out.print(_idle(f"Idle licences {days_back} days ago: the same query, another asOf", before, answers.idle_before))
    now, then = ({each.seat for each in idle} for idle in (answers.idle_today, answers.idle_before))
    out.print(
        f"Of these {len(now & then)} on both days; {len(now - then)} new since; {len(then - now)} idle no more.\n"
    )
    out.print(_usage(answers))
    ledger = answers.ledger
    out.print(
        f"Call records of the last 7 days: {ledger.notified:,} announced, {ledger.listed:,} listed by Graph, "
        f"{ledger.fetched:,} in the log, {ledger.missing:,} missing.\n"
    )


def show_comparisons(comparisons: Sequence[Comparison], pace: Pace) -> None:
    rate = pace.facts / pace.seconds
    out.print(f"[bold]{pace.facts:,}[/] facts recorded in {pace.days} days, {rate:,.0f} a second with all they needed.")
    for comparison in comparisons:
        equal = not comparison.differences
        mark = "[green]equal to the truth[/]" if equal else f"[red]{len(comparison.differences)} differences[/]"
        out.print(f"  {comparison.what} on {comparison.on}: {comparison.answered} answered, {mark}")
        for difference in comparison.differences[:_ROWS]:
            out.print(f"    [red]{difference}[/]")


def show_address(url: str, portal: str, tenant: str, token: str) -> None:
    out.print(Panel(f"The portal: [link={portal}]{portal}[/link]   (choose who signs on)", expand=False))
    out.print(Panel(f"The API, for any GraphQL client: {url}   (Ctrl-C ends the demo)", expand=False))
    out.print(Syntax(IDLE.strip(), "graphql", background_color="default"))
    for what, text in (
        ("Headers", json.dumps({"Authorization": f"Bearer {token}"})),
        ("Variables", json.dumps({"tenant": tenant, "first": 20})),
    ):
        out.print(f"[bold]{what}[/]")
        out.out(text, highlight=False)


def as_json(answers: Answers, pace: Pace) -> dict[str, Any]:
    return {
        "idle_today": len(answers.idle_today),
        "idle_before": len(answers.idle_before),
        "facts": pace.facts,
        "seconds": round(pace.seconds, 3),
    }


def _idle(title: str, on: str, idle: Sequence[Idle]) -> Table:
    table = Table("Person", "Department", "Product", "Quiet since", "Remark", title=f"{title} ({on}): {len(idle)}")
    for each in idle[:_ROWS]:
        quiet = (each.quiet_since or "never")[:10]
        table.add_row(each.user, each.department or "", each.product, quiet, "attempts seen" if each.suspected else "")
    if len(idle) > _ROWS:
        table.add_row(f"... and {len(idle) - _ROWS} more", "", "", "", "")
    return table


def _usage(answers: Answers) -> Table:
    table = Table("Department", "Calls", "Minutes", title="Taking part in calls, last 7 days")
    for department, spent in sorted(answers.usage.items()):
        table.add_row(department or "(none)", f"{spent.participations:,}", f"{spent.seconds / 60:,.0f}")
    return table
