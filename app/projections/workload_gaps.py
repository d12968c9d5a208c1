"""In which stretches users showed no sign of life, by source. A source without any row of a user: never."""

from collections.abc import Iterator, Sequence

from app.domain.events.licensing import UserDiscovered
from app.domain.standing import Source
from app.projections.bearings import Bearings
from app.projections.facts import Fact, instant
from app.projections.gaps import Gaps, Sighting, gap_table
from app.projections.signs import FACTS, signs_of


def project(facts: Sequence[Fact], bearings: Bearings) -> Iterator[Sighting]:
    """What facts show of users, by source, in order. Everyone discovered has a row of HUMAN."""
    for fact in facts:
        position, learned_at = fact.position, fact.learned_at
        if isinstance(fact.event, UserDiscovered):
            yield position, (fact.event.user.int, Source.HUMAN.value), None, learned_at
        else:
            for user, source, at in signs_of(fact, bearings):
                yield position, (user.int, source.value), instant(at), learned_at


PROJECTION = Gaps(table=gap_table("workload_gaps", "source"), facts=FACTS | {UserDiscovered}, sightings=project)
