"""How far a rebuild has come: a bar on a terminal, plain lines where there is none."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from time import monotonic

from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from app.domain.ids import TenantId
from app.eventstore.pools import Pool
from app.ops.console import err
from app.projections.generations import reached
from app.projections.projection import Projection

EVERY_S = 1.0
"""Between two looks."""


@contextmanager
def progress_of(
    pool: Pool, name: str, heads: Mapping[TenantId, int], projections: Sequence[Projection]
) -> Iterator[Callable[[Sequence[TenantId]], None]]:
    """What is called every so often with the customers that are done; asks the database how far the others are."""
    total, began, told = sum(heads.values()), monotonic(), -1
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=err, disable=not err.is_terminal) as bars:
        bar = bars.add_task(name, total=total, rate="")

        def look(done: Sequence[TenantId]) -> None:
            nonlocal told
            half = {tenant: far for tenant, far in reached(pool, projections).items() if tenant in heads}
            taken = sum(heads[tenant] for tenant in done)
            taken += sum(min(far, heads[tenant]) for tenant, far in half.items() if tenant not in done)
            rate = taken / max(monotonic() - began, 0.001)
            left = f"about {(total - taken) / rate:.0f} s left" if rate else "not begun"
            bars.update(bar, completed=taken, rate=f"{rate:,.0f} facts/s, {len(done)} of {len(heads)} customers")
            if not err.is_terminal and taken != told:
                line = f"{name}: {taken} of {total} facts, {len(done)} of {len(heads)} customers, {rate:.0f}/s, {left}"
                err.print(line, highlight=False, soft_wrap=True)
            told = taken

        yield look
