"""The `sua` command. Every job of an operator is one command; long work shows progress, `--json` is for scripts.

Exit codes: 0 done, 1 refused (mend the request), 2 usage, 3 unavailable (try later), 4 a check found a fault.
"""

import typer

from app.ops import (
    alerts,
    auditing,
    collecting,
    coverage,
    customers,
    database,
    doctor,
    evidence,
    inbox,
    people,
    pricing,
    processes,
    projecting,
    rate_cards,
    reporting,
    resellers,
    scheduling,
    skus,
    tokens,
    translating,
)
from app.ops.demo import command as demo

app = typer.Typer(name="sua", help=__doc__, no_args_is_help=True, pretty_exceptions_enable=False)

app.command("demo")(demo.demo)
processes.add_to(app)
app.command("migrate")(database.migrate_database)
app.command("alerts")(alerts.show_alerts)
app.command("schedule")(scheduling.show_schedule)
app.command("doctor")(doctor.doctor)
app.add_typer(translating.app, name="translate")
app.add_typer(customers.app, name="tenants")
app.add_typer(collecting.app, name="collect")
collecting.app.command("calls")(coverage.collect_calls)
app.command("coverage")(coverage.show_coverage)
app.add_typer(inbox.app, name="inbox")
app.add_typer(projecting.app, name="projections")
app.add_typer(pricing.app, name="prices")
app.add_typer(pricing.rates, name="rates")
app.add_typer(rate_cards.app, name="rate-cards")
app.add_typer(skus.app, name="skus")
app.add_typer(reporting.app, name="reports")
app.add_typer(resellers.app, name="resellers")
app.add_typer(people.app, name="people")
app.add_typer(tokens.app, name="tokens")
app.add_typer(auditing.app, name="audit")
auditing.app.command("verify")(evidence.verify)
auditing.app.command("checkpoint")(evidence.checkpoint)
auditing.app.command("prove")(evidence.prove)
auditing.app.command("export")(evidence.export)
auditing.app.command("key")(evidence.key)
