"""Groups too small to be told of by themselves: what is told of a few people is told of persons."""

from collections.abc import Mapping
from typing import ClassVar

from app.domain.errors import Refused

SMALLEST_GROUP = 5
"""People below which a group is not told apart to those who may not see persons (definitions: adoption)."""

SMALL_GROUPS_LABEL = f"Groups of fewer than {SMALLEST_GROUP} people"


class GroupTooSmall(Refused):
    """Figures narrowed to a department, company, cost centre or country of fewer than five people, or to all but so
    few. Ask for them grouped, where small groups are told as one, or as somebody with Sua.SeePersons."""

    code: ClassVar[str] = "GROUP_TOO_SMALL"

    def __init__(self) -> None:
        super().__init__(f"Of fewer than {SMALLEST_GROUP} people no sum is told to viewers without Sua.SeePersons.")


def told_together(people: Mapping[str | None, int]) -> frozenset[str | None]:
    """The groups, of those with so many people each, that are told as one; none, or together SMALLEST_GROUP people.

    Every small group is one of them. Where they are too few together, the next larger ones join them: else what the
    others lack to the whole would be told of these few. Only a whole that is small itself is told as it is. A group of
    nobody tells nothing of anybody.
    """
    by_size = sorted(
        ((count, key) for key, count in people.items() if count), key=lambda each: (each[0], each[1] or "")
    )
    together: list[str | None] = []
    reached = 0
    for count, key in by_size:
        if count >= SMALLEST_GROUP and (not together or reached >= SMALLEST_GROUP):
            break
        together.append(key)
        reached += count
    return frozenset(together)
