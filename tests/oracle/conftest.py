"""The same tables as the tests of the projections have."""

from tests.projections.conftest import desk, reader

__all__ = ["desk", "reader"]
