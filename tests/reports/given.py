"""A month by hand, with everything a report can show."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from app.domain.events.deciding import Cause
from app.domain.money import Money
from app.domain.price_book import Total
from app.domain.waste_report import Wasted
from app.insight.outlook import Worth
from app.reports.monthly import Explained, MonthlyReport, Payer, Unassigned
from app.reports.waste import WasteCell, WasteLine


def euros(amount: str) -> Total:
    money = Money(Decimal(amount), "EUR")
    return Total((money,), money)


NONE = WasteCell(0, None)

REPORT = MonthlyReport(
    customer="Contoso & Söhne <GmbH>",
    currency="EUR",
    since=date(2026, 10, 1),
    last=date(2026, 10, 31),
    complete=True,
    on=date(2026, 10, 31),
    zone="Europe/Berlin",
    known_at=datetime(2026, 11, 2, 6, tzinfo=UTC),
    position=48_211,
    persons=True,
    spend=euros("48210.40"),
    before=euros("46900.00"),
    change=Money(Decimal("1310.40"), "EUR"),
    wasted_spend=Wasted(6_010, 31, euros("7120.35")),
    waste=(
        WasteLine(Cause.DISABLED, (WasteCell(41, euros("2337.00")), NONE, NONE), WasteCell(41, euros("2337.00"))),
        WasteLine(
            Cause.NEVER_USED,
            (NONE, WasteCell(12, euros("432.00")), WasteCell(3, euros("171.00"))),
            WasteCell(15, euros("603.00")),
        ),
        WasteLine(
            Cause.IDLE,
            (NONE, WasteCell(88, euros("3168.00")), WasteCell(9, euros("513.00"))),
            WasteCell(97, euros("3681.00")),
        ),
        WasteLine(Cause.OVERLAP, (WasteCell(6, euros("216.00")), NONE, NONE), WasteCell(6, euros("216.00"))),
        WasteLine(Cause.SKU_IDLE, (NONE, NONE, WasteCell(1, None)), WasteCell(1, None)),
    ),
    wasted_seats=WasteCell(160, euros("6837.00")),
    unassigned=Unassigned(18, euros("648.00")),
    wasted=euros("7485.00"),
    worth=Worth(160, 155, euros("41022.00"), euros("82044.00"), unpriced=1, undated=4),
    largest=(
        Explained(
            "The account of Ana Ruiz has been disabled since 9 September 2026 and still holds Microsoft 365 E5; "
            "it costs 57.00 EUR a month.",
            "Remove the direct assignment of Microsoft 365 E5 from Ana Ruiz.",
        ),
        Explained('<script>alert("x")</script> holds Microsoft 365 E3.', "Look & see."),
    ),
    payers=(
        *(Payer(f"Department {nth:02}", euros(f"{9000 - 800 * nth}.10")) for nth in range(10)),
        Payer("7 further departments", euros("1900.00")),
        Payer("Central: seats nobody held", euros("2300.00")),
        Payer("Unallocated", None),
        Payer("Variance", euros("-12.60")),
    ),
    coverage=Decimal("0.9812"),
    collected_at=datetime(2026, 10, 31, 3, 12, tzinfo=UTC),
    unknowns=("No price is known of all days of Visio Plan 2: 98.1% of the paid seat-days have one.",),
)

RUNNING = replace(REPORT, complete=False, last=date(2026, 10, 23), change=None, before=None)
EMPTY = replace(
    REPORT,
    spend=None,
    before=None,
    change=None,
    wasted_spend=Wasted(0, 0, None),
    waste=(),
    wasted_seats=NONE,
    unassigned=Unassigned(0, None),
    wasted=None,
    worth=Worth(0, 0, Total((), Money(Decimal(0), "EUR")), Total((), Money(Decimal(0), "EUR")), 0, 0),
    largest=(),
    payers=(),
    coverage=None,
    collected_at=None,
    unknowns=(),
)
