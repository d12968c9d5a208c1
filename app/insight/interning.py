"""Holders made of what the tables say, equal ones once."""

from collections.abc import Sequence
from functools import cache
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
        self._nth = {sku: days.index(own) for sku, own in policy.sku_idle_days}
        self._usual = days.index(policy.idle_days)
        self._calling = calling
        self._said: dict[Said, Holder] = {}
        self._holders: dict[Holder, Holder] = {}

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
            made = self._made(said)
            found = self._said[said] = self._holders.setdefault(made, made)
        return found

    def _made(self, said: Said) -> Holder:
        kind, confidence, flags, seats, evidence, weak = UserKind(said[0]), *said[1:6]
        sure = usual_ground(kind).confidence if confidence is None else Confidence(confidence)
        made = [self._seat(seats[at : at + SEAT_BYTES], said) for at in range(0, len(seats), SEAT_BYTES)]
        return Holder(
            kind=kind,
            seats=tuple(sorted(made, key=lambda seat: seat.sku)),
            sure=sure is Confidence.HIGH,
            enabled=bool(flags & ENABLED),
            disabled_long=bool(flags & DISABLED_LONG),
            never=evidence.never,
            provable=not (evidence.never and not weak.never and flags & OLDER_THAN_SUCCESSES),
        )

    def _seat(self, seat: bytes, said: Said) -> HeldSeat:
        _, _, of_user, _, evidence, weak, silent, off, exempt, called = said
        id_bytes, flags = seat[:16], int.from_bytes(seat[16:], "big")
        sku = SkuId(UUID(bytes=id_bytes))
        nth = self._nth.get(sku, self._usual)
        quiet = bool(evidence.lasted >> nth & 1)
        minutes = called if sku in self._calling else None
        return HeldSeat(
            sku=sku,
            plans_off=_off_everywhere([plans for of_sku, plans in off if of_sku == id_bytes], flags // PATHS),
            young=bool(flags & SEAT_YOUNG or of_user & YOUNG),
            quiet=quiet,
            attempted=quiet and not weak.lasted >> nth & 1,
            silent=_sources(silent[nth]),
            exempt=id_bytes in exempt,
            direct=bool(flags & SEAT_DIRECT),
            by_group=bool(flags & SEAT_BY_GROUP),
            minutes=None if minutes is None else minutes.minutes,
            abroad=minutes is not None and minutes.abroad,
        )


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
