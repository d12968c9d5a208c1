"""Whether GraphQL tells what the replay says, thing by thing."""

from collections.abc import AsyncIterable, AsyncIterator, Mapping
from typing import Any

from app.audit.difference import Difference, Values
from app.audit.replay import WholeReplay

Key = tuple[Any, ...]
Outcome = tuple[int, Difference | None]
"""How many things were compared, and the first that differs."""


async def same(
    question: str, replay: WholeReplay, expected: Mapping[Key, Values], told: AsyncIterable[tuple[Key, Values]]
) -> Outcome:
    """Every thing is told once, as the replay says, and nothing else is."""
    left, counted = dict(expected), 0
    async for key, node in told:
        counted += 1
        replayed = left.pop(key, None)
        if replayed != node:
            return counted, Difference.between(f"GraphQL {question}", key, replayed, node, replay.cut)
    for key, replayed in left.items():
        return counted, Difference.between(f"GraphQL {question}", key, replayed, None, replay.cut)
    return counted, None


async def keyed(nodes: Mapping[Key, Values]) -> AsyncIterator[tuple[Key, Values]]:
    """What was told already."""
    for key, node in nodes.items():
        yield key, node
