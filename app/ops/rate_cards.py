"""`sua rate-cards`: take in what carriers take for telephone calls."""

from typing import Annotated, Any, ClassVar
from uuid import UUID, uuid4

import typer

from app.assembly import assembled
from app.commands.set_price import check_tenant
from app.commands.set_rate_card import SetRateCards, known_cards, set_rate_cards
from app.domain.errors import Refused
from app.domain.ids import TenantId
from app.domain.phone_costs import RateCard
from app.domain.pricing import Addition
from app.domain.rate_cards import Cards
from app.ops.console import AsJson, say_json, show
from app.ops.price_files_output import say_errors
from app.ops.price_files_table import read_table
from app.ops.pricing import Decimals, DryRun, File, Sheet
from app.ops.rate_card_files import read_cards
from app.settings import Settings

app = typer.Typer(help="Rate cards of carriers: import.", no_args_is_help=True)


class RateCardFileRefused(Refused):
    """Rows of the file cannot be taken; nothing was written."""

    code: ClassVar[str] = "RATE_CARD_FILE_REFUSED"


@app.command("import")
def import_rate_cards(
    file: File,
    *,
    tenant: Annotated[UUID, typer.Option(help="SUA's id of the customer.")],
    sheet: Sheet = None,
    decimal: Decimals = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """State the cards of a file, all or none: the rows of one carrier and first day are one card, whole."""
    table = read_table(file.read_bytes(), sheet)
    read = read_cards(table, decimal)
    if read.errors:
        found = sorted(read.errors, key=lambda error: (error.row, error.column))
        say_errors(found, as_json=as_json)
        rows = len({error.row for error in found})
        raise RateCardFileRefused(f"{rows} of {len(table.rows)} rows cannot be taken; nothing was written.")
    whose = TenantId(tenant)
    with assembled(Settings.load()) as parts:
        check_tenant(whose, parts.desk)
        known = known_cards(whose, {card.carrier for card in read.cards}, parts.desk)
        command = SetRateCards(whose, read.cards, uuid4())
        facts = 0 if dry_run else set_rate_cards(command, parts.desk)
    cards = [_shown(card, known[card.carrier]) for card in read.cards]
    if as_json:
        ignored = read.ignored
        say_json({"dry_run": dry_run, "facts": facts, "ignored_columns": ignored, "cards": cards, "errors": []})
    else:
        show(cards, as_json=False, title="Would be stated" if dry_run else "Stated")


@app.callback()
def rate_cards() -> None:
    """Keeps `import` a command of its own, for it is the only one."""


def _shown(card: RateCard, known: Cards) -> dict[str, Any]:
    before = known.get(card.effective_from)
    what = Addition.NEW if before is None else Addition.NOTHING if before == card else Addition.CHANGED
    return {
        "carrier": card.carrier,
        "effective_from": card.effective_from,
        "currency": card.currency,
        "rows": len(card.rows),
        "what": what.value,
    }
