"""The trail of licences as a table: who was given what and lost it, when, and when SUA learned of it."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from functools import partial

from app.projections import licence_changes
from app.projections.licence_changes import LicenceChange
from app.projections.users import UserRow
from app.reports.asking import Wanted
from app.reports.table import Column, Kind, Row, Table
from app.reports.view import Products, View

BATCH = 1000

COLUMNS = (
    Column("Happened", Kind.INSTANT, 20),
    Column("Recorded", Kind.INSTANT, 20),
    Column("Position", Kind.NUMBER, 10),
    Column("Change", width=12),
    Column("User", width=28),
    Column("Principal name", width=32),
    Column("Department", width=20),
    Column("Product", width=34),
    Column("Part number", width=22),
    Column("By group", width=38),
    Column("Plans off, or failure", width=30),
    Column("User id", width=38),
    Column("SKU id", width=38),
    Column("Run", width=38),
)


async def licence_history(view: View, wanted: Wanted) -> Table:
    """Changes that happened by the moment, or in the month wanted; the newest knowledge first."""
    since, until = _span(view, wanted)
    about = view.about(
        "History of licences: every assignment, change and removal, the newest knowledge first",
        ("Happened", "When it became true, as well as it can be known; licences are read once a day"),
        ("Recorded", "When SUA learned of it"),
        ("Month", "all" if wanted.month is None else f"{wanted.month:%Y-%m}"),
    )
    return Table("Licence history", COLUMNS, _batches(view, since, until), about)


def _span(view: View, wanted: Wanted) -> tuple[datetime | None, datetime]:
    if wanted.month is None:
        return None, view.at.at
    after = (wanted.month + timedelta(days=31)).replace(day=1)
    return view.at.day_begins(wanted.month), min(view.at.day_begins(after), view.at.at)


async def _batches(view: View, since: datetime | None, until: datetime) -> AsyncIterator[Sequence[Row]]:
    products = await view.products()
    page = partial(licence_changes.listed, view.db, view.tenant, view.at.position, since=since, until=until)
    after: int | None = None
    while changes := await page(after=after, limit=BATCH):
        people = await view.users({each.user for each in changes})
        await products.learn({each.sku for each in changes})
        yield [_row(view, products, people.get(each.user), each) for each in changes]
        after = changes[-1].position


def _row(view: View, products: Products, person: UserRow | None, change: LicenceChange) -> Row:
    name, principal, department = (
        (None, None, None) if person is None else (person.display_name, person.user_principal_name, person.department)
    )
    return (
        change.happened_at,
        change.recorded_at,
        change.position,
        change.change,
        view.shown_name(change.user, name),
        view.shown_name(change.user, principal),
        department,
        products.names[change.sku],
        products.part_number(change.sku),
        None if change.via is None else str(change.via),
        change.detail,
        str(change.user),
        str(change.sku),
        str(change.cause),
    )
