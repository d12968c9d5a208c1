"""The PSTN and Direct Routing logs of a company, derived from its calls with a telephone in them.

Half of the people use Microsoft's calling plans (PSTN log), the others a trunk of the company's own (Direct Routing
log); who dials into a meeting uses Microsoft's conferencing numbers. Every figure follows from the call's id alone. A
row appears 24 to 48 hours after the call; a few charges are corrected some days later.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from uuid import UUID, uuid5

from app.simulator.calls import Call, Party, Session, parties_of
from app.simulator.company import Company

LATENCY = timedelta(hours=24)
"""The least; the most is twice as long."""

FAILED_SHARE = 0.1
CORRECTED_SHARE = 0.1
CURRENCIES = {"+4420": "GBP"}
COUNTRIES = {"+4930": "DE", "+4420": "GB", "+331": "FR", "+4822": "PL", "+3531": "IE"}
_IDS = UUID("3d1f0c55-7c0a-4a53-9a9e-8a0c5b4f6f10")


@dataclass(frozen=True, slots=True)
class LogRow:
    """`user` None: a bot. `call` is the call record's id. `answered_at` None: the call failed.

    From `corrected_at` on (None: never) the charge is `corrected_charge`.
    """

    id: str
    call: str
    user: Party | None
    kind: str
    caller: str
    callee: str
    invited_at: datetime
    answered_at: datetime | None
    ended_at: datetime
    visible_at: datetime
    charge: Decimal = Decimal(0)
    connection_charge: Decimal = Decimal(0)
    currency: str = "EUR"
    corrected_at: datetime | None = None
    corrected_charge: Decimal = Decimal(0)

    @property
    def started_at(self) -> datetime:
        return self.answered_at or self.invited_at

    @property
    def seconds(self) -> int:
        return 0 if self.answered_at is None else round((self.ended_at - self.answered_at).total_seconds())

    def charge_at(self, at: datetime) -> Decimal:
        return self.corrected_charge if self.corrected_at is not None and self.corrected_at <= at else self.charge


@dataclass(frozen=True, slots=True)
class Logs:
    pstn: list[LogRow]
    direct_routing: list[LogRow]


def logs_at(company: Company, at: datetime) -> Logs:
    """The rows of both logs that have appeared up to `at`, by start."""
    logs = Logs([], [])
    for call in company.calls:
        if call.started_at + LATENCY <= at and any(party.kind == "phone" for party in parties_of(call.versions[0])):
            for row, is_pstn in _rows(call):
                if row.visible_at <= at:
                    (logs.pstn if is_pstn else logs.direct_routing).append(row)
    for rows in (logs.pstn, logs.direct_routing):
        rows.sort(key=lambda row: (row.started_at, row.id))
    return logs


def on_calling_plan(user: Party) -> bool:
    return UUID(user.id).int % 2 == 0


def country_of(number: str) -> str:
    return next((code for prefix, code in COUNTRIES.items() if number.startswith(prefix)), "DE")


def masked(number: str) -> str:
    """As Direct Routing shows numbers: the last three digits hidden."""
    return f"{number[:-3]}***"


def _rows(call: Call) -> Iterator[tuple[LogRow, bool]]:
    """Each row with whether it is of the PSTN log."""
    rng = Random(f"{call.id}/phone log")
    sessions = call.versions[0].sessions
    phones = [(session, phone) for session in sessions if (phone := _phone(session)) is not None]
    bots = [party for session in sessions if (party := session.caller).kind == "application"]
    for session, phone in phones:
        user = next((each for each in (session.caller, session.callee) if each and each.kind == "user"), None)
        if user is not None:
            yield from _between(call, session, phone, user, rng)
        elif bots:
            yield from _by_queue(call, session, phone, rng)
        elif call.organizer.kind == "user":
            row = _row(call, session, "conf_in", call.organizer, (phone.id, _own_number(call.organizer)), rng)
            yield _charged(row, phone.id, rng), True


def _between(call: Call, session: Session, phone: Party, user: Party, rng: Random) -> Iterator[tuple[LogRow, bool]]:
    """A user and a telephone, either way."""
    outgoing = session.caller is user
    numbers = (_own_number(user), phone.id) if outgoing else (phone.id, _own_number(user))
    if on_calling_plan(user):
        row = _row(call, session, "user_out" if outgoing else "user_in", user, numbers, rng)
        yield (_charged(row, phone.id, rng) if outgoing else row), True
        return
    row = _row(call, session, "ByotOut" if outgoing else "ByotIn", user, numbers, rng)
    if rng.random() < FAILED_SHARE:
        tried = row.invited_at - timedelta(seconds=40)
        ended = tried + timedelta(seconds=9)
        yield (
            replace(
                row, id=_id(call, "failed"), call=_id(call, "lost"), invited_at=tried, answered_at=None, ended_at=ended
            ),
            False,
        )
    yield row, False


def _by_queue(call: Call, session: Session, phone: Party, rng: Random) -> Iterator[tuple[LogRow, bool]]:
    """A caller reached a queue, which found an agent: a row for the bot and one for the agent, of one call."""
    legs = [leg for leg in call.versions[0].sessions if leg.caller.kind == "user"]
    bot = replace(_row(call, session, "ucap_in", None, (phone.id, "+498005550100"), rng), id=_id(call, "bot"))
    yield bot, True
    for number, leg in enumerate(legs):
        agent = leg.caller
        numbers = (phone.id, _own_number(agent))
        kind = "user_in" if on_calling_plan(agent) else "ByotIn"
        yield replace(_row(call, leg, kind, agent, numbers, rng), id=_id(call, f"agent {number}")), kind == "user_in"


def _row(call: Call, session: Session, kind: str, user: Party | None, numbers: tuple[str, str], rng: Random) -> LogRow:
    """The operator's clock and Teams' differ by a few seconds."""
    answered = session.started_at + timedelta(seconds=rng.uniform(-5, 5))
    ended = max(answered, session.ended_at)
    visible = ended + LATENCY * rng.uniform(1, 2)
    invited = answered - timedelta(seconds=rng.uniform(1, 20))
    return LogRow(_id(call, session.id), call.id, user, kind, *numbers, invited, answered, ended, visible)


def _charged(row: LogRow, number: str, rng: Random) -> LogRow:
    """By the minute begun, in the currency of the number's country."""
    minutes = -(-row.seconds // 60)
    rate = Decimal(rng.choice(("0.012", "0.0185", "0.09")))
    currency = next((code for prefix, code in CURRENCIES.items() if number.startswith(prefix)), "EUR")
    row = replace(row, charge=rate * minutes, connection_charge=Decimal("0.05"), currency=currency)
    if rng.random() >= CORRECTED_SHARE:
        return row
    return replace(
        row, corrected_at=row.visible_at + timedelta(hours=36), corrected_charge=row.charge + Decimal("0.01")
    )


def _phone(session: Session) -> Party | None:
    return next((each for each in (session.caller, session.callee) if each and each.kind == "phone"), None)


def _own_number(user: Party) -> str:
    return f"+4989{UUID(user.id).int % 10**7:07}"


def _id(call: Call, part: str) -> str:
    return str(uuid5(_IDS, f"{call.id}/{part}"))
