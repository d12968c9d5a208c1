"""What the demo shows of money on the terminal."""

from decimal import Decimal
from typing import Any

from rich.table import Table

from app.ops.console import out
from app.ops.demo.money_questions import Group, MonthCost, Waste
from app.ops.demo.money_verdict import MoneyAnswers


def show_money(answers: MoneyAnswers, days_back: int) -> None:
    out.print(_waste("Waste by cause and tier", answers, "by_cause", "by_tier", days_back))
    out.print("The three dearest findings today:")
    for sentence in answers.waste_today.dearest:
        out.print(f"  - {sentence}", highlight=False, soft_wrap=True)
    out.print()
    out.print(_costs(answers, days_back))


def as_json(answers: MoneyAnswers) -> dict[str, Any]:
    return {
        "waste_today": _plain(answers.waste_today),
        "waste_before": _plain(answers.waste_before),
        "dearest": answers.waste_today.dearest,
        "cost_last_month": None if answers.cost_today.total is None else str(answers.cost_today.total),
    }


def _plain(waste: Waste) -> dict[str, str | None]:
    return {each.label: None if each.saving is None else str(each.saving) for each in waste.by_cause}


def _waste(title: str, answers: MoneyAnswers, *groupings: str | int) -> Table:
    days_back = groupings[-1]
    currency = answers.waste_today.currency
    table = Table(
        "Findings",
        f"Seats {answers.today}",
        f"{currency} a month",
        f"Seats {days_back} days ago",
        f"{currency} a month",
        title=title,
    )
    for column in table.columns[1:]:
        column.justify = "right"
    for nth, name in enumerate(groupings[:-1]):
        now: list[Group] = getattr(answers.waste_today, str(name))
        then: dict[str, Group] = {each.label: each for each in getattr(answers.waste_before, str(name))}
        for label in dict.fromkeys([*(each.label for each in now), *then]):
            one = next((each for each in now if each.label == label), None)
            table.add_row(label, *_cells(one), *_cells(then.get(label)))
        if nth + 2 < len(groupings):
            table.add_section()
    return table


def _cells(group: Group | None) -> tuple[str, str]:
    if group is None:
        return "0", _money(Decimal(0))
    return f"{group.seats:,}", _money(group.saving)


def _costs(answers: MoneyAnswers, days_back: int) -> Table:
    now, then = answers.cost_today, answers.cost_before
    table = Table(
        "Department",
        f"{now.month:%Y-%m} as of {answers.today}",
        f"{then.month:%Y-%m} as of {days_back} days ago",
        title=f"Cost by department, {answers.waste_today.currency}",
    )
    for column in table.columns[1:]:
        column.justify = "right"
    for department in sorted(now.departments.keys() | then.departments.keys()):
        table.add_row(department, *(_money(each.departments.get(department, Decimal(0))) for each in (now, then)))
    table.add_section()
    for line in now.rest:
        table.add_row(line, _money(now.rest[line]), _money(then.rest[line]))
    table.add_section()
    table.add_row("Total", _of(now), _of(then))
    return table


def _of(cost: MonthCost) -> str:
    return _money(cost.total)


def _money(amount: Decimal | None) -> str:
    return "unknown" if amount is None else f"{amount:,.2f}"
