"""Everything kept about a person, of every kind of fact, and nothing of anybody else."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from app.commands.erase_person import ErasePerson, PersonUnknown, erase_person
from app.commands.record_person_export import RecordPersonExport
from app.domain.events.persons import ErasureGround, PersonExported
from app.domain.ids import UserId
from app.eventstore.streams import access_stream
from app.ops.person_files import write_person
from app.people.export import PersonFile, person_file
from app.reports.plain_text import is_formula
from tests.database import Database
from tests.graphql.world import NOON
from tests.isolation.world import CONTOSO
from tests.people.canary import (
    ADDRESS,
    AFTER,
    BEFORE,
    COLLEAGUE,
    NOTE,
    NUMBER,
    REASON,
    TENANT,
    ZENOBIA,
    Canary,
    planted,
)
from tests.people.making import every_fact, names_somebody

OTHER = UserId(CONTOSO.id(0xAB))
OTHERS_NAME = "=Ottokar Fremdling"


@pytest.fixture
def canary(database: Database) -> Iterator[Canary]:
    with planted(database.writer_dsn, database.owner_dsn) as made:
        yield made


def exported(canary: Canary, user: UserId = ZENOBIA) -> PersonFile:
    return person_file(canary.world.pool, canary.desk, RecordPersonExport(TENANT, user, by=None, cause=uuid4()))


def test_every_kind_of_fact_about_the_person_is_told_and_none_about_another(canary: Canary) -> None:
    made = every_fact(ZENOBIA, AFTER)
    expected = sorted(fact.name for fact in made if names_somebody(fact))
    for user, name in ((ZENOBIA, AFTER), (OTHER, OTHERS_NAME)):
        for fact in every_fact(user, name):
            canary.world.append(TENANT, f"planted/{fact.name}/{name[1:4]}", fact, at=NOON)

    told = exported(canary)

    planted_facts = sorted(each["fact"] for each in told.facts if each["stream"].startswith("planted/"))
    assert planted_facts == expected
    assert len(expected) > 20
    whole = json.dumps([told.facts, told.tables])
    assert (OTHERS_NAME in whole, str(OTHER) in whole) == (False, False)


def test_what_is_told_is_the_persons_own_and_nobody_elses(canary: Canary) -> None:
    whole = json.dumps([(told := exported(canary)).facts, told.tables], ensure_ascii=False)

    assert [own for own in (BEFORE, AFTER, ADDRESS, NUMBER, REASON, NOTE) if own not in whole] == []
    assert [each for each in [*CONTOSO.persons, str(COLLEAGUE), "Project", "Canary"] if each in whole] == []
    tables = {"users", "call_participants", "pstn_charges", "direct_routing_calls", "findings", "licence_changes"}
    assert tables <= told.tables.keys()
    assert {"position", "recorded_at", "happened_at", "source", "fact"} <= told.facts[0].keys()


def test_that_it_was_handed_out_is_a_fact(canary: Canary) -> None:
    head = canary.world.store.head(TENANT)

    told = exported(canary)

    facts, _ = canary.world.store.load(TENANT, access_stream(NOON.date()))
    assert [(each.user, each.position) for each in facts if isinstance(each, PersonExported)] == [(ZENOBIA, head)]
    assert told.position == head


def test_files_are_private_and_no_cell_is_a_formula(canary: Canary, tmp_path: Path) -> None:
    canary.world.append(TENANT, "planted/formula", every_fact(ZENOBIA, "=cmd|' /C calc'!A0")[0], at=NOON)

    written = write_person(exported(canary), tmp_path / "person")

    assert {path.name for path in written} >= {"person.json", "facts.csv", "users.csv"}
    assert {oct(path.stat().st_mode & 0o777) for path in written} == {"0o600"}
    for path in written:
        if path.suffix == ".csv":
            with path.open(encoding="utf-8-sig", newline="") as file:
                cells = [cell for row in csv.reader(file) for cell in row]
            assert [cell for cell in cells if is_formula(cell) and not cell.startswith("'")] == []
    content = json.loads((tmp_path / "person" / "person.json").read_text())
    assert written[tmp_path / "person" / "facts.csv"] == len(content["facts"])


def test_of_an_erased_person_facts_are_told_without_values(canary: Canary) -> None:
    before = len(exported(canary).facts)
    erase_person(ErasePerson(TENANT, ZENOBIA, ErasureGround.REQUESTED, by=None, cause=uuid4()), canary.desk)
    canary.tabulate()

    told = exported(canary)

    assert len(told.facts) == before + 2  # the first export, and the erasure
    assert AFTER not in json.dumps([told.facts, told.tables])


def test_of_somebody_unknown_nothing_is_told(canary: Canary) -> None:
    with pytest.raises(PersonUnknown):
        exported(canary, UserId(uuid4()))
