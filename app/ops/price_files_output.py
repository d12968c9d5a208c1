"""What an import says: what it would change or has changed, and every row that is wrong."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from app.domain.pricing import Addition
from app.ops.console import out, say_json, show
from app.ops.price_files_columns import RowError

_SHOWN = 100
"""Rows on a screen; JSON has them all."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a row adds to what is known. `values`: what it states. `before`: what stood there, of the same columns."""

    row: int
    addition: Addition
    values: dict[str, Any]
    before: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Report:
    """`tenants`: how many customers it concerns. `facts`: how many were added, or would be."""

    dry_run: bool
    sheet: str | None
    ignored: tuple[str, ...]
    rows: int
    tenants: int
    facts: int
    changes: Sequence[Change]

    def count(self, addition: Addition) -> int:
        return sum(change.addition is addition for change in self.changes)


def say_report(report: Report, *, as_json: bool) -> None:
    counts = {
        "rows": report.rows,
        "new": report.count(Addition.NEW),
        "changed": report.count(Addition.CHANGED),
        "unchanged": report.count(Addition.NOTHING),
        "tenants": report.tenants,
        "facts": report.facts,
    }
    changed = [change for change in report.changes if change.addition is not Addition.NOTHING]
    if as_json:
        rows = [
            {"row": each.row, "what": each.addition.value, **(_texts(each.values) or {}), "before": _texts(each.before)}
            for each in changed
        ]
        heading = {"dry_run": report.dry_run, "sheet": report.sheet, "ignored_columns": report.ignored}
        say_json({**heading, **counts, "changes": rows, "errors": []})
        return
    if report.ignored:
        out.print(f"Columns ignored: {', '.join(map(repr, report.ignored))}", markup=False, highlight=False)
    if changed:
        title = "Would be stated" if report.dry_run else "Stated"
        show([_row(change) for change in changed[:_SHOWN]], as_json=False, title=title)
    if len(changed) > _SHOWN:
        out.print(f"... and {len(changed) - _SHOWN} more; --json shows all.")
    show([counts], as_json=False)


def say_errors(errors: Sequence[RowError], *, as_json: bool) -> None:
    if as_json:
        say_json({"changes": [], "errors": [asdict(error) for error in errors]})
        return
    show([asdict(error) for error in errors[:_SHOWN]], as_json=False, title="Rows that cannot be taken")
    if len(errors) > _SHOWN:
        out.print(f"... and {len(errors) - _SHOWN} more; --json shows all.")


def _row(change: Change) -> dict[str, Any]:
    was = change.before or {}
    differs = {name: f"{was[name]} -> {value}" for name, value in change.values.items() if was and was[name] != value}
    return {"row": change.row, "what": change.addition.value, **change.values, **differs}


def _texts(values: dict[str, Any] | None) -> dict[str, Any] | None:
    """Decimals as text, so that no reader of JSON takes them for binary fractions."""
    plain = (bool, int, type(None))
    return values and {name: value if isinstance(value, plain) else str(value) for name, value in values.items()}
