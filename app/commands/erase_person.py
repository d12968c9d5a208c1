"""A person asked to be forgotten: whatever they could be known by becomes unreadable, whatever they cost stays."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from app.commands.desk import Desk
from app.commands.retry import retried
from app.domain import erasure
from app.domain.errors import Refused, TenantUnknown
from app.domain.events import Event
from app.domain.events.persons import ErasureGround
from app.domain.ids import TenantId, UserId
from app.domain.personal import Personal
from app.domain.seat import evolve
from app.eventstore.changes import SeatChange
from app.eventstore.streams import RATE_CARDS

LEAST_LETTERS = 3
"""A shorter name stands in every other payload by chance; whoever bears it is found there by their id."""


class PersonUnknown(Refused):
    """The customer's log says nothing of such a person."""

    code: ClassVar[str] = "NOT_FOUND"


@dataclass(frozen=True, slots=True)
class ErasePerson:
    """`by`: the object id of who decided, in their directory; None: an operator."""

    tenant: TenantId
    user: UserId
    ground: ErasureGround
    by: UUID | None
    cause: UUID


@dataclass(frozen=True, slots=True)
class KnownBy:
    """What a person is known by. `left`: by subject, what stays of its value. `texts`: ids, names and numbers."""

    left: dict[str, str | None]
    texts: tuple[str, ...]


def erase_person(command: ErasePerson, desk: Desk) -> int:
    """Returns how many facts were new; 0 if the person was erased before.

    The fact, the end of the keys and of payloads in plain text are one transaction: killed anywhere, all of it was done
    or nothing. Tables follow as with any fact. Raises TenantUnknown, PersonUnknown.
    """
    tenant, user = command.tenant, command.user
    if not desk.store.head(tenant):
        raise TenantUnknown(f"There is no tenant {tenant}.")
    added: list[Event] = []

    def attempt() -> int:
        added.clear()
        seat, version = desk.store.load_seat(tenant, user)
        if seat.erased:
            return desk.store.head(tenant)
        known = known_by(tenant, user, desk)
        facts = erasure.erase(seat, user, known.left, ground=command.ground, by=command.by, at=desk.now())
        added.extend(facts)
        after = seat
        for fact in facts:
            after = evolve(after, fact)
        change = SeatChange(user, version, facts, after)
        named = [text for text in known.texts if len(text) >= LEAST_LETTERS]
        return desk.store.erase(tenant, change, known.left, named=named, cause=command.cause, at=desk.now())

    position = retried(attempt)
    desk.ring(tenant, position)
    return len(added)


def known_by(tenant: TenantId, user: UserId, desk: Desk) -> KnownBy:
    """Everything the log knows the person by. Looks through the whole log twice. Raises PersonUnknown."""
    about = [each.event for each in desk.store.facts_with(tenant, [str(user)])]
    if not about:
        raise PersonUnknown("The customer's log says nothing of such a person.")
    names = erasure.names_of(about, user)
    candidates = erasure.own_numbers(about, user)
    # A number is the person's own only if nobody else called by it: that takes the facts of everybody who did.
    shared = [each.event for each in desk.store.facts_with(tenant, candidates.values())] if candidates else []
    numbers = erasure.own_numbers(shared, user)
    priced = erasure.priced_digits(_rate_cards(tenant, desk)) if numbers else 0
    left: dict[str, str | None] = {Personal.of_user(user, "").subject: None}
    texts = {str(user), *names, *numbers}
    for name in names:
        left |= {desk.store.pseudonym(tenant, spelt): None for spelt in erasure.spellings(name)}
    for number in numbers:
        told = erasure.told_of(number, priced)
        left |= {desk.store.pseudonym(tenant, spelt): told for spelt in erasure.spellings(number)}
    return KnownBy(left, tuple(sorted(texts)))


def _rate_cards(tenant: TenantId, desk: Desk) -> Iterable[Event]:
    for stream in desk.store.streams(tenant, RATE_CARDS):
        yield from desk.store.load(tenant, stream)[0]
