"""Holders made of what the tables say, equal ones once."""

from collections.abc import Sequence
from functools import cache, lru_cache
from uuid import UUID

from app.domain.events.licensing import Confidence, UserKind
from app.domain.ids import PlanId, SkuId
from app.domain.licensing import usual_ground
from app.domain.policy import Policy
from app.domain.standing import HeldSeat, Holder, Source
from app.insight.holder_signs import (
    ACTIVE,
    ALL_BITS,
    BITS,
    DISABLED_LONG,
    ENABLED,
    OLDER_THAN_SUCCESSES,
    PATHS,
    SEAT_BY_GROUP,
    SEAT_BYTES,
    SEAT_DIRECT,
    SEAT_YOUNG,
    YOUNG,
    Gap,
    Tables,
    User,
)
from app.insight.minutes import Called

Said = tuple[
    str,
    str | None,
    int,
    bytes,
    Gap,
    Gap,
    tuple[int, ...],
    tuple[tuple[bytes, str], ...],
    frozenset[bytes],
    Called | None,
]
"""All that makes a holder: who agrees in it is the same one."""


class Interning:
    """`days`: the numbers of idle days, the fewest first. `calling`: products of whose seats the minutes matter.

    Tables of several days may be gone through, as long as these stay the same.
    """

    def __init__(self, days: Sequence[int], policy: Policy, calling: frozenset[SkuId]) -> None:
        self._always_silent = (ALL_BITS,) * len(days)
        self._nth = {sku.bytes: days.index(own) for sku, own in policy.sku_idle_days}
        self._usual = days.index(policy.idle_days)
        self._calling = {sku.bytes for sku in calling}
        self._said: dict[Said, Holder] = {}
        self._holders: dict[tuple[object, ...], Holder] = {}
        self._said_of_seats: dict[_SaidOfSeat, HeldSeat] = {}
        self._seats: dict[HeldSeat, HeldSeat] = {}

    def holder(self, tables: Tables, user: User, called: Called | None) -> Holder | None:
        """None: they hold nothing. `called` None: it is not known what they called out."""
        key = user.key
        seats = tables.seats.get(key)
        if seats is None:
            return None
        said: Said = (
            user.kind,
            user.confidence,
            user.flags,
            seats,
            tables.evidence.get(key, ACTIVE),
            tables.weak.get(key, ACTIVE),
            tables.silent.get(key, self._always_silent),
            tables.off.get(key, ()),
            tables.exempt.get(key, frozenset()),
            called,
        )
        found = self._said.get(said)
        if found is None:
            found = self._said[said] = self._made(said)
        return found

    def _made(self, said: Said) -> Holder:
        kind, confidence, flags, seats, evidence, weak = said[:6]
        held = tuple(self._seat(each, said) for each in sorted(_each(seats)))
        provable = not (evidence.never and not weak.never and flags & OLDER_THAN_SUCCESSES)
        sure = _is_sure(kind, confidence)
        key = (kind, sure, flags & (ENABLED | DISABLED_LONG), evidence.never, provable, *map(id, held))
        found = self._holders.get(key)
        if found is None:
            found = self._holders[key] = Holder(
                kind=UserKind(kind),
                seats=held,
                sure=sure,
                enabled=bool(flags & ENABLED),
                disabled_long=bool(flags & DISABLED_LONG),
                never=evidence.never,
                provable=provable,
            )
        return found

    def _seat(self, seat: bytes, said: Said) -> HeldSeat:
        _, _, of_user, _, evidence, weak, silent, off, exempt, called = said
        sku = seat[:16]
        nth = self._nth.get(sku, self._usual)
        quiet = evidence.lasted > nth
        of_seat: _SaidOfSeat = (
            seat,
            of_user & YOUNG,
            quiet,
            quiet and not weak.lasted > nth,
            silent[nth],
            tuple([plans for of_sku, plans in off if of_sku == sku]) if off else (),
            sku in exempt,
            called if sku in self._calling else None,
        )
        found = self._said_of_seats.get(of_seat)
        if found is None:
            made = _seat_of(of_seat)
            found = self._said_of_seats[of_seat] = self._seats.setdefault(made, made)
        return found


_SaidOfSeat = tuple[bytes, int, bool, bool, int, tuple[str, ...], bool, Called | None]
"""The seat as the tables tell it, and of its holder: young, quiet, attempted, silent, plans off, exempt, called."""


def _each(seats: bytes) -> list[bytes]:
    return [seats[at : at + SEAT_BYTES] for at in range(0, len(seats), SEAT_BYTES)]


def _seat_of(said: _SaidOfSeat) -> HeldSeat:
    seat, young, quiet, attempted, silent, off, exempt, minutes = said
    flags = int.from_bytes(seat[16:], "big")
    return HeldSeat(
        sku=_sku(seat[:16]),
        plans_off=_off_everywhere(off, flags // PATHS),
        young=bool(flags & SEAT_YOUNG or young),
        quiet=quiet,
        attempted=attempted,
        silent=_sources(silent),
        exempt=exempt,
        direct=bool(flags & SEAT_DIRECT),
        by_group=bool(flags & SEAT_BY_GROUP),
        minutes=None if minutes is None else minutes.minutes,
        abroad=minutes is not None and minutes.abroad,
    )


@cache
def _is_sure(kind: str, confidence: str | None) -> bool:
    sure = usual_ground(UserKind(kind)).confidence if confidence is None else Confidence(confidence)
    return sure is Confidence.HIGH


@lru_cache(maxsize=4_096)
def _sku(id_bytes: bytes) -> SkuId:
    return SkuId(UUID(bytes=id_bytes))


@cache
def _sources(bits: int) -> frozenset[Source]:
    return frozenset(source for source, bit in BITS.items() if bits & bit)


def _off_everywhere(off: Sequence[str], paths: int) -> frozenset[PlanId]:
    """Plans switched off on every path; a path that is not listed has none."""
    if not off or len(off) < paths:
        return frozenset()
    return frozenset.intersection(*(_plans(text) for text in off))


@cache
def _plans(text: str) -> frozenset[PlanId]:
    return frozenset(PlanId(UUID(plan)) for plan in text.split(","))
