"""Sign-in stamps and the many shapes of none."""

from datetime import UTC, datetime

import pytest

from app.ingest.graph_errors import BadUpstreamAnswer
from app.ingest.translate.sign_ins import sign_ins
from tests.ingest.translate.rows import ANA, SEEN_AT


def test_three_stamps_are_kept_apart() -> None:
    activity = {
        "lastSignInDateTime": "2026-06-17T16:41:33Z",
        "lastNonInteractiveSignInDateTime": "2026-07-29T17:53:42+02:00",
        "lastSuccessfulSignInDateTime": "2026-06-17T16:41:33.1234567Z",
    }

    seen = sign_ins({"id": ANA, "signInActivity": activity}, SEEN_AT)

    assert seen.interactive == datetime(2026, 6, 17, 16, 41, 33, tzinfo=UTC)
    assert seen.non_interactive == datetime(2026, 7, 29, 15, 53, 42, tzinfo=UTC)
    assert seen.successful == datetime(2026, 6, 17, 16, 41, 33, 123456, tzinfo=UTC)


@pytest.mark.parametrize("none", [None, "", "0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00"])
def test_none_has_many_shapes(none: str | None) -> None:
    row = {"id": ANA, "signInActivity": dict.fromkeys(["lastSignInDateTime", "lastSuccessfulSignInDateTime"], none)}

    seen = sign_ins(row, SEEN_AT)

    assert (seen.interactive, seen.non_interactive, seen.successful) == (None, None, None)


@pytest.mark.parametrize("row", [{"id": ANA}, {"id": ANA, "signInActivity": None}, {"id": ANA, "signInActivity": {}}])
def test_who_never_signed_in_has_no_stamps(row: dict[str, object]) -> None:
    seen = sign_ins(row, SEEN_AT)

    assert (seen.interactive, seen.non_interactive, seen.successful) == (None, None, None)


def test_a_sign_in_in_the_future_is_unknown_but_clocks_may_differ() -> None:
    activity = {"lastSignInDateTime": "2099-01-01T00:00:00Z", "lastSuccessfulSignInDateTime": "2026-11-23T02:30:00Z"}

    seen = sign_ins({"id": ANA, "signInActivity": activity}, SEEN_AT)

    assert seen.interactive is None
    assert seen.successful == datetime(2026, 11, 23, 2, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "wrong", ["soon", 17, "2026-13-01T00:00:00Z", "2026-06-17T16:41:33", "9999-12-31T23:00:00-05:00"]
)
def test_what_is_no_instant_is_a_bad_answer(wrong: object) -> None:
    with pytest.raises(BadUpstreamAnswer, match=r"^\$\.signInActivity\.lastSignInDateTime: "):
        sign_ins({"id": ANA, "signInActivity": {"lastSignInDateTime": wrong}}, SEEN_AT)
