"""Who held what by which path, since when, and which facts say so."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.audit.said import Said
from app.domain.events import Event
from app.domain.events.licensing import LicenceAssigned, LicenceChanged, LicenceRemoved
from app.domain.ids import GroupId, PlanId, SkuId, UserId
from app.eventstore.envelope import Recorded

Seat = tuple[UserId, SkuId]
Plans = tuple[PlanId, ...]


@dataclass(frozen=True, slots=True)
class Word:
    """What one fact said of a path: held with these plans off, or (`plans` None) held no more.

    `changes`: only if it was held, the plans are others.
    """

    plans: Plans | None
    changes: bool
    said: Said


@dataclass(frozen=True, slots=True)
class Path:
    """A licence held by one path with these plans off, without a break since then."""

    via: GroupId | None
    disabled_plans: Plans
    since: datetime
    said: tuple[Said, ...]
    """The facts that make it so: what gave the licence, and what changed it since."""


class Holdings:
    """Every word of every path, in order of the log. Most paths have one or two, so what is so is found when asked.

    The state at an instant is the fold, in order of the log, of what had happened by then.
    """

    facts: frozenset[type[Event]] = frozenset({LicenceAssigned, LicenceChanged, LicenceRemoved})

    def __init__(self) -> None:
        self._words: dict[Seat, dict[GroupId | None, list[Word]]] = {}

    def take(self, fact: Recorded) -> None:
        event = fact.event
        if not isinstance(event, LicenceAssigned | LicenceChanged | LicenceRemoved):
            return
        plans = None if isinstance(event, LicenceRemoved) else event.disabled_plans
        word = Word(plans, isinstance(event, LicenceChanged), Said.by(fact))
        self._words.setdefault((event.user, event.sku), {}).setdefault(event.via, []).append(word)

    def paths(self) -> Iterator[tuple[Seat, Path]]:
        """Every path a licence was held by at the end of what was taken in."""
        for seat, words in self._words.items():
            for via, said in words.items():
                path = _path(via, said)
                if path is not None:
                    yield seat, path

    def seats(self) -> Iterator[tuple[Seat, tuple[GroupId | None, ...], datetime]]:
        """Every seat held by any path: the paths, and since when without a break of all of them."""
        for seat, words in self._words.items():
            paths = _held(words, None)
            if paths:
                yield seat, paths, _unbroken_since(words)


def _path(via: GroupId | None, words: Sequence[Word]) -> Path | None:
    now = _value(words, None)
    if now is None:
        return None
    plans, said = now
    since = said[0].happened_at
    for at in _instants(words):
        before = _value(words, at)
        if before is None or before[0] != plans:
            break
        since = at
    return Path(via, plans, since, said)


def _value(words: Iterable[Word], until: datetime | None) -> tuple[Plans, tuple[Said, ...]] | None:
    """The plans off, and the facts that say so, by what had happened at `until`; None: not held."""
    held: tuple[Plans, tuple[Said, ...]] | None = None
    for word in words:
        if until is not None and word.said.happened_at > until:
            continue
        if word.plans is None:
            held = None
        elif not word.changes:
            repeated = held is not None and held[0] == word.plans
            held = (word.plans, (*(held[1] if held is not None and repeated else ()), word.said))
        elif held is not None:
            held = (word.plans, (*held[1], word.said))
    return held


def _held(words: dict[GroupId | None, list[Word]], until: datetime | None) -> tuple[GroupId | None, ...]:
    return tuple(via for via, of_path in words.items() if _value(of_path, until) is not None)


def _unbroken_since(words: dict[GroupId | None, list[Word]]) -> datetime:
    said = [word for of_path in words.values() for word in of_path if not word.changes]
    since = said[0].said.happened_at
    for at in _instants(said):
        if not _held(words, at):
            break
        since = at
    return since


def _instants(words: Iterable[Word]) -> list[datetime]:
    """When something happened, the latest first."""
    return sorted({word.said.happened_at for word in words}, reverse=True)
