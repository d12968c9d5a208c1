"""Whose turn it is: what ends a turn is told by its own name."""

import asyncio

import pytest

from app.graphql import portfolio_turns
from app.graphql.errors import QuestionTooSlow
from app.graphql.portfolio_turns import Turns


async def test_who_takes_longer_than_allowed_is_told_so_and_the_next_one_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(portfolio_turns, "JUDGING_SECONDS", 0.05)
    turns = Turns()

    with pytest.raises(QuestionTooSlow):
        async with turns.turn():
            await asyncio.sleep(5)
    async with turns.turn():
        pass


async def test_a_time_limit_of_what_is_done_meanwhile_stays_what_it_is() -> None:
    with pytest.raises(TimeoutError):
        async with Turns().turn():
            raise TimeoutError("of a connection")


async def test_of_many_at_once_all_but_three_are_sent_away() -> None:
    turns = Turns()

    async def judge() -> str:
        try:
            async with turns.turn():
                await asyncio.sleep(0.05)
        except QuestionTooSlow:
            return "sent away"
        return "judged"

    assert sorted(await asyncio.gather(*(judge() for _ in range(5)))) == ["judged"] * 3 + ["sent away"] * 2
