"""Seats with whoever pays for them: a row for each stretch in which paths and the holder's place stayed the same.

It keeps the holders' places itself, of people without a seat too, so that a seat assigned later, or learned of in
arrears, gets the department, company, cost centre and country of each stretch. What it costs is asked of prices.
"""

from collections.abc import Callable, Iterator, Sequence

from app.domain.events import Event
from app.domain.events.licensing import LicenceAssigned, LicenceRemoved, ProfileChanged, UserDiscovered
from app.domain.ids import TenantId
from app.projections.bearings import Bearings
from app.projections.columns import Column
from app.projections.facts import Fact, Instant
from app.projections.projection import Rest, users_of
from app.projections.statements import Cursor, Statement
from app.projections.versioned import VALID, Book, Key, Placed, Table, Value, Version, changed_from, load

_DIRECT = 0
_NOWHERE: Value = (None, None, None, None)
"""Of a holder the directory says nothing of."""

_PLACE = (
    Column("department", "text"),
    Column("company", "text"),
    Column("cost_centre", "text"),
    Column("country", "text"),
)
_SEATS = Table(
    "licence_costs",
    key=(Column("user_id", "uuid"), Column("sku_id", "uuid")),
    place=VALID,
    values=(Column("paths", "uuid[]"), *_PLACE),
)
_HOLDERS = Table("licence_cost_holders", key=(Column("user_id", "uuid"),), place=VALID, values=_PLACE)


class _LicenceCosts:
    name = "licence_costs"
    version = 2
    tables = ("licence_costs", "licence_cost_holders")
    facts: frozenset[type[Event]] = frozenset({UserDiscovered, ProfileChanged, LicenceAssigned, LicenceRemoved})

    def take(self, db: Cursor, tenant: TenantId, facts: Sequence[Fact], _: Bearings) -> Rest:
        earliest = min(fact.at for fact in facts)
        seats = load(db, _SEATS, tenant, users_of(facts), earliest)
        holders = load(db, _HOLDERS, tenant, users_of(facts), earliest)

        def rest() -> Iterator[Statement]:
            project(facts, seats, holders)
            yield from seats.statements(tenant)
            yield from holders.statements(tenant)

        return rest


PROJECTION = _LicenceCosts()


def project(facts: Sequence[Fact], seats: Book, holders: Book) -> None:
    """Licences change a seat's paths, profiles the place of all seats of a holder, each from when it happened on."""
    held: dict[int, set[Key]] = {}
    for key in seats.keys():  # noqa: SIM118 - a Book is no mapping
        held.setdefault(key[0], set()).add(key)
    for fact in facts:
        event, at, position = fact.event, fact.at, fact.position
        if isinstance(event, UserDiscovered | ProfileChanged):
            user = event.user.int
            holders.change_from((user,), at, position, _placed(event))
            for key in held.get(user, ()):
                seats.put(key, _paid(_spans(seats, key), at, holders.of((user,))), position)
        elif isinstance(event, LicenceAssigned | LicenceRemoved):
            key = (event.user.int, event.sku.int)
            held.setdefault(key[0], set()).add(key)
            changed = changed_from(_spans(seats, key), at, _pathed(event))
            seats.put(key, _paid(changed, at, holders.of(key[:1])), position)


def _placed(event: UserDiscovered | ProfileChanged) -> Callable[[Value | None], Value | None]:
    profile = event.profile
    place = (profile.department, profile.company, profile.cost_centre, profile.country)
    if isinstance(event, UserDiscovered):
        return lambda _: place
    # As in `users`: who was not discovered by then has no profile to change.
    return lambda before: None if before is None else place


def _pathed(event: LicenceAssigned | LicenceRemoved) -> Callable[[Value | None], Value | None]:
    path = _DIRECT if event.via is None else event.via.int

    def gained(before: Value | None) -> Value:
        if before is None:
            return ((path,), *_NOWHERE)
        return before if path in before[0] else (tuple(sorted((*before[0], path))), *before[1:])

    def lost(before: Value | None) -> Value | None:
        left = () if before is None else tuple(each for each in before[0] if each != path)
        return None if before is None or not left else (left, *before[1:])

    return gained if isinstance(event, LicenceAssigned) else lost


def _spans(seats: Book, key: Key) -> list[Placed]:
    return [(version.place, version.value) for version in seats.of(key)]


def _paid(spans: Sequence[Placed], at: Instant, holder: Sequence[Version]) -> list[Placed]:
    """The spans with the place their holder had, from the instant `at` on; before it they are as they were."""
    wanted: list[Placed] = []
    for (since, until), value in spans:
        if until <= at:
            wanted.append(((since, until), value))
            continue
        pieces: list[Placed] = [((since, at), value)] if since < at else []
        for place, where in _places(holder, max(since, at), until):
            paid = (value[0], *where)
            if pieces and pieces[-1][1] == paid:
                pieces[-1] = ((pieces[-1][0][0], place[1]), paid)
            else:
                pieces.append((place, paid))
        wanted += pieces
    return wanted


def _places(holder: Sequence[Version], since: Instant, until: Instant) -> Iterator[Placed]:
    """The holder's places within a span, without gaps: nowhere, where the directory says nothing."""
    reached = since
    for version in holder:
        begins, ends = max(version.place[0], since), min(version.place[1], until)
        if begins >= ends:
            continue
        if reached < begins:
            yield (reached, begins), _NOWHERE
        yield (begins, ends), version.value
        reached = ends
    if reached < until:
        yield (reached, until), _NOWHERE
