"""Erasing a person: by which values they are known, which of those are theirs alone, and the fact it comes to."""

from collections.abc import Iterable
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from app.domain.events import Event
from app.domain.events.charging import CallWay, DirectRoutingCallLogged, PhoneCall, PstnCallCharged, RateCardSet
from app.domain.events.licensing import ProfileChanged, UserDiscovered
from app.domain.events.persons import ErasureGround, UserErased
from app.domain.events.telephony import CallCompleted, CallRevised
from app.domain.ids import UserId
from app.domain.personal import Personal
from app.domain.phone_costs import way_of
from app.domain.seat_state import Seat

_HIDDEN_DIGITS_MIN = 4
"""Fewer hidden digits of a number would let its owner be found by trying."""

_OWN_SIDE = {CallWay.OUT: "caller", CallWay.IN: "callee"}
"""The user's own number: who calls out shows it, who is called is called by it."""

C = TypeVar("C", bound=PhoneCall)


def erase(
    seat: Seat, user: UserId, subjects: Iterable[str], *, ground: ErasureGround, by: UUID | None, at: datetime
) -> list[Event]:
    """Erase a person, once. Erased already: nothing."""
    if seat.erased:
        return []
    return [UserErased(happened_at=at, user=user, ground=ground, subjects=tuple(sorted(subjects)), by=by)]


def names_of(facts: Iterable[Event], user: UserId) -> set[str]:
    """Every name and principal name the log ever had of a user, also as one of another directory."""
    found: list[Personal | None] = []
    for fact in facts:
        match fact:
            case UserDiscovered() | ProfileChanged() if fact.user == user:
                found += [fact.profile.display_name, fact.profile.user_principal_name]
            case CallCompleted() | CallRevised():
                parties = [leg.party for leg in fact.call.legs]
                parties += [fact.call.organiser] if fact.call.organiser is not None else []
                found += [party.label for party in parties if party.user == user]
            case _:
                continue
    return {each.value for each in found if each is not None and each.value and not each.erased}


def own_numbers(facts: Iterable[Event], user: UserId) -> dict[str, str]:
    """Numbers by which a user called or was called, where nobody else of the tenant did; of each its subject.

    A number several users show to those they call is the customer's and not a person's.
    """
    own: dict[str, str] = {}
    others: set[str] = set()
    for fact in facts:
        if not isinstance(fact, PstnCallCharged | DirectRoutingCallLogged):
            continue
        number = _own_side(fact.call)
        if number is None or number.value is None or number.erased:
            continue
        if fact.call.user == user:
            own[number.value] = number.subject
        elif fact.call.user is not None:
            others.add(number.subject)
    return {value: subject for value, subject in own.items() if subject not in others}


def own_number(call: PhoneCall) -> str | None:
    """The number of the user of a row, as a log read just now tells it. None: there is none, or it is bound already."""
    number = None if call.user is None else _own_side(call)
    return None if number is None or number.subject else number.value


def bound_to_user(call: C) -> C:
    """The row with the user's own number sealed as a value of that user, and no longer of whoever the number names.

    So is told a number whose earlier owner was erased, and goes with the erasure of its owner now.
    """
    way, number = way_of(call.kind), own_number(call)
    if call.user is None or way is None or number is None:
        return call
    return call.model_copy(update={_OWN_SIDE[way]: Personal.of_user(call.user, number)})


def spellings(name: str) -> set[str]:
    """How others may have written the same name, or the same number."""
    written = {name, name.strip(), name.lower(), name.casefold()}
    digits = _digits(name)
    if digits:
        written |= {f"+{digits}", f"tel:+{digits}", f"00{digits}", digits}
    return {each for each in written if each}


def told_of(number: str, priced_digits: int) -> str | None:
    """What of an erased number stays: its first digits, as many as rate cards look at, so that what calls to it cost
    does not change. None: nothing has to, or too much would.
    """
    digits = _digits(number)
    if not digits or not priced_digits or len(digits) < priced_digits + _HIDDEN_DIGITS_MIN:
        return None
    return f"+{digits[:priced_digits]}***"


def priced_digits(facts: Iterable[Event]) -> int:
    """The longest prefix any rate card tells apart."""
    return max((len(row.prefix) for fact in facts if isinstance(fact, RateCardSet) for row in fact.rows), default=0)


def _own_side(call: PhoneCall) -> Personal | None:
    way = way_of(call.kind)
    found: Personal | None = None if way is None else getattr(call, _OWN_SIDE[way])
    return found


def _digits(number: str) -> str:
    """Of an international number, as far as they are told; anything else: none."""
    plain = number.strip().removeprefix("tel:").partition("*")[0]
    plain = "+" + plain[2:] if plain.startswith("00") else plain
    digits = plain.removeprefix("+")
    return digits if plain.startswith("+") and digits.isascii() and digits.isdecimal() else ""
