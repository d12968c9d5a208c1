"""Which groups are told as one to those who may not see persons."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.small_groups import SMALLEST_GROUP, told_together

SIZES = st.dictionaries(st.none() | st.text("abcdef", min_size=1, max_size=2), st.integers(0, 12), max_size=8)


@pytest.mark.parametrize(
    ("people", "together"),
    [
        ({}, set()),
        ({"Sales": 5, "Ops": 30}, set()),
        ({"Sales": 3, "Ops": 2, "HR": 9}, {"Sales", "Ops"}),
        ({"Sales": 4, "Ops": 30, "HR": 9}, {"Sales", "HR"}),
        ({None: 1, "Ops": 5, "HR": 5}, {None, "HR"}),
        ({"Sales": 2}, {"Sales"}),
        ({"Pool": 0, "Ops": 5}, set()),
    ],
)
def test_small_groups_are_told_together_with_as_many_others_as_hide_them(
    people: dict[str | None, int], together: set[str | None]
) -> None:
    assert told_together(people) == together


@given(SIZES)
def test_nothing_is_told_of_fewer_than_five_nor_follows_from_the_whole(people: dict[str | None, int]) -> None:
    together = told_together(people)

    apart = {key: count for key, count in people.items() if count and key not in together}
    reached = sum(people[key] for key in together)
    assert all(count >= SMALLEST_GROUP for count in apart.values())
    assert not together or reached >= SMALLEST_GROUP or not apart


@given(SIZES)
def test_no_group_is_hidden_without_need(people: dict[str | None, int]) -> None:
    together = told_together(people)

    small = {key for key, count in people.items() if 0 < count < SMALLEST_GROUP}
    joined = together - small
    assert len(joined) <= 1
    assert not joined or sum(people[key] for key in small) < SMALLEST_GROUP
