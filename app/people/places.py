"""What the directory said of somebody, so far as it says nothing by which they could be found again."""

from collections.abc import Iterable
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple


class Span(NamedTuple):
    """What was so from when until when: included, excluded."""

    department: str | None
    company: str | None
    cost_centre: str | None
    country: str | None
    valid_from: datetime
    valid_until: datetime


class Said(NamedTuple):
    """A span, and by which positions of the log it was so: included, excluded."""

    span: Span
    since_position: int
    until_position: int


def blurred(said: Iterable[Said], since: datetime, until: datetime, first: int) -> list[Said]:
    """What these say of [since, until) from position `first` on.

    Ends are cut off where nobody asks, and what says the same is made one: of somebody who stayed in a department
    the department is left, and not since when.
    """
    cut = [
        Said(
            each.span._replace(
                valid_from=max(each.span.valid_from, since), valid_until=min(each.span.valid_until, until)
            ),
            0 if each.since_position <= first else each.since_position,
            each.until_position,
        )
        for each in said
        if each.until_position > first and each.span.valid_from < until and each.span.valid_until > since
    ]
    edges = sorted({position for each in cut for position in each[1:]})
    under_way: dict[Span, int] = {}
    found: list[Said] = []
    for begins, ends in pairwise(edges):
        spans = _merged([each.span for each in cut if each.since_position <= begins and each.until_position >= ends])
        ended = [span for span in under_way if span not in spans]
        found += [Said(span, under_way.pop(span), begins) for span in ended]
        for span in spans:
            under_way.setdefault(span, begins)
    return found + [Said(span, position, edges[-1]) for span, position in under_way.items()]


def _merged(spans: list[Span]) -> list[Span]:
    """Those that touch and say the same are one."""
    one: list[Span] = []
    for span in sorted(spans, key=lambda each: each.valid_from):
        if one and one[-1].valid_until == span.valid_from and one[-1][:4] == span[:4]:
            one[-1] = one[-1]._replace(valid_until=span.valid_until)
        else:
            one.append(span)
    return one
