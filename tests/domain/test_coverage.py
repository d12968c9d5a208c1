"""What was read of one feed, and when a read is not believed."""

from uuid import UUID

import pytest

from app.domain.coverage import UNREAD, TooManyRemovals, check_removals, fail, replay, take
from app.domain.events.coverage import Feed, SnapshotFailed, SnapshotTaken
from app.domain.ids import RunId
from tests.domain.given import MONDAY, THURSDAY, TUESDAY, WEDNESDAY

FIRST, SECOND = RunId(UUID(int=1)), RunId(UUID(int=2))


def taken(run: RunId = FIRST) -> SnapshotTaken:
    return SnapshotTaken(happened_at=MONDAY, feed=Feed.LICENCES, run=run, items=300, facts=12)


def test_a_complete_run_is_closed_once() -> None:
    facts = take(UNREAD, feed=Feed.LICENCES, run=FIRST, items=300, facts=12, at=MONDAY)

    again = take(replay(facts), feed=Feed.LICENCES, run=FIRST, items=300, facts=0, at=TUESDAY)

    assert facts == [taken()]
    assert again == []


def test_a_failed_run_is_noted_once_and_may_still_succeed() -> None:
    facts = fail(UNREAD, feed=Feed.LICENCES, run=FIRST, reason="GRAPH_DOWN", at=MONDAY)
    failed = replay(facts)

    assert facts == [SnapshotFailed(happened_at=MONDAY, feed=Feed.LICENCES, run=FIRST, reason="GRAPH_DOWN")]
    assert fail(failed, feed=Feed.LICENCES, run=FIRST, reason="GRAPH_DOWN", at=TUESDAY) == []
    assert take(failed, feed=Feed.LICENCES, run=FIRST, items=300, facts=12, at=MONDAY) == [taken()]


def test_a_run_that_was_taken_cannot_fail_any_more() -> None:
    assert fail(replay([taken()]), feed=Feed.LICENCES, run=FIRST, reason="GRAPH_DOWN", at=TUESDAY) == []


def test_the_last_complete_read_is_the_newest_one_and_no_failed_one() -> None:
    later = SnapshotTaken(happened_at=WEDNESDAY, feed=Feed.LICENCES, run=SECOND, items=1, facts=0)
    failed = SnapshotFailed(happened_at=THURSDAY, feed=Feed.LICENCES, run=RunId(UUID(int=3)), reason="GRAPH_DOWN")

    assert UNREAD.complete_at is None
    assert replay([later, taken(), failed]).complete_at == WEDNESDAY


@pytest.mark.parametrize(("gone", "known"), [(0, 0), (10, 10), (11, 55), (60, 300)])
def test_few_removals_are_believed(gone: int, known: int) -> None:
    check_removals(gone, known)


@pytest.mark.parametrize(("gone", "known"), [(11, 54), (11, 11), (61, 300)])
def test_many_removals_are_not(gone: int, known: int) -> None:
    with pytest.raises(TooManyRemovals) as refused:
        check_removals(gone, known)

    assert (refused.value.gone, refused.value.known) == (gone, known)
