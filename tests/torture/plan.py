"""What is struck down when in a torture, decided from its seed before it begins."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from tests.soak.plan import Blow


class Trial(StrEnum):
    """What goes wrong on the way to the database, or with the time, beside the blows of a soak."""

    CUT = "every connection to the database cut"
    CUT_AFTER_COMMIT = "cut after a commit, before its answer"
    CUT_BEFORE_COMMIT = "cut before a commit arrived"
    CLOCK = "clock of a process stepped, at most ten minutes"


Stroke = Blow | Trial

WEIGHTS: Mapping[Stroke, int] = {
    Blow.WORKER: 5,
    Blow.WEB: 3,
    Blow.SCHEDULER: 2,
    Blow.BROKER: 2,
    Blow.DATABASE: 2,
    Trial.CUT: 2,
    Trial.CUT_AFTER_COMMIT: 5,
    Trial.CUT_BEFORE_COMMIT: 2,
    Trial.CLOCK: 2,
}
"""How often each comes among all; each at least once."""


@dataclass(frozen=True, slots=True)
class Profile:
    """How much of everything. `seconds` under strokes, one every `every_s`; `posts_per_s` of `items` notifications."""

    tenants: int
    seconds: float
    every_s: float
    posts_per_s: float
    items: int = 10


PROFILES: Mapping[str, Profile] = {
    "smoke": Profile(tenants=3, seconds=24, every_s=1.2, posts_per_s=10),
    "standard": Profile(tenants=8, seconds=420, every_s=2.1, posts_per_s=20),
    "full": Profile(tenants=20, seconds=3_000, every_s=2.1, posts_per_s=25),
}


@dataclass(frozen=True, slots=True)
class Struck:
    """`what` goes wrong `at_s` after the beginning, for `down_s`. `which` of them, and `share` of what is possible."""

    at_s: float
    what: Stroke
    down_s: float
    which: int
    share: float


def struck(profile: Profile, seed: int) -> list[Struck]:
    """The same profile and seed give the same strokes, in order."""
    chance = random.Random(f"torture/{seed}/{profile.seconds}")
    many = max(len(WEIGHTS), round(profile.seconds / profile.every_s))
    kinds = list(WEIGHTS)
    drawn = [*kinds, *chance.choices(kinds, [WEIGHTS[kind] for kind in kinds], k=many - len(kinds))]
    strokes = [
        Struck(
            chance.uniform(0, profile.seconds),
            what,
            chance.uniform(0.2, 1.5),
            chance.randrange(1_000),
            chance.uniform(-1, 1),
        )
        for what in drawn
    ]
    return sorted(strokes, key=lambda stroke: stroke.at_s)
