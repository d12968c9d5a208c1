from collections.abc import Iterator

import pytest

from tests.simulator.driving import Driver, driven


@pytest.fixture(scope="module")
def shared() -> Iterator[Driver]:
    """A company of 60 after three days, for tests that only read."""
    with driven() as driver:
        driver.control("/_clock/advance", {"days": 3})
        yield driver


@pytest.fixture
def fresh() -> Iterator[Driver]:
    """A company of 60 for this test alone."""
    with driven() as driver:
        yield driver
