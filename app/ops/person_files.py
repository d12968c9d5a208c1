"""What is kept about one person, as files: JSON whole, and CSV that no spreadsheet takes for formulas."""

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from app.people.export import PersonFile
from app.reports.plain_text import defused


def write_person(told: PersonFile, folder: Path) -> dict[Path, int]:
    """Make the folder and write person.json, facts.csv and a file a table. Returns how many items each tells."""
    folder.mkdir(mode=0o700, parents=True)
    whole = folder / "person.json"
    content = {
        "tenant": str(told.tenant),
        "user": str(told.user),
        "position": told.position,
        "facts": told.facts,
        "tables": told.tables,
    }
    _private(whole, json.dumps(content, indent=1, ensure_ascii=False))
    written = {whole: len(told.facts) + sum(map(len, told.tables.values()))}
    for name, rows in {"facts": told.facts, **told.tables}.items():
        path = folder / f"{name}.csv"
        _table(path, rows)
        written[path] = len(rows)
    return written


def _table(path: Path, rows: Sequence[dict[str, Any]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        path.chmod(0o600)
        writer = csv.writer(file, dialect="excel", lineterminator="\r\n")
        writer.writerow(rows[0] if rows else ["nothing"])
        for row in rows:
            writer.writerow([_cell(value) for value in row.values()])


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case dict() | list():
            return defused(json.dumps(value, ensure_ascii=False))
        case bool():
            return str(value).lower()
        case int() | float():
            return str(value)
        case _:
            return defused(str(value))


def _private(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8", errors="replace")
