"""The lived company, which most journeys only ask about."""

from collections.abc import Iterator

import pytest

from tests.database import Cluster
from tests.journeys.lives import DAYS, Life, consented, live


@pytest.fixture(scope="session")
def lived(postgres_server: Cluster, migrated_template: str) -> Iterator[Life]:
    """A company after all its days, every table up to date. Whoever changes a table puts it right again."""
    with postgres_server.database(migrated_template) as database, consented(database) as life:
        live(life, DAYS)
        yield life
