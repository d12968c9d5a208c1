"""Every metric by name, as Markdown: `python -m app.observe.catalogue > docs/metrics.md`."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.observe.figures import ALL
from app.telemetry.metrics import REGISTRY

_HEAD = """# Metrics

Written by `python -m app.observe.catalogue`; a test compares. Names and units follow Prometheus' conventions. A
histogram has `_bucket`, `_sum` and `_count` beside its name. `tenant` is SUA's id of a customer. No label ever names a
person.

"""
_OF_INSTALLATION = """## Of the installation

Read from the database at a scrape, at most every five seconds; every process tells the same, so take `max` and not
`sum` over instances. While the database is away only `sua_database_up` and the disk are told.

"""
_OF_PROCESS = """## Of each process

Since it started; take `sum(rate(...))` over instances. On Linux Prometheus' own `process_` metrics are told as well.

"""


@dataclass(frozen=True, slots=True)
class Exported:
    """`name`: of a sample; of a histogram without its endings."""

    name: str
    kind: str
    labels: tuple[str, ...]
    help: str


def of_installation() -> list[Exported]:
    return [Exported(each.name, "gauge", each.labels, each.help) for each in ALL]


def of_process() -> Iterator[Exported]:
    labels = {_family(each): each._labelnames for each in REGISTRY._collector_to_names if hasattr(each, "_labelnames")}
    for family in REGISTRY.collect():
        if family.name.startswith("process_"):
            continue
        name = f"{family.name}_total" if family.type == "counter" else family.name
        known = ("event",) if family.name == "sua_events" else labels.get(family.name, ())
        yield Exported(name, family.type, tuple(known), family.documentation)


def _family(collector: object) -> str:
    return str(getattr(collector, "_name", ""))


def as_markdown() -> str:
    return (
        _HEAD
        + _OF_INSTALLATION
        + _table(of_installation())
        + "\n"
        + _OF_PROCESS
        + _table(sorted(of_process(), key=_name))
    )


def _name(exported: Exported) -> str:
    return exported.name


def _table(rows: list[Exported]) -> str:
    lines = ["| metric | kind | labels | meaning |", "|---|---|---|---|"]
    lines += [
        f"| `{each.name}` | {each.kind} | {', '.join(f'`{label}`' for label in each.labels)} | {each.help} |"
        for each in rows
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(as_markdown(), end="")  # noqa: T201
