"""Everything kept about one person, to be handed to them (GDPR, article 15)."""

from dataclasses import dataclass
from typing import Any

from app.commands.desk import Desk
from app.commands.erase_person import known_by
from app.commands.record_person_export import RecordPersonExport, record_person_export
from app.domain import erasure
from app.domain.events.persons import UserErased
from app.domain.ids import TenantId, UserId
from app.eventstore.pools import Pool, borrowed
from app.eventstore.streams import seat_stream
from app.people.facts import Own, facts_about, streams_without_others
from app.people.rows import rows_about


@dataclass(frozen=True, slots=True)
class PersonFile:
    """`position`: the last fact that is told of. `tables`: rows by table, of every version."""

    tenant: TenantId
    user: UserId
    position: int
    facts: list[dict[str, Any]]
    tables: dict[str, list[dict[str, Any]]]


def person_file(pool: Pool, desk: Desk, command: RecordPersonExport) -> PersonFile:
    """Record that it is handed out, then gather it. Raises TenantUnknown, PersonUnknown."""
    tenant, user = command.tenant, command.user
    own = own_of(tenant, user, desk)
    position = record_person_export(command, desk)
    facts = facts_about(desk.store, tenant, own, position)
    with borrowed(pool) as db:
        rows = rows_about(db, tenant, own)
    return PersonFile(tenant, user, position, streams_without_others(facts, own), rows)


def own_of(tenant: TenantId, user: UserId, desk: Desk) -> Own:
    known = known_by(tenant, user, desk)
    spelt = {each for text in known.texts for each in erasure.spellings(text)}
    erased = [each for each in desk.store.load(tenant, seat_stream(user))[0] if isinstance(each, UserErased)]
    subjects = {*known.left, *(subject for fact in erased for subject in fact.subjects)}
    others = {str(each) for each in desk.store.seat_users(tenant) if each != user}
    return Own(user, subjects, spelt | set(known.texts), others)
